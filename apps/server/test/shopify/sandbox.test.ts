import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startSandbox, type FaultWishes, type Sandbox } from '../../../sandbox/src/index.ts';
import { bulkText } from '../../src/shopify/bulk-text.ts';
import { pollBulk, runBulk } from '../../src/shopify/bulk.ts';
import { downloadTo } from '../../src/shopify/bulk-result.ts';
import { changes } from '../../src/shopify/changes.ts';
import { createShopifyClient, type ShopifyClient, type ShopifyClientOptions } from '../../src/shopify/client.ts';
import { systemClock } from '../../src/shopify/clock.ts';
import { fetchCustomers } from '../../src/shopify/fetch-customers.ts';
import { fetchOrders, type FullOrder } from '../../src/shopify/fetch-orders.ts';
import { fetchProducts } from '../../src/shopify/fetch-products.ts';
import { authorizeUrl, exchangeCode, refreshTokens, verifyCallback, type ShopTokens } from '../../src/shopify/oauth.ts';
import {
  BulkCustomersDocument,
  BulkOrdersDocument,
  BulkProductsDocument,
  FirstOrderDocument,
  OrdersCountDocument,
  ShopDocument,
} from '../../src/shopify/operations/generated.ts';
import { timeWindow } from '../../src/shopify/search.ts';
import { createTokenSource } from '../../src/shopify/token-source.ts';

const SHOP = 'room-test.myshopify.com';
const SCOPES = ['read_orders', 'read_all_orders', 'read_customers', 'read_products', 'read_inventory'];
const app = { apiKey: 'key', apiSecret: 'hush', shop: SHOP };

let sandbox: Sandbox;
let folder: string;
let stored: ShopTokens;
beforeAll(async () => {
  sandbox = await startSandbox({ clientId: 'key', clientSecret: 'hush', bulkDelay: 0 });
  sandbox.control.settings({ autoApprove: true });
  sandbox.control.createShop(SHOP, { orders: 300 });
  folder = await mkdtemp(join(tmpdir(), 'shopify-room-'));
  stored = await connect();
});
afterEach(() => sandbox.control.clearFaults());
afterAll(async () => {
  await sandbox.close();
  await rm(folder, { recursive: true });
});

async function connect(): Promise<ShopTokens> {
  const redirectUri = 'http://127.0.0.1:1/callback';
  const address = authorizeUrl({ ...app, sandboxUrl: sandbox.url, scopes: SCOPES, redirectUri, state: 'st/a+te 1' });
  const consent = await fetch(address, { redirect: 'manual' });
  const back = new URL(consent.headers.get('location') ?? '');
  const verdict = verifyCallback(Object.fromEntries(back.searchParams), ['hush'], { now: Date.now() });
  if (!verdict.ok) throw new Error(verdict.reason);
  expect(verdict).toMatchObject({ shop: SHOP, state: 'st/a+te 1' });
  const request = { ...app, sandboxUrl: sandbox.url, now: Date.now(), code: verdict.code };
  const answer = await exchangeCode(request);
  expect(await exchangeCode(request)).toMatchObject({ kind: 'refused' });
  if (answer.kind !== 'tokens') throw new Error(answer.kind);
  return answer.tokens;
}

/** Waits pass, but hardly take time. */
const hasty = {
  now: systemClock.now,
  sleep: (ms: number, signal?: AbortSignal) => systemClock.sleep(Math.min(ms, 20), signal),
};

function client(options: Partial<ShopifyClientOptions> = {}): ShopifyClient {
  const source = createTokenSource({
    load: async () => stored,
    save: async (_shop, tokens) => {
      stored = tokens;
      return true;
    },
    refresh: (shop, refreshToken) =>
      refreshTokens({ ...app, shop, sandboxUrl: sandbox.url, now: Date.now(), refreshToken }),
  });
  return createShopifyClient({
    shop: SHOP,
    sandboxUrl: sandbox.url,
    tokens: source.forShop(SHOP),
    clock: hasty,
    ...options,
  });
}

type Line = { id: string; __parentId?: string; __typename?: string } & Record<string, unknown>;

async function bulk(shopify: ShopifyClient, text: string, name: string): Promise<Line[]> {
  const result = await pollBulk(shopify, await runBulk(shopify, text));
  if (result.url === null) return [];
  const file = join(folder, `${name}.jsonl`);
  await downloadTo(shopify, result.url, file);
  const lines = (await readFile(file, 'utf8')).trimEnd().split('\n');
  expect(lines).toHaveLength(result.objectCount);
  return lines.map((line) => JSON.parse(line) as Line);
}

