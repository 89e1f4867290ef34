import { type App, type Role, startApp } from '../app.ts';
import { type Config, ConfigError, readConfig } from '../config.ts';

/** Longer than any piece of work takes to notice that it is to end; then it is left to another process. */
const PATIENCE_MS = 15_000;

/** Runs a process with these roles until it is told to stop (SIGTERM, SIGINT); a second signal ends it at once. */
export async function run(roles: readonly Role[], ready: (app: App, config: Config) => void): Promise<void> {
  await orExplain(async () => {
    const config = readConfig();
    if (config.databaseUrl === null && roles.length === 1) {
      throw new ConfigError([
        'DATABASE_URL is missing: the embedded database has one process for everything (npm start). Separate processes need MySQL or MariaDB',
      ]);
    }
    if (config.redisUrl === null && roles.length === 1 && roles[0] === 'scheduler') {
      throw new ConfigError([
        'REDIS_URL is missing: without Redis each worker looks for work by itself, and a scheduler has nothing to do. Set it, or run no scheduler',
      ]);
    }
    if (config.shopify.ownSandbox) {
      throw new ConfigError([
        'There is no Shopify to talk to. Run npm start, which brings a sandbox; or set SHOPIFY_API_KEY and SHOPIFY_API_SECRET, or SHOPIFY_SANDBOX_URL',
      ]);
    }
    const starting = startApp(config, { roles });
    const { isStopping } = stopOnSignal(starting);
    const app = await starting;
    if (!isStopping()) ready(app, config);
  });
}

/** What a person has to do something about says so itself; anything else comes with its origin. */
export async function orExplain(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    console.error(error instanceof Error && !isBug(error) ? explain(error) : error);
    process.exit(1);
  }
}

const explain = ({ name, message }: Error): string =>
  /^Sequelize(Connection|AccessDenied|Host|InvalidConnection)/.test(name)
    ? `The database that DATABASE_URL names cannot be used: ${message || name}. See to it that it runs, and that address, user, password and database are right.`
    : message;

const isBug = (error: Error): boolean =>
  error instanceof TypeError || error instanceof ReferenceError || error instanceof RangeError;

/** Who is told to stop while it starts ends what it began, such as migrating, and then stops. */
function stopOnSignal(starting: Promise<App>): { isStopping: () => boolean } {
  let stopping = false;
  const stop = (signal: NodeJS.Signals) => {
    if (stopping) process.exit(1);
    stopping = true;
    console.log(`Stopping (${signal}) …`);
    setTimeout(() => {
      console.error(`Not everything ended within ${PATIENCE_MS / 1000} s; the rest is left to the next process.`);
      process.exit(1);
    }, PATIENCE_MS).unref();
    void orExplain(async () => {
      await (await starting).close();
      process.exit(0);
    });
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  return { isStopping: () => stopping };
}
