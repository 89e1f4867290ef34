import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { tryPort } from './ports.mjs';
import { setting } from './settings.mjs';

const CLIENT_ID = 'xeno-sandbox-key';
/** The demo stores live: something happens in them every few seconds. */
const TRAFFIC = { SANDBOX_TRAFFIC: '0.3', SANDBOX_TRAFFIC_SHOPS: 'demo-' };

/**
 * Starts the project's own stand-in for Shopify when neither keys nor another stand-in are set, and waits until it
 * answers.
 * @param {import('./crew.mjs').Crew} crew
 * @param {string} dataDir
 * @param {number} serverPort where the server will listen, for what Shopify sends to the app itself
 * @returns {Promise<Record<string, string> | null>} the settings by which the server reaches it; null when it ended
 */
export async function startSandbox(crew, dataDir, serverPort) {
  if (setting('SHOPIFY_API_KEY') || setting('SHOPIFY_API_SECRET') || setting('SHOPIFY_SANDBOX_URL')) return {};
  console.log('No Shopify keys are set (SHOPIFY_API_KEY): starting the sandbox, a local Shopify with demo stores.');
  const port = await stablePort(path.join(dataDir, 'sandbox-port'));
  // what stores have granted and what happened in them outlives a restart, as at Shopify
  const state = path.join(dataDir, 'sandbox-state.json');
  const secret = keptSecret(path.join(dataDir, 'sandbox-secret'));
  const ready = await crew.start(
    'sandbox',
    [
      'apps/sandbox/src/main.ts',
      ...['--port', String(port), '--client-id', CLIENT_ID, '--state', state],
      ...['--compliance-url', `http://127.0.0.1:${serverPort}/api/shopify/webhooks`],
    ],
    {
      // arguments can be read by every user of the machine
      env: { ...TRAFFIC, ...given(Object.keys(TRAFFIC)), SANDBOX_CLIENT_SECRET: secret },
      until: /listening on http/,
    },
  );
  if (!ready) return null;
  return {
    SHOPIFY_SANDBOX_URL: `http://127.0.0.1:${port}`,
    SHOPIFY_API_KEY: CLIENT_ID,
    SHOPIFY_API_SECRET: secret,
  };
}

/**
 * Those of these settings that are set.
 * @param {string[]} names
 */
const given = (names) => Object.fromEntries(names.flatMap((name) => (setting(name) ? [[name, setting(name)]] : [])));

/**
 * The port of last time if it is free, since pages and subscriptions know it.
 * @param {string} file
 */
async function stablePort(file) {
  const last = existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0;
  const port = (await tryPort(last, '127.0.0.1')) ?? (await tryPort(0, '127.0.0.1'));
  writeFileSync(file, `${port}\n`);
  return port;
}

/**
 * Made once, readable by the owner alone.
 * @param {string} file
 */
function keptSecret(file) {
  if (!existsSync(file)) writeFileSync(file, `${randomBytes(32).toString('hex')}\n`, { mode: 0o600 });
  return readFileSync(file, 'utf8').trim();
}
