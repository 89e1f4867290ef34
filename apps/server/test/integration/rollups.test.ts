import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { accessOf, type Database, openDatabase } from '../../src/db/database.ts';
import { LeaseLost } from '../../src/db/leases.ts';
import {
  apply,
  type ApplyContext,
  applyDeletions,
  applyPrepared,
  locked,
  prepare,
  prepareNew,
  readFacts,
  type TenantFacts,
} from '../../src/ingest/apply.ts';
import { localDates } from '../../src/ingest/local-date.ts';
import type { OrderRecord, Sale, SaleEvent, SaleKind } from '../../src/ingest/records.ts';
import { redate } from '../../src/ingest/redate.ts';
import { findDrift } from '../../src/ingest/rollups.ts';
import { databases } from '../harness/databases.ts';
import { makeTenant } from './tenants.ts';

const DAY = 86_400_000;
const T0 = Date.UTC(2026, 2, 27);

const kinds: SaleKind[] = ['product', 'gift_card', 'tip', 'shipping', 'duty', 'fee', 'adjustment', 'unknown'];

const sale: fc.Arbitrary<Sale> = fc.record({
  action: fc.constantFrom('ORDER', 'RETURN', 'UPDATE'),
  kind: fc.constantFrom(...kinds),
  lineId: fc.option(fc.constantFrom('11', '12', '9007199254740993'), { nil: null }),
  quantity: fc.integer({ min: -3, max: 5 }),
  total: fc.integer({ min: -50_000, max: 50_000 }),
  tax: fc.integer({ min: -900, max: 900 }),
  discount: fc.integer({ min: 0, max: 500 }),
});

const event = (id: number): fc.Arbitrary<SaleEvent> =>
  fc.record({
    id: fc.constant(String(id)),
    type: fc.constantFrom('order', 'edit', 'refund', 'return'),
    happenedAt: fc.integer({ min: T0, max: T0 + 4 * DAY }),
    sales: fc.array(sale, { maxLength: 4 }),
  });

const order: fc.Arbitrary<OrderRecord> = fc.record({
  id: fc.constantFrom('1', '2', '3', '9007199254740993', '9007199254740995'),
  name: fc.string(),
  customerId: fc.option(fc.constantFrom('501', '502', '9007199254740997'), { nil: null }),
  currency: fc.constantFrom('GBP', 'GBP', 'GBP', 'JPY'),
  totalPrice: fc.nat(100_000),
  currentTotalPrice: fc.nat(100_000),
  totalDiscounts: fc.nat(100),
  totalTax: fc.nat(100),
  totalShipping: fc.nat(100),
  totalRefunded: fc.nat(100),
  presentmentCurrency: fc.constant('USD'),
  presentmentTotalPrice: fc.nat(1000),
  presentmentCurrentTotalPrice: fc.nat(1000),
  test: fc.integer({ min: 0, max: 5 }).map((n) => n === 0),
  financialStatus: fc.constantFrom('PAID', null),
  fulfillmentStatus: fc.constant(null),
  sourceName: fc.constant('web'),
  country: fc.constantFrom('GB', null),
  tags: fc.array(fc.string(), { maxLength: 2 }),
  discountCodes: fc.constant([]),
  createdAt: fc.constant(T0),
  processedAt: fc.integer({ min: T0, max: T0 + 4 * DAY }),
  updatedAt: fc.integer({ min: 1, max: 6 }).map((n) => T0 + n * 1000),
  cancelledAt: fc.constant(null),
  cancelReason: fc.constant(null),
  closedAt: fc.constant(null),
  lines: fc.option(fc.constantFrom('71', '72'), { nil: null }).map((productId) =>
    ['11', '12'].map((id) => ({
      id,
      productId,
      variantId: null,
      title: 'عطر 🌸 <b>"x"</b>',
      variantTitle: null,
      sku: '=1+1',
      vendor: null,
      quantity: 1,
      currentQuantity: 1,
      unitPrice: 100,
      discountedTotal: 100,
      giftCard: false,
    })),
  ),
  refunds: fc.constant([]),
  events: fc.tuple(event(1), event(2), event(3)).map(([a, b, c]) => [a, b, c]),
});

