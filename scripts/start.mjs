import { Crew } from './lib/crew.mjs';
import { ensureDashboard } from './lib/dashboard.mjs';
import { ensureInstalled } from './lib/install.mjs';
import { command } from './lib/project.mjs';
import { startSandbox } from './lib/sandbox.mjs';
import { announce, choosePort, loadSettings, refuseSecondStart } from './lib/settings.mjs';

await command(async () => {
  const dataDir = loadSettings();
  await refuseSecondStart(dataDir);
  ensureInstalled();
  ensureDashboard();
  const port = await choosePort();
  const withdraw = announce(dataDir, port);

  const crew = new Crew();
  const shopify = await startSandbox(crew, dataDir, port);
  if (shopify) await crew.start('server', ['apps/server/src/bin/all.ts'], { env: { PORT: String(port), ...shopify } });
  const code = await crew.ended;
  withdraw();
  return code;
});
