import { Redis } from 'ioredis';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { tryPort } from '../../../../scripts/lib/ports.mjs';
import { type Sandbox, startSandbox } from '../../../sandbox/src/index.ts';
import { type Database, openDatabase } from '../../src/db/database.ts';
import { Program } from '../harness/program.ts';
import { type Service, startRedis } from '../harness/services.ts';
import { Browser, expectExact, onEachDatabase, wentWell } from './world.ts';

const sweepSeconds = 1;

onEachDatabase('separate processes', (engine) => {
  if (engine.name === 'sqlite') {
    test('are refused, since the embedded database has one process', async () => {
      const { dataDir, drop } = await engine.open();
      const env = { DATA_DIR: dataDir, SHOPIFY_SANDBOX_URL: 'http://127.0.0.1:1' };
      for (const name of ['api', 'worker', 'scheduler']) {
        await expect(new Program(name, env).start()).rejects.toThrow(/DATABASE_URL is missing.*npm start/);
      }
      const all = new Program('all', env);
      await all.start();
      await expect(new Program('all', env).start()).rejects.toThrow(/already running in .*process \d+/);
      await expect(new Program('migrate', env).start()).rejects.toThrow(/already running in/);
      expect(await all.stop()).toBe(0);
      await drop();
    });
    return;
  }

  let place: Awaited<ReturnType<typeof engine.open>>;
  let redis: Service;
  let sandbox: Sandbox;
  let db: Database;
  let shops = 0;
  const programs: Program[] = [];
  const program = (name: string, env: Record<string, string> = {}) => {
    const one = new Program(name, {
      DATABASE_URL: place.databaseUrl!,
      DATA_DIR: place.dataDir,
      REDIS_URL: redis.url,
      SHOPIFY_SANDBOX_URL: sandbox.url,
      LEASE_SECONDS: '2',
      SWEEP_SECONDS: String(sweepSeconds),
      ...env,
    });
    programs.push(one);
    return one;
  };
  const start = async (...names: string[]) => {
    const started = names.map((name) => program(name));
    await Promise.all(started.map((one) => one.start()));
    return started;
  };
  const newShop = (orders: number) => {
    const shop = `shared-${++shops}.myshopify.com`;
    sandbox.control.createShop(shop, { orders });
    return shop;
  };
  const person = async (server: Program, name: string) => {
    const browser = new Browser(() => server.url);
    await browser.register(`${name}@example.com`);
    return browser;
  };

  beforeAll(async () => {
    [place, redis, sandbox] = await Promise.all([engine.open(), startRedis(), startSandbox({ bulkDelay: 100 })]);
    db = openDatabase({ url: place.databaseUrl! });
  });
  afterEach(async () => {
    await Promise.all(programs.splice(0).map((one) => one.kill()));
  });
  afterAll(async () => {
    await db.close();
    await sandbox.close();
    await redis.stop();
    await place.drop();
  });

  test('five that start at once on an empty database share the work; kill -9 of a worker loses none', async () => {
    const names = ['api', 'api', 'worker', 'worker', 'scheduler'];
    const [one, two, first, second] = (await start(...names)) as [Program, Program, Program, Program];
    const ada = await person(one, 'ada');
    const elsewhere = new Browser(() => two.url);
    elsewhere.token = ada.token;

    const shop = newShop(1500);
    const id = await ada.connect(shop);
    while ((await elsewhere.runs(id))[0]!.status !== 'running') await delay(10);
    await delay(300);
    await first.kill();
    wentWell(await elsewhere.settled(id));
    await expectExact({ sandbox, db }, elsewhere, id, shop);

    sandbox.control.createOrder(shop);
    await second.kill();
    await first.start();
    await elsewhere.synced(id);
    await expectExact({ sandbox, db }, ada, id, shop);
    const health = await fetch(`${two.url}/readyz`);
    expect(await health.json()).toMatchObject({ status: 'ready', checks: { queue: 'ok' } });
    const spool = join(place.dataDir, 'spool');
    expect(existsSync(spool) ? readdirSync(spool) : []).toEqual([]);
  });

  test('F27: with Redis dead from the beginning, webhooks are answered, work begins at sweeps, and /readyz says so without failing', async () => {
    const port = String(await tryPort(0, '127.0.0.1'));
    const dead = { REDIS_URL: 'redis://127.0.0.1:1', APP_URL: `http://127.0.0.1:${port}` };
    const api = program('api', { ...dead, PORT: port });
    await Promise.all([api, program('worker', dead)].map((one) => one.start()));
    const ben = await person(api, 'ben');
    const shop = newShop(20);
    const id = await ben.fill(shop);
    await expectExact({ sandbox, db }, ben, id, shop);
    await expect.poll(() => sandbox.control.subscriptions(shop).map(({ topic }) => topic)).toContain('orders/create');
    const { orders } = (await ben.overview(id)).totals;
    sandbox.control.createOrder(shop, { test: false });
    await sandbox.control.idle({ shop });
    const told = sandbox.control.deliveries({ shop });
    expect(told.map(({ topic }) => topic)).toContain('orders/create');
    expect(told.flatMap(({ attempts }) => attempts.map(({ status }) => status))).toEqual(told.map(() => 200));
    await expect.poll(async () => (await ben.overview(id)).totals.orders, { timeout: 20_000 }).toBe(orders + 1);
    await expectExact({ sandbox, db }, ben, id, shop);
    const health = await fetch(`${api.url}/readyz`);
    expect(health.status).toBe(200);
    expect(await health.json()).toMatchObject({ status: 'ready', checks: { queue: 'degraded' } });
  });

  test('F27: FLUSHALL while a store is filled', async () => {
    const [api] = (await start('api', 'worker', 'worker', 'scheduler')) as [Program];
    const cem = await person(api, 'cem');
    const shop = newShop(300);
    const id = await cem.connect(shop);
    const client = new Redis(redis.url);
    for (let i = 0; i < 5; i++) {
      await client.flushall();
      await delay(100);
    }
    wentWell(await cem.settled(id));
    await client.flushall();
    sandbox.control.createOrder(shop);
    await cem.synced(id);
    client.disconnect();
    await expectExact({ sandbox, db }, cem, id, shop);
  });

  test('without Redis, workers find out by themselves', async () => {
    const api = program('api', { REDIS_URL: '' });
    const worker = program('worker', { REDIS_URL: '' });
    await Promise.all([api.start(), worker.start()]);
    await expect(program('scheduler', { REDIS_URL: '' }).start()).rejects.toThrow(/REDIS_URL is missing/);
    const dan = await person(api, 'dan');
    expect(await dan.get('/api/queue')).toEqual({ state: 'ok', data: null }); // other processes have it
    const shop = newShop(20);
    const id = await dan.fill(shop);
    await expectExact({ sandbox, db }, dan, id, shop);
  });

  test('F30: SIGTERM drains: answers are finished, work is handed over, and each ends within seconds', async () => {
    const [api, worker, scheduler] = (await start('api', 'worker', 'scheduler')) as [Program, Program, Program];
    const eve = await person(api, 'eve');
    const shop = newShop(1000);
    const id = await eve.connect(shop);
    while ((await eve.runs(id))[0]!.status !== 'running') await delay(10);

    const other = program('worker');
    await other.start();
    const began = performance.now();
    expect(await worker.stop()).toBe(0);
    expect(performance.now() - began).toBeLessThan(12_000);
    wentWell(await eve.settled(id));
    await expectExact({ sandbox, db }, eve, id, shop);

    const answers = Array.from({ length: 20 }, (_, i) =>
      eve.call('POST', '/api/auth/register', {
        name: 'Ada',
        email: `late${i}@example.com`,
        password: 'correct horse battery',
      }),
    );
    await Promise.race(answers);
    expect(await api.stop()).toBe(0);
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual(Array(20).fill(201));
    expect(await scheduler.stop()).toBe(0);
    expect(await other.stop()).toBe(0);
  });

  test('F30: this version works on a schema that the next one has expanded', async () => {
    await db.transaction((tx) => tx.run("INSERT INTO migrations (name) VALUES ('9999-of-the-next-version')"));
    for (const table of ['tenants', 'sync_runs', 'orders', 'users', 'sessions']) {
      await db.transaction((tx) => tx.run(`ALTER TABLE ${table} ADD COLUMN of_the_next_version VARCHAR(16)`));
    }
    const [api] = (await start('api', 'worker')) as [Program];
    const fay = await person(api, 'fay');
    const shop = newShop(20);
    const id = await fay.fill(shop);
    await expectExact({ sandbox, db }, fay, id, shop);
    expect((await fetch(`${api.url}/readyz`)).status).toBe(200);
  });
});
