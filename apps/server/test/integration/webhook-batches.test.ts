import { afterAll, beforeAll, expect, test } from 'vitest';
import { orderBody } from '../../../sandbox/src/webhooks/bodies/order.ts';
import { inventoryBody, productBody } from '../../../sandbox/src/webhooks/bodies/product.ts';
import { World } from '../../../sandbox/src/world.ts';
import { accessOf, type Database, openDatabase } from '../../src/db/database.ts';
import { LeaseLost } from '../../src/db/leases.ts';
import { apply, type ApplyContext } from '../../src/ingest/apply.ts';
import { findDrift } from '../../src/ingest/rollups.ts';
import type { Body } from '../../src/ingest/webhook/body.ts';
import { mapProductBody } from '../../src/ingest/webhook/map-product.ts';
import { webhookJobs, type WebhookDeps } from '../../src/ingest/webhook/process.ts';
import { ShopUnavailable } from '../../src/shopify/errors.ts';
import type { Place } from '../harness/databases.ts';
import { makeTenant } from './tenants.ts';
import { onEachDatabase } from './world.ts';

onEachDatabase('batches of webhooks', (engine) => {
  let place: Place;
  let db: Database;
  const shop = new World({}).create('batches.myshopify.com', { orders: 3000, currency: 'GBP', country: 'GB' });

  beforeAll(async () => {
    place = await engine.open();
    db = openDatabase(accessOf(place), { readers: 0 });
  });
  afterAll(async () => {
    await db.close();
    await place.drop();
  });

  const jobs = (given: Partial<WebhookDeps> = {}) =>
    webhookJobs({
      db,
      log: { info: () => {}, warn: () => {} },
      owner: 'this test',
      leaseSeconds: 30,
      clientFor: () => {
        throw new Error('nothing is asked of Shopify here');
      },
      hint: () => {},
      handlers: {},
      changed: () => {},
      webhooksAtOnce: 1,
      eventTries: 3,
      eventRetrySeconds: 1,
      fetchSettleSeconds: 10,
      ...given,
    });
  const run = (key: string, given: Partial<WebhookDeps> = {}) => jobs(given).run(key, new AbortController().signal);

  let sent = 0;
  async function receive(tenantId: string | null, events: { topic?: string; body: unknown }[]): Promise<string> {
    const shopDomain = `shop-${tenantId ?? 'of-nobody'}.myshopify.com`;
    await db.transaction((tx) =>
      tx.insert(
        'webhook_events',
        ['shop_domain', 'webhook_id', 'tenant_id', 'topic', 'received_at', 'status', 'tries', 'due_at', 'body'],
        events.map(({ topic = 'orders/create', body }) => {
          const at = new Date(Date.now() - 60_000 + ++sent);
          return [
            shopDomain,
            `w${sent}`,
            tenantId && BigInt(tenantId),
            topic,
            at,
            'pending',
            0,
            at,
            JSON.stringify(body),
          ];
        }),
        null,
      ),
    );
    return shopDomain;
  }
  const orders = (from: number, count: number) =>
    Array.from({ length: count }, (_, i) => ({
      body: orderBody(shop, shop.order(from + i)!) as Record<string, unknown>,
    }));
  const statuses = async (shopDomain: string) => {
    const rows = await db.read<{ status: string; tries: number; error: string | null }>(
      'SELECT status, tries, error FROM webhook_events WHERE shop_domain = ? ORDER BY received_at',
      [shopDomain],
    );
    return rows.map(({ status, tries, error }) => [status, tries, error]);
  };
  const countOrders = async ({ tenantId }: ApplyContext) =>
    Number(
      (await db.read<{ n: unknown }>('SELECT COUNT(*) AS n FROM orders WHERE tenant_id = ?', [BigInt(tenantId)]))[0]!.n,
    );

  test('F29: a worker that was frozen while its work was taken over writes nothing', async () => {
    const ctx = await makeTenant(db);
    const shopDomain = await receive(ctx.tenantId, [{ topic: 'app/scopes_update', body: {} }, ...orders(0, 201)]);
    const lease = [BigInt(ctx.tenantId), 'webhooks'];
    const takenOver = async () => {
      await db.transaction((tx) =>
        tx.run('UPDATE leases SET fence = fence + 1 WHERE tenant_id = ? AND name = ?', lease),
      );
    };
    // at the end of the first batch
    await expect(run(ctx.tenantId, { handlers: { 'app/scopes_update': takenOver } })).rejects.toThrow(LeaseLost);
    expect(await countOrders(ctx)).toBe(199);
    const isPending = ([status]: unknown[]) => status === 'pending';
    expect((await statuses(shopDomain)).filter(isPending)).toHaveLength(2);

    // the one who took it over holds it still, then is done
    await expect(run(ctx.tenantId)).resolves.toBe('more');
    expect(await countOrders(ctx)).toBe(199);
    await db.transaction((tx) =>
      tx.run('UPDATE leases SET expires_at = ? WHERE tenant_id = ? AND name = ?', [new Date(0), ...lease]),
    );
    await expect(run(ctx.tenantId)).resolves.toBe('done');
    expect(await countOrders(ctx)).toBe(201);
    expect(await findDrift(db, ctx.tenantId)).toEqual([]);
  });

  test('F9: one that breaks its transaction fails alone', async () => {
    const ctx = await makeTenant(db);
    const events = orders(10, 7);
    const lines = events[3]!.body.line_items as Record<string, unknown>[];
    const huge = {
      ...lines[0],
      price: '1000000000000.00',
      price_set: null,
      quantity: 1,
      tax_lines: [],
      discount_allocations: [],
    };
    events[3]!.body.line_items = Array.from({ length: 100 }, (_, i) => ({ ...huge, id: i + 1 }));
    const shopDomain = await receive(ctx.tenantId, events);
    await run(ctx.tenantId);
    const ended = await statuses(shopDomain);
    expect(ended[3]).toEqual(['pending', 1, expect.stringMatching(/^Something went wrong inside Xeno/)]);
    expect(ended.toSpliced(3, 1)).toEqual(Array.from({ length: 6 }, () => ['done', 0, null]));
    expect(await countOrders(ctx)).toBe(6);
    expect(await findDrift(db, ctx.tenantId)).toEqual([]);
  });

  test('a body from before a refund, of the same second, hides none of it from those that come later', async () => {
    const ctx = await makeTenant(db);
    const refunded = Array.from({ length: 3000 }, (_, index) => orderBody(shop, shop.order(index)!)).find(
      ({ refunds, cancelled_at, test: isTest }) =>
        !isTest && cancelled_at !== null && refunds.length === 1 && refunds[0]!.refund_line_items.length > 0,
    )!;
    const later = { ...refunded, updated_at: new Date(Date.parse(refunded.updated_at) + 5_000).toISOString() };
    const updated = (body: unknown) => ({ topic: 'orders/updated', body });
    const shopDomain = await receive(ctx.tenantId, [
      { body: { ...refunded, refunds: [], updated_at: refunded.created_at } },
      updated(refunded),
      updated({ ...refunded, refunds: [] }),
    ]);
    await run(ctx.tenantId);
    await receive(ctx.tenantId, [updated(later)]);
    await run(ctx.tenantId);
    expect((await statuses(shopDomain)).map(([status]) => status)).toEqual(['done', 'done', 'done', 'done']);
    const linesOf = (tenantId: string) =>
      db.read<Record<string, unknown>>(
        `SELECT line_id, kind, SUM(units) AS units, SUM(returned_units) AS returned, SUM(gross) AS gross,
           SUM(discounts) AS discounts, SUM(returns) AS returns, SUM(shipping) AS shipping, SUM(tax) AS tax
         FROM sales WHERE tenant_id = ? GROUP BY line_id, kind ORDER BY line_id, kind`,
        [BigInt(tenantId)],
      );
    const once = await makeTenant(db);
    await receive(once.tenantId, [{ body: later }]);
    await run(once.tenantId);
    const lines = await linesOf(ctx.tenantId);
    expect(lines.some(({ returned }) => Number(returned) > 0)).toBe(true);
    expect(lines).toEqual(await linesOf(once.tenantId));
    expect(await findDrift(db, ctx.tenantId)).toEqual([]);
  });

  const marked = async ({ tenantId }: ApplyContext) =>
    db.read('SELECT stream FROM fetch_marks WHERE tenant_id = ? ORDER BY stream', [BigInt(tenantId)]);

  test('two contents of one second are marked, though they come in one batch and in any order', async () => {
    const ctx = await makeTenant(db);
    const product = productBody(shop, shop.product(0)!);
    const at = { created_at: '2026-01-02T00:00:00Z', updated_at: '2026-01-02T00:00:00Z' };
    const name = { id: 900, first_name: 'Ada', last_name: null, email: 'ada@example.com', phone: null };
    const rest = { tags: '', orders_count: 0, total_spent: '0.00', email_marketing_consent: null, addresses: [] };
    const customer = { ...at, ...name, ...rest };
    const told = (one: object, other: object) => [
      { topic: 'products/update', body: { ...product, ...one } },
      { topic: 'products/update', body: { ...product, ...other } },
      { topic: 'customers/update', body: { ...customer, ...one } },
      { topic: 'customers/update', body: { ...customer, ...other } },
    ];
    await receive(ctx.tenantId, told({}, {}));
    await run(ctx.tenantId);
    expect(await marked(ctx)).toEqual([]);
    const later = { updated_at: '2100-01-01T00:00:00Z' };
    await receive(
      ctx.tenantId,
      told({ ...later, title: 'B', last_name: 'Lovelace' }, { ...later, title: 'A', last_name: 'Byron' }),
    );
    await run(ctx.tenantId);
    expect(await marked(ctx)).toEqual([{ stream: 'customers' }, { stream: 'products' }]);
  });

  test('a level that is older than its product, or newer than what a fetch has, is not believed, and the product marked', async () => {
    const ctx = await makeTenant(db);
    const product = shop.product(0)!;
    const [variant] = product.variants;
    const at = (second: number) => Date.UTC(2100, 0, 1, 0, 0, second);
    const told = (inventory: number, second: number) => {
      const variants = product.variants.map((one, i) => (i === 0 ? { ...one, inventory } : one));
      return productBody(shop, { ...product, variants, updatedAt: at(second) });
    };
    const level = (available: number, second: number) => ({
      topic: 'inventory_levels/update',
      body: inventoryBody(shop, { ...variant!, inventory: available }, at(second)),
    });
    const hear = async (...events: { topic?: string; body: unknown }[]) => {
      await receive(ctx.tenantId, events);
      await run(ctx.tenantId);
    };
    const parsed = (body: unknown) => JSON.parse(JSON.stringify(body)) as Body;
    const fetched = async (inventory: number, second: number, fetchBegan: number) =>
      apply(ctx, { stream: 'products', records: [mapProductBody(parsed(told(inventory, second)), 'GBP')], fetchBegan });
    const inventory = async () => {
      const [row] = await db.read<{ inventory: unknown }>(
        'SELECT inventory FROM variants WHERE tenant_id = ? ORDER BY shopify_variant_id',
        [BigInt(ctx.tenantId)],
      );
      return Number(row!.inventory);
    };
    const began = Date.now();
    await hear({ topic: 'products/update', body: told(8, 1) }, level(8, 1));
    await hear({ topic: 'products/update', body: told(8, 3) });
    expect(await marked(ctx)).toEqual([]);
    await hear(level(9, 2));
    expect([await inventory(), await marked(ctx)]).toEqual([8, [{ stream: 'products' }]]);
    await fetched(8, 3, Date.now() + 60_000);
    expect(await marked(ctx)).toEqual([]);
    await hear(level(8, 4));
    await hear(level(7, 5));
    expect([await inventory(), await marked(ctx)]).toEqual([7, []]);
    // of a bulk operation that was begun before
    await fetched(8, 4, began);
    expect(await marked(ctx)).toEqual([{ stream: 'products' }]);
    await fetched(7, 6, Date.now() + 60_000);
    expect([await inventory(), await marked(ctx)]).toEqual([7, []]);
  });

  test('a store with very many gives others a turn', async () => {
    const ctx = await makeTenant(db);
    const { tenantId: other } = await makeTenant(db);
    await receive(ctx.tenantId, orders(100, 2100));
    await receive(other, orders(0, 1));
    expect(await jobs().pending()).toEqual(expect.arrayContaining([ctx.tenantId, other]));
    expect(await run(ctx.tenantId)).toBe('more');
    expect(await countOrders(ctx)).toBe(2000);
    expect(await run(ctx.tenantId)).toBe('done');
    expect(await countOrders(ctx)).toBe(2100);
    expect(await jobs().pending()).not.toContain(ctx.tenantId);
    const [state] = await db.read<{ changes: unknown; applied: unknown }>(
      'SELECT changes, events_applied_to AS applied FROM tenant_state WHERE tenant_id = ?',
      [BigInt(ctx.tenantId)],
    );
    expect(Number(state!.changes)).toBe(11);
    expect(state!.applied).not.toBeNull();
  });

  test('until the store’s currency is known, events about records wait, and others do not', async () => {
    const ctx = await makeTenant(db);
    await db.models.Tenant.update({ currency: null }, { where: { id: ctx.tenantId } });
    const shopDomain = await receive(ctx.tenantId, [...orders(0, 2), { topic: 'app/uninstalled', body: {} }]);
    const handled: string[] = [];
    await run(ctx.tenantId, { handlers: { 'app/uninstalled': async ({ topic }) => void handled.push(topic) } });
    expect(handled).toEqual(['app/uninstalled']);
    expect((await statuses(shopDomain)).map(([status]) => status)).toEqual(['pending', 'pending', 'done']);
  });

  test('events of shops that are not known are handed to whom they concern', async () => {
    const shopDomain = await receive(null, [
      { topic: 'customers/redact', body: { shop_domain: 'x' } },
      { topic: 'orders/create', body: {} },
    ]);
    expect(await jobs().pending()).toContain(shopDomain);
    const handled: string[] = [];
    await run(shopDomain, { handlers: { 'customers/redact': async ({ topic }) => void handled.push(topic) } });
    expect(handled).toEqual(['customers/redact']);
    expect((await statuses(shopDomain)).map(([status]) => status)).toEqual(['done', 'done']);
  });

  test('what a handler cannot do is tried again, and given up; not while only Shopify is away', async () => {
    const ctx = await makeTenant(db);
    const shopDomain = await receive(ctx.tenantId, [
      { topic: 'app/uninstalled', body: {} },
      { topic: 'app/scopes_update', body: {} },
    ]);
    const handlers = {
      'app/uninstalled': () => Promise.reject(new Error('a secret of the inside')),
      'app/scopes_update': () => Promise.reject(new ShopUnavailable('x.myshopify.com', 'locked')),
    };
    for (let time = 0; time < 5; time++) {
      await run(ctx.tenantId, { handlers });
      await db.transaction((tx) =>
        tx.run('UPDATE webhook_events SET due_at = ? WHERE shop_domain = ?', [new Date(0), shopDomain]),
      );
    }
    expect(await statuses(shopDomain)).toEqual([
      ['dead', 3, expect.stringMatching(/^Something went wrong inside Xeno/)],
      ['pending', 2, expect.stringMatching(/^The store is locked by Shopify/)],
    ]);
  });
});
