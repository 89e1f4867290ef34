import type { SyncRun, Tenant } from '@xeno/contracts';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Sandbox, startSandbox } from '../../../sandbox/src/index.ts';
import { openDatabase } from '../../src/db/database.ts';
import type { Place } from '../harness/databases.ts';
import { Program } from '../harness/program.ts';
import { seeded } from '../harness/seeded.ts';
import { Browser, expectExact, onEachDatabase, wentWell } from './world.ts';

const SHOP = 'killed.myshopify.com';
/** How often the process is killed during one back-fill. */
const KILLS = Number(process.env.KILLS ?? 4);
const SECONDS_PER_KILL = 30;

onEachDatabase('SIGKILL', (engine) => {
  let place: Place;
  let sandbox: Sandbox;
  let server: Program;
  let ada: Browser;

  beforeEach(async () => {
    place = await engine.open();
    sandbox = await startSandbox({ bulkDelay: 300 });
    server = new Program('all', {
      DATA_DIR: place.dataDir,
      DATABASE_URL: place.databaseUrl ?? '',
      SHOPIFY_SANDBOX_URL: sandbox.url,
      LEASE_SECONDS: '2',
    });
    await server.start();
    ada = new Browser(() => server.url);
    await ada.register('ada@example.com');
  });
  afterEach(async () => {
    await server.kill();
    await sandbox.close();
    await place.drop();
  });

  const access = () => (place.databaseUrl ? { url: place.databaseUrl } : { file: path.join(place.dataDir, 'xeno.db') });
  const restart = async () => {
    await server.kill();
    await server.start();
  };
  const run = async (id: string) => (await ada.runs(id))[0]!;

  /** Waits, without a click, for the end, and compares. */
  const endsExact = async (id: string) => {
    wentWell(await ada.settled(id, 120));
    // once the store is filled, a restart at another address may fill the gap of its webhooks
    expect((await ada.runs(id)).filter(({ kind }) => kind === 'backfill')).toHaveLength(1);
    const db = openDatabase(access());
    try {
      await expectExact({ sandbox, db }, ada, id, SHOP);
    } finally {
      await db.close();
    }
    const spool = path.join(place.dataDir, 'spool');
    const left = () => (existsSync(spool) ? readdirSync(spool) : []);
    for (const deadline = Date.now() + 15_000; left().length > 0 && Date.now() < deadline;) await delay(50);
    expect(left()).toEqual([]);
    expect(await server.stop()).toBe(0);
  };

  test(
    'at random moments of a back-fill: it goes on by itself and ends exact',
    async () => {
      sandbox.control.createShop(SHOP, { orders: 800 * KILLS, bigIds: true, currency: 'EUR' });
      const id = await ada.connect(SHOP);
      const random = seeded(engine.name === 'sqlite' ? 11 : 12);
      const moments: string[] = [];
      const inOrders = (moment: string) => /orders running [1-9]/.test(moment);
      for (let kill = 0; kill < KILLS; kill++) {
        const before = progressOf(await run(id));
        while (isActive(await run(id)) && progressOf(await run(id)) === before) await delay(20);
        // one of them for certain in the midst of the orders, however slow the machine
        if (kill === 1) while (isActive(await run(id)) && !inOrders(progressOf(await run(id)))) await delay(5);
        else await delay(random() * 700);
        moments.push(progressOf(await run(id)));
        await restart();
      }
      console.info(`${engine.name}: killed at\n  ${moments.join('\n  ')}`);
      await endsExact(id);
      // the seed and the size are such that it was killed in the midst of things
      expect(moments.filter(inOrders).length).toBeGreaterThan(0);
      expect(moments.filter((moment) => !/^succeeded/.test(moment)).length).toBeGreaterThan(KILLS / 2);
    },
    SECONDS_PER_KILL * KILLS * 1000 + 120_000,
  );

  test('right after the last window of the orders, while the run goes on', async () => {
    sandbox.control.createShop(SHOP, { orders: 300, currency: 'EUR' });
    sandbox.control.setFault({ kind: 'slow', match: 'customersCount', delayMs: 20_000 });
    const id = await ada.connect(SHOP);
    while ((await run(id)).streams.find(({ name }) => name === 'orders')!.status !== 'succeeded') await delay(10);
    expect((await run(id)).status).toBe('running');
    await restart();
    await endsExact(id);
  }, 120_000);

  test('as soon as all rows are in', async () => {
    sandbox.control.createShop(SHOP, { orders: 300, currency: 'EUR' });
    const id = await ada.connect(SHOP);
    const allIn = (stream: SyncRun['streams'][0]) => stream.expected !== null && stream.done >= stream.expected;
    while (!(await run(id)).streams.every(allIn)) await delay(1);
    await restart();
    await endsExact(id);
  }, 120_000);

  test('F19: between Shopify’s answer to a refresh of the tokens and saving it', async () => {
    sandbox.control.createShop(SHOP, { orders: 50, currency: 'EUR' });
    const id = await ada.connect(SHOP);
    wentWell(await ada.settled(id, 120));
    await server.kill();
    await server.start({ FAIL_POINT: 'tokens.answered' });
    sandbox.control.expireAccessTokens(SHOP);
    await ada.call('POST', `/api/tenants/${id}/sync`).catch(() => null);
    while (server.isRunning) await delay(20);
    expect(readFileSync(path.join(place.dataDir, 'fail-points.log'), 'utf8')).toBe('tokens.answered\n');
    await server.start();
    wentWell(await ada.settled(id, 30)); // nobody waits for the one who died
    await ada.synced(id); // whoever asked for tokens first may have died before a sync was asked for
    expect((await ada.get<Tenant>(`/api/tenants/${id}`)).status).toBe('connected');
  }, 120_000);
});

const isActive = ({ status }: SyncRun) => status === 'queued' || status === 'running';

const progressOf = ({ status, streams }: SyncRun) =>
  [status, ...streams.map(({ name, status, done, expected }) => `${name} ${status} ${done}/${expected ?? '?'}`)].join(
    ', ',
  );
