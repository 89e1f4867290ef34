import type { SyncRun } from '@xeno/contracts';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Control, FaultWishes } from '../../../sandbox/src/index.ts';
import { asDate } from '../../src/db/values.ts';
import { type Browser, expectExact, onEachDatabase, startWorld, wentWell, type World } from './world.ts';

type Wishes = Omit<FaultWishes, 'shop'>;

/** What passes by itself: the back-fill it strikes ends right, without anyone's doing. */
const PASSING: [string, Wishes[]][] = [
  ['F12: 429, and when to come back', [{ kind: 'http_status', status: 429, retryAfter: 2, times: 4 }]],
  ['F12: 430', [{ kind: 'http_status', status: 430, times: 2 }]],
  ['F12: 500 and 503', [500, 503].map((status) => ({ kind: 'http_status', status, times: 3 }))],
  ['a web page in place of an answer', [{ kind: 'http_status', status: 502, match: 'BulkPoll', times: 2 }]],
  ['F12: connections reset', [{ kind: 'reset', times: 4 }]],
  ['a reset while a bulk operation is being started', [{ kind: 'reset', match: 'mutation BulkRun', times: 2 }]],
  ['F11: THROTTLED', [{ kind: 'throttled', times: 6 }]],
  ['F14: a bulk operation that fails inside Shopify', [{ kind: 'bulk_failed', times: 2 }]],
  ['one that takes Shopify too long', [{ kind: 'bulk_failed', errorCode: 'TIMEOUT', times: 2 }]],
  ['F14: one that is cancelled', [{ kind: 'bulk_canceled' }]],
  ['F14: one that expires', [{ kind: 'bulk_expired', times: 2 }]],
  ['F17: all places taken', [{ kind: 'bulk_slots_taken', times: 3 }]],
  ['F15: a result that is cut off', [{ kind: 'bulk_truncated', times: 2 }]],
  ['a result of fewer lines than counted', [{ kind: 'bulk_count_mismatch', times: 2 }]],
  ['F16: completed, with nothing in it', [{ kind: 'bulk_zero_rows', times: 2 }]],
  ['a result’s address that has ended', [{ kind: 'bulk_url_expired', times: 2 }]],
  ['downloads that break off', [{ kind: 'bulk_download_cut', times: 3 }]],
  [
    'downloads that are refused for load',
    [
      { kind: 'http_status', status: 503, on: 'download', times: 2 },
      { kind: 'reset', on: 'download', times: 2 },
    ],
  ],
  ['F22: another version of the API', [{ kind: 'version_fallforward', times: null }]],
];

interface Lasting {
  title: string;
  fault: Wishes;
  /** What the run says. */
  says: RegExp;
  status?: 'connected' | 'paused';
  kind?: 'full';
}