describe('against the stand-in', () => {
  it('connects with tokens that expire, and learns about the shop', async () => {
    expect(stored.expiresAt).toBeInstanceOf(Date);
    expect(stored.refreshToken).toBeTruthy();
    const shopify = client();
    const { data, cost } = await shopify.query(ShopDocument, {});
    expect(data.shop.myshopifyDomain).toBe(SHOP);
    expect(data.currentAppInstallation.accessScopes.map(({ handle }) => handle)).toEqual(
      expect.arrayContaining(SCOPES),
    );
    expect(cost?.requested).toBeGreaterThan(0);
    expect(shopify.fallenForwardTo).toBeNull();
  });

  it('a rotated pair is stored and works, and so does its predecessor until then', async () => {
    const before = stored;
    const refresh = (refreshToken: string) =>
      refreshTokens({ ...app, sandboxUrl: sandbox.url, now: Date.now(), refreshToken });
    expect(await refresh(before.refreshToken ?? '')).toMatchObject({ kind: 'tokens' }); // its answer is lost
    stored = { ...before, expiresAt: new Date(Date.now() + 60_000) };
    await client().query(ShopDocument, {});
    expect(stored.accessToken).not.toBe(before.accessToken);
  });

  it('reads orders in bulk, and by id the same', async () => {
    const shopify = client();
    const { data: counted } = await shopify.query(OrdersCountDocument, {});
    const lines = await bulk(shopify, bulkText(BulkOrdersDocument), 'orders');
    const roots = lines.filter(({ __parentId }) => __parentId === undefined);
    expect(roots).toHaveLength(counted.ordersCount?.count ?? -1);

    const children = Map.groupBy(lines, ({ __parentId }) => __parentId);
    const plain = ({ __parentId: _, ...line }: Line) => line;
    const sample = roots.filter((_, index) => index % 7 === 0);
    const read: FullOrder[] = [];
    for await (const { orders, missing } of fetchOrders(
      shopify,
      sample.map(({ id }) => id),
      { scopes: SCOPES },
    )) {
      read.push(...orders);
      expect(missing).toEqual([]);
    }
    const byId = (a: object, b: object) => ((a as Line).id < (b as Line).id ? -1 : 1);
    const joined = sample.map((root) => {
      const below = children.get(root.id) ?? [];
      return {
        order: root,
        lineItems: below
          .filter(({ id }) => id.includes('/LineItem/'))
          .map(plain)
          .toSorted(byId),
        agreements: below
          .filter(({ id }) => id.includes('Agreement'))
          .toSorted(byId)
          .map((line) => ({ agreement: plain(line), sales: (children.get(line.id) ?? []).map(plain).toSorted(byId) })),
      };
    });
    const sorted = read.map(({ order, lineItems, agreements }) => ({
      order,
      lineItems: lineItems.toSorted(byId),
      agreements: agreements
        .toSorted((a, b) => byId(a.agreement, b.agreement))
        .map(({ agreement, sales }) => ({ agreement, sales: sales.toSorted(byId) })),
    }));
    expect(sorted).toEqual(joined);
    expect(read.some(({ agreements }) => agreements.length > 1)).toBe(true);
  });

  it('bulk windows of orders partition them, newest to oldest', async () => {
    const shopify = client();
    const { data } = await shopify.query(FirstOrderDocument, {});
    const first = new Date(data.orders.nodes[0]?.createdAt ?? '');
    const middle = new Date((first.getTime() + Date.now()) / 2);
    const roots = async (from: Date | null, to: Date | null) => {
      const found = await bulk(shopify, bulkText(BulkOrdersDocument, timeWindow('created_at', from, to)), 'window');
      return found.filter(({ __parentId }) => __parentId === undefined).map(({ id }) => id);
    };
    expect(await roots(null, first)).toEqual([]);
    const parts = [await roots(middle, null), await roots(first, middle)];
    expect(parts.every((part) => part.length > 0)).toBe(true);
    expect(new Set(parts.flat()).size).toBe(300);
    expect(parts.flat()).toHaveLength(300);
  });

  it('reads customers and products in bulk, and by id the same', async () => {
    const shopify = client();
    const customers = await bulk(shopify, bulkText(BulkCustomersDocument), 'customers');
    const some = customers.slice(0, 150);
    const read = [];
    for await (const part of fetchCustomers(
      shopify,
      some.map(({ id }) => id),
    ))
      read.push(...part.customers);
    expect(read).toEqual(some);

    const lines = await bulk(shopify, bulkText(BulkProductsDocument), 'products');
    const products = lines.filter(({ __parentId }) => __parentId === undefined).slice(0, 20);
    const found = [];
    for await (const part of fetchProducts(
      shopify,
      products.map(({ id }) => id),
    ))
      found.push(...part.products);
    expect(found.map(({ product }) => product)).toEqual(products);
    for (const { product, variants } of found) {
      const inBulk = lines
        .filter(({ __parentId }) => __parentId === product.id)
        .map(({ __parentId: _, ...line }) => line);
      expect(variants.toSorted((a, b) => a.position - b.position)).toEqual(
        inBulk.toSorted((a, b) => Number(a.position) - Number(b.position)),
      );
    }
  });

  it('finds what changed', async () => {
    const shopify = client();
    const { date } = await shopify.query(ShopDocument, {});
    const created = sandbox.control.createOrder(SHOP);
    const found = [];
    const window = { from: new Date(date.getTime() - 1000), to: new Date(Date.now() + 5000) };
    for await (const page of changes(shopify, 'orders', window)) found.push(...page);
    expect(found.map(({ id }) => id)).toContain(`gid://shopify/Order/${created.id.replace(/\D/g, '')}`);
    expect(found.length).toBeLessThan(10);
  });
});

