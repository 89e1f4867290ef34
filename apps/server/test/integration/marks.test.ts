import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { expectExact, onEachDatabase, startWorld } from './world.ts';

const SHOP = 'doubted.myshopify.com';

onEachDatabase('very many marks', (engine) => {
  test('are left to an incremental run, and what that does not answer to a full one', async () => {
    const world = await startWorld(engine, { env: { SWEEP_SECONDS: '1', MARKS_BY_BULK: '20' } });
    try {
      const { db, sandbox } = world;
      sandbox.control.createShop(SHOP, { orders: 90 });
      const ada = await world.register();
      const id = await ada.fill(SHOP);
      const tenant = BigInt(id);
      const marks = async () => (await db.read('SELECT 1 FROM fetch_marks WHERE tenant_id = ?', [tenant])).length;
      const mark = (dueAt: Date, most: number, but = 0) =>
        db.transaction((tx) =>
          tx.run(
            `INSERT INTO fetch_marks (tenant_id, stream, shopify_id, marked_at, due_at)
             SELECT tenant_id, 'orders', shopify_order_id, ?, ? FROM orders WHERE tenant_id = ?
             ORDER BY shopify_order_id LIMIT ${most} OFFSET ${but}`,
            [new Date(), dueAt, tenant],
          ),
        );
      const left = async (count: number) => {
        while ((await marks()) !== count) await delay(25);
        await ada.settled(id);
      };
      const runs = async () => (await ada.runs(id)).map(({ kind }) => kind).filter((kind) => kind !== 'backfill');

      await mark(new Date(), 15);
      await left(0);
      expect(await runs()).toEqual([]);
      // what is stored is doubted: any fetch replaces it
      await db.transaction((tx) =>
        tx.run("UPDATE orders SET total_price = 1, content_hash = '' WHERE tenant_id = ?", [tenant]),
      );
      // these have not changed in Shopify, so that no incremental run brings them
      await mark(new Date(Date.now() + 3_600_000), 25, 65);
      await mark(new Date(), 65);
      await left(25);
      expect(await runs()).toEqual(['incremental']);
      await mark(new Date(), 65);
      await left(0);
      expect(await runs()).toEqual(['full', 'incremental']);
      await mark(new Date(), 15);
      await left(0);
      expect(await runs()).toEqual(['full', 'incremental']);
      expect(await db.read('SELECT 1 FROM orders WHERE tenant_id = ? AND total_price = 1', [tenant])).toEqual([]);
      await expectExact(world, ada, id, SHOP);
    } finally {
      await world.close();
    }
  });
});

onEachDatabase('a mark', (engine) => {
  test.each([
    ['with all orders', []],
    ['with those of the last weeks', ['read_all_orders']],
  ])('on what Shopify does not find yet deletes nothing, %s', async (_what, withheld) => {
    const world = await startWorld(engine, { env: { SWEEP_SECONDS: '1', MARK_RETRY_SECONDS: '1' } });
    try {
      const { db, sandbox } = world;
      sandbox.control.createShop(SHOP, { orders: 20 });
      sandbox.control.withholdScopes(SHOP, withheld);
      const ada = await world.register();
      const id = await ada.fill(SHOP);
      const dropped = sandbox.control.setFault({ kind: 'webhook_drop', shop: SHOP, times: null });
      const fault = sandbox.control.setFault({ kind: 'nodes_behind', shop: SHOP, times: null });
      const order = sandbox.control.createOrder(SHOP, { test: false });
      const mark = (now = new Date()) =>
        db.transaction((tx) =>
          tx.insert(
            'fetch_marks',
            ['tenant_id', 'stream', 'shopify_id', 'marked_at', 'due_at'],
            [[BigInt(id), 'orders', BigInt(order.id), now, now]],
            { keys: ['tenant_id', 'stream', 'shopify_id'] },
          ),
        );
      await mark();
      await expect.poll(() => fault.struck).toBeGreaterThan(0);
      sandbox.control.clearFaults(fault.id);
      await expectExact(world, ada, id, SHOP, { visible: withheld.length > 0 });

      // what is not found again and again is gone
      sandbox.control.deleteOrder(SHOP, order.id);
      await mark();
      await expectExact(world, ada, id, SHOP, { visible: withheld.length > 0 });
      sandbox.control.clearFaults(dropped.id);
    } finally {
      await world.close();
    }
  });

  test('on what Shopify refuses to tell keeps back none of the other streams', async () => {
    const world = await startWorld(engine, { env: { SWEEP_SECONDS: '1', MARK_RETRY_SECONDS: '1' } });
    try {
      const { db, sandbox } = world;
      sandbox.control.createShop(SHOP, { orders: 20 });
      const ada = await world.register();
      const id = await ada.fill(SHOP);
      // as where protected customer data is not approved
      const fields = ['Customer.defaultEmailAddress'];
      sandbox.control.setFault({ kind: 'partial_data', shop: SHOP, match: 'CustomersById', fields, times: null });
      sandbox.control.setFault({ kind: 'webhook_drop', shop: SHOP, times: null });
      const now = new Date();
      // more of them than are fetched at a time; products are behind them
      const customers = Array.from({ length: 100 }, (_, i) => BigInt(i + 1));
      const stored = (stream: 'customers' | 'products' | 'orders') =>
        db.read<{ id: string | number }>(
          `SELECT shopify_${stream.slice(0, -1)}_id AS id FROM ${stream} WHERE tenant_id = ?`,
          [BigInt(id)],
        );
      const [order] = await stored('orders');
      const [customer] = await stored('customers');
      const [product] = await stored('products');
      sandbox.control.deleteOrder(SHOP, String(order!.id));
      const mark = (stream: string, ids: bigint[], at: Date) => ids.map((one) => [BigInt(id), stream, one, at, at, 0]);
      await db.transaction((tx) =>
        tx.insert(
          'fetch_marks',
          ['tenant_id', 'stream', 'shopify_id', 'marked_at', 'due_at', 'tries'],
          [
            ...mark('orders', [BigInt(order!.id)], now),
            ...mark('customers', [BigInt(customer!.id), ...customers], new Date(now.getTime() - 1_000)),
            ...mark('products', [BigInt(product!.id)], now),
          ],
          null,
        ),
      );
      const marked = async () =>
        (
          await db.read<{ stream: string }>('SELECT DISTINCT stream FROM fetch_marks WHERE tenant_id = ?', [BigInt(id)])
        ).map(({ stream }) => stream);
      await expect.poll(marked).toEqual(['customers']);
      expect(await stored('orders')).not.toContainEqual(order);
    } finally {
      await world.close();
    }
  });
});
