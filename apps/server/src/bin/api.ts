/** The API and the dashboard; any number of these may run. */
import { run } from './run.ts';

await run(['api'], (app) => console.log(`The API is ready: ${app.url}`));
