import { setTimeout as delay } from 'node:timers/promises';
import type { SyncRun } from '@xeno/contracts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Control } from '../../../sandbox/src/index.ts';
import { grants } from '../../src/db/migrations/0018-grants.ts';
import { typesOf } from '../../src/db/types.ts';
import { type Browser, expectExact, onEachDatabase, startWorld, wentWell, type World } from './world.ts';

onEachDatabase('what a store grants later, or takes back', (engine) => {
  let world: World;
  let control: Control;
  let ada: Browser;
  beforeAll(async () => {
    world = await startWorld(engine, { env: { SYNC_RETRY_SECONDS: '1', SYNC_TURN_SECONDS: '1', SWEEP_SECONDS: '1' } });
    ({ control } = world.sandbox);
    ada = await world.register();
  });
  afterAll(() => world?.close());

  /** A store that has not granted these scopes so far. */
  const without = async (shop: string, scopes: string[]): Promise<string> => {
    control.createShop(shop, { orders: 200 });
    control.withholdScopes(shop, scopes);
    return ada.fill(shop);
  };
  const scopesOf = async (id: string): Promise<string[]> => {
    const [row] = await world.db.read<{ scopes: string }>('SELECT scopes FROM tenants WHERE id = ?', [BigInt(id)]);
    return row!.scopes.split(',');
  };
  const grant = async (shop: string, id: string, scope: string): Promise<void> =>
    control.changeScopes(shop, [...(await scopesOf(id)), scope]);
  /** The run after so many others, once it has ended. */
  const runAfter = async (id: string, others: number): Promise<SyncRun> => {
    await expect.poll(async () => (await ada.runs(id)).length).toBeGreaterThan(others);
    return wentWell(await ada.settled(id));
  };

  test('all orders: the older ones come', async () => {
    const shop = 'all-orders.myshopify.com';
    const id = await without(shop, ['read_all_orders']);
    await expectExact(world, ada, id, shop, { visible: true });
    const { length } = await ada.runs(id);
    await grant(shop, id, 'read_all_orders');
    expect((await runAfter(id, length)).notice).toBeNull();
    await expectExact(world, ada, id, shop);
    // and once they are in, what changes is enough
    expect((await ada.synced(id)).streams.find(({ name }) => name === 'orders')!.done).toBeLessThan(50);
  });

  test.each([
    ['customers', 'read_customers'],
    ['products', 'read_products'],
  ])('%s: orders that are in already get theirs', async (what, scope) => {
    const shop = `late-${what}.myshopify.com`;
    const id = await without(shop, [scope, 'read_customer_merge']);
    const { length } = await ada.runs(id);
    await grant(shop, id, scope);
    await runAfter(id, length);
    await expectExact(world, ada, id, shop);
    const column = scope === 'read_customers' ? 'o.customer_id' : 'l.product_id';
    const [named] = await world.db.read<{ n: unknown }>(
      `SELECT COUNT(${column}) AS n FROM orders o JOIN order_lines l
         ON l.tenant_id = o.tenant_id AND l.shopify_order_id = o.shopify_order_id WHERE o.tenant_id = ?`,
      [BigInt(id)],
    );
    expect(Number(named!.n)).toBeGreaterThan(100);
  });

  test('while a run goes on, by connecting again: the next one fetches it, soon and by itself', async () => {
    const shop = 'meanwhile.myshopify.com';
    const id = await without(shop, ['read_all_orders']);
    control.withholdScopes(shop, []);
    const fault = control.setFault({ kind: 'bulk_slots_taken', shop, times: null });
    const { id: running } = await ada.sync(id, 'full');
    await expect.poll(() => fault.struck).toBeGreaterThan(0);
    await ada.connect(shop);
    expect((await ada.runs(id))[0]).toMatchObject({ id: running, status: 'running' });
    control.clearFaults(fault.id);
    wentWell(await ada.settled(id));
    await expect.poll(async () => (await ada.runs(id)).length).toBe(3);
    wentWell(await ada.settled(id));
    await expectExact(world, ada, id, shop);
    await delay(1_500);
    expect(await ada.runs(id)).toHaveLength(3);
  });

  test('a back-fill of several turns is done once', async () => {
    const shop = 'several-turns.myshopify.com';
    const end = Date.now() - 40 * 86_400_000;
    control.createShop(shop, { orders: 3_300, end, start: end - 300 * 86_400_000 });
    const slow = control.setFault({ kind: 'slow', match: 'BulkPoll', shop, delayMs: 1_500, times: null });
    const id = await ada.fill(shop);
    control.clearFaults(slow.id);
    await expectExact(world, ada, id, shop);
    await delay(2_500);
    expect(await ada.runs(id)).toHaveLength(1);
  });

  test('a fetch of everything that failed is done again wholly', async () => {
    const shop = 'failed-wholly.myshopify.com';
    control.createShop(shop, { orders: 60 });
    const id = await ada.fill(shop);
    // which nobody hears of but a fetch of everything
    const dropped = control.setFault({ kind: 'webhook_drop', shop, times: null });
    control.deleteOrder(shop, 30);
    const fault = control.setFault({ kind: 'bulk_failed', shop, times: null });
    expect((await ada.syncAndWait(id, 'full')).status).toBe('failed');
    control.clearFaults(fault.id);
    await expect.poll(async () => (await ada.runs(id))[0]!.status).toBe('succeeded');
    control.clearFaults(dropped.id);
    await expectExact(world, ada, id, shop);
  });

  test('one that fails each time keeps nothing out that has changed', async () => {
    const shop = 'fails-each-time.myshopify.com';
    control.createShop(shop, { orders: 60 });
    const id = await ada.fill(shop);
    const dropped = control.setFault({ kind: 'webhook_drop', shop, times: null });
    const fault = control.setFault({ kind: 'bulk_failed', errorCode: 'ACCESS_DENIED', shop, times: null });
    expect((await ada.syncAndWait(id, 'full')).status).toBe('failed');
    expect((await ada.syncAndWait(id)).status).toBe('failed');
    control.createOrder(shop, { test: false });
    wentWell(await ada.syncAndWait(id));
    await expectExact(world, ada, id, shop);
    control.clearFaults(fault.id);
    control.clearFaults(dropped.id);
  });

  test('what is granted later and fails each time is not tried again at once', async () => {
    const shop = 'granted-in-vain.myshopify.com';
    const id = await without(shop, ['read_all_orders']);
    const fault = control.setFault({ kind: 'bulk_failed', errorCode: 'ACCESS_DENIED', shop, times: null });
    control.withholdScopes(shop, []);
    await ada.connect(shop);
    expect((await ada.settled(id)).status).toBe('failed');
    expect((await ada.syncAndWait(id)).status).toBe('failed');
    wentWell(await ada.syncAndWait(id));
    await delay(2_500);
    expect(await ada.runs(id)).toHaveLength(4);
    control.clearFaults(fault.id);
  });

  /**
   * A store with orders of before the last 60 days that takes `read_all_orders` back, of which no webhook tells, once
   * Shopify is asked `operation`: whoever asks has read the scopes by then. Gives it and its orders, the oldest first.
   */
  const takesBack = async (
    shop: string,
    operation: string,
    act: (id: string, orders: string[]) => Promise<unknown>,
  ) => {
    control.createShop(shop, { orders: 80 });
    const id = await ada.fill(shop);
    const read = async () =>
      (
        await world.db.read<{ id: string | number }>(
          'SELECT shopify_order_id AS id FROM orders WHERE tenant_id = ? ORDER BY created_at, shopify_order_id',
          [BigInt(id)],
        )
      ).map((order) => String(order.id));
    const before = await read();
    const scopes = (await scopesOf(id)).filter((scope) => scope !== 'read_all_orders');
    control.setFault({ kind: 'webhook_drop', shop, match: 'app/scopes_update', times: null });
    const fetched = globalThis.fetch;
    globalThis.fetch = (...args: Parameters<typeof fetch>) => {
      const sent = args[1]?.body;
      if (typeof sent === 'string' && sent.includes(operation)) control.changeScopes(shop, scopes);
      return fetched(...args);
    };
    try {
      await act(id, before);
    } finally {
      globalThis.fetch = fetched;
    }
    expect(await read()).toEqual(before);
    await expectExact(world, ada, id, shop);
  };

  test('all orders, taken back while a run fetches everything: what is not shown any more is not deleted', () =>
    takesBack('taken-back.myshopify.com', 'OrdersCount', (id) => ada.synced(id, 'full')));

  test('all orders, taken back unheard: what is marked and not shown any more is not deleted', () =>
    takesBack('taken-back-unheard.myshopify.com', 'OrdersById', async (id, [oldest]) => {
      const longAgo = new Date(Date.now() - 3_600_000);
      await world.db.transaction((tx) =>
        tx.insert(
          'fetch_marks',
          ['tenant_id', 'stream', 'shopify_id', 'marked_at', 'due_at', 'tries'],
          [[BigInt(id), 'orders', BigInt(oldest!), longAgo, longAgo, 2]],
          null,
        ),
      );
      const marks = () => world.db.read('SELECT 1 FROM fetch_marks WHERE tenant_id = ?', [BigInt(id)]);
      await expect.poll(marks).toEqual([]);
    }));

  test('of streams that were read before this was noted, it is what the store had granted', async () => {
    const id = await ada.fill('before-notes.myshopify.com');
    const noted = () =>
      world.db.read('SELECT stream, grants FROM stream_cursors WHERE tenant_id = ? ORDER BY stream', [BigInt(id)]);
    const before = await noted();
    expect(before).toContainEqual({ stream: 'orders', grants: 'all_orders,customers,products' });
    const soFar = grants.find(({ name }) => name === '0018-cursor-grants-so-far')!;
    await world.db.transaction(async (tx) => {
      await tx.run('UPDATE stream_cursors SET grants = NULL WHERE tenant_id = ?', [BigInt(id)]);
      await tx.run(soFar.up(typesOf(world.db.dialect)));
    });
    expect(await noted()).toEqual(before);
  });
});