const AGAIN = /Sync again/;
/** What lasts: the run ends, says what to do, and moves no cursor. Once it is over, a sync without kind makes all good. */
const LASTING: Lasting[] = [
  { title: 'F12: 503', fault: { kind: 'http_status', status: 503 }, says: /cannot be reached: HTTP 503.*Sync again/ },
  { title: 'F12: 429', fault: { kind: 'http_status', status: 429, retryAfter: 30 }, says: /HTTP 429.*Sync again/ },
  { title: 'F12: reset', fault: { kind: 'reset' }, says: /cannot be reached: .*Sync again/ },
  { title: 'F11: THROTTLED', fault: { kind: 'throttled' }, says: /throttled.*Sync again/ },
  {
    title: 'F21: 402',
    fault: { kind: 'http_status', status: 402 },
    says: /frozen; its owner has to/,
    status: 'paused',
  },
  {
    title: 'F21: 423',
    fault: { kind: 'http_status', status: 423 },
    says: /locked .* has to contact/,
    status: 'paused',
  },
  { title: 'F21: 403', fault: { kind: 'http_status', status: 403 }, says: /denied access.*Grant the app/ },
  {
    title: 'F13: orders without their customers, which the app may not see',
    fault: { kind: 'partial_data', match: 'OrdersById', fields: ['Order.customer'] },
    says: /only in part \(missing: .*customer.*Grant the app/,
  },
  { title: 'bulk FAILED', fault: { kind: 'bulk_failed' }, says: AGAIN, kind: 'full' },
  {
    title: 'bulk ACCESS_DENIED',
    fault: { kind: 'bulk_failed', errorCode: 'ACCESS_DENIED' },
    says: /access was denied; grant the app/,
    kind: 'full',
  },
  { title: 'F14: bulk CANCELED', fault: { kind: 'bulk_canceled' }, says: AGAIN, kind: 'full' },
  { title: 'F14: bulk EXPIRED', fault: { kind: 'bulk_expired' }, says: AGAIN, kind: 'full' },
  { title: 'F15: truncated results', fault: { kind: 'bulk_truncated' }, says: AGAIN, kind: 'full' },
  {
    title: 'F15: results of fewer lines than counted',
    fault: { kind: 'bulk_count_mismatch' },
    says: /has \d+ lines where Shopify counted \d+.*Sync again/,
    kind: 'full',
  },
  { title: 'F16: COMPLETED with nothing in it', fault: { kind: 'bulk_zero_rows' }, says: AGAIN, kind: 'full' },
  { title: 'addresses that have ended', fault: { kind: 'bulk_url_expired' }, says: AGAIN, kind: 'full' },
  { title: 'downloads that always break off', fault: { kind: 'bulk_download_cut' }, says: AGAIN, kind: 'full' },
];

onEachDatabase('a fault of Shopify', (engine) => {
  let world: World;
  let control: Control;
  let ada: Browser;
  let shops = 0;

  beforeAll(async () => {
    // no webhook is believed, so that what a sync does can be seen
    world = await startWorld(engine, { env: { SHOPIFY_WEBHOOK_SECRET: 'nobody signs with this' } });
    ({ control } = world.sandbox);
    ada = await world.register();
  });
  afterEach(() => control.clearFaults());
  afterAll(() => world?.close());

  const newShop = () => {
    const shop = `faulty-${++shops}.myshopify.com`;
    control.createShop(shop, { orders: 30, currency: 'GBP' });
    return shop;
  };
  const cursors = (id: string) =>
    world.db.read('SELECT stream, applied_to FROM stream_cursors WHERE tenant_id = ? ORDER BY stream', [BigInt(id)]);
  const failed = (run: SyncRun, says: RegExp) => {
    expect(run.status).toBe('failed');
    expect(run.error).toMatch(says);
    expect(run.streams.map(({ status }) => status)).toContain('failed');
    for (const { status, error } of run.streams) if (status === 'failed') expect(error).toMatch(/\w/);
  };

  describe('that passes', () => {
    test.each(PASSING)('%s', async (_title, wishes) => {
      const shop = newShop();
      const faults = wishes.map((fault) => control.setFault({ ...fault, shop }));
      const id = await ada.fill(shop);
      for (const { struck, times = 1 } of faults) expect(struck).toBeGreaterThanOrEqual(times ?? 1);
      await expectExact(world, ada, id, shop);
    });

    test('F11: while one shop waits for its points, another is filled', async () => {
      const waiting = newShop();
      const id = await ada.fill(waiting);
      // for longer than this test lasts
      control.throttle(waiting, { maximumAvailable: 1000, restoreRate: 0.01, empty: true });
      const throttled = control.setFault({ kind: 'throttled', shop: waiting, times: null });
      await ada.sync(id, 'full');
      await expect.poll(() => throttled.struck, { timeout: 30_000 }).toBeGreaterThan(0);
      const other = newShop();
      await expectExact(world, ada, await ada.fill(other), other);
      expect((await ada.runs(id))[0]!.status).not.toBe('succeeded'); // it waits, or has waited in vain
      expect((await ada.call('DELETE', `/api/tenants/${id}`)).status).toBe(204);
    });

    test('access tokens that end early, while tokens cannot be refreshed at first', async () => {
      const shop = newShop();
      const id = await ada.fill(shop);
      control.createOrder(shop);
      control.expireAccessTokens(shop);
      const fault = control.setFault({ kind: 'http_status', on: 'token', status: 503, times: 2, shop });
      await ada.synced(id);
      expect(fault.struck).toBe(2);
      await expectExact(world, ada, id, shop);
    });

    test('an incremental sync, too', async () => {
      const shop = newShop();
      const id = await ada.fill(shop);
      for (let i = 0; i < 5; i++) control.createOrder(shop, { lineCount: 30 });
      control.setFault({ kind: 'reset', match: 'OrdersById', times: 2, shop });
      control.setFault({ kind: 'throttled', times: 3, after: 2, shop });
      control.setFault({ kind: 'http_status', status: 500, match: 'OrderLines', times: 2, shop });
      await ada.synced(id);
      expect(control.faults().map(({ struck }) => struck)).toEqual([2, 3, 2]);
      await expectExact(world, ada, id, shop);
    });
  });

  describe('that lasts', () => {
    test.each(LASTING)('$title', async ({ fault, says, status = 'connected', kind }) => {
      const shop = newShop();
      const id = await ada.fill(shop);
      const [before, { asOf }, { lastSyncAt }] = [await cursors(id), await ada.overview(id), await ada.tenant(id)];
      control.createOrder(shop, { lineCount: 2 });
      control.refundOrder(shop, 4);

      const set = control.setFault({ ...fault, shop, times: null });
      // Shopify's clock goes on, so that a cursor would move if it could
      control.settings({ clockOffset: 600_000 });
      const run = await ada.syncAndWait(id, kind);
      control.settings({ clockOffset: 0 });
      expect(set.struck).toBeGreaterThan(0);
      failed(run, says);
      const struck = new Set(run.streams.filter((stream) => stream.status === 'failed').map(({ name }) => name));
      const unmoved = (rows: unknown[]) =>
        (rows as { stream: 'orders'; applied_to: unknown }[]).filter(({ stream }) => struck.has(stream));
      expect(unmoved(await cursors(id))).toEqual(unmoved(before));
      expect(struck).toContain('orders');
      // what went well may have moved on; the figures are no newer than the orders
      const held = asDate(unmoved(before).find(({ stream }) => stream === 'orders')!.applied_to)!.getTime();
      const now = Date.parse((await ada.overview(id)).asOf!);
      expect(now).toBeGreaterThanOrEqual(Date.parse(asOf!));
      // or of the newest webhook that is applied: some still come from the back-fill
      const [state] = await world.db.read<{ told: unknown }>(
        'SELECT events_applied_to AS told FROM tenant_state WHERE tenant_id = ?',
        [BigInt(id)],
      );
      expect(now).toBeLessThanOrEqual(Math.max(held, asDate(state!.told)?.getTime() ?? 0));
      const tenant = await ada.tenant(id);
      expect(tenant).toMatchObject({ status, isActive: status === 'connected', lastSyncAt });
      if (status !== 'connected') expect(tenant.statusReason).toMatch(says);

      control.clearFaults();
      await ada.synced(id);
      expect(await ada.tenant(id)).toMatchObject({ status: 'connected', statusReason: null, isActive: true });
      await expectExact(world, ada, id, shop);
    });

    test('from the first back-fill on', async () => {
      const shop = newShop();
      control.setFault({ kind: 'bulk_count_mismatch', times: null, shop });
      const id = await ada.connect(shop);
      failed(await ada.settled(id), AGAIN);
      expect(await cursors(id)).toEqual([]);
      expect((await ada.overview(id)).asOf).toBe(null);
      expect((await ada.tenant(id)).lastSyncAt).toBe(null);
      control.clearFaults();
      await ada.synced(id);
      await expectExact(world, ada, id, shop);
    });
  });

  describe('that only its owner can mend', () => {
    test.each<[string, (shop: string) => unknown]>([
      ['F18: a revoked token', (shop) => control.setFault({ kind: 'token_revoked', shop })],
      ['an app that was uninstalled', (shop) => control.revokeTokens(shop)],
      [
        'F20: a dead refresh token',
        (shop) => {
          control.expireAccessTokens(shop);
          control.setFault({ kind: 'refresh_dead', shop });
        },
      ],
    ])('%s: connect again', async (_title, strike) => {
      const shop = newShop();
      const id = await ada.fill(shop);
      const before = [await cursors(id), await ada.revenue(id)];
      control.createOrder(shop);
      strike(shop);
      for (const _again of [1, 2]) {
        failed(await ada.syncAndWait(id), /Connect the store again/);
        const tenant = await ada.tenant(id);
        expect(tenant).toMatchObject({ status: 'reconnect_needed', isActive: false });
        expect(tenant.statusReason).toMatch(/Connect the store again/);
        expect([await cursors(id), await ada.revenue(id)]).toEqual(before);
      }

      control.clearFaults();
      expect(await ada.connect(shop)).toBe(id);
      expect((await ada.tenant(id)).status).toBe('connected');
      wentWell(await ada.settled(id));
      await expectExact(world, ada, id, shop);
    });
  });
});
