import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/[\\/]$/, '');

/** Node 24, brought along by the npm package `node`: it runs everything that is TypeScript. */
export const node24 = path.join(root, 'node_modules/node/bin', process.platform === 'win32' ? 'node.exe' : 'node');

/** An end that the person can do something about: its message is all that is printed. */
export class Refusal extends Error {}

/**
 * Runs a command's main function. Refusals are told plainly, anything else with its stack.
 * @param {() => Promise<number>} main answers the exit code
 */
export async function command(main) {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  try {
    if (major < 20 || (major === 20 && minor < 12)) {
      throw new Refusal(
        `This is Node ${process.versions.node}. Xeno needs Node 20.12 or newer to start (https://nodejs.org).`,
      );
    }
    process.exitCode = await main();
  } catch (error) {
    console.error(error instanceof Refusal ? error.message : error);
    process.exitCode = 1;
  }
}

/**
 * @param {number} since performance.now() at the beginning
 */
export const seconds = (since) => `${((performance.now() - since) / 1000).toFixed(1)} s`;
