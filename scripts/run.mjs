// node scripts/run.mjs FILE.ts [arguments]: runs a TypeScript program of the project by Node 24.
import { runToEnd } from './lib/crew.mjs';
import { ensureInstalled } from './lib/install.mjs';
import { command } from './lib/project.mjs';

await command(async () => {
  ensureInstalled();
  return runToEnd(process.argv.slice(2));
});
