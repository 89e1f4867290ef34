import type { SyncRun } from '@xeno/contracts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Control } from '../../../sandbox/src/index.ts';
import { type Browser, expectExact, onEachDatabase, startWorld, wentWell, type World } from './world.ts';

onEachDatabase('syncing changes', (engine) => {
  let world: World;
  let control: Control;
  let ada: Browser;
  let shops = 0;

  beforeAll(async () => {
    world = await startWorld(engine);
    ({ control } = world.sandbox);
    ada = await world.register();
  });
  afterAll(() => world?.close());

  const filled = async (wishes: Parameters<Control['createShop']>[1] = {}) => {
    const shop = `changing-${++shops}.myshopify.com`;
    control.createShop(shop, { orders: 80, currency: 'GBP', ...wishes });
    return { shop, id: await ada.fill(shop) };
  };
  const kinds = async (run: SyncRun) => {
    const rows = await world.db.read<{ name: string; kind: string }>(
      'SELECT name, kind FROM sync_streams WHERE run_id = ?',
      [BigInt(run.id)],
    );
    return Object.fromEntries(rows.map(({ name, kind }) => [name, kind]));
  };
  const count = async (table: string, id: string): Promise<number> => {
    const [row] = await world.db.read<{ n: unknown }>(`SELECT COUNT(*) AS n FROM ${table} WHERE tenant_id = ?`, [
      BigInt(id),
    ]);
    return Number(row!.n);
  };

  test('every kind of change arrives', async () => {
    const { shop, id } = await filled({ bigIds: true });
    const customer = control.createCustomer(shop, { firstName: 'Grace', lastName: 'Hopper' });
    control.createOrder(shop, { customer: customer.key, lines: [{ title: 'Ship', price: '1000000' }] });
    control.createOrder(shop, { customer: null, test: true });
    control.createOrder(shop, { discount: { code: 'TEN', percentage: 10 }, shipping: '4.90', tip: '1' });
    const orders = [0, 1, 2, 3].map(() => control.createOrder(shop, { lineCount: 3, shipping: '5' }));
    const run = await ada.synced(id);
    expect(run.kind).toBe('incremental');
    expect(await kinds(run)).toEqual({ orders: 'incremental', customers: 'incremental', products: 'incremental' });
    await expectExact(world, ada, id, shop);

    control.editOrder(shop, orders[0]!.id, { add: [{ title: 'More', price: '3' }], remove: [{ line: 0 }] });
    control.refundOrder(shop, orders[1]!.id, { lines: [{ line: 1 }], shipping: true, adjustment: '-2' });
    control.cancelOrder(shop, orders[2]!.id);
    control.updateOrder(shop, orders[3]!.id, { test: true });
    // orders that came with the back-fill too
    control.refundOrder(shop, 3);
    control.editOrder(shop, 5, { add: [{ title: 'More', price: '3' }] });
    const product = control.updateProduct(shop, 0, { title: 'Renamed', price: '9.99', inventory: 7 });
    control.updateCustomer(shop, customer.key, { firstName: 'Rear Admiral' });
    await ada.synced(id);
    await expectExact(world, ada, id, shop);
    expect((await ada.topCustomers(id, '&limit=1')).data).toMatchObject([{ name: 'Rear Admiral Hopper', orders: 1 }]);
    const [stored] = await world.db.read<{ title: string; price: unknown; inventory: unknown }>(
      'SELECT title, price, inventory FROM products WHERE tenant_id = ? AND shopify_product_id = ?',
      [BigInt(id), BigInt(product.id)],
    );
    expect(stored!.title).toBe('Renamed');
    expect([Number(stored!.price), Number(stored!.inventory)]).toEqual([999, 7 * product.variants.length]);
  });

  test('a change within the same second as the one before is not lost', async () => {
    const { shop, id } = await filled({ orders: 20 });
    const order = control.createOrder(shop, { lineCount: 2 });
    const second = Math.floor(Date.parse(order.updatedAt) / 1000) * 1000;
    for (let round = 0; round < 3; round++) {
      control.settings({ clockOffset: second - Date.now() });
      const { updatedAt } = control.editOrder(shop, order.id, { add: [{ title: `Round ${round}`, price: '1.25' }] });
      control.settings({ clockOffset: 0 });
      expect(updatedAt.slice(0, 19)).toBe(order.updatedAt.slice(0, 19));
      await ada.synced(id);
      await expectExact(world, ada, id, shop);
    }
  });

  test('what Shopify deleted is removed by a full sync', async () => {
    const { shop, id } = await filled();
    const product = control.createProduct(shop, { title: 'Short-lived' });
    const order = control.createOrder(shop, { lines: [{ product: product.index, quantity: 2 }] });
    const best = (await ada.topCustomers(id, '&limit=1')).data[0]!;
    await ada.synced(id);
    expect(await count('products', id)).toBe((await control.expected(shop)).fetchable.products);

    control.deleteOrder(shop, order.id);
    control.deleteOrder(shop, 0);
    control.deleteOrder(shop, 41);
    control.deleteProduct(shop, product.index);
    control.deleteCustomer(shop, best.customerId);
    const run = await ada.synced(id, 'full');
    expect(run.kind).toBe('full');
    await expectExact(world, ada, id, shop);
    expect((await ada.topCustomers(id, '&limit=100')).data.map(({ customerId }) => customerId)).not.toContain(
      best.customerId,
    );
    const { fetchable } = await control.expected(shop);
    expect([await count('orders', id), await count('products', id)]).toEqual([fetchable.orders, fetchable.products]);
  });

  test('a full sync leaves what was created after its result was begun to webhooks', async () => {
    const { shop, id } = await filled({ orders: 20 });
    control.setFault({ kind: 'webhook_drop', shop, times: null });
    const [since, before] = [control.order(shop, 3), control.order(shop, 4)];
    for (const { id: order } of [since, before]) control.deleteOrder(shop, order);
    await world.db.transaction((tx) =>
      tx.run('UPDATE orders SET created_at = ? WHERE tenant_id = ? AND shopify_order_id = ?', [
        new Date(Date.now() + 600_000),
        BigInt(id),
        BigInt(since.id),
      ]),
    );
    await ada.synced(id, 'full');
    const left = await world.db.read<{ id: unknown }>(
      'SELECT shopify_order_id AS id FROM orders WHERE tenant_id = ? AND shopify_order_id IN (?, ?)',
      [BigInt(id), BigInt(since.id), BigInt(before.id)],
    );
    expect(left.map((row) => String(row.id))).toEqual([since.id]);
  });

  test('what was deleted is found among more than a page of orders of one instant', async () => {
    const { shop, id } = await filled({ orders: 2_400 });
    control.setFault({ kind: 'webhook_drop', shop, times: null });
    const middle = BigInt(control.order(shop, 1_200).id);
    for (const [sign, at] of [
      ['<', '2026-03-01T10:00:00Z'],
      ['>=', '2026-03-02T10:00:00Z'],
    ] as const) {
      await world.db.transaction((tx) =>
        tx.run(`UPDATE orders SET created_at = ? WHERE tenant_id = ? AND shopify_order_id ${sign} ?`, [
          new Date(at),
          BigInt(id),
          middle,
        ]),
      );
    }
    for (const index of [0, 1_003, 1_199, 1_200, 2_201, 2_399]) control.deleteOrder(shop, index);
    await ada.synced(id, 'full');
    expect(await count('orders', id)).toBe(2_394);
    await expectExact(world, ada, id, shop);
  });

  test('everything was deleted', async () => {
    const { shop, id } = await filled({ orders: 5 });
    for (let i = 0; i < 5; i++) control.deleteOrder(shop, i);
    await ada.synced(id, 'full');
    expect(await count('orders', id)).toBe(0);
    expect(await count('sales', id)).toBe(0);
    expect((await ada.overview(id)).totals).toMatchObject({ orders: 0, units: 0, revenue: { amount: '0.00' } });
  });

  test('without read_all_orders, orders older than sixty days are left alone', async () => {
    const { shop, id } = await filled({ orders: 300 });
    const before = (await ada.overview(id)).totals.orders;
    control.withholdScopes(shop, ['read_all_orders']);
    await ada.connect(shop);
    wentWell(await ada.settled(id));
    await expectExact(world, ada, id, shop);

    const old = control.order(shop, 0);
    const recent = control.createOrder(shop, { test: false });
    await ada.synced(id);
    expect((await ada.overview(id)).totals.orders).toBe(before + 1);
    control.setFault({ kind: 'webhook_drop', shop, times: null });
    control.deleteOrder(shop, old.index);
    control.deleteOrder(shop, recent.index);
    expect((await ada.synced(id, 'full')).notice).toMatch(/60 days/);
    expect((await ada.overview(id)).totals.orders).toBe(before);
    const stored = await world.db.read(
      'SELECT shopify_order_id FROM orders WHERE tenant_id = ? AND shopify_order_id IN (?, ?)',
      [BigInt(id), BigInt(old.id), BigInt(recent.id)],
    );
    expect(stored.map((row) => String((row as { shopify_order_id: unknown }).shopify_order_id))).toEqual([old.id]);
  });

  test('a second sync while one runs is the same run', async () => {
    const { id } = await filled({ orders: 10 });
    control.settings({ bulkDelay: 1_500 });
    const first = await ada.sync(id, 'full');
    const others = await Promise.all([ada.sync(id), ada.sync(id, 'full'), ada.sync(id, 'incremental')]);
    control.settings({ bulkDelay: 40 });
    expect(others.map((run) => [run.id, run.kind])).toEqual(others.map(() => [first.id, 'full']));
    expect((await ada.settled(id)).id).toBe(first.id);
    expect(await ada.runs(id)).toHaveLength(2);
    expect((await ada.synced(id)).id).not.toBe(first.id);
  });

  test('twenty at once are one', async () => {
    const { id } = await filled({ orders: 10 });
    const runs = await Promise.all(Array.from({ length: 20 }, () => ada.sync(id)));
    // one may have ended before the last one was asked for
    expect(new Set(runs.map((run) => run.id)).size).toBeLessThanOrEqual(2);
    wentWell(await ada.settled(id));
  });

  test('a stream that failed is fetched again by a sync without kind, and only that one wholly', async () => {
    const shop = `changing-${++shops}.myshopify.com`;
    control.createShop(shop, { orders: 80 });
    const fault = control.setFault({ kind: 'http_status', status: 403, match: 'customersCount', shop, times: null });
    const id = await ada.connect(shop);
    const run = await ada.settled(id);
    expect(run).toMatchObject({ status: 'failed', error: expect.stringMatching(/Grant the app/) as string });
    expect(run.streams.map(({ name, status }) => [name, status])).toEqual([
      ['products', 'succeeded'],
      ['customers', 'failed'],
      ['orders', 'succeeded'],
    ]);
    expect(await ada.tenant(id)).toMatchObject({ status: 'connected', lastSyncAt: null });

    control.clearFaults(fault.id);
    const next = await ada.synced(id);
    expect(await kinds(next)).toEqual({ orders: 'incremental', customers: 'full', products: 'incremental' });
    await expectExact(world, ada, id, shop);
  });

  test('many changes come by one bulk operation', async () => {
    const { shop, id } = await filled({ orders: 400 });
    for (let i = 0; i < 330; i++) control.updateOrder(shop, i, { tags: ['counted'] });
    for (let i = 0; i < 20; i++) control.refundOrder(shop, control.createOrder(shop, { lineCount: 2 }).id);
    const run = await ada.synced(id);
    expect(run.streams.find(({ name }) => name === 'orders')!.done).toBeGreaterThan(300);
    const windows = await world.db.read('SELECT stream FROM sync_windows WHERE run_id = ?', [BigInt(run.id)]);
    expect(windows).toEqual([{ stream: 'orders' }]);
    await expectExact(world, ada, id, shop);
    expect((await ada.synced(id)).status).toBe('succeeded');
    await expectExact(world, ada, id, shop);
  });

  test('as of: Shopify’s clock less a minute, and never back', async () => {
    const { id } = await filled({ orders: 10 });
    const first = (await ada.overview(id)).asOf!;
    await ada.synced(id);
    expect((await ada.overview(id)).asOf! >= first).toBe(true);
    control.settings({ clockOffset: 3_600_000 });
    const began = Date.now();
    await ada.synced(id);
    control.settings({ clockOffset: 0 });
    const later = Date.parse((await ada.overview(id)).asOf!);
    // the clock of the Date header has whole seconds
    expect(later).toBeGreaterThanOrEqual(began + 3_540_000 - 1_000);
    expect(later).toBeLessThanOrEqual(Date.now() + 3_540_000);
    await ada.synced(id);
    expect(Date.parse((await ada.overview(id)).asOf!)).toBe(later);
  });

  test('a store that moves to another time zone gets its days anew', async () => {
    const { shop, id } = await filled({ orders: 0, timezone: 'Europe/London' });
    for (let day = 1; day <= 28; day++) {
      const at = (hour: string, month = '03') => `2026-${month}-${String(day).padStart(2, '0')}T${hour}:30:00Z`;
      const order = control.createOrder(shop, { createdAt: at('09'), lineCount: 2 });
      control.createOrder(shop, { createdAt: at('23') });
      if (day % 3 === 0) control.refundOrder(shop, order.id, { at: at('11', '04') });
    }
    await ada.synced(id);
    const before = (await ada.ordersByDate(id)).data;
    Object.assign(control.shop(shop), { timezone: 'Pacific/Kiritimati' });
    await ada.synced(id);
    expect((await ada.ordersByDate(id)).data).not.toEqual(before);
    await expectExact(world, ada, id, shop);
  });

  test('runs are listed, the newest first, page by page', async () => {
    const { id } = await filled({ orders: 5 });
    for (let i = 0; i < 4; i++) await ada.synced(id);
    const all = (await ada.runs(id)).map((run) => run.id);
    expect(all).toHaveLength(5);
    const pages: string[][] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const page: { data: SyncRun[]; nextCursor: string | null } = await ada.get(
        `/api/tenants/${id}/sync-runs?limit=2${cursor && `&cursor=${cursor}`}`,
      );
      pages.push(page.data.map((run) => run.id));
      cursor = page.nextCursor;
    }
    expect(pages.map((page) => page.length)).toEqual([2, 2, 1]);
    expect(pages.flat()).toEqual(all);
    for (const cursor of ['x', '1-', '1-1;DROP TABLE users', '9'.repeat(40)]) {
      const answer = await ada.call('GET', `/api/tenants/${id}/sync-runs?cursor=${encodeURIComponent(cursor)}`);
      expect(answer.body).toMatchObject({ status: 400, errors: [{ path: 'cursor' }] });
    }
  });
});
