// npm test [-- arguments of vitest, such as a path]
import { mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { freemem, tmpdir } from 'node:os';
import path from 'node:path';
import { runToEnd } from './lib/crew.mjs';
import { ensureInstalled } from './lib/install.mjs';
import { command } from './lib/project.mjs';
import { ensureSystemPackages } from './lib/system-packages.mjs';
import { countTests } from './lib/count-tests.mjs';

await command(async () => {
  ensureInstalled();
  ensureSystemPackages();

  const folder = mkdtempSync(path.join(tmpdir(), 'xeno-report-'));
  const report = path.join(folder, 'report.json');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const args = ['node_modules/vitest/vitest.mjs', 'run', ...reporters, ...process.argv.slice(2)];
  const code = await runToEnd(args, { env: { TMPDIR: folderOfTests() } });
  const { passed, failed, skipped } = countTests(report);
  rmSync(folder, { recursive: true });

  if (passed + failed === 0) console.error('No test ran.');
  else if (code !== 0 && failed === 0) console.error('Every test passed, but vitest failed: see its message above.');
  console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
  return failed > 0 || passed === 0 ? 1 : code;
});

/**
 * Where tests have their databases: in memory where the system lends some as a folder and has plenty, since every commit
 * waits for the disk otherwise.
 */
function folderOfTests() {
  const memory = '/dev/shm';
  const enough = 4 * 2 ** 30;
  try {
    const { bavail, bsize } = statfsSync(memory);
    if (!process.env.TMPDIR && bavail * bsize >= enough && freemem() >= 2 * enough) return memory;
  } catch {
    // not on this system
  }
  return tmpdir();
}
