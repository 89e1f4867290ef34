/** Seals all that is stored encrypted anew by the newest key, and ends; 1 when something is left that a key opens. */
import { readConfig } from '../config.ts';
import { rotateKeys } from '../rotate-keys.ts';
import { orExplain } from './run.ts';

await orExplain(async () => {
  const finished = await rotateKeys(readConfig(), (line) => console.log(line));
  process.exitCode = finished ? 0 : 1;
});
