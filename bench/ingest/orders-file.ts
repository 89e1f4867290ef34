import { startSandbox } from '@xeno/sandbox';
import { createHash } from 'node:crypto';
import { createReadStream, existsSync, mkdirSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pollBulk, runBulk } from '../../apps/server/src/shopify/bulk.ts';
import { downloadTo } from '../../apps/server/src/shopify/bulk-result.ts';
import { bulkText } from '../../apps/server/src/shopify/bulk-text.ts';
import { createShopifyClient } from '../../apps/server/src/shopify/client.ts';
import { exchangeCode } from '../../apps/server/src/shopify/oauth.ts';
import { BulkOrdersDocument } from '../../apps/server/src/shopify/operations/generated.ts';
import { progress } from '../report.ts';

const SHOP = 'bench.myshopify.com';
const SEED = 7;

export const CURRENCY = 'GBP';
export const TIMEZONE = 'Europe/London';

export interface OrdersFile {
  file: string;
  orders: number;
  lines: number;
}

/** A bulk result of the sandbox with this many generated orders; made once and kept in the system's temporary folder. */
export async function ordersFile(orders: number): Promise<OrdersFile> {
  const folder = path.join(tmpdir(), 'xeno-bench-data');
  const query = bulkText(BulkOrdersDocument, null);
  const version = createHash('sha1').update(query).digest('hex').slice(0, 8);
  const file = path.join(folder, `orders-${SEED}-${orders}-${version}.jsonl`);
  if (!existsSync(file)) {
    progress(`Generating ${orders} orders …`);
    mkdirSync(folder, { recursive: true });
    await download(orders, query, `${file}.part`);
    await rename(`${file}.part`, file);
  }
  return { file, orders, lines: await countLines(file) };
}

async function download(orders: number, query: string, file: string): Promise<void> {
  const sandbox = await startSandbox({ bulkDelay: 0 });
  try {
    sandbox.control.createShop(SHOP, {
      orders,
      seed: SEED,
      currency: CURRENCY,
      timezone: TIMEZONE,
      start: '2024-07-01T00:00:00Z',
      end: '2026-06-30T00:00:00Z',
    });
    const token = await install(sandbox.url);
    const client = createShopifyClient({
      sandboxUrl: sandbox.url,
      shop: SHOP,
      tokens: { get: async () => token, renew: async () => token },
    });
    const result = await pollBulk(client, await runBulk(client, query));
    if (result.url === null) throw new Error('the sandbox gave an empty result');
    await downloadTo(client, result.url, file);
  } finally {
    await sandbox.close();
  }
}

/** What a browser does when a merchant installs the app, and the exchange of the code for a token. */
async function install(sandboxUrl: string): Promise<string> {
  const apiKey = 'xeno-sandbox-key';
  const scope = 'read_orders,read_all_orders,read_customers,read_products,read_inventory';
  const url = `${sandboxUrl}/${SHOP}/admin/oauth/authorize?client_id=${apiKey}&scope=${scope}&redirect_uri=http://127.0.0.1:1/callback&state=bench`;
  const page = await (await fetch(url)).text();
  const request = /name="request"[^>]*value="([^"]*)"/.exec(page)![1]!;
  const consent = await fetch(url, {
    method: 'POST',
    redirect: 'manual',
    body: new URLSearchParams({ request, decision: 'install' }),
  });
  const code = new URL(consent.headers.get('location')!).searchParams.get('code')!;
  const answer = await exchangeCode({
    sandboxUrl,
    apiKey,
    apiSecret: 'xeno-sandbox-secret',
    shop: SHOP,
    code,
    now: Date.now(),
  });
  if (answer.kind !== 'tokens') throw new Error(`the sandbox gave no token: ${answer.kind}`);
  return answer.tokens.accessToken;
}

async function countLines(file: string): Promise<number> {
  let lines = 0;
  for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
    for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, at + 1)) lines++;
  }
  return lines;
}
