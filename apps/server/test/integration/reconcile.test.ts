import type { Finding, Reconciliation } from '@xeno/contracts';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { apply } from '../../src/ingest/apply.ts';
import { asDate, databaseNow } from '../../src/db/values.ts';
import { mapOrder } from '../../src/ingest/map/order.ts';
import type { OrderRecord } from '../../src/ingest/records.ts';
import { createShopifyClient } from '../../src/shopify/client.ts';
import { fetchOrders } from '../../src/shopify/fetch-orders.ts';
import { gidOf } from '../../src/shopify/gid.ts';
import { type Browser, expectExact, onEachDatabase, startWorld, type World } from './world.ts';

const SHOP = 'reconciled.myshopify.com';
const DAY_MS = 86_400_000;

onEachDatabase('reconciliation', (engine) => {
  let world: World;
  let ada: Browser;
  let id: string;

  beforeAll(async () => {
    world = await startWorld(engine, { env: { RECONCILE_SETTLE_SECONDS: '1', SWEEP_SECONDS: '1' } });
    world.sandbox.control.createShop(SHOP, { orders: 150, bigIds: true, timezone: 'Australia/Lord_Howe' });
    // not one webhook ever comes
    world.sandbox.control.setFault({ kind: 'webhook_drop', probability: 1, times: null });
    ada = await world.register();
    id = await ada.fill(SHOP);
  });
  afterAll(() => world.close());

  /** Compares, and waits; what it found. */
  const reconcile = async (store = id): Promise<{ run: Reconciliation; findings: Finding[] }> => {
    const run = await compared(store);
    expect({ status: run.status, error: run.error }).toEqual({ status: 'succeeded', error: null });
    const findings = await ada.get<{ data: Finding[] }>(
      `/api/tenants/${store}/reconciliations/${run.id}/findings?limit=100`,
    );
    return { run, findings: findings.data };
  };
  const compared = async (store: string): Promise<Reconciliation> => {
    const list = () => ada.get<{ data: Reconciliation[] }>(`/api/tenants/${store}/reconciliations`);
    const before = (await list()).data[0]?.id;
    expect((await ada.call('POST', `/api/tenants/${store}/reconcile`)).status).toBe(202);
    for (const deadline = Date.now() + 30_000; ; await delay(50)) {
      const [run] = (await list()).data;
      if (run && run.id !== before && run.status !== 'running') return run;
      if (Date.now() > deadline) throw new Error(`no end: ${JSON.stringify(run)}`);
    }
  };
  /** As Shopify tells it. */
  const fetchOrder = async (orderId: string): Promise<OrderRecord> => {
    const scopes = ['read_orders', 'read_all_orders', 'read_customers', 'read_products'];
    const { access_token: token } = world.sandbox.control.issueToken(SHOP, scopes);
    const client = createShopifyClient({
      shop: SHOP,
      sandboxUrl: world.sandbox.url,
      tokens: { get: async () => token, renew: async () => token },
    });
    for await (const { orders } of fetchOrders(client, [gidOf('orders', orderId)], { scopes }))
      return mapOrder(orders[0]!);
    throw new Error('no such order');
  };
  /** When the next comparison is due, in seconds; it is being made, or has been asked for, where that is past. */
  const dueIn = async (store: string) => {
    const [row] = await world.db.read<{ due_at: unknown }>(
      "SELECT due_at FROM upkeep WHERE tenant_id = ? AND job = 'reconcile'",
      [BigInt(store)],
    );
    return (asDate(row!.due_at)!.getTime() - (await world.db.now())) / 1000;
  };
  const damage = (sql: string) => world.db.transaction((tx) => tx.run(sql));
  const summary = (findings: Finding[]) => findings.map(({ kind, stream, mended }) => ({ kind, stream, mended }));

  test('finds nothing where all is well, and says what it compared', async () => {
    const { run, findings } = await reconcile();
    expect(findings).toEqual([]);
    expect(run).toMatchObject({ findings: 0, unmended: 0, notice: null });
    expect(run.compared.orders).toBeGreaterThan(140);
    expect(run.compared.days).toBeGreaterThan(80);
    expect(run.compared.rows).toBeGreaterThan(run.compared.orders);
  });

  test('F5: what no webhook ever told is found, named and repaired', async () => {
    const { control } = world.sandbox;
    const [a, b, c] = (await control.expected(SHOP)).topCustomers.map(({ customerId }) => customerId);
    const order = control.createOrder(SHOP, { test: false, customer: a } as never);
    const orders = await world.db.read<{ id: string; name: string; test: number }>(
      'SELECT shopify_order_id AS id, name, test FROM orders WHERE tenant_id = ? AND test = 0 AND cancelled_at IS NULL ORDER BY created_at DESC',
      [BigInt(id)],
    );
    const [edited, refunded, cancelled, deleted] = orders.map((row) => String(row.id));
    control.editOrder(SHOP, edited!, { add: [{ quantity: 2 }] });
    control.refundOrder(SHOP, refunded!, {});
    control.cancelOrder(SHOP, cancelled!, {});
    control.deleteOrder(SHOP, deleted!);
    control.mergeCustomers(SHOP, b!, c!);
    await delay(2100); // older than what is left to webhooks
    const { findings, run } = await reconcile();
    expect(run.unmended).toBe(0);
    const kindOf = (shopifyId: string) => findings.find((finding) => finding.shopifyId === shopifyId)?.kind;
    expect([order.id, edited, refunded, cancelled, deleted].map((one) => kindOf(String(one)))).toEqual([
      'missing',
      'outdated',
      'outdated',
      'outdated',
      'deleted',
    ]);
    expect(findings.find((finding) => finding.shopifyId === deleted)?.name).toMatch(/^#\d+$/);
    await ada.settled(id);
    await expectExact(world, ada, id, SHOP);
    expect((await reconcile()).findings).toEqual([]);
  });

  test('what webhooks have told is no finding', async () => {
    const { control } = world.sandbox;
    control.clearFaults();
    const [first] = (await control.expected(SHOP)).topCustomers;
    for (let i = 0; i < 3; i++) control.createOrder(SHOP, { test: false, customer: first!.customerId } as never);
    control.createOrder(SHOP, { test: false });
    await control.idle({ shop: SHOP });
    const waits = 'SELECT COUNT(*) AS n FROM webhook_events WHERE status = ?';
    while (Number((await world.db.read<{ n: number }>(waits, ['pending']))[0]!.n) > 0) await delay(50);
    control.setFault({ kind: 'webhook_drop', probability: 1, times: null });
    await delay(2100); // older than what is left to webhooks
    expect((await reconcile()).findings).toEqual([]);
    await expectExact(world, ada, id, SHOP);
  });

  test('a damaged row of any table is found, named and mended', async () => {
    const [order] = await world.db.read<{ id: string; name: string; day: string }>(
      `SELECT o.shopify_order_id AS id, o.name, o.local_date AS day FROM orders o
       WHERE o.test = 0 AND o.customer_id IS NOT NULL ORDER BY o.created_at DESC`,
    );
    const mine = `tenant_id = ${id} AND shopify_order_id = ${order!.id}`;
    for (const sql of [
      `UPDATE orders SET total_price = total_price + 1 WHERE ${mine}`,
      `UPDATE orders SET current_total_price = 5 WHERE ${mine}`,
      `UPDATE orders SET name = 'nobody' WHERE ${mine}`,
      `UPDATE orders SET local_date = '2020-02-02' WHERE ${mine}`,
      `UPDATE orders SET updated_at = '2100-01-01 00:00:00.000' WHERE ${mine}`,
      `UPDATE order_lines SET quantity = quantity + 1 WHERE ${mine}`,
      `DELETE FROM order_lines WHERE ${mine}`,
      `UPDATE sales SET gross = gross + 100 WHERE ${mine}`,
      `DELETE FROM sales WHERE ${mine}`,
      `UPDATE sales SET customer_id = 5 WHERE ${mine}`,
      `DELETE FROM orders WHERE ${mine}`,
    ]) {
      await damage(sql);
      const { findings } = await reconcile();
      expect(
        findings.filter(({ kind }) => kind === 'damaged'),
        sql,
      ).toMatchObject([{ stream: 'orders', shopifyId: String(order!.id), mended: true }]);
      expect(
        findings.every(({ mended }) => mended),
        JSON.stringify(findings),
      ).toBe(true);
    }
    // also if Shopify does not know the order
    await damage(
      `INSERT INTO refunds (tenant_id, shopify_order_id, shopify_refund_id, total_refunded) VALUES (${id}, 77, 78, 5)`,
    );
    expect((await reconcile()).findings).toMatchObject([{ kind: 'damaged', shopifyId: '77', mended: true }]);
    expect(await world.db.read('SELECT * FROM refunds WHERE shopify_order_id = 77')).toEqual([]);
    await expectExact(world, ada, id, SHOP);

    const [product] = await world.db.read<{ id: string }>(
      'SELECT shopify_product_id AS id FROM products WHERE tenant_id = ? ORDER BY shopify_product_id',
      [BigInt(id)],
    );
    for (const [sql, stream] of [
      [`UPDATE products SET title = 'x' WHERE shopify_product_id = ${product!.id}`, 'products'],
      [`UPDATE products SET inventory = inventory + 1 WHERE shopify_product_id = ${product!.id}`, 'products'],
      [`UPDATE variants SET price = price + 1 WHERE shopify_product_id = ${product!.id}`, 'products'],
      [`UPDATE customers SET email = 'evil@example.com' WHERE shopify_customer_id = ${await aCustomer()}`, 'customers'],
    ] as const) {
      await damage(sql);
      expect([sql, summary((await reconcile()).findings)]).toEqual([sql, [{ kind: 'damaged', stream, mended: true }]]);
    }
    for (const sql of [
      `UPDATE daily_sales SET gross = gross + 1 WHERE local_date = '${order!.day}'`,
      `DELETE FROM daily_sales WHERE local_date = '${order!.day}'`,
      `UPDATE customer_days SET spent = spent + 1 WHERE local_date = '${order!.day}'`,
      `UPDATE customers SET total_spent = total_spent + 1 WHERE shopify_customer_id = ${await aCustomer()}`,
      'UPDATE tenant_state SET customers = customers + 1',
    ]) {
      await damage(sql);
      const { findings } = await reconcile();
      expect(findings.length, sql).toBeGreaterThan(0);
      expect(
        findings.every(({ kind, mended }) => kind === 'drift' && mended),
        JSON.stringify(findings),
      ).toBe(true);
    }
    await expectExact(world, ada, id, SHOP);
    expect((await reconcile()).findings).toEqual([]);
  });

  /** Stores an order as if Shopify had told it with so much more of it sold: no row is at odds with another. */
  const storeOtherwise = async (orderId: string, more: number) => {
    const order = await fetchOrder(orderId);
    order.events.find(({ type }) => type === 'order')!.sales[0]!.total += more;
    await damage(`UPDATE orders SET content_hash = '' WHERE tenant_id = ${id} AND shopify_order_id = ${orderId}`);
    const [lease] = await world.db.read<{ fence: string }>(
      "SELECT fence FROM leases WHERE tenant_id = ? AND name = 'sync'",
      [BigInt(id)],
    );
    const ctx = { db: world.db, tenantId: id, lease: { name: 'sync', fence: String(lease!.fence) } };
    const batch = { stream: 'orders' as const, records: [order], fetchBegan: Date.now() };
    expect(await apply(ctx, batch)).toMatchObject({ written: 1 });
  };
  const lastOrder = async (before: number) => {
    const [row] = await world.db.read<{ id: string; day: string }>(
      `SELECT shopify_order_id AS id, local_date AS day FROM orders
       WHERE tenant_id = ? AND test = 0 AND processed_at < ? ORDER BY processed_at DESC LIMIT 1`,
      [BigInt(id), new Date(before)],
    );
    return { id: String(row!.id), day: row!.day };
  };

  test('a day whose total is not Shopify’s own is named, and the order behind it is mended', async () => {
    const order = await lastOrder(Date.now() - 2 * DAY_MS);
    await storeOtherwise(order.id, 500);
    expect((await reconcile()).findings).toMatchObject([
      { kind: 'damaged', shopifyId: order.id, localDate: order.day, mended: true },
      { kind: 'day_total', localDate: order.day, mended: true },
    ]);
    await expectExact(world, ada, id, SHOP);
  });

  test('a day that has not ended is left to the next comparison: nothing of it is fetched', async () => {
    const { control } = world.sandbox;
    const order = await lastOrder(Date.now());
    await storeOtherwise(order.id, 500);
    const asked = control.setFault({ kind: 'http_status', status: 403, match: 'OrdersById', shop: SHOP, times: null });
    const { findings } = await reconcile();
    control.clearFaults(asked.id);
    // its ledger is not what it is worth, which does not depend on the day
    expect([findings.map(({ kind }) => kind), asked.struck]).toEqual([['ledger_difference'], 0]);
    await storeOtherwise(order.id, 0);
    await expectExact(world, ada, id, SHOP);
  });

  test('a ledger that differs is a finding only when the order was fetched, and does not wait for that', async () => {
    const [order] = await world.db.read<{ id: string }>(
      'SELECT shopify_order_id AS id FROM orders WHERE tenant_id = ? AND test = 0 ORDER BY shopify_order_id',
      [BigInt(id)],
    );
    const mark = `tenant_id = ${id} AND stream = 'orders' AND shopify_id = ${order!.id}`;
    // a body left it so, and its mark is due later
    await damage(`UPDATE orders SET content_hash = '', ledger_difference = 5 WHERE shopify_order_id = ${order!.id}`);
    await damage(
      `INSERT INTO fetch_marks (tenant_id, stream, shopify_id, marked_at, due_at, tries)
       VALUES (${id}, 'orders', ${order!.id}, '2026-01-01 00:00:00.000', '2100-01-01 00:00:00.000', 1)`,
    );
    expect((await reconcile()).findings).toEqual([]);
    await damage(`DELETE FROM fetch_marks WHERE ${mark}`);
    expect((await reconcile()).findings).toMatchObject([
      { kind: 'ledger_difference', shopifyId: String(order!.id), mended: false },
    ]);
    // clean up: fetched anew, it has none
    await damage(`UPDATE orders SET updated_at = '2020-01-01 00:00:00.000' WHERE shopify_order_id = ${order!.id}`);
    await reconcile();
    await expectExact(world, ada, id, SHOP);
    expect((await reconcile()).findings).toEqual([]);
  });

  const aCustomer = async () => {
    const [row] = await world.db.read<{ id: string }>(
      'SELECT shopify_customer_id AS id FROM customers WHERE updated_at IS NOT NULL AND orders_count > 0',
    );
    return row!.id;
  };

  test('F28: one whose process was killed begins anew as soon as nobody holds its lease', async () => {
    await world.db.transaction((tx) =>
      tx.run(
        `UPDATE leases SET owner = 'killed', expires_at = ${databaseNow(world.db.dialect, 2)} WHERE tenant_id = ? AND name = 'reconcile'`,
        [BigInt(id)],
      ),
    );
    const began = performance.now();
    await reconcile();
    expect(performance.now() - began).toBeGreaterThan(1_000);
  });

  test('a damaged order that Shopify shows no more is named as it is, and left so', async () => {
    const { control } = world.sandbox;
    const shop = 'short-sighted.myshopify.com';
    control.createShop(shop, { orders: 60 });
    const store = await ada.fill(shop);
    const mine = BigInt(store);
    const [scopes] = await world.db.read<{ scopes: string }>('SELECT scopes FROM tenants WHERE id = ?', [mine]);
    control.changeScopes(
      shop,
      scopes!.scopes.split(',').filter((scope) => scope !== 'read_all_orders'),
    );
    await ada.syncAndWait(store);
    const [old] = await world.db.read<{ id: string }>(
      'SELECT shopify_order_id AS id FROM orders WHERE tenant_id = ? ORDER BY created_at LIMIT 1',
      [mine],
    );
    const look = () =>
      world.db.read('SELECT * FROM orders WHERE tenant_id = ? AND shopify_order_id = ?', [mine, old!.id]);
    await damage(
      `UPDATE orders SET total_price = total_price + 1 WHERE tenant_id = ${store} AND shopify_order_id = ${old!.id}`,
    );
    const before = await look();
    for (let time = 0; time < 2; time++) {
      const { findings, run } = await reconcile(store);
      expect(findings).toMatchObject([{ kind: 'damaged', shopifyId: String(old!.id), mended: false }]);
      expect(run.notice).toContain('has not granted read_all_orders: totals per day are not compared');
      expect(run.compared.days).toBe(0);
      expect(await look()).toEqual(before);
    }
  });

  test('F21: a stream that Shopify refuses is told of, and the others are compared and mended', async () => {
    const { control } = world.sandbox;
    await reconcile();
    const refused = control.setFault({ kind: 'http_status', status: 403, match: 'CustomersCount', times: null });
    const order = control.createOrder(SHOP, { test: false });
    await damage(`UPDATE daily_sales SET gross = gross + 1000 WHERE tenant_id = ${id} AND local_date =
      (SELECT day FROM (SELECT MIN(local_date) AS day FROM daily_sales WHERE tenant_id = ${id}) AS first)`);
    await delay(2_000); // what has just changed is not looked at
    try {
      const { run, findings } = await reconcile();
      expect(run.notice).toContain('Shopify did not let customers be compared');
      expect(run.compared.orders).toBeGreaterThan(140);
      expect(findings).toContainEqual(expect.objectContaining({ kind: 'missing', shopifyId: order.id, mended: true }));
      expect(findings).toContainEqual(expect.objectContaining({ kind: 'drift', mended: true }));
    } finally {
      control.clearFaults(refused.id);
    }
  });

  test('an order that Shopify cannot give is told of, and all others are compared and mended', async () => {
    const { control } = world.sandbox;
    await reconcile();
    const rows = await world.db.read<{ id: string | number }>(
      'SELECT shopify_order_id AS id FROM orders WHERE tenant_id = ? AND test = 0 ORDER BY shopify_order_id DESC LIMIT 3',
      [BigInt(id)],
    );
    const [damaged, edited, other] = rows.map((row) => String(row.id)) as [string, string, string];
    const poison = [damaged, edited].map((one) => gidOf('orders', one));
    await damage(`UPDATE orders SET total_price = total_price + 1 WHERE shopify_order_id = ${damaged}`);
    await damage(`UPDATE products SET title = 'x' WHERE tenant_id = ${id} AND shopify_product_id =
      (SELECT one FROM (SELECT MIN(shopify_product_id) AS one FROM products WHERE tenant_id = ${id}) AS first)`);
    await damage(`UPDATE daily_sales SET gross = gross + 1000 WHERE tenant_id = ${id} AND local_date =
      (SELECT day FROM (SELECT MIN(local_date) AS day FROM daily_sales WHERE tenant_id = ${id}) AS first)`);
    // lines of no product: one that is sold changes its stock, and is outdated besides damaged
    for (const one of [edited, other]) control.editOrder(SHOP, one, { add: [{ title: 'Gift wrap', quantity: 1 }] });
    await delay(2_100); // older than what is left to webhooks
    const fetched = globalThis.fetch;
    globalThis.fetch = async (...args: Parameters<typeof fetch>) => {
      const answer = await fetched(...args);
      const sent = args[1]?.body;
      if (typeof sent !== 'string' || !sent.includes('OrdersById')) return answer;
      const { ids } = (JSON.parse(sent) as { variables: { ids: string[] } }).variables;
      const json = (await answer.json()) as { data: { nodes: unknown[] }; errors?: unknown[] };
      for (const [at, one] of ids.entries()) {
        if (!poison.includes(one)) continue;
        json.data.nodes[at] = null;
        const extensions = { code: 'INTERNAL_SERVER_ERROR' };
        (json.errors ??= []).push({ message: 'Internal error.', path: ['nodes', at], extensions });
      }
      return new Response(JSON.stringify(json), { status: 200, headers: answer.headers });
    };
    try {
      const { status, error, ...run } = await compared(id);
      expect([status, error]).toEqual(['failed', expect.stringContaining('only in part')]);
      expect(run.compared.days).toBeGreaterThan(80);
      const { data } = await ada.get<{ data: Finding[] }>(
        `/api/tenants/${id}/reconciliations/${run.id}/findings?limit=100`,
      );
      expect(data).toEqual(
        expect.arrayContaining([
          expect.objectContaining({ kind: 'damaged', shopifyId: damaged, mended: false }),
          expect.objectContaining({ kind: 'outdated', shopifyId: edited, mended: false }),
          expect.objectContaining({ kind: 'outdated', shopifyId: other, mended: true }),
          expect.objectContaining({ kind: 'damaged', stream: 'products', mended: true }),
          expect.objectContaining({ kind: 'drift', mended: true }),
        ]),
      );
    } finally {
      globalThis.fetch = fetched;
    }
    await reconcile();
    await expectExact(world, ada, id, SHOP);
  });

  test('a store one of whose streams never came is compared in the others', async () => {
    const { control } = world.sandbox;
    const shop = 'half.myshopify.com';
    control.createShop(shop, { orders: 20 });
    const refused = control.setFault({ kind: 'http_status', status: 403, match: 'CustomersCount', shop, times: null });
    try {
      const half = await ada.connect(shop);
      await ada.settled(half);
      const order = control.createOrder(shop, { test: false });
      await delay(2_000);
      const { run, findings } = await reconcile(half);
      expect(run.notice).toContain('Its first sync has yet to bring customers.');
      expect(findings).toContainEqual(expect.objectContaining({ kind: 'missing', shopifyId: order.id }));
    } finally {
      control.clearFaults(refused.id);
    }
  });

  test('a store whose first sync is under way is compared within the hour after', async () => {
    const shop = 'being-filled.myshopify.com';
    world.sandbox.control.createShop(shop, { orders: 20 });
    const fetched = globalThis.fetch;
    const { promise: held, resolve: release } = Promise.withResolvers<void>();
    globalThis.fetch = async (...args: Parameters<typeof fetch>) => {
      const sent = args[1]?.body;
      if (typeof sent === 'string' && /(Orders|Customers|Products)Count/.test(sent)) await held;
      return fetched(...args);
    };
    const store = await ada.connect(shop);
    try {
      expect((await ada.call('POST', `/api/tenants/${store}/reconcile`)).status).toBe(202);
      await expect.poll(() => dueIn(store)).toBeGreaterThan(0);
      expect(await dueIn(store)).toBeLessThan(1.2 * 3_600);
    } finally {
      globalThis.fetch = fetched;
      release();
    }
    await ada.settled(store);
  });

  test('a store whose orders never came has no day compared with Shopify’s report', async () => {
    const { control } = world.sandbox;
    const shop = 'orderless.myshopify.com';
    control.createShop(shop, { orders: 20 });
    const refused = control.setFault({ kind: 'http_status', status: 403, match: 'OrdersCount', shop, times: null });
    try {
      const orderless = await ada.connect(shop);
      await ada.settled(orderless);
      const { run, findings } = await reconcile(orderless);
      expect(run.notice).toContain('Its first sync has yet to bring orders.');
      expect(run.compared.days).toBe(0);
      expect(findings).toEqual([]);
    } finally {
      control.clearFaults(refused.id);
    }
  });

  test('a list that breaks off deletes nothing, and the failure is told', async () => {
    const before = await ada.overview(id);
    world.sandbox.control.setFault({ kind: 'http_status', status: 503, times: null, match: 'ChangedOrders' });
    const run = await compared(id);
    expect(run.status).toBe('failed');
    expect(run.error).toMatch(/Shopify/);
    expect((await ada.overview(id)).totals).toEqual(before.totals);
    // within the hour, not the next day
    await expect.poll(() => dueIn(id)).toBeGreaterThan(0);
    expect(await dueIn(id)).toBeLessThan(1.2 * 3_600);
  });

  test('a list too long for pages is made by a bulk operation, and one that is not whole deletes nothing', async () => {
    const { control } = world.sandbox;
    const shop = 'long-list.myshopify.com';
    control.createShop(shop, { orders: 5_050, bigIds: true });
    const long = await ada.fill(shop);
    const rows = await world.db.read<{ id: string }>(
      'SELECT shopify_order_id AS id FROM orders WHERE tenant_id = ? ORDER BY shopify_order_id',
      [BigInt(long)],
    );
    const [first, middle, last] = [rows[0]!, rows[2_500]!, rows.at(-1)!].map((row) => String(row.id));
    control.deleteOrder(shop, first!);
    control.deleteOrder(shop, last!);
    control.updateOrder(shop, middle!, { note: 'later' });
    const added = control.createOrder(shop, { test: false });
    await delay(2100); // older than what is left to webhooks
    const folder = join(world.config.dataDir, 'reconcile', long);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'of-a-killed-process.jsonl'), '');

    const fault = control.setFault({ kind: 'bulk_truncated', times: null });
    expect((await compared(long)).status).toBe('failed');
    expect((await world.db.read('SELECT 1 FROM orders WHERE tenant_id = ?', [BigInt(long)])).length).toBe(rows.length);
    control.clearFaults(fault.id);

    const { findings, run } = await reconcile(long);
    expect(run.compared.orders).toBe(rows.length + 1);
    expect(findings.map(({ kind, shopifyId }) => [shopifyId, kind]).sort()).toEqual(
      [
        [first, 'deleted'],
        [middle, 'outdated'],
        [last, 'deleted'],
        [String(added.id), 'missing'],
      ].sort(),
    );
    await expectExact(world, ada, long, shop);
    expect(readdirSync(folder)).toEqual([]);
  });

  test('someone else’s store', async () => {
    const eve = await world.register();
    expect((await eve.call('POST', `/api/tenants/${id}/reconcile`)).status).toBe(404);
    expect((await eve.call('GET', `/api/tenants/${id}/reconciliations`)).status).toBe(404);
  });
});
