import { spawnSync } from 'node:child_process';
import { chromium, find, mariaDb, redis } from './programs.mjs';
import { Refusal } from './project.mjs';

const NEEDED = [
  { name: 'MariaDB ≥ 10.6', find: mariaDb, apt: ['mariadb-server'], brew: 'mariadb' },
  { name: 'Redis ≥ 7', find: redis, apt: ['redis-server'], brew: 'redis' },
  {
    name: 'Chromium',
    find: chromium,
    apt: ['chromium', 'fonts-dejavu-core', 'fonts-noto-color-emoji'],
    brew: 'chromium',
  },
];

/**
 * Sees to the programs that tests need beside Node. Root on Debian or Ubuntu gets what is missing from apt, unless
 * NO_INSTALL is set; otherwise it is said which tests will be skipped. With CI=true nothing may be missing.
 */
export function ensureSystemPackages() {
  let missing = NEEDED.filter((program) => !program.find());
  const apt = process.getuid?.() === 0 && find('apt-get');
  if (missing.length > 0 && apt && !process.env.NO_INSTALL) {
    const packages = missing.flatMap((program) => program.apt);
    console.log(`Installing system packages for the tests: ${packages.join(' ')} (NO_INSTALL=1 leaves them out) …`);
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    spawnSync(apt, ['update', '-qq'], { stdio: 'inherit', env });
    spawnSync(apt, ['install', '-y', '-qq', '--no-install-recommends', ...packages], { stdio: 'inherit', env });
    missing = missing.filter((program) => !program.find());
  }
  if (missing.length === 0) return;

  const names = missing.map((program) => program.name).join(', ');
  const ways =
    `  Debian, Ubuntu: sudo apt-get install ${missing.flatMap((program) => program.apt).join(' ')}\n` +
    `  macOS: brew install ${missing.map((program) => program.brew).join(' ')}`;
  if (process.env.CI === 'true')
    throw new Refusal(`Missing for the tests: ${names}. With CI=true none is skipped.\n${ways}`);
  console.log(`Missing: ${names}. The tests that need it are skipped; to run them:\n${ways}`);
}
