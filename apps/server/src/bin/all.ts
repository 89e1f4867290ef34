/** Everything in one process: the API, the dashboard, the jobs and their schedule. */
import { run } from './run.ts';

await run(['api', 'worker', 'scheduler'], (app, config) => {
  const url = config.appUrl ?? app.url.replace('127.0.0.1', 'localhost');
  console.log(`Xeno is ready: ${url}`);
  console.log(`  API documentation: ${url}/api/docs`);
});
