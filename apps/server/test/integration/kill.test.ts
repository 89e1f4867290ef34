import type { SyncRun } from '@xeno/contracts';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Sandbox, startSandbox } from '../../../sandbox/src/index.ts';
import { openDatabase } from '../../src/db/database.ts';
import type { Engine } from '../harness/databases.ts';
import { Browser, expectExact, onEachDatabase, wentWell } from './world.ts';

const PROGRAM = path.resolve(import.meta.dirname, '../../src/bin/all.ts');
const SHOP = 'killed.myshopify.com';
/** How often the process is killed during one back-fill. */
const KILLS = { sqlite: 6, mariadb: 4 };
const kills = (engine: Engine) => Number(process.env.KILLS ?? KILLS[engine.name]);
const SECONDS_PER_KILL = 30;

onEachDatabase('SIGKILL', (engine) => {
  let place: Awaited<ReturnType<Engine['open']>>;
  let sandbox: Sandbox;
  let server: Server;
  let ada: Browser;

  beforeEach(async () => {
    place = await engine.open();
    sandbox = await startSandbox({ bulkDelay: 300 });
    server = new Server({
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
    expect(await ada.runs(id)).toHaveLength(1);
    const db = openDatabase(access());
    try {
      await expectExact({ sandbox, db }, ada, id, SHOP);
    } finally {
      await db.close();
    }
    const spool = path.join(place.dataDir, 'spool');
    expect(existsSync(spool) ? readdirSync(spool) : []).toEqual([]);
    expect(await server.stop()).toBe(0);
  };

  test(
    'at random moments of a back-fill: it goes on by itself and ends exact',
    async () => {
      sandbox.control.createShop(SHOP, { orders: 800 * kills(engine), bigIds: true, currency: 'EUR' });
      const id = await ada.connect(SHOP);
      const random = seeded(engine.name === 'sqlite' ? 11 : 12);
      const moments: string[] = [];
      for (let kill = 0; kill < kills(engine); kill++) {
        const before = progressOf(await run(id));
        while (isActive(await run(id)) && progressOf(await run(id)) === before) await delay(20);
        await delay(random() * 700);
        moments.push(progressOf(await run(id)));
        await restart();
      }
      console.info(`${engine.name}: killed at\n  ${moments.join('\n  ')}`);
      await endsExact(id);
      // the seed and the size are such that it was killed in the midst of things
      expect(moments.filter((moment) => /orders running [1-9]/.test(moment)).length).toBeGreaterThan(0);
      expect(moments.filter((moment) => !/^succeeded/.test(moment)).length).toBeGreaterThan(kills(engine) / 2);
    },
    SECONDS_PER_KILL * kills(engine) * 1000 + 120_000,
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
});

const isActive = ({ status }: SyncRun) => status === 'queued' || status === 'running';

const progressOf = ({ status, streams }: SyncRun) =>
  [status, ...streams.map(({ name, status, done, expected }) => `${name} ${status} ${done}/${expected ?? '?'}`)].join(
    ', ',
  );

/** Numbers from 0 to 1, the same ones each time (mulberry32). */
function seeded(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), seed | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Xeno as a process of its own. */
class Server {
  url = '';
  #process: ChildProcess | null = null;
  readonly #env: Record<string, string>;

  constructor(env: Record<string, string>) {
    this.#env = env;
  }

  async start(): Promise<void> {
    const child = spawn(process.execPath, [PROGRAM], {
      env: { PATH: process.env.PATH, ...this.#env, PORT: '0', LOG_LEVEL: 'warn' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#process = child;
    let said = '';
    const ready = new Promise<string>((resolve, reject) => {
      const listen = (chunk: Buffer) => {
        said += chunk.toString();
        const [, port] = /Xeno is ready: http:\/\/localhost:(\d+)/.exec(said) ?? [];
        if (port) resolve(port);
      };
      child.stdout.on('data', listen);
      child.stderr.on('data', listen);
      child.once('exit', (code) => reject(new Error(`it ended with ${code}:\n${said}`)));
    });
    this.url = `http://127.0.0.1:${await ready}`;
  }

  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  /** Asks it to stop; gives its exit code. */
  stop(): Promise<number | null> {
    return this.#end('SIGTERM');
  }

  async #end(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null> {
    const child = this.#process;
    this.#process = null;
    if (!child || child.exitCode !== null || child.signalCode !== null) return child?.exitCode ?? null;
    const exit = once(child, 'exit');
    child.kill(signal);
    const [code] = (await exit) as [number | null];
    return code;
  }
}
