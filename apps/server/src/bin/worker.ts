/** Runs jobs; any number of these may run. */
import { run } from './run.ts';

await run(['worker'], () => console.log('The worker is ready.'));
