import { appendFileSync, copyFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startSandbox, type Sandbox, type SandboxOptions } from '../src/index.ts';
import { Random } from '../src/store/random.ts';
import { ALL_SCOPES, clientOf, type Json } from './helper.ts';
import { startReceiver } from './receiver.ts';

const SHOP = 'demo.myshopify.com';
let folder: string;
let state: string;
const closers: (() => Promise<unknown>)[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sandbox-state-'));
  state = join(folder, 'state.json');
});
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
  rmSync(folder, { recursive: true });
});

async function start(options: SandboxOptions = {}): Promise<Sandbox> {
  const sandbox = await startSandbox({ state, size: 50, ...options });
  closers.push(() => sandbox.close());
  return sandbox;
}

const seen = async (sandbox: Sandbox, token: string): Promise<Json> =>
  (
    await clientOf(sandbox, SHOP, token).ask(
      `{ shop { name ianaTimezone } ordersCount { count } customersCount { count } productsCount { count }
        orders(first: 50, sortKey: UPDATED_AT, reverse: true) { nodes { id updatedAt customer { id } } }
        webhookSubscriptions(first: 9) { nodes { id topic uri } } }`,
    )
  ).data;

describe('the state', () => {
  it('of a sandbox that is killed is that of its last change', async () => {
    const first = await start();
    const { control } = first;
    const { access_token: token } = control.issueToken(SHOP, ALL_SCOPES);
    const client = clientOf(first, SHOP, token);
    await client.ask(
      'mutation { webhookSubscriptionCreate(topic: ORDERS_CREATE, webhookSubscription: { uri: "https://example.com/" }) { userErrors { message } } }',
    );
    await client.ask(
      'mutation { webhookSubscriptionCreate(topic: ORDERS_UPDATED, webhookSubscription: { uri: "https://example.com/" }) { userErrors { message } } }',
    );
    control.removeSubscriptions(SHOP, control.subscriptions(SHOP)[1]!.id);
    const [kept, merged] = [control.createCustomer(SHOP), control.createCustomer(SHOP)];
    control.createOrder(SHOP, { customer: merged.id });
    control.mergeCustomers(SHOP, merged.id, kept.id);
    const last = control.createOrder(SHOP);
    control.deleteOrder(SHOP, last.id);
    control.deleteProduct(SHOP, control.createProduct(SHOP).id);
    const checkout = control.createCheckout(SHOP);
    control.updateShop(SHOP, { name: 'Renamed', timezone: 'Asia/Tokyo' });
    control.createShop('gone.myshopify.com');
    control.resetShop('gone.myshopify.com');
    const before = await seen(first, token);
    const expected = await control.expected(SHOP);
    copyFileSync(state, join(folder, 'killed.json'));
    // a line that was being written
    appendFileSync(join(folder, 'killed.json'), '{"of":"demo.mysho');

    const second = await start({ state: join(folder, 'killed.json') });
    expect(await seen(second, token)).toEqual(before);
    expect(before.shop).toEqual({ name: 'Renamed', ianaTimezone: 'Asia/Tokyo' });
    expect(await second.control.expected(SHOP)).toEqual(expected);
    expect(second.control.subscriptions(SHOP).map(({ topic }) => topic)).toEqual(['orders/create']);
    expect(second.control.shops()).toEqual([SHOP]);
    // what is deleted was, and its number is not given again
    expect(Number(second.control.createOrder(SHOP).id)).toBeGreaterThan(Number(last.id));
    expect(Number(second.control.createCustomer(SHOP).id)).toBeGreaterThan(Number(merged.id));
    expect(second.control.createCheckout(SHOP).id).not.toBe(checkout.id);
  });

  it('is in the file before anybody is told of it', async () => {
    const sandbox = await start();
    const app = await startReceiver();
    closers.push(app.close);
    const { access_token: token } = sandbox.control.issueToken(SHOP, ALL_SCOPES);
    await clientOf(sandbox, SHOP, token).ask(
      `mutation ($uri: String!) { webhookSubscriptionCreate(topic: ORDERS_CREATE, webhookSubscription: { uri: $uri }) { userErrors { message } } }`,
      { uri: app.url },
    );
    for (let i = 0; i < 20; i++) {
      const { index } = sandbox.control.createOrder(SHOP);
      expect(readFileSync(state, 'utf8')).toContain(`"part":"orders","key":${index},`);
    }
    await sandbox.control.idle();
    expect(app.received).toHaveLength(20);
  });

  it('grows with what changes, not with what there is, and shrinks at the next start', async () => {
    const first = await start();
    const random = new Random(1);
    first.control.createOrder(SHOP);
    for (let i = 0; i < 100; i++) first.control.updateOrder(SHOP, random.int(5), { note: `n${i}` });
    const grown = statSync(state).size;
    const began = performance.now();
    for (let i = 0; i < 100; i++) first.control.updateOrder(SHOP, random.int(5), { note: `n${i}` });
    expect(performance.now() - began).toBeLessThan(10_000);
    const added = statSync(state).size - grown;
    expect(added).toBeGreaterThan(0);
    const before = await first.control.expected(SHOP);
    await first.close();
    const second = await start();
    expect(statSync(state).size).toBeLessThan(added);
    expect(await second.control.expected(SHOP)).toEqual(before);
  });

  it('that was kept in one piece, as once it was, is still read', async () => {
    const first = await start();
    const order = first.control.createOrder(SHOP);
    const spec = first.control.shop(SHOP);
    const line = readFileSync(state, 'utf8')
      .split('\n')
      .find((text) => text.includes('"part":"orders"'))!;
    const { key, value } = JSON.parse(line) as { key: number; value: unknown };
    const old = {
      tokens: { access: [['t', { shop: SHOP, scopes: ALL_SCOPES, expiresAt: null }]], refresh: [] },
      shops: [{ spec, overlay: { orders: [[key, value]], customers: [], products: [] } }],
    };
    const file = join(folder, 'old.json');
    writeFileSync(file, JSON.stringify(old));
    const second = await start({ state: file });
    expect(second.control.order(SHOP, order.id)).toEqual(order);
    expect((await seen(second, 't')).ordersCount.count).toBe(51);
  });
});
