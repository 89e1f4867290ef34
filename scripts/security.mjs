// npm run security: what is shipped and by whom, and whether a secret is among it. Needs no network.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { checkLock } from './lib/check-lock.mjs';
import { ensureInstalled } from './lib/install.mjs';
import { command, node24, root } from './lib/project.mjs';
import { secretlint } from './lib/secrets.mjs';

await command(async () => {
  ensureInstalled();
  const { status } = spawnSync(node24, secretlint(), { cwd: root, stdio: 'inherit' });
  console.log(`${status === 0 ? '✓ no secrets' : '✗ secrets'} in the files that git tracks`);

  const complaints = checkLock(JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8')));
  console.log(complaints.length === 0 ? '✓ every package comes from npm’s registry, known by its hash' : '✗ lock file');
  for (const complaint of complaints) console.log(`    ${complaint}`);

  const file = path.join(root, 'dist/bom.cdx.json');
  const bom = execFileSync('npm', ['sbom', '--sbom-format=cyclonedx', '--package-lock-only', '--loglevel=error'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    shell: process.platform === 'win32',
  });
  const { bomFormat, specVersion, components } = JSON.parse(bom);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, bom);
  console.log(`✓ ${bomFormat} ${specVersion} of ${components.length} packages: ${path.relative(root, file)}`);

  return status === 0 && complaints.length === 0 ? 0 : 1;
});
