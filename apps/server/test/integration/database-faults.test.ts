import { spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createConnection } from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, onTestFinished, inject, test } from 'vitest';
import { openDatabase } from '../../src/db/database.ts';
import { DiskFull } from '../../src/db/faults.ts';
import type { IngestTask } from '../../src/ingest/bulk/ingest.ts';
import { createIngestPool } from '../../src/ingest/bulk/pool.ts';
import type { Engine } from '../harness/databases.ts';
import { freshDatabase, type Service, startMariaDb } from '../harness/services.ts';
import { Browser, expectExact, onEachDatabase, startWorld, wentWell, type World } from './world.ts';

const QUICK = { SWEEP_SECONDS: '1', JOB_RETRY_SECONDS: '1', LEASE_SECONDS: '2' };
const hasMariaDb = inject('mariadbUrl') !== null;

/** Registers until told to stop, several at once; knows whom it was told that they are in. */
class Applicants {
  readonly acknowledged: string[] = [];
  readonly refused: { status: number; text: string }[] = [];
  private readonly done: Promise<unknown>;
  private stopped = false;

  constructor(url: () => string, name: string) {
    let count = 0;
    const apply = async () => {
      const browser = new Browser(url);
      while (!this.stopped) {
        const email = `${name}${++count}@example.com`;
        const account = { name: 'Ada', email, password: 'correct horse battery' };
        const { status, text } = await browser.call('POST', '/api/auth/register', account);
        if (status === 201) this.acknowledged.push(email);
        else this.refused.push({ status, text });
        await delay(20);
      }
    };
    this.done = Promise.all([apply(), apply(), apply()]);
  }

  async until(holds: () => boolean): Promise<void> {
    while (!holds()) await delay(10);
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.done;
  }
}

const emails = async (world: World) =>
  (await world.db.read<{ email: string }>('SELECT email FROM users')).map(({ email }) => email);

const newShop = (world: World, name: string, orders: number) => {
  const shop = `${name}.myshopify.com`;
  world.sandbox.control.createShop(shop, { orders });
  return shop;
};

/** Whatever is asked while the database is away, read-only or full is answered 503, and that it may be tried again. */
function expectUnavailable(refused: { status: number; text: string }[]): void {
  expect(refused.length).toBeGreaterThan(0);
  for (const { status, text } of refused) {
    expect({ status, ...(JSON.parse(text) as object) }, text).toMatchObject({ status: 503, code: 'unavailable' });
  }
}

onEachDatabase('F23', (engine) => {
  test.each(['ER_LOCK_DEADLOCK', 'ER_LOCK_WAIT_TIMEOUT', 'SQLITE_BUSY'])(
    '%s: the whole transaction again, five times at most, and nothing of what failed stays',
    async (code) => {
      const { databaseUrl, dataDir, drop } = await engine.open();
      const db = openDatabase(databaseUrl ? { url: databaseUrl } : { file: join(dataDir, 'xeno.db') });
      await db.transaction((tx) => tx.run('CREATE TABLE counts (id INTEGER PRIMARY KEY, count INTEGER)'));
      let tries = 0;
      const failing = (times: number) =>
        db.transaction(async (tx) => {
          tries++;
          await tx.run('INSERT INTO counts (id, count) VALUES (?, 1)', [tries]);
          if (tries <= times) throw Object.assign(new Error('busy'), { code });
        });
      await failing(2);
      expect(await db.read('SELECT id FROM counts')).toEqual([{ id: 3 }]);
      tries = 3;
      await expect(failing(99)).rejects.toMatchObject({ code });
      expect(tries).toBe(8);
      expect(await db.read('SELECT id FROM counts')).toEqual([{ id: 3 }]);
      await db.close();
      await drop();
    },
  );
});

