import type { SyncRun } from '@xeno/contracts';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Database, openDatabase, accessOf } from '../../src/db/database.ts';
import { asDate } from '../../src/db/values.ts';
import { makeDue, recurring } from '../../src/jobs/recurring.ts';
import { SCHEDULED_SYNC } from '../../src/stores/upkeep.ts';
import { readConfig } from '../../src/config.ts';
import type { Place } from '../harness/databases.ts';
import { makeTenant } from './tenants.ts';
import { caughtUp } from './webhooks.ts';
import { type Browser, expectExact, onEachDatabase, startWorld, type World } from './world.ts';

const HOURS = 3_600;

/** Seconds from now, by the database's clock, until a store's job is due; null where nobody has said so. */
async function dueIn(db: Database, tenantId: string, job: string): Promise<number | null> {
  const [row] = await db.read<{ due_at: unknown }>('SELECT due_at FROM upkeep WHERE tenant_id = ? AND job = ?', [
    BigInt(tenantId),
    job,
  ]);
  return row ? (asDate(row.due_at)!.getTime() - (await db.now())) / 1000 : null;
}

const installed = (db: Database, tenantId: string, secondsAgo: number) =>
  db.transaction((tx) =>
    tx.run('UPDATE tenants SET installed_at = ? WHERE id = ?', [
      new Date(Date.now() - secondsAgo * 1000),
      BigInt(tenantId),
    ]),
  );

test('a store is synced every six hours, and pending work looked for within a minute, unless set otherwise', () => {
  const { tuning } = readConfig({ SHOPIFY_SANDBOX_URL: 'http://127.0.0.1:1' });
  expect(tuning.syncEverySeconds).toBe(6 * HOURS);
  expect(tuning.sweepSeconds).toBeLessThanOrEqual(60);
  const changed = readConfig({ SHOPIFY_SANDBOX_URL: 'http://127.0.0.1:1', SYNC_EVERY_SECONDS: '7200' });
  expect(changed.tuning.syncEverySeconds).toBe(2 * HOURS);
});

onEachDatabase('what stores need now and then', (engine) => {
  let place: Place;
  let db: Database;
  beforeAll(async () => {
    place = await engine.open();
    db = openDatabase(accessOf(place), { readers: 0 });
  });
  afterAll(async () => {
    await db.close();
    await place.drop();
  });

  test('is due for some stores and not for others, and next time for each at another moment', async () => {
    const ids: string[] = [];
    for (let i = 0; i < 30; i++) ids.push((await makeTenant(db)).tenantId);
    const [fresh, paused, waiting, ...due] = ids as [string, string, string, ...string[]];
    for (const id of ids) await installed(db, id, id === fresh ? HOURS - 60 : HOURS + 1);
    await db.models.Tenant.update({ status: 'paused' }, { where: { id: paused } });
    await makeDue(db, waiting, 'a job', 60);
    const done: string[] = [];
    const job = recurring({ db, name: 'a job', everySeconds: HOURS, work: async (id) => void done.push(id) });

    expect((await job.pending()).sort()).toEqual(due.toSorted());
    for (const id of await job.pending()) await job.run(id, new AbortController().signal);
    expect(done.sort()).toEqual(due.toSorted());
    expect(await job.pending()).toEqual([]);
    const pauses = await Promise.all(due.map(async (id) => (await dueIn(db, id, 'a job'))!));
    for (const pause of pauses) {
      expect(pause).toBeGreaterThan(0.9 * HOURS - 60);
      expect(pause).toBeLessThanOrEqual(1.1 * HOURS + 1);
    }
    expect(Math.max(...pauses) - Math.min(...pauses)).toBeGreaterThan(0.02 * HOURS);
  });

  test('that fails is due again sooner, unless the process was stopped', async () => {
    const { tenantId: id } = await makeTenant(db);
    const name = 'a job that fails';
    const work = () => Promise.reject(new Error('not today'));
    const job = recurring({ db, name, everySeconds: HOURS, retrySeconds: 100, work });
    const stopped = AbortSignal.abort();
    await expect(job.run(id, stopped)).rejects.toThrow('not today');
    expect(await dueIn(db, id, name)).toBeLessThanOrEqual(0);
    await expect(job.run(id, new AbortController().signal)).rejects.toThrow('not today');
    expect(await dueIn(db, id, name)).toBeLessThanOrEqual(111);
    const told = recurring({
      db,
      name: 'one that says so',
      everySeconds: HOURS,
      retrySeconds: 100,
      work: async () => 'failed',
    });
    expect(await told.run(id, new AbortController().signal)).toBe('done');
    const pause = await dueIn(db, id, 'one that says so');
    expect([pause! > 80, pause! <= 111]).toEqual([true, true]);
  });
});

