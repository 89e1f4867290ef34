/** Keeps recurring sweeps going. Several may run: one is elected, the others stand by. */
import { run } from './run.ts';

await run(['scheduler'], () => console.log('The scheduler is ready.'));
