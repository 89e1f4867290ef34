import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { root } from './project.mjs';

/** The command line that looks for secrets in all files that git tracks. The lock holds nothing but names and hashes. */
export function secretlint() {
  const tracked = execFileSync('git', ['ls-files', '-z', '--', '.', ':!package-lock.json'], {
    cwd: root,
    encoding: 'utf8',
  });
  return [
    path.join('node_modules', 'secretlint/bin/secretlint.js'),
    '--no-glob',
    ...tracked.split('\0').filter(Boolean),
  ];
}
