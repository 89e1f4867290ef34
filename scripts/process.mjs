// npm run api | worker | scheduler | migrate | keys:rotate: one of the programs that share a MySQL or MariaDB database.
import { Crew, runToEnd } from './lib/crew.mjs';
import { ensureDashboard } from './lib/dashboard.mjs';
import { ensureInstalled } from './lib/install.mjs';
import { command } from './lib/project.mjs';
import { choosePort, loadSettings } from './lib/settings.mjs';

await command(async () => {
  const [name = ''] = process.argv.slice(2);
  const program = `apps/server/src/bin/${name}.ts`;
  loadSettings();
  ensureInstalled();
  if (name === 'migrate' || name === 'rotate-keys') return runToEnd([program]);

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
