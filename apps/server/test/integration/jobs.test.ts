import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeDue, recurring } from '../../src/jobs/recurring.ts';
import { expectExact, onEachDatabase, startWorld, wentWell, type World } from './world.ts';

const DAY = 86_400_000;

onEachDatabase('background work', (engine) => {
  let world: World;
  beforeAll(async () => {
    const env = { SWEEP_SECONDS: '1', SYNCS_AT_ONCE: '1', SYNC_TURN_SECONDS: '1', HOUSEKEEPING_SECONDS: '1' };
    world = await startWorld(engine, { env, sandbox: { bulkDelay: 700 } });
  });
  afterAll(() => world?.close());

  test('a large store lets a small one have a turn, and goes on', async () => {
    const ada = await world.register();
    const { control } = world.sandbox;
    control.createShop('large.myshopify.com', { orders: 3200 });
    control.createShop('small.myshopify.com', { orders: 20 });
    const large = await ada.connect('large.myshopify.com');
    while ((await ada.runs(large))[0]!.status !== 'running') await delay(5);
    const small = await ada.connect('small.myshopify.com');
    // it begins though the large one has not ended; which of them is the first to end depends on the machine
    while ((await ada.runs(small))[0]!.status === 'queued') await delay(5);
    expect((await ada.runs(large))[0]!.status).toBe('running');
    wentWell(await ada.settled(small));
    wentWell(await ada.settled(large));
    await expectExact(world, ada, small, 'small.myshopify.com');
    await expectExact(world, ada, large, 'large.myshopify.com');
    expect(await ada.runs(large)).toHaveLength(1);
  });

  test('a store that waits for Shopify lets others have a turn', async () => {
    const ada = await world.register();
    const { control } = world.sandbox;
    for (const shop of ['waits.myshopify.com', 'other.myshopify.com']) control.createShop(shop, { orders: 5 });
    const taken = control.setFault({ kind: 'bulk_slots_taken', shop: 'waits.myshopify.com', times: null });
    const waits = await ada.connect('waits.myshopify.com');
    while ((await ada.runs(waits))[0]!.status !== 'running') await delay(5);
    await ada.fill('other.myshopify.com');
    expect((await ada.runs(waits))[0]!.status).toBe('running');
    control.clearFaults(taken.id);
    wentWell(await ada.settled(waits));
  });

  test('a recurring job that is asked for while it runs has another run, and a hint that comes late has none', async () => {
    let runs = 0;
    const job = recurring({
      db: world.db,
      name: 'tested',
      everySeconds: 3600,
      async work(tenantId) {
        runs++;
        await delay(5); // the database counts milliseconds
        if (runs === 1) await makeDue(world.db, tenantId, 'tested', 0);
        if (runs === 2) throw new Error('this time it fails');
      },
    });
    const run = () => job.run('1', new AbortController().signal);
    await run();
    await expect(run()).rejects.toThrow('this time it fails');
    await run();
    expect(runs).toBe(2);
    await makeDue(world.db, '1', 'tested', 0);
    await run();
    expect(runs).toBe(3);
  });

  test('housekeeping removes what nobody needs any more, and nothing else', async () => {
    const { db } = world;
    const ada = await world.register();
    world.sandbox.control.createShop('kept.myshopify.com', { orders: 5 });
    const id = await ada.fill('kept.myshopify.com');
    await ada.synced(id);
    await ada.begin('given-up.myshopify.com');
    await ada.begin('begun.myshopify.com');
    const others = await Promise.all(Array.from({ length: 3 }, () => world.register()));
    const [ended, expired, ends] = others.map(({ email }) => email);

    const ago = (days: number) => new Date(Date.now() - days * DAY);
    const change = (sql: string, ...params: (Date | string | bigint)[]) => db.transaction((tx) => tx.run(sql, params));
    const ofUser = 'WHERE user_id = (SELECT id FROM users WHERE email = ?)';
    await change(`UPDATE sessions SET ended_at = ? ${ofUser}`, ago(31), ended!);
    await change(`UPDATE sessions SET expires_at = ? ${ofUser}`, ago(31), expired!);
    await change(`UPDATE sessions SET ended_at = ?, expires_at = ? ${ofUser}`, ago(29), ago(29), ends!);
    await change("UPDATE oauth_states SET expires_at = ? WHERE shop_domain = 'given-up.myshopify.com'", ago(1));
    const runs = await ada.runs(id);
    const [kept, old] = runs.map((run) => run.id);
    await change('UPDATE sync_runs SET finished_at = ? WHERE id = ?', ago(91), BigInt(old!));
    await change('UPDATE sync_runs SET finished_at = ? WHERE id = ?', ago(89), BigInt(kept!));

    const signedIn = async () => {
      const left = await db.read<{ email: string }>(
        `SELECT u.email FROM users u JOIN sessions s ON s.user_id = u.id JOIN refresh_tokens t ON t.session_id = s.id`,
      );
      return left.map(({ email }) => email);
    };
    const begun = async () => {
      const states = await db.read<{ shop_domain: string }>('SELECT shop_domain FROM oauth_states');
      return states.map((row) => row.shop_domain);
    };
    // each kind of it is removed on its own
    await expect.poll(async () => (await ada.runs(id)).map((run) => run.id)).toEqual([kept]);
    await expect.poll(signedIn).not.toContain(ended);
    await expect.poll(signedIn).not.toContain(expired);
    await expect.poll(begun).not.toContain('given-up.myshopify.com');
    for (const table of ['sync_streams', 'sync_windows']) {
      expect(await db.read(`SELECT 1 FROM ${table} WHERE run_id = ?`, [BigInt(old!)])).toEqual([]);
    }
    expect(await signedIn()).toEqual(expect.arrayContaining([ada.email, ends]));
    expect(await begun()).toContain('begun.myshopify.com');
    await expectExact(world, ada, id, 'kept.myshopify.com');
  });

  test('more than one piece of housekeeping at once', async () => {
    const { db } = world;
    const ada = await world.register();
    const [session] = await db.read<{ user_id: string | number }>(
      'SELECT user_id FROM sessions WHERE user_id = (SELECT id FROM users WHERE email = ?)',
      [ada.email],
    );
    const old = new Date(Date.now() - 40 * DAY);
    const columns = ['id', 'user_id', 'user_agent', 'address', 'created_at', 'last_used_at', 'expires_at'];
    const rows = Array.from({ length: 1200 }, (_, i) => [
      BigInt(i + 1),
      BigInt(session!.user_id),
      '',
      '',
      old,
      old,
      old,
    ]);
    await db.transaction((tx) => tx.insert('sessions', columns, rows, null));
    while ((await db.read('SELECT 1 FROM sessions WHERE id <= 1200')).length > 0) await delay(20);
    expect((await ada.call('POST', '/api/auth/refresh')).status).toBe(200);
  });
});