describe.skipIf(!hasMariaDb)('a MariaDB of our own', () => {
  let server: Service;
  /** Not the administrator's: what may write to a replica. */
  let engine: Pick<Engine, 'open'>;
  let world: World;

  const administer = async (...statements: string[]) => {
    const connection = await createConnection(server.url);
    for (const sql of statements) await connection.query(sql);
    await connection.end();
  };

  beforeAll(async () => {
    server = await startMariaDb();
    await administer(
      "CREATE USER xeno@'127.0.0.1' IDENTIFIED BY 'xeno'",
      "GRANT ALL ON `xeno_%`.* TO xeno@'127.0.0.1'",
    );
    engine = {
      async open() {
        const { url, drop } = await freshDatabase(server.url);
        const dataDir = mkdtempSync(join(tmpdir(), 'xeno-test-'));
        const databaseUrl = url.replace('root@', 'xeno:xeno@');
        return {
          databaseUrl,
          dataDir,
          drop: async () => {
            await drop();
            rmSync(dataDir, { recursive: true });
          },
        };
      },
    };
    world = await startWorld(engine, { env: QUICK });
  });
  afterAll(async () => {
    await world.close();
    await server.stop();
  });

  test('F23: transactions that lock each other out, and one that waits in vain, are done again as a whole', async () => {
    const { db } = world;
    await db.transaction((tx) => tx.run('CREATE TABLE accounts (id INT PRIMARY KEY, balance INT) ENGINE=InnoDB'));
    await db.transaction((tx) => tx.run('INSERT INTO accounts VALUES (1, 0), (2, 0)'));
    let tries = 0;
    let holding = 0;
    const both = Promise.withResolvers<void>();
    const transfer = (from: number, to: number) =>
      db.transaction(async (tx) => {
        tries++;
        await tx.run('UPDATE accounts SET balance = balance - 1 WHERE id = ?', [from]);
        if (++holding === 2) both.resolve();
        await both.promise;
        await tx.run('UPDATE accounts SET balance = balance + 1 WHERE id = ?', [to]);
      });
    await Promise.all([transfer(1, 2), transfer(2, 1)]);
    expect(tries).toBeGreaterThan(2);
    expect(await db.read('SELECT balance FROM accounts')).toEqual([{ balance: 0 }, { balance: 0 }]);

    const holder = await createConnection(server.url + new URL(world.config.databaseUrl!).pathname.slice(1));
    await holder.query('BEGIN');
    await holder.query('UPDATE accounts SET balance = balance WHERE id = 2');
    tries = 0;
    const waiting = db.transaction(async (tx) => {
      if (++tries === 2) await holder.query('ROLLBACK');
      await tx.query('SET innodb_lock_wait_timeout = 1');
      await tx.run('UPDATE accounts SET balance = balance - 1 WHERE id = 1');
      await tx.run('UPDATE accounts SET balance = balance + 1 WHERE id = 2');
      await tx.query('SET innodb_lock_wait_timeout = DEFAULT');
    });
    await waiting;
    expect(tries).toBe(2);
    expect(await db.read('SELECT balance FROM accounts ORDER BY id')).toEqual([{ balance: -1 }, { balance: 1 }]);
    await holder.end();
  });

  test('F24: kill -9 of the database: all that was acknowledged is there, and everything goes on by itself', async () => {
    const ada = await world.register();
    const shop = newShop(world, 'killed-database', 400);
    const id = await ada.connect(shop);
    const applicants = new Applicants(() => world.url, 'survivor');
    for (let kill = 0; kill < 3; kill++) {
      const before = applicants.acknowledged.length;
      const refusedBefore = applicants.refused.length;
      await applicants.until(() => applicants.acknowledged.length > before + 3);
      process.kill(server.pid, 'SIGKILL');
      await applicants.until(() => applicants.refused.length > refusedBefore);
      await server.restart();
    }
    const last = applicants.acknowledged.length;
    await applicants.until(() => applicants.acknowledged.length > last + 3);
    await applicants.stop();
    expectUnavailable(applicants.refused);
    expect(await emails(world)).toEqual(expect.arrayContaining(applicants.acknowledged));
    wentWell(await ada.settled(id));
    await expectExact(world, ada, id, shop);
    expect((await fetch(`${world.url}/readyz`)).status).toBe(200);
  });

  test('F26: fail-over to a read-only replica: connections are made anew, no half write, and it goes on', async () => {
    const ada = await world.register();
    const shop = newShop(world, 'failed-over', 400);
    const id = await ada.connect(shop);
    while ((await ada.runs(id))[0]!.status !== 'running') await delay(5);

    const connections = async () =>
      (await world.db.read<{ id: string }>('SELECT id FROM information_schema.processlist')).map((row) =>
        String(row.id),
      );
    const old = await connections();
    await administer('SET GLOBAL read_only = 1');
    const applicants = new Applicants(() => world.url, 'late');
    await applicants.until(() => applicants.refused.length > 5);
    expect(applicants.acknowledged).toEqual([]);
    expect((await ada.call('GET', `/api/tenants/${id}`)).status).toBe(200);
    expect((await ada.call('POST', `/api/tenants/${id}/sync`)).status).not.toBe(500);
    const now = await connections();
    expect(now.filter((connection) => old.includes(connection)).length).toBeLessThan(old.length / 2);
    await delay(500);
    await administer('SET GLOBAL read_only = 0');
    await applicants.until(() => applicants.acknowledged.length > 3);
    await applicants.stop();
    expectUnavailable(applicants.refused);
    expect((await emails(world)).filter((email) => email.startsWith('late')).sort()).toEqual(
      [...applicants.acknowledged].sort(),
    );
    wentWell(await ada.settled(id));
    await expectExact(world, ada, id, shop);
  });

  test('F24: a database that is away for moments only does not end a back-fill: nobody has to sync again', async () => {
    const ada = await world.register();
    const shop = newShop(world, 'interrupted', 1200);
    const id = await ada.connect(shop);
    while ((await ada.runs(id))[0]!.status !== 'running') await delay(5);
    const administrator = await createConnection(server.url);
    // How many connections there are at a moment is chance: what counts is that enough of them were cut.
    let cut = 0;
    while (cut < 20) {
      const [rows] = await administrator.query("SELECT id FROM information_schema.processlist WHERE user = 'xeno'");
      for (const { id: connection } of rows as { id: number }[]) {
        await administrator.query(`KILL ${connection}`).then(
          () => cut++,
          () => {}, // it has ended by itself
        );
      }
      await delay(100);
    }
    await administrator.end();
    const [run, ...earlier] = await ada.runs(id);
    expect(earlier).toEqual([]);
    expect(['running', 'succeeded']).toContain(run!.status);
    wentWell(await ada.settled(id));
    await expectExact(world, ada, id, shop);
  });
});

