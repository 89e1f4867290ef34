// npm run api | worker | scheduler: one of the programs that share a MySQL or MariaDB database; or a command that ends:
// migrate, keys:rotate, user:reset.
import { Crew, runToEnd } from './lib/crew.mjs';
import { ensureDashboard } from './lib/dashboard.mjs';
import { ensureInstalled } from './lib/install.mjs';
import { command } from './lib/project.mjs';
import { choosePort, loadSettings } from './lib/settings.mjs';

const COMMANDS = ['migrate', 'rotate-keys', 'user-reset'];

await command(async () => {
  const [name = '', ...args] = process.argv.slice(2);
  const program = `apps/server/src/bin/${name}.ts`;
  loadSettings();
  ensureInstalled();
  if (COMMANDS.includes(name)) return runToEnd([program, ...args]);

  /** @type {Record<string, string>} */
  const env = {};
  if (name === 'api') {
    ensureDashboard();
    env.PORT = String(await choosePort());
  }
  const crew = new Crew();
  await crew.start(name, [program], { env });
  return crew.ended;
});
