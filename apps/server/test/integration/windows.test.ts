import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Control } from '../../../sandbox/src/index.ts';
import { newId } from '../../src/db/ids.ts';
import { LeaseLost } from '../../src/db/leases.ts';
import { asDate } from '../../src/db/values.ts';
import { type Backfill, fetchWindows } from '../../src/ingest/backfill.ts';
import { type SyncContext, TurnOver } from '../../src/ingest/context.ts';
import { saveStream } from '../../src/ingest/streams.ts';
import { BulkFailed, ShopifyRefused } from '../../src/shopify/errors.ts';
import { makeTenant } from './tenants.ts';
import { type Browser, expectExact, onEachDatabase, startWorld, wentWell, type World } from './world.ts';

const DAY_MS = 86_400_000;
const EVERYTHING: Backfill = { field: 'created_at', from: null, to: null, removeDeleted: false };
const OPERATION = { id: 'gid://shopify/BulkOperation/1' };

onEachDatabase('windows of a back-fill', (engine) => {
  let world: World;
  let control: Control;
  let ada: Browser;
  beforeAll(async () => {
    world = await startWorld(engine);
    ({ control } = world.sandbox);
    ada = await world.register();
  });
  afterAll(() => world?.close());

  const orders = async (id: string): Promise<number> =>
    (await world.db.read('SELECT 1 FROM orders WHERE tenant_id = ?', [BigInt(id)])).length;
  /** A store large enough for windows, all of whose orders are older than the first of them. */
  const createOldShop = (shop: string) => {
    const end = Date.now() - 40 * DAY_MS;
    control.createShop(shop, { orders: 3_300, end, start: end - 300 * DAY_MS });
  };

  test('a full sync removes the only order of a window', async () => {
    const shop = 'only-one.myshopify.com';
    createOldShop(shop);
    const id = await ada.fill(shop);
    const order = control.createOrder(shop, { test: false });
    await ada.synced(id);
    expect(await orders(id)).toBe(3_301);
    const fault = control.setFault({ kind: 'webhook_drop', shop, times: null });
    control.deleteOrder(shop, order.id);
    await ada.synced(id, 'full');
    control.clearFaults(fault.id);
    expect(await orders(id)).toBe(3_300);
  });

  test('an order that is made between planning and the first operation is not lost', async () => {
    const shop = 'made-between.myshopify.com';
    createOldShop(shop);
    const dropped = control.setFault({ kind: 'webhook_drop', shop, times: null });
    const slots = control.setFault({ kind: 'bulk_slots_taken', shop, times: null });
    const id = await ada.connect(shop);
    const planned = () =>
      world.db.read("SELECT 1 FROM sync_windows WHERE tenant_id = ? AND stream = 'orders'", [BigInt(id)]);
    await expect.poll(async () => (await planned()).length).toBeGreaterThan(0);
    control.createOrder(shop, { test: false });
    control.settings({ clockOffset: 600_000 });
    control.clearFaults(slots.id);
    wentWell(await ada.settled(id));
    await ada.synced(id);
    control.settings({ clockOffset: 0 });
    control.clearFaults(dropped.id);
    expect(await orders(id)).toBe(3_301);
  });

  test('a checkpoint in a result that was split otherwise does not count', async () => {
    const shop = 'split-otherwise.myshopify.com';
    control.createShop(shop, { orders: 200 });
    const slow = control.setFault({ kind: 'slow', match: 'BulkPoll', shop, delayMs: 2_000, times: null });
    const id = await ada.connect(shop);
    const written = () =>
      world.db.transaction((tx) =>
        tx.run(
          `UPDATE sync_windows SET partitions_done = 1, partitions = 9, roots_done = 50
           WHERE tenant_id = ? AND stream = 'orders' AND operation_id IS NOT NULL`,
          [BigInt(id)],
        ),
      );
    await expect.poll(written).toBe(1);
    await world.restart();
    control.clearFaults(slow.id);
    wentWell(await ada.settled(id));
    await expectExact(world, ada, id, shop);
  });

  /** A stream of orders whose run has just begun, at a Shopify that answers like this. */
  const begin = async (
    answer: (operation: string, variables: { query?: string | null }) => unknown,
    what = EVERYTHING,
  ) => {
    const { tenantId, lease } = await makeTenant(world.db);
    const runId = newId();
    const { SyncRun, SyncStream } = world.db.models;
    await SyncRun.create({ tenantId, id: runId, kind: 'full', status: 'running' });
    const stream = await SyncStream.create({ tenantId, runId, name: 'orders', kind: 'full', status: 'running' });
    const query = async (document: { toString(): string }, variables: object) => {
      const [, operation] = /^\s*\w+ (\w+)/.exec(document.toString())!;
      return { data: await answer(operation!, variables), cost: null, date: new Date() };
    };
    const sleep = (_ms: number, signal?: AbortSignal) => delay(5, undefined, { signal });
    const ctx = {
      ...{ db: world.db, dataDir: world.config.dataDir, tenantId, runId, lease, pool: null },
      client: { shop: 'x.myshopify.com', random: Math.random, clock: { now: Date.now, sleep }, query },
      ...{ scopes: ['read_orders', 'read_all_orders'], currency: 'GBP', timezone: 'UTC', shopNow: new Date() },
      log: { info() {}, warn() {} },
      signal: new AbortController().signal,
      isTurnOver: () => false,
    } as unknown as SyncContext;
    const windows = () =>
      world.db.read<Record<string, unknown>>(
        'SELECT from_at, to_at, tries, operation_id, partitions_done FROM sync_windows WHERE tenant_id = ? AND run_id = ?',
        [BigInt(tenantId), BigInt(runId)],
      );
    return { ctx, stream, windows, fetch: () => fetchWindows(ctx, stream, what) };
  };

  test('there is a window for every instant, whatever is sold between two counts', async () => {
    const now = Date.now();
    const lonely = now - 20 * DAY_MS;
    const sold = [
      ...new Array<number>(40_050).fill(now - 3_600_000),
      lonely,
      ...new Array<number>(10_000).fill(now - 365 * DAY_MS),
    ];
    const { fetch, windows } = await begin((operation, { query }) => {
      if (operation === 'FirstOrder') {
        return { orders: { nodes: [{ createdAt: new Date(now - 365 * DAY_MS).toISOString() }] } };
      }
      if (operation !== 'OrdersCount') throw new Error('planned');
      const from = Date.parse(/>='([^']*)'/.exec(query ?? '')?.[1] ?? '1990-01-01');
      const to = Date.parse(/<'([^']*)'/.exec(query ?? '')?.[1] ?? '2990-01-01');
      const count = sold.filter((at) => at >= from && at < to).length;
      sold.push(now);
      return { ordersCount: { count } };
    });
    await expect(fetch()).rejects.toThrow('planned');
    const bounds = (await windows()).map((row) => [asDate(row.from_at), asDate(row.to_at)]);
    bounds.sort(([a], [b]) => Number(a) - Number(b));
    expect(bounds.length).toBeGreaterThan(2);
    expect([bounds[0]![0], bounds.at(-1)![1]]).toEqual([null, null]);
    for (let i = 1; i < bounds.length; i++) expect(bounds[i]![0]).toEqual(bounds[i - 1]![1]);
  });

  test('changes are fetched in windows too, if they are many', async () => {
    const [now, from] = [Date.now(), new Date(Math.floor(Date.now() / 1000) * 1000 - 90 * DAY_MS)];
    const { fetch, windows } = await begin(
      (operation, { query }) => {
        if (operation !== 'OrdersCount') throw new Error('planned');
        const [since, until] = [/>='([^']*)'/, /<'([^']*)'/].map((bound) =>
          Date.parse(bound.exec(query ?? '')?.[1] ?? ''),
        );
        return { ordersCount: { count: Math.ceil(((until || now) - since!) / DAY_MS) * 1_000 } };
      },
      { field: 'updated_at', from, to: null, removeDeleted: false },
    );
    await expect(fetch()).rejects.toThrow('planned');
    const bounds = (await windows()).map((row) => [asDate(row.from_at), asDate(row.to_at)]);
    bounds.sort(([a], [b]) => Number(a) - Number(b));
    expect(bounds).toHaveLength(4);
    expect([bounds[0]![0], bounds.at(-1)![1]]).toEqual([from, null]);
    for (let i = 1; i < bounds.length; i++) expect(bounds[i]![0]).toEqual(bounds[i - 1]![1]);
  });

  test('an empty result counts only where Shopify counts nothing', async () => {
    const { fetch } = await begin((operation) => {
      if (operation === 'OrdersCount') return { ordersCount: { count: 5 } };
      if (operation === 'BulkRun') return { bulkOperationRunQuery: { bulkOperation: OPERATION, userErrors: [] } };
      const url = 'http://127.0.0.1:1/result';
      return { bulkOperation: { status: 'COMPLETED', createdAt: new Date().toISOString(), objectCount: '0', url } };
    });
    await expect(fetch()).rejects.toThrow('empty, although it counts 5');
  });

  test('F29: whoever has lost the lease changes no window', async () => {
    const { ctx, fetch, windows } = await begin(async (operation) => {
      if (operation === 'OrdersCount') return { ordersCount: { count: 5 } };
      // frozen here, while another process takes the work over and gets on with it
      await world.db.transaction(async (tx) => {
        const run = [BigInt(ctx.tenantId), BigInt(ctx.runId)];
        await tx.run('UPDATE leases SET fence = fence + 1 WHERE tenant_id = ?', [run[0]!]);
        const theirs = "operation_id = 'theirs', partitions_done = 5";
        await tx.run(`UPDATE sync_windows SET ${theirs} WHERE tenant_id = ? AND run_id = ?`, run);
      });
      return { bulkOperationRunQuery: { bulkOperation: OPERATION, userErrors: [] } };
    });
    await expect(fetch()).rejects.toThrow(LeaseLost);
    expect(await windows()).toMatchObject([{ operation_id: 'theirs', partitions_done: 5 }]);
  });

  test('F29: nor does it say how a stream has ended', async () => {
    const { ctx, stream } = await begin(() => null);
    await world.db.transaction((tx) =>
      tx.run('UPDATE leases SET fence = fence + 1 WHERE tenant_id = ?', [BigInt(ctx.tenantId)]),
    );
    await expect(saveStream(ctx, stream, { status: 'failed' })).rejects.toThrow(LeaseLost);
    expect((await stream.reload()).status).toBe('running');
  });

  test('a turn ends while Shopify works, and the next one waits for the same operation', async () => {
    let [asked, isDone] = [0, false];
    const { ctx, fetch, windows } = await begin((operation) => {
      if (operation === 'OrdersCount') return { ordersCount: { count: isDone ? 0 : 5 } };
      if (operation === 'BulkRun') {
        asked++;
        return { bulkOperationRunQuery: { bulkOperation: OPERATION, userErrors: [] } };
      }
      const status = isDone ? 'COMPLETED' : 'RUNNING';
      return { bulkOperation: { status, createdAt: new Date().toISOString(), objectCount: '0', url: null } };
    });
    ctx.isTurnOver = () => true;
    await expect(fetch()).rejects.toThrow(TurnOver);
    expect(await windows()).toMatchObject([{ operation_id: OPERATION.id, tries: 0 }]);
    isDone = true;
    await fetch();
    expect(asked).toBe(1);
  });

  test('a turn ends while there is no place at Shopify, and the time it takes counts through all turns', async () => {
    const { ctx, fetch, windows } = await begin((operation) => {
      if (operation === 'OrdersCount') return { ordersCount: { count: 5 } };
      throw new ShopifyRefused('x', 'busy', [{ code: 'LIMIT_REACHED', message: 'busy' }]);
    });
    ctx.isTurnOver = () => true;
    await expect(fetch()).rejects.toThrow(TurnOver);
    expect(await windows()).toMatchObject([{ operation_id: null, tries: 0 }]);
    await world.db.transaction((tx) =>
      tx.run('UPDATE sync_windows SET operation_at = ? WHERE tenant_id = ?', [
        new Date(Date.now() - 3_600_000),
        BigInt(ctx.tenantId),
      ]),
    );
    // given up, and begun again
    await expect(fetch()).rejects.toThrow(TurnOver);
    expect(await windows()).toMatchObject([{ operation_id: null, tries: 1 }]);
  });

  test('what is begun ahead ends with the run', async () => {
    let asked = 0;
    const { fetch } = await begin((operation, { query }) => {
      const isLate = query?.includes('created_at:>=') ?? false;
      if (operation === 'OrdersCount') return { ordersCount: { count: isLate ? 10 : 5_000 } };
      if (operation === 'FirstOrder') return { orders: { nodes: [{ createdAt: '2025-01-01T00:00:00Z' }] } };
      if (operation === 'BulkPoll') return delay(100).then(() => Promise.reject(new BulkFailed('x', 'ACCESS_DENIED')));
      asked++;
      if (isLate) return { bulkOperationRunQuery: { bulkOperation: OPERATION, userErrors: [] } };
      throw new ShopifyRefused('x', 'busy', [{ code: 'LIMIT_REACHED', message: 'busy' }]);
    });
    await expect(fetch()).rejects.toThrow('ACCESS_DENIED');
    expect(asked).toBeGreaterThan(2);
    const then = asked;
    await delay(100);
    expect(asked).toBe(then);
  });

  test('what former holders of the lease have downloaded is removed, and that of others left', async () => {
    const { ctx, fetch } = await begin(() => {
      throw new Error('no further');
    });
    const { tenantId, runId, lease } = ctx;
    const spooled = (name: string) => join(world.config.dataDir, 'spool', `${tenantId}-${runId}-${name}`);
    const names = ['orders-5-0', 'orders-5-0.jsonl', 'customers-5-0', `orders-5-${lease.fence}.jsonl`, 'orders-5-99'];
    mkdirSync(spooled(names[0]!), { recursive: true });
    for (const name of names.slice(1)) writeFileSync(spooled(name), '');
    await expect(fetch()).rejects.toThrow('no further');
    expect(names.filter((name) => existsSync(spooled(name)))).toEqual(names.slice(2));
  });
});