/** A small disk of its own; null where this user may not have one. */
function smallDisk(megabytes: number): { folder: string; fill(): void; clear(): void; remove(): void } | null {
  const folder = mkdtempSync(join(tmpdir(), 'xeno-disk-'));
  if (spawnSync('/bin/mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder]).status !== 0) {
    rmSync(folder, { recursive: true });
    return null;
  }
  const filler = join(folder, 'filler');
  return {
    folder,
    fill() {
      const file = openSync(filler, 'a');
      try {
        for (let size = 1 << 20; size >= 512; size /= 2) {
          try {
            for (;;) writeSync(file, Buffer.alloc(size));
          } catch (error) {
            if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
          }
        }
      } finally {
        closeSync(file);
      }
    },
    clear: () => rmSync(filler),
    remove() {
      spawnSync('/bin/umount', ['--lazy', folder]);
      rmSync(folder, { recursive: true });
    },
  };
}

describe('F25: the disk is full', () => {
  let disk: ReturnType<typeof smallDisk>;
  let world: World;
  beforeAll(async () => {
    disk = smallDisk(48);
    if (!disk) return;
    const dataDir = join(disk.folder, 'data');
    mkdirSync(dataDir);
    const open = async () => ({ databaseUrl: null, dataDir, drop: async () => {} });
    world = await startWorld({ open }, { env: QUICK });
  });
  afterAll(async () => {
    await world?.close();
    disk?.remove();
  });

  test('what would be written is answered 503, what is read is answered, and with room again it goes on', async ({
    skip,
  }) => {
    if (!disk) return skip('this user may not mount a small disk');
    const ada = await world.register();
    const shop = newShop(world, 'full', 60);
    const id = await ada.fill(shop);
    const other = newShop(world, 'filling', 1500);

    disk.fill();
    const applicants = new Applicants(() => world.url, 'poor');
    await applicants.until(() => applicants.refused.length > 5);
    const acknowledged = applicants.acknowledged.length;
    await expectExact(world, ada, id, shop);
    expectUnavailable([await ada.call('POST', `/api/tenants/${id}/sync`)]);
    disk.clear();
    await applicants.until(() => applicants.acknowledged.length > acknowledged + 3);
    await applicants.stop();
    expectUnavailable(applicants.refused);
    expect((await emails(world)).filter((email) => email.startsWith('poor')).sort()).toEqual(
      [...applicants.acknowledged].sort(),
    );

    // and in the middle of a back-fill
    const filling = await ada.connect(other);
    const progress = async () => (await ada.runs(filling))[0]!.streams.reduce((sum, { done }) => sum + done, 0);
    while ((await progress()) === 0) await delay(5);
    disk.fill();
    await delay(1500);
    disk.clear();
    const run = await ada.settled(filling);
    if (run.status === 'failed') {
      expect(run.error).toContain('The disk is full');
      await ada.synced(filling);
    }
    await expectExact(world, ada, filling, other);
    await ada.synced(id);
    await expectExact(world, ada, id, shop);
  });

  test('a thread that finds no room says so', async ({ skip }) => {
    if (!disk) return skip('this user may not mount a small disk');
    const folder = mkdtempSync(join(tmpdir(), 'xeno-test-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const file = join(folder, 'customers.jsonl');
    const customers = Array.from({ length: 50_000 }, (_, i) => `{"id":"gid://shopify/Customer/${i + 1}"}\n`);
    writeFileSync(file, customers.join(''));
    const task: IngestTask = {
      ...{ tenantId: '1', runId: '1', lease: { name: 'sync', fence: '1' }, stream: 'customers', position: 0 },
      ...{ file, folder: join(disk.folder, 'parts'), expectedLines: customers.length, fetchBegan: 0, currency: 'EUR' },
      ...{ partitionsDone: 0, partitions: null, rootsDone: 0 },
    };
    disk.fill();
    await expect(createIngestPool(world.db).ingest(task, new AbortController().signal)).rejects.toThrow(DiskFull);
    disk.clear();
  });
});
