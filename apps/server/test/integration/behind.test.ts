import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { setTimeout as delay } from 'node:timers/promises';
import { addressOf, caughtUp } from './webhooks.ts';
import { type Browser, expectExact, onEachDatabase, startWorld, type World } from './world.ts';

/** What Shopify answers is changed on its way. */
type Change = (answer: { data: { nodes: unknown[] }; errors?: unknown[] }, ids: string[]) => void;

onEachDatabase('where Shopify’s reads are behind, or fail for one record', (engine) => {
  const fetched = globalThis.fetch;
  let world: World;
  let shops = 0;
  beforeAll(async () => {
    world = await startWorld(engine, {
      env: {
        FETCH_SETTLE_SECONDS: '1',
        EVENT_RETRY_SECONDS: '1',
        MARK_RETRY_SECONDS: '1',
        SWEEP_SECONDS: '1',
        MARK_BELIEVED_SECONDS: '120',
      },
    });
  });
  afterEach(() => {
    globalThis.fetch = fetched;
    world.sandbox.control.clearFaults();
  });
  afterAll(() => world.close());

  const control = () => world.sandbox.control;
  async function open() {
    const shop = `behind-${++shops}.myshopify.com`;
    control().createShop(shop, { orders: 20 });
    const browser: Browser = await world.register();
    return { browser, shop, id: await browser.fill(shop) };
  }
  const newOrder = (shop: string) => control().createOrder(shop, { test: false, lines: [{ quantity: 2 }] });
  /** No webhook can tell it wholly. */
  const refund = (shop: string, order: { id: string }) =>
    control().refundOrder(shop, order.id, { lines: [{ line: 0, quantity: 1 }], adjustment: '1.00' });
  const marks = async (id: string) =>
    (
      await world.db.read<{ id: unknown }>('SELECT shopify_id AS id FROM fetch_marks WHERE tenant_id = ?', [BigInt(id)])
    ).map((mark) => String(mark.id));
  const isStored = async (id: string, order: { id: string }) =>
    (
      await world.db.read('SELECT 1 FROM orders WHERE tenant_id = ? AND shopify_order_id = ?', [
        BigInt(id),
        BigInt(order.id),
      ])
    ).length === 1;

  /** Of orders by their ids. */
  function change(how: Change): void {
    globalThis.fetch = async (...args: Parameters<typeof fetch>) => {
      const answer = await fetched(...args);
      const sent = args[1]?.body;
      if (typeof sent !== 'string' || !sent.includes('OrdersById')) return answer;
      const json = (await answer.json()) as Parameters<Change>[0];
      how(json, (JSON.parse(sent) as { variables: { ids: string[] } }).variables.ids);
      return new Response(JSON.stringify(json), { status: 200, headers: answer.headers });
    };
  }
  const failing =
    (order: { id: string }): Change =>
    (json, ids) => {
      const at = ids.indexOf(`gid://shopify/Order/${order.id}`);
      if (at === -1) return;
      json.data.nodes[at] = null;
      json.errors = [
        { message: 'Internal error.', path: ['nodes', at], extensions: { code: 'INTERNAL_SERVER_ERROR' } },
      ];
    };

  test('an order that Shopify cannot give keeps back no other mark', async () => {
    const { browser, shop, id } = await open();
    const [poison, good] = [newOrder(shop), newOrder(shop)];
    await caughtUp(world, id, shop);
    change(failing(poison));
    refund(shop, poison);
    await expect.poll(() => marks(id)).toContain(poison.id);
    refund(shop, good);
    await control().idle({ shop });
    const refunds = () =>
      world.db.read('SELECT 1 FROM refunds WHERE tenant_id = ? AND shopify_order_id = ?', [
        BigInt(id),
        BigInt(good.id),
      ]);
    await expect.poll(refunds, { timeout: 15_000 }).toHaveLength(1);
    await expect.poll(() => marks(id), { timeout: 15_000 }).toEqual([poison.id]);
    globalThis.fetch = fetched;
    await expectExact(world, browser, id, shop);
  });

  test('an order that Shopify cannot give has its run fail, with all others in', async () => {
    const { browser, shop, id } = await open();
    const poison = newOrder(shop);
    await caughtUp(world, id, shop);
    const dropped = control().setFault({ kind: 'webhook_drop', shop, times: null });
    control().updateOrder(shop, poison.id, { tags: ['x'] });
    const others = Array.from({ length: 5 }, () => newOrder(shop));
    control().clearFaults(dropped.id);
    change(failing(poison));
    const run = await browser.syncAndWait(id, 'incremental');
    expect(run.status).toBe('failed');
    expect(run.error).toContain('only in part');
    for (const other of others) expect(await isStored(id, other)).toBe(true);
    globalThis.fetch = fetched;
    await browser.synced(id, 'incremental');
    await expectExact(world, browser, id, shop);
  });

  test('an order that a run has listed and does not find is asked for again', async () => {
    const { browser, shop, id } = await open();
    const order = newOrder(shop);
    await caughtUp(world, id, shop);
    control().setFault({ kind: 'nodes_behind', shop, times: 1, match: 'OrdersById' });
    await browser.synced(id, 'incremental');
    expect(await isStored(id, order)).toBe(true);
    await expectExact(world, browser, id, shop);
  });

  test('a refund that is not in what is fetched has it fetched again', async () => {
    const { browser, shop, id } = await open();
    const order = newOrder(shop);
    await caughtUp(world, id, shop);
    let before: unknown;
    let isBehind = false;
    change((json, ids) => {
      if (!ids.includes(`gid://shopify/Order/${order.id}`)) return;
      if (isBehind) json.data.nodes = before as unknown[];
      else before = json.data.nodes;
    });
    control().sendWebhook(shop, {
      topic: 'orders/edited',
      uri: addressOf(world, shop),
      body: { order_edit: { id: 1, order_id: Number(order.id) } },
    });
    await expect.poll(() => before).toBeDefined();
    await caughtUp(world, id, shop);
    isBehind = true;
    await delay(1_100); // Shopify's clock has seconds
    control().setFault({ kind: 'webhook_drop', shop, match: 'orders/updated', times: null });
    refund(shop, order);
    await control().idle({ shop });
    await delay(1_500);
    isBehind = false;
    await expect.poll(() => marks(id), { timeout: 15_000 }).toEqual([]);
    await expectExact(world, browser, id, shop);
  });

  test('a mark that was put off is due at once when something new happens', async () => {
    const { browser, shop, id } = await open();
    const order = newOrder(shop);
    await caughtUp(world, id, shop);
    const now = new Date();
    await world.db.transaction((tx) =>
      tx.insert(
        'fetch_marks',
        ['tenant_id', 'stream', 'shopify_id', 'marked_at', 'due_at', 'tries'],
        [[BigInt(id), 'orders', BigInt(order.id), now, new Date(now.getTime() + 3_600_000), 12]],
        null,
      ),
    );
    refund(shop, order);
    await control().idle({ shop });
    await expect.poll(() => marks(id), { timeout: 15_000 }).toEqual([]);
    await expectExact(world, browser, id, shop);
  });

  test('what was deleted and changes afterwards is fetched', async () => {
    const { browser, shop, id } = await open();
    const order = newOrder(shop);
    await caughtUp(world, id, shop);
    // as if Shopify had not found it for long enough
    await world.db.transaction(async (tx) => {
      const past = new Date(Date.now() - 60_000);
      await tx.run('DELETE FROM fetch_marks WHERE tenant_id = ?', [BigInt(id)]);
      await tx.insert(
        'tombstones',
        ['tenant_id', 'stream', 'shopify_id', 'deleted_at'],
        [[BigInt(id), 'orders', BigInt(order.id), past]],
        null,
      );
    });
    control().updateOrder(shop, order.id, { tags: ['later'] });
    await control().idle({ shop });
    const left = () => world.db.read('SELECT 1 FROM tombstones WHERE tenant_id = ?', [BigInt(id)]);
    await expect.poll(left, { timeout: 15_000 }).toEqual([]);
    await expectExact(world, browser, id, shop);
  });
});
