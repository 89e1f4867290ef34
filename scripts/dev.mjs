import { Crew } from './lib/crew.mjs';
import { dashboardFolder, vite } from './lib/dashboard.mjs';
import { ensureInstalled } from './lib/install.mjs';
import { command } from './lib/project.mjs';
import { startSandbox } from './lib/sandbox.mjs';
import { announce, choosePort, loadSettings, refuseSecondStart } from './lib/settings.mjs';

// As start, but the server restarts when its sources change and the dashboard is served by Vite, which hands /api on.
await command(async () => {
  const dataDir = loadSettings();
  await refuseSecondStart(dataDir);
  ensureInstalled();
  const port = await choosePort();
  const withdraw = announce(dataDir, port);

  const crew = new Crew();
  const shopify = await startSandbox(crew, dataDir, port);
  if (shopify) {
    const env = { PORT: String(port), ...shopify };
    await crew.start('server', ['--watch', '--watch-preserve-output', 'apps/server/src/bin/all.ts'], { env });
    await crew.start('dashboard', [vite()], { cwd: dashboardFolder, env: { API_PORT: String(port) } });
  }
  const code = await crew.ended;
  withdraw();
  return code;
});