describe('faults of the stand-in', () => {
  const orders = bulkText(BulkOrdersDocument);

  const passing: FaultWishes[] = [
    { kind: 'http_status', status: 503, times: 2 },
    { kind: 'http_status', status: 429, retryAfter: 1 },
    { kind: 'reset', times: 2 },
    { kind: 'throttled', times: 3 },
  ];
  it.each(passing)('%j passes', async (fault) => {
    sandbox.control.setFault({ ...fault, shop: SHOP });
    expect((await client().query(ShopDocument, {})).data.shop.myshopifyDomain).toBe(SHOP);
    expect(sandbox.control.faults()[0]?.struck).toBe(fault.times ?? 1);
  });

  it('orders that come in part are not given as whole', async () => {
    sandbox.control.setFault({ kind: 'partial_data', shop: SHOP, fields: ['Order.sourceName'], times: null });
    const { id } = sandbox.control.createOrder(SHOP);
    const order = `gid://shopify/Order/${id.replace(/\D/g, '')}`;
    await expect(fetchOrders(client(), [order], { scopes: SCOPES }).next()).rejects.toMatchObject({
      code: 'PARTIAL_DATA',
      paths: ['nodes.0.sourceName'],
    });
  });

  it('a revoked token asks to reconnect, and connecting again heals it', async () => {
    sandbox.control.setFault({ kind: 'token_revoked', shop: SHOP });
    const shopify = client();
    await expect(shopify.query(ShopDocument, {})).rejects.toMatchObject({ code: 'RECONNECT_NEEDED' });
    stored = await connect();
    await shopify.query(ShopDocument, {});
  });

  it('a dead refresh token asks to reconnect', async () => {
    sandbox.control.setFault({ kind: 'refresh_dead', shop: SHOP, times: null });
    const before = stored;
    stored = { ...stored, expiresAt: new Date(0) };
    await expect(client().query(ShopDocument, {})).rejects.toMatchObject({ code: 'RECONNECT_NEEDED' });
    stored = before;
  });

  it('another version is told', async () => {
    sandbox.control.setFault({ kind: 'version_fallforward', shop: SHOP, version: '2027-01' });
    const shopify = client();
    await shopify.query(ShopDocument, {});
    expect(shopify.fallenForwardTo).toBe('2027-01');
  });

  it.each([
    [{ kind: 'bulk_failed', errorCode: 'TIMEOUT' }, 'TIMEOUT'],
    [{ kind: 'bulk_canceled' }, 'CANCELED'],
    [{ kind: 'bulk_expired' }, 'EXPIRED'],
  ] as const)('%j is named', async (fault, failure) => {
    sandbox.control.setFault({ ...fault, shop: SHOP });
    const shopify = client();
    const id = await runBulk(shopify, orders);
    await expect(pollBulk(shopify, id)).rejects.toMatchObject({ code: 'BULK_FAILED', failure });
  });

  it('taken places are waited for, a cut download begins again, an address that is over is asked for again', async () => {
    sandbox.control.setFault({ kind: 'bulk_slots_taken', shop: SHOP, times: 2 });
    const shopify = client();
    const id = await runBulk(shopify, orders);
    const { url } = await pollBulk(shopify, id);
    sandbox.control.setFault({ kind: 'bulk_url_expired', shop: SHOP });
    const file = join(folder, 'faults.jsonl');
    await expect(downloadTo(shopify, url ?? '', file)).rejects.toMatchObject({
      failure: 'RESULT_EXPIRED',
      remedy: 'poll',
    });
    sandbox.control.setFault({ kind: 'bulk_download_cut', shop: SHOP });
    const again = await pollBulk(shopify, id);
    await downloadTo(shopify, again.url ?? '', file);
    expect((await readFile(file, 'utf8')).trimEnd().split('\n')).toHaveLength(again.objectCount);
  });
});
