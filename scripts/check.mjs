// npm run check [-- --fix]
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { checkLock } from './lib/check-lock.mjs';
import { ensureInstalled } from './lib/install.mjs';
import { command, node24, root, seconds } from './lib/project.mjs';
import { secretlint } from './lib/secrets.mjs';

const fix = process.argv.includes('--fix');
const modules = (/** @type {string} */ file) => path.join('node_modules', file);

const eslint = [modules('eslint/bin/eslint.js'), '--max-warnings=0', ...(fix ? ['--fix'] : [])];

/** The longest first. @type {[name: string, ...args: string[]][]} */
const TOOLS = [
  ['eslint', ...eslint, '.', '--ignore-pattern=apps/dashboard/'],
  ['eslint of the dashboard', ...eslint, 'apps/dashboard'],
  ['types of the dashboard', modules('typescript/bin/tsc'), '-p', 'apps/dashboard', '--noEmit'],
  ['types', modules('typescript/bin/tsc'), '-p', '.', '--noEmit'],
  ['size of the dashboard', 'apps/dashboard/scripts/size.ts'],
  ['prettier', modules('prettier/bin/prettier.cjs'), fix ? '--write' : '--check', '--log-level=warn', '--cache', '.'],
  ['secrets (secretlint)', ...secretlint()],
  ['knip (unused code and packages)', modules('knip/bin/knip.js'), '--no-progress', '--no-config-hints'],
  [
    'import arrows',
    modules('dependency-cruiser/bin/dependency-cruise.mjs'),
    '--config=.dependency-cruiser.mjs',
    ...['apps', 'packages', 'e2e', 'bench', 'scripts'],
  ],
];

await command(async () => {
  ensureInstalled();
  /** @type {string[]} */
  const failed = [];
  const report = (/** @type {string} */ name, /** @type {string} */ complaints, /** @type {number} */ since) => {
    console.log(`${complaints ? '✗' : '✓'} ${name}, ${seconds(since)}`);
    if (complaints) console.log(complaints.replace(/^(?=.)/gm, '    '));
    if (complaints) failed.push(name);
  };

  const begin = performance.now();
  report(
    'lock file',
    checkLock(JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8'))).join('\n'),
    begin,
  );
  // With --fix one after another, since two of them write.
  const queue = [...TOOLS];
  const worker = async () => {
    for (let tool = queue.shift(); tool; tool = queue.shift()) {
      const [name, ...args] = tool;
      const since = performance.now();
      report(name, await complaintsOf(args), since);
    }
  };
  await Promise.all(Array.from({ length: fix ? 1 : Math.max(2, availableParallelism()) }, worker));
  console.log(failed.length === 0 ? `All checks passed in ${seconds(begin)}.` : `Failed: ${failed.join(', ')}.`);
  return failed.length === 0 ? 0 : 1;
});

/**
 * @param {string[]} args
 * @returns {Promise<string>} what the tool prints if it fails, else nothing
 */
async function complaintsOf(args) {
  const child = spawn(node24, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)));
  const code = await new Promise((resolve) => child.once('close', resolve));
  return code === 0 ? '' : output.trim() || `ended with ${code}`;
}
