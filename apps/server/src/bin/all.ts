/** Everything in one process: the API, the dashboard and the jobs. */
import { startApp } from '../app.ts';
import { readConfig } from '../config.ts';
import { lockDataDir } from '../data-lock.ts';

try {
  const config = readConfig();
  if (config.shopify.ownSandbox) {
    throw new Error(
      'There is no Shopify to talk to. Run npm start, which brings a sandbox; or set SHOPIFY_API_KEY and SHOPIFY_API_SECRET, or SHOPIFY_SANDBOX_URL.',
    );
  }
  const unlock = config.databaseUrl === null ? lockDataDir(config.dataDir) : () => {};
  const app = await startApp(config);
  console.log(`Xeno is ready: ${config.appUrl ?? app.url.replace('127.0.0.1', 'localhost')}`);
  console.log(`  API documentation: ${app.url}/api/docs`);

  let stopping = false;
  const stop = (signal: NodeJS.Signals) => {
    if (stopping) process.exit(1);
    stopping = true;
    console.log(`Stopping (${signal}) …`);
    app.close().then(
      () => {
        unlock();
        process.exit(0);
      },
      (error: unknown) => {
        console.error(error);
        process.exit(1);
      },
    );
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
} catch (error) {
  // what a person has to do something about says so itself; anything else comes with its origin
  console.error(error instanceof Error && !isBug(error) ? error.message : error);
  process.exit(1);
}

function isBug(error: Error): boolean {
  return error instanceof TypeError || error instanceof ReferenceError || error instanceof RangeError;
}