onEachDatabase('scheduled syncs', (engine) => {
  let world: World;
  let ada: Browser;
  const shops = ['due.myshopify.com', 'not-due.myshopify.com'] as const;
  const ids: string[] = [];

  beforeAll(async () => {
    const env = { SWEEP_SECONDS: '1', SYNC_RETRY_SECONDS: '1', FETCH_SETTLE_SECONDS: '1', EVENT_RETRY_SECONDS: '1' };
    world = await startWorld(engine, { env });
    ada = await world.register();
    for (const shop of shops) {
      world.sandbox.control.createShop(shop, { orders: 30 });
      ids.push(await ada.fill(shop));
    }
  });
  afterAll(() => world.close());

  const until = async <T>(ask: () => Promise<T>, isIt: (value: T) => boolean): Promise<T> => {
    for (const deadline = Date.now() + 30_000; ; await delay(25)) {
      const value = await ask();
      if (isIt(value)) return value;
      if (Date.now() > deadline) throw new Error(`never so: ${JSON.stringify(value)}`);
    }
  };
  const ended = (run: SyncRun | undefined) => run !== undefined && run.finishedAt !== null;
  /** The runs of a store once there are as many and all have ended, the newest first. */
  const runs = (id: string, count: number) =>
    until(
      () => ada.runs(id),
      (all) => all.length === count && all.every(ended),
    );
  const likeness = ({ kind, status, error, streams }: SyncRun) => ({
    kind,
    status,
    error,
    streams: streams.map((stream) => ({ name: stream.name, status: stream.status })),
  });

  test('come for stores that are due, and are what a manual one is', async () => {
    const { control } = world.sandbox;
    control.setFault({ kind: 'webhook_drop', probability: 1, times: null });
    for (const shop of shops) control.createOrder(shop, { test: false });
    const [due, notDue] = ids as [string, string];
    await installed(world.db, due, 6 * HOURS + 1);
    const [scheduled] = await runs(due, 2);
    expect(scheduled!.kind).toBe('incremental');
    await expectExact(world, ada, due, shops[0]);
    const pause = await until(
      () => dueIn(world.db, due, SCHEDULED_SYNC),
      (seconds) => seconds !== null,
    );
    expect(pause).toBeGreaterThan(5 * HOURS);
    expect(await ada.runs(notDue)).toHaveLength(1);
    expect(await dueIn(world.db, notDue, SCHEDULED_SYNC)).toBeNull();

    const manual = await ada.synced(due);
    expect(likeness(manual)).toEqual(likeness(scheduled!));
    await expectExact(world, ada, due, shops[0]);
    await ada.synced(notDue);
    control.clearFaults();
  });

  test('that fail for what passes come again soon, and those that fail for good do not', async () => {
    const { control } = world.sandbox;
    const [id] = ids as [string];
    const before = (await ada.runs(id)).length;
    const fault = control.setFault({ kind: 'http_status', status: 503, shop: shops[0], times: null });
    await makeDue(world.db, id, SCHEDULED_SYNC, 0);
    const failed = await until(
      async () => (await ada.runs(id)).filter(({ status }) => status === 'failed'),
      (all) => all.length >= 2,
    );
    expect(failed[0]!.error).toMatch(/HTTP 503/);
    control.clearFaults(fault.id);
    const [last] = await until(
      () => ada.runs(id),
      ([run]) => run?.status === 'succeeded',
    );
    expect(last!.kind).toBe('incremental');
    expect((await ada.runs(id)).length).toBeGreaterThanOrEqual(before + 3);
    expect(
      await until(
        () => dueIn(world.db, id, SCHEDULED_SYNC),
        (seconds) => seconds! > HOURS,
      ),
    ).toBeTruthy();

    control.setFault({ kind: 'http_status', status: 403, shop: shops[0], times: null });
    await makeDue(world.db, id, SCHEDULED_SYNC, 0);
    await until(
      async () => (await ada.runs(id))[0]!,
      (run) => run.status === 'failed' && run.id !== failed[0]!.id,
    );
    expect(
      await until(
        () => dueIn(world.db, id, SCHEDULED_SYNC),
        (seconds) => seconds! > HOURS,
      ),
    ).toBeTruthy();
    control.clearFaults();
    await ada.synced(id);
  });

  test('F22: that Shopify answers in another version is told by the run and the store, until it no longer does', async () => {
    const [id] = ids as [string];
    world.sandbox.control.setFault({ kind: 'version_fallforward', version: '2027-04', times: null });
    expect((await ada.synced(id)).notice).toMatch(/version 2026-10 of its API but in 2027-04/);
    expect((await ada.tenant(id)).apiVersion).toBe('2027-04');
    world.sandbox.control.clearFaults();
    expect((await ada.synced(id)).notice).toBeNull();
    expect((await ada.tenant(id)).apiVersion).toBeNull();
  });

  const scopesOf = async (id: string) => {
    const [row] = await world.db.read<{ scopes: string }>('SELECT scopes FROM tenants WHERE id = ?', [BigInt(id)]);
    return row!.scopes.split(',');
  };

  test('app/scopes_update stops a stream alone that is no longer granted, and fetches what is granted anew', async () => {
    const { control } = world.sandbox;
    const [, id] = ids as [string, string];
    const all = await scopesOf(id);
    const before = (await ada.runs(id)).length;
    control.changeScopes(
      shops[1],
      all.filter((scope) => scope !== 'read_customers'),
    );
    const [without] = await runs(id, before + 1);
    expect(without!.notice).toMatch(/did not grant access: customers/);
    expect(
      likeness(without!)
        .streams.map(({ name, status }) => `${name} ${status}`)
        .sort(),
    ).toEqual(['customers cancelled', 'orders succeeded', 'products succeeded']);
    expect(await scopesOf(id)).not.toContain('read_customers');

    const customer = control.createCustomer(shops[1], {});
    control.changeScopes(shops[1], all);
    // what happened before its webhooks were subscribed to may be looked for once more
    const since = await until(
      () => ada.runs(id),
      (list) => list.length >= before + 2 && list.every(ended),
    );
    const again = since.at(-before - 2);
    expect(likeness(again!).streams.map(({ status }) => status)).toEqual(['succeeded', 'succeeded', 'succeeded']);
    expect(again!.notice).toBeNull();
    await caughtUp(world, id, shops[1]);
    const stored = await world.db.read('SELECT 1 FROM customers WHERE tenant_id = ? AND shopify_customer_id = ?', [
      BigInt(id),
      BigInt(customer.id),
    ]);
    expect(stored).toHaveLength(1);
    await expectExact(world, ada, id, shops[1]);
  });
});