const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('apply' as const),
      orders: fc.array(order, { maxLength: 6 }),
      asNew: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('again' as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('delete' as const), ids: fc.subarray(['1', '2', '9007199254740993']) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('customers' as const), ids: fc.subarray(['501', '502', '503']) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('forget' as const), ids: fc.subarray(['501', '503']) }) },
);

describe.each(databases.filter((engine) => engine.available))('rollups on $name', (engine) => {
  let place: Awaited<ReturnType<typeof engine.open>>;
  let db: Database;

  beforeAll(async () => {
    place = await engine.open();
    db = openDatabase(accessOf(place), { readers: 0 });
  });
  afterAll(async () => {
    await db.close();
    await place.drop();
  });

  const rowsOf = async (ctx: ApplyContext) =>
    new Map(
      (
        await db.read<{ shopify_order_id: unknown; name: string; total_price: unknown }>(
          'SELECT shopify_order_id, name, total_price FROM orders WHERE tenant_id = ?',
          [BigInt(ctx.tenantId)],
        )
      ).map((row) => [String(row.shopify_order_id), `${row.name} ${row.total_price}`]),
    );

  /** Rows of nobody, without a total. */
  const emptyCustomersOf = (ctx: ApplyContext) =>
    db.read(
      'SELECT * FROM customers WHERE tenant_id = ? AND updated_at IS NULL AND orders_count = 0 AND total_spent = 0',
      [BigInt(ctx.tenantId)],
    );

  /** In parts of seven. */
  const prepareAsNew = (facts: TenantFacts, records: OrderRecord[], fetchBegan = 1) =>
    prepareNew(db, facts, {
      fetchBegan,
      parts: Array.from({ length: Math.ceil(records.length / 7) }, (_, i) => records.slice(7 * i, 7 * i + 7)),
      again: async () => records,
    });

  test('equal a recomputation after any sequence of changes, in any order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 8 }), async (steps) => {
        const ctx = await makeTenant(db, { timezone: 'Australia/Lord_Howe' });
        const { facts } = await readFacts(db, ctx.tenantId);
        const latest = new Map<string, OrderRecord>();
        const gone = new Set<string>();
        let last: OrderRecord[] = [];
        // everything is fetched before the first deletion is known: what was deleted stays so
        const fetchBegan = Date.now() - 60_000;
        for (const now of steps) {
          if (now.do === 'apply' || now.do === 'again') {
            const records = now.do === 'apply' ? now.orders : last;
            const asNew = now.do === 'apply' && now.asNew;
            const prepared = asNew
              ? await prepareAsNew(facts, records, fetchBegan)
              : await prepare({ stream: 'orders', records, fetchBegan });
            await applyPrepared(ctx, prepared);
            for (const record of lastOfEach(records)) {
              const known = latest.get(record.id);
              if (!gone.has(record.id) && (!known || record.updatedAt > known.updatedAt)) latest.set(record.id, record);
            }
            last = records;
          } else if (now.do === 'delete') {
            await applyDeletions(ctx, 'orders', now.ids, Date.now());
            for (const id of now.ids) {
              latest.delete(id);
              gone.add(id);
            }
          } else if (now.do === 'customers') {
            const records = now.ids.map((id) => ({
              id,
              name: 'Zoë',
              email: null,
              phone: null,
              country: null,
              tags: [],
              emailConsent: null,
              ordersCount: 0,
              amountSpent: 0,
              createdAt: T0,
              updatedAt: T0,
            }));
            await apply(ctx, { stream: 'customers', records, fetchBegan: Date.now() + 60_000 });
          } else {
            await applyDeletions(ctx, 'customers', now.ids, Date.now());
          }
          expect(await findDrift(db, ctx.tenantId)).toEqual([]);
          expect(await emptyCustomersOf(ctx)).toEqual([]);
        }
        expect([...(await rowsOf(ctx)).keys()].sort()).toEqual([...latest.keys()].sort());
      }),
      { numRuns: 40 },
    );
  });

  test('a store that moves to another zone, or another currency, has all its days anew', async () => {
    const ctx = await makeTenant(db, { timezone: 'Europe/London' });
    const records = fc.sample(order, { numRuns: 30, seed: 11 }).map((record, i) => ({ ...record, id: String(i + 1) }));
    const { facts } = await readFacts(db, ctx.tenantId);
    await apply(ctx, { stream: 'orders', records: records.slice(0, 20), fetchBegan: 1 });
    for (const [timezone, currency, late] of [
      ['Australia/Lord_Howe', 'GBP', records.slice(20, 25)],
      ['Pacific/Chatham', 'JPY', records.slice(25)],
    ] as const) {
      const prepared = await prepareAsNew(facts, late);
      await locked(ctx, async (tx, state) => {
        await tx.run('UPDATE tenant_state SET timezone = ?, currency = ? WHERE tenant_id = ?', [
          timezone,
          currency,
          state.tenant,
        ]);
        await redate(tx, db.dialect, { ...state, timezone, currency });
      });
      await applyPrepared(ctx, prepared);
      expect(await findDrift(db, ctx.tenantId)).toEqual([]);
      const rows = await db.read<{ shopify_order_id: unknown; local_date: string }>(
        'SELECT shopify_order_id, local_date FROM orders WHERE tenant_id = ?',
        [BigInt(ctx.tenantId)],
      );
      for (const row of rows) {
        const { processedAt } = records.find((record) => record.id === String(row.shopify_order_id))!;
        expect(row.local_date).toBe(localDates(timezone)(processedAt));
      }
    }
  });

  test('rows that were made beforehand are written once, also when their transaction is repeated', async () => {
    const ctx = await makeTenant(db);
    const records = fc.sample(order, { numRuns: 80, seed: 13 }).map((record, i) => ({ ...record, id: String(i + 1) }));
    const { facts } = await readFacts(db, ctx.tenantId);
    const prepared = await prepareAsNew(facts, records);
    let tries = 0;
    const applied = await applyPrepared(ctx, prepared, async () => {
      if (++tries === 1) throw Object.assign(new Error('busy'), { code: 'SQLITE_BUSY' });
    });
    expect(tries).toBe(2);
    expect(applied.written).toBe(80);
    expect(prepared).toMatchObject({ inserts: { inserts: null } });
    expect(await findDrift(db, ctx.tenantId)).toEqual([]);
    const stored = await rowsOf(ctx);
    for (const record of records) expect(stored.get(record.id)).toBe(`${record.name} ${record.totalPrice}`);
    const again = await prepareAsNew(facts, records);
    expect(await applyPrepared(ctx, again)).toMatchObject({ written: 0, unchanged: 80 });
    expect(again).toMatchObject({ inserts: { inserts: expect.any(Array) as unknown } });
    expect((await readFacts(db, ctx.tenantId, '1', '80')).areNew).toBe(false);
    expect((await readFacts(db, ctx.tenantId, '81', '99')).areNew).toBe(true);
  });

  test('rows that were made for another store are not written', async () => {
    const [ctx, other] = [await makeTenant(db), await makeTenant(db)];
    const records = fc.sample(order, { numRuns: 5, seed: 17 }).map((record, i) => ({ ...record, id: String(i + 1) }));
    const { facts } = await readFacts(db, other.tenantId);
    await applyPrepared(ctx, await prepareAsNew(facts, records));
    expect([(await rowsOf(ctx)).size, (await rowsOf(other)).size]).toEqual([5, 0]);
    expect(await findDrift(db, ctx.tenantId)).toEqual([]);
  });

  test('an order whose own row was deleted by other hands is written again, or deleted with what is left of it', async () => {
    const ctx = await makeTenant(db);
    const records = fc.sample(order, { numRuns: 4, seed: 19 }).map((record, i) => ({
      ...record,
      id: String(i + 1),
      test: false,
      refunds: [{ id: '81', totalRefunded: 5, note: null, createdAt: T0, processedAt: null }],
    }));
    const batch = { stream: 'orders' as const, fetchBegan: 1 };
    await apply(ctx, { ...batch, records });
    const { facts } = await readFacts(db, ctx.tenantId);
    const lose = () => db.transaction((tx) => tx.run('DELETE FROM orders WHERE tenant_id = ?', [BigInt(ctx.tenantId)]));
    await lose();
    expect(await apply(ctx, { ...batch, records: records.slice(0, 1) })).toMatchObject({ written: 1 });
    await lose();
    expect(await applyPrepared(ctx, await prepareAsNew(facts, records))).toMatchObject({ written: 4 });
    // sales are counted once; that an order is gone that was counted, no row tells any more
    const sales = (figures: string) => figures.replace(/orders=\d+ /, '');
    for (const { stored, recomputed } of await findDrift(db, ctx.tenantId))
      expect(sales(stored)).toBe(sales(recomputed));
    await lose();
    await applyDeletions(ctx, 'orders', ['1', '2', '3', '4'], Date.now());
    for (const table of ['order_lines', 'refunds', 'sales'])
      expect(await db.read(`SELECT * FROM ${table} WHERE tenant_id = ?`, [BigInt(ctx.tenantId)])).toEqual([]);
  });

  test('a drifted rollup is found', async () => {
    const ctx = await makeTenant(db);
    const [record] = fc.sample(order, { numRuns: 1, seed: 7 });
    await apply(ctx, { stream: 'orders', records: [{ ...record!, test: false }], fetchBegan: 1 });
    await db.transaction((tx) =>
      tx.run('UPDATE daily_sales SET orders = orders + 1 WHERE tenant_id = ?', [BigInt(ctx.tenantId)]),
    );
    expect((await findDrift(db, ctx.tenantId)).map((drift) => drift.rollup)).toContain('daily_sales');
  });

  test('equal times with different contents are marked, and what is fetched after the mark wins', async () => {
    const ctx = await makeTenant(db);
    const [record] = fc.sample(order, { numRuns: 1, seed: 3 });
    const at = Date.now();
    const applyAt = (name: string, fetchBegan: number) =>
      apply(ctx, { stream: 'orders', records: [{ ...record!, name }], fetchBegan });
    expect(await applyAt('first', at - 5)).toMatchObject({ written: 1 });
    expect(await applyAt('second', at - 4)).toMatchObject({ written: 0, marked: 1 });
    expect(await applyAt('first', at - 3)).toMatchObject({ unchanged: 1 });
    expect([...(await rowsOf(ctx)).values()][0]).toMatch(/^first /);
    expect(await applyAt('second', Date.now() + 10_000)).toMatchObject({ written: 1 });
    expect([...(await rowsOf(ctx)).values()][0]).toMatch(/^second /);
    expect(await db.read('SELECT * FROM fetch_marks WHERE tenant_id = ?', [BigInt(ctx.tenantId)])).toEqual([]);
  });

  test('an order of a customer who was seen to be gone is marked, unless it was fetched since', async () => {
    const ctx = await makeTenant(db);
    const { facts } = await readFacts(db, ctx.tenantId);
    const seenAt = Date.now();
    await applyDeletions(ctx, 'customers', ['501'], seenAt);
    const [first] = fc.sample(order, { numRuns: 1, seed: 23 });
    const [a, b, c, d] = ['501', '501', '501', '502'].map((customerId, i) => [
      { ...first!, id: String(i + 1), customerId },
    ]);
    // a webhook, a bulk operation begun before, a fetch begun after; and one of somebody else
    expect(await apply(ctx, { stream: 'orders', records: a!, fetchBegan: 0 })).toMatchObject({ written: 1, marked: 1 });
    expect(await applyPrepared(ctx, await prepareAsNew(facts, b!, seenAt - 1))).toMatchObject({
      written: 1,
      marked: 1,
    });
    for (const records of [c!, d!])
      expect(await apply(ctx, { stream: 'orders', records, fetchBegan: seenAt + 1 })).toMatchObject({ marked: 0 });
    const marks = 'SELECT shopify_id FROM fetch_marks WHERE tenant_id = ? ORDER BY shopify_id';
    const marked = await db.read<{ shopify_id: unknown }>(marks, [BigInt(ctx.tenantId)]);
    expect(marked.map(({ shopify_id: id }) => String(id))).toEqual(['1', '2']);
  });

  test('whoever lost the lease writes nothing', async () => {
    const ctx = await makeTenant(db);
    const [record] = fc.sample(order, { numRuns: 1, seed: 5 });
    const late = { ...ctx, lease: { name: 'sync', fence: '0' } };
    await expect(apply(late, { stream: 'orders', records: [record!], fetchBegan: 1 })).rejects.toThrow(LeaseLost);
    expect((await rowsOf(ctx)).size).toBe(0);
  });
});

function lastOfEach(records: OrderRecord[]): OrderRecord[] {
  const last = new Map<string, OrderRecord>();
  for (const record of records) {
    const other = last.get(record.id);
    if (!other || record.updatedAt >= other.updatedAt) last.set(record.id, record);
  }
  return [...last.values()];
}
