import { Redis } from 'ioredis';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import { bullmqQueue } from '../../src/jobs/bullmq.ts';
import { embeddedQueue } from '../../src/jobs/embedded.ts';
import type { JobKind } from '../../src/jobs/job.ts';
import type { Queue, QueueOptions } from '../../src/jobs/queue.ts';
import { RedisWatch } from '../../src/jobs/redis-watch.ts';
import { type Service, startRedis } from '../harness/services.ts';

const ALL = { work: true, schedule: true };
const SWEEP_SECONDS = 1;

/** Work as the database would know it, with a record of how it went. */
class Work {
  /** Pieces of work that are left of each key. */
  readonly left = new Map<string, number>();
  /** The keys in the order in which pieces of them were begun. */
  readonly begun: string[] = [];
  readonly aborted: string[] = [];
  /** At once, at most: of all keys, and of one. */
  most = 0;
  mostOfOne = 0;
  pieceMs = 5;
  failing = new Set<string>();
  readonly failedAt: number[] = [];
  private readonly running: string[] = [];

  add(key: string, pieces = 1): void {
    this.left.set(key, (this.left.get(key) ?? 0) + pieces);
  }

  kind(name: string, concurrency: number): JobKind {
    return {
      name,
      concurrency,
      pending: async () => [...this.left.keys()],
      run: async (key, signal) => {
        this.running.push(key);
        this.begun.push(key);
        this.most = Math.max(this.most, this.running.length);
        this.mostOfOne = Math.max(this.mostOfOne, this.running.filter((other) => other === key).length);
        try {
          await delay(this.pieceMs, undefined, { signal });
          if (this.failing.has(key)) {
            this.failedAt.push(performance.now());
            throw new Error('a canary sang');
          }
          const left = (this.left.get(key) ?? 0) - 1;
          if (left > 0) this.left.set(key, left);
          else this.left.delete(key);
          return left > 0 ? 'more' : 'done';
        } catch (error) {
          if (signal.aborted) this.aborted.push(key);
          throw error;
        } finally {
          this.running.splice(this.running.indexOf(key), 1);
        }
      },
    };
  }
}

interface Adapter {
  name: string;
  reason?: string;
  /** A queue as one process has it. Those made within a test share what processes share. */
  make(options: QueueOptions, elect: Elect): Queue;
  begin?(): Promise<void>;
  clear?(): Promise<void>;
  end?(): Promise<void>;
}
type Elect = Parameters<typeof bullmqQueue>[0]['elect'];

let server: Service;
let redis: Redis;
const onRedis =
  (leaseSeconds: number): Adapter['make'] =>
  (options, elect) =>
    bullmqQueue({ ...options, redisUrl: server.url, leaseSeconds, elect });
const withRedis: Adapter = {
  name: 'BullMQ on Redis',
  ...(inject('redisUrl') === null && { reason: 'Redis is not installed' }),
  // longer than any pause of a busy machine: whose lock runs out has its job begun again
  make: onRedis(30),
  async begin() {
    server = await startRedis();
    redis = new Redis(server.url);
    redis.on('error', () => {});
  },
  async clear() {
    await redis.flushall();
  },
  async end() {
    redis.disconnect();
    await server.stop();
  },
};
/** Notices soon that a worker has died. */
const withShortLeases: Adapter = { ...withRedis, make: onRedis(2) };
const adapters: Adapter[] = [{ name: 'in the process', make: (options) => embeddedQueue(options) }, withRedis];

const queues: Queue[] = [];
const logged: { message: string; fields: object }[] = [];
const log = (fields: object, message: string) => void logged.push({ message, fields });
/** One process at a time, as a lease would have it. */
let elected: AbortSignal | null = null;
const elect: Elect = async (work, signal) => {
  if (elected) return;
  elected = signal;
  await work(signal).finally(() => (elected = null));
};

function startQueue(adapter: Adapter, kinds: JobKind[], roles = ALL, options: Partial<QueueOptions> = {}): Queue {
  const queue = adapter.make(
    {
      log: { info: log, warn: log, error: log } as unknown as QueueOptions['log'],
      sweepSeconds: SWEEP_SECONDS,
      retrySeconds: 1,
      ...options,
    },
    elect,
  );
  queue.start(kinds, roles);
  queues.push(queue);
  return queue;
}

async function until(holds: () => boolean | Promise<boolean>, seconds = 20): Promise<void> {
  const began = performance.now();
  while (!(await holds())) {
    if (performance.now() - began > seconds * 1000) throw new Error(`not within ${seconds} s: ${String(holds)}`);
    await delay(5);
  }
}

const ready = (queue: Queue) => until(() => queue.state() === 'ok');
const times = (keys: string[], key: string) => keys.filter((other) => other === key).length;
/** No sweep comes within a test that says so. */
const RARELY = { sweepSeconds: 3600 };

async function closeAll(): Promise<void> {
  await Promise.all(queues.splice(0).map((queue) => queue.close()));
  logged.length = 0;
}

for (const adapter of adapters) {
  if (adapter.reason) {
    test.skip(`queue, ${adapter.name}: ${adapter.reason}`);
    continue;
  }
  describe(`queue, ${adapter.name}`, () => {
    beforeAll(() => adapter.begin?.());
    afterEach(async () => {
      await closeAll();
      await adapter.clear?.();
    });
    afterAll(() => adapter.end?.());

    const startIdle = async (work: Work, concurrency = 2, options = RARELY) => {
      const queue = startQueue(adapter, [work.kind('work', concurrency)], ALL, options);
      await ready(queue);
      return queue;
    };

    test('a hint makes the work begin at once', async () => {
      const work = new Work();
      const queue = await startIdle(work);
      await delay(300);
      work.add('7');
      queue.hint('work', '7');
      await until(() => work.left.size === 0);
      expect(work.begun).toEqual(['7']);
    });

    test('what nobody hinted at is found when it starts, and by sweeps', async () => {
      const work = new Work();
      work.add('1');
      await startIdle(work, 2, { sweepSeconds: SWEEP_SECONDS });
      await until(() => work.left.size === 0);
      work.add('2', 3);
      await until(() => work.left.size === 0);
    });

    test('a thousand hints are one run; those while it runs are one more', async () => {
      const work = new Work();
      work.pieceMs = 300;
      work.add('1', 100);
      work.add('2', 100);
      const kind = work.kind('work', 1);
      const queue = startQueue(
        adapter,
        [
          {
            ...kind,
            pending: async () => [],
            run: async (key, signal) => {
              await kind.run(key, signal);
              return 'done';
            },
          },
        ],
        ALL,
        RARELY,
      );
      await ready(queue);
      const hints = async (key: string, count: number) => {
        for (let i = 0; i < count; i++) {
          queue.hint('work', key);
          if (i % 100 === 0) await delay(1);
        }
      };
      await hints('1', 1);
      await until(() => work.begun.length === 1);
      await hints('1', 1000);
      await hints('2', 1000);
      await until(() => work.begun.length === 3);
      await delay(700);
      expect([...work.begun].sort()).toEqual(['1', '1', '2']);
      expect(work.mostOfOne).toBe(1);
    });

    test('a hint while it runs leads to another run, however late it comes', async () => {
      const work = new Work();
      work.pieceMs = 0;
      const queue = await startIdle(work);
      for (let i = 0; i < 200; i++) {
        work.add('1');
        queue.hint('work', '1');
        await delay(Math.random() * 4);
      }
      await until(() => work.left.size === 0);
    });

    test('who has more to do goes to the end of the line', async () => {
      const work = new Work();
      const queue = await startIdle(work, 1);
      work.pieceMs = 60;
      for (const key of ['1', '2', '3']) {
        work.add(key, 3);
        queue.hint('work', key);
      }
      await until(() => work.left.size === 0);
      expect(work.begun).toEqual(['1', '2', '3', '1', '2', '3', '1', '2', '3']);
    });

    test('as many at once as the kind says, none twice, and kinds keep no other waiting', async () => {
      const slow = new Work();
      const fast = new Work();
      slow.pieceMs = 100;
      for (let key = 1; key <= 12; key++) slow.add(String(key));
      startQueue(adapter, [slow.kind('slow', 3), fast.kind('fast', 1)], ALL, RARELY);
      const queue = queues[0]!;
      await ready(queue);
      await until(() => slow.begun.length > 0);
      const depth = (await queue.depths())!.find(({ kind }) => kind === 'slow')!;
      expect(depth).toMatchObject({ kind: 'slow', delayed: 0 });
      expect(depth.active).toBeGreaterThan(0);
      expect(depth.active + depth.waiting).toBeGreaterThan(3);
      fast.add('1');
      queue.hint('fast', '1');
      await until(() => fast.left.size === 0);
      expect(slow.left.size).toBeGreaterThan(0);
      await until(() => slow.left.size === 0);
      expect(slow).toMatchObject({ most: 3, mostOfOne: 1 });
      expect([...new Set(slow.begun)]).toHaveLength(12);
      await until(async () => (await queue.depths())!.every(({ waiting, active }) => waiting + active === 0));
    });

    test('what throws is tried again after growing pauses, and others go on', async () => {
      const work = new Work();
      work.failing.add('1');
      work.add('1');
      const queue = await startIdle(work, 1, { sweepSeconds: SWEEP_SECONDS });
      await until(() => work.failedAt.length === 1);
      expect((await queue.depths())![0]).toMatchObject({ delayed: 1, active: 0 });
      work.add('2');
      queue.hint('work', '2');
      queue.hint('work', '1');
      await until(() => !work.left.has('2'));
      await until(() => work.failedAt.length === 4);
      const pauses = work.failedAt.slice(1).map((at, i) => at - work.failedAt[i]!);
      for (const pause of pauses) expect(pause).toBeGreaterThan(200);
      expect(pauses[1]! + pauses[2]!).toBeGreaterThan(900);
      expect(logged.filter(({ message }) => message === 'a job failed and will be tried again').length).toBeGreaterThan(
        3,
      );
      work.failing.clear();
      await until(() => work.left.size === 0);
      await until(async () => (await queue.depths())!.every(({ delayed }) => delayed === 0));
    });

    test('stop aborts what runs for a key, and nothing else', async () => {
      const work = new Work();
      work.pieceMs = 600;
      work.add('1');
      work.add('2');
      const queue = await startIdle(work);
      await until(() => work.begun.length === 2);
      work.left.delete('1');
      queue.stop('1');
      await until(() => work.left.size === 0);
      expect(work.aborted).toEqual(['1']);
      expect(logged.filter(({ message }) => message.includes('failed'))).toEqual([]);
    });

    test('closing aborts what runs, within seconds, and the next process goes on with it', async () => {
      const work = new Work();
      work.pieceMs = 60_000;
      work.add('1');
      const queue = await startIdle(work);
      await until(() => work.begun.length === 1);
      const began = performance.now();
      await queue.close();
      expect(performance.now() - began).toBeLessThan(8_000);
      expect(work.aborted).toEqual(['1']);
      queue.hint('work', '1');
      queue.stop('1');
      await delay(100);
      expect(work.begun).toEqual(['1']);

      work.pieceMs = 5;
      await startIdle(work);
      await until(() => work.left.size === 0);
    });

    test('a database that does not answer is asked again', async () => {
      const work = new Work();
      const kind = work.kind('work', 1);
      let asked = 0;
      const pending = async () => {
        if (asked++ < 2) throw new Error('away');
        return kind.pending();
      };
      work.add('1');
      startQueue(adapter, [{ ...kind, pending }]);
      await until(() => work.left.size === 0);
      expect(logged.map(({ message }) => message)).toContain('could not look for pending work');
    });

    test('without work to do, a process only hints', async () => {
      const work = new Work();
      work.add('1');
      const queue = startQueue(adapter, [work.kind('work', 1)], { work: false, schedule: true });
      queue.hint('work', '1');
      queue.stop('1');
      await delay(SWEEP_SECONDS * 1500);
      expect(work.begun).toEqual([]);
    });
  });
}

describe.skipIf(withRedis.reason)('several processes on one Redis', () => {
  beforeAll(() => withRedis.begin!());
  afterEach(async () => {
    await closeAll();
    await redis.flushall();
    elected = null;
  });
  afterAll(() => withRedis.end!());

  const HINTS_ONLY = { work: false, schedule: false };
  const WORKS_ONLY = { work: true, schedule: false };
  const SCHEDULES_ONLY = { work: false, schedule: true };

  test('hints of one are worked on by others, each once, and the next one goes on with what a closed one had', async () => {
    const work = new Work();
    work.pieceMs = 20;
    const kinds = [work.kind('work', 2)];
    const api = startQueue(withRedis, kinds, HINTS_ONLY, RARELY);
    const workers = [1, 2].map(() => startQueue(withRedis, kinds, WORKS_ONLY, RARELY));
    await Promise.all([api, ...workers].map(ready));
    await delay(100);
    for (let key = 1; key <= 40; key++) {
      work.add(String(key));
      api.hint('work', String(key));
    }
    await until(() => work.left.size === 0);
    expect(work.begun).toHaveLength(40);
    expect(work.most).toBe(4);

    await workers[0]!.close();
    work.pieceMs = 60_000;
    work.add('99');
    api.hint('work', '99');
    await until(() => times(work.begun, '99') === 1);
    await ready(startQueue(withRedis, [{ ...kinds[0]!, pending: async () => [] }], WORKS_ONLY, RARELY));
    work.pieceMs = 5;
    await workers[1]!.close();
    await until(() => !work.left.has('99'));
  });

  test('stop reaches the process where it runs', async () => {
    const work = new Work();
    work.pieceMs = 60_000;
    const kinds = [work.kind('work', 1)];
    const api = startQueue(withRedis, kinds, HINTS_ONLY, RARELY);
    const worker = startQueue(withRedis, kinds, WORKS_ONLY, RARELY);
    await Promise.all([ready(api), ready(worker)]);
    api.hint('work', '1');
    await until(() => work.begun.length === 1);
    await delay(100);
    api.stop('1');
    await until(() => work.aborted.length === 1);
  });

  test('one scheduler is elected; when it ends, another one is', async () => {
    const work = new Work();
    const kinds = [work.kind('work', 1)];
    const ticks = () => redis.llen('{xeno}:sweeps:wait');
    const [first, second] = [1, 2].map(() => startQueue(withRedis, kinds, SCHEDULES_ONLY));
    await until(async () => elected !== null && (await ticks()) === 1);
    const was = elected;
    await first!.close();
    await until(() => elected !== null && elected !== was);
    await redis.flushall();
    await until(async () => (await ticks()) === 1);
    startQueue(withRedis, kinds, WORKS_ONLY);
    work.add('1');
    await until(() => work.left.size === 0);
    await second!.close();
    // without any scheduler the sweeps go on
    work.add('2');
    await until(() => work.left.size === 0);
  });

  test('F31: a clock that was an hour ahead ends no sweeps, and keeps nothing waiting that failed meanwhile', async () => {
    const right = Date.now;
    const clock = vi.spyOn(Date, 'now').mockImplementation(() => right() + 3_600_000);
    try {
      const work = new Work();
      work.failing.add('failed');
      work.add('failed');
      const queue = startQueue(withRedis, [work.kind('work', 1)]);
      await until(async () => (await queue.depths())?.[0]?.delayed === 1);
      clock.mockRestore();
      work.failing.clear();
      work.add('unhinted');
      await until(() => work.left.size === 0);
    } finally {
      clock.mockRestore();
    }
  });

  test('A26: Redis gets keys and nothing else, and keeps little of what has ended', async () => {
    const work = new Work();
    const queue = startQueue(withRedis, [work.kind('work', 10)]);
    await ready(queue);
    work.failing.add('0');
    for (let key = 0; key < 300; key++) {
      work.add(String(key));
      queue.hint('work', String(key));
    }
    await until(() => work.left.size === 1 && work.failedAt.length > 1);
    expect(await everythingIn(redis)).not.toMatch(/canary/);
    work.failing.clear();
    await until(() => work.left.size === 0);
    await until(async () => (await queue.depths())!.every(({ active, delayed }) => active + delayed === 0));
    const keys = await redis.keys('{xeno}:work:*');
    expect(keys.map((key) => key.replace('{xeno}:work:', '')).sort()).toEqual(
      expect.arrayContaining(['events', 'id', 'meta']) as string[],
    );
    expect(keys.length).toBeLessThan(10);
    expect(await redis.xlen('{xeno}:work:events')).toBeLessThan(300);
  });

  test('a job whose worker died without a word is done by another', async () => {
    const work = new Work();
    const kinds = [work.kind('work', 1)];
    const queue = startQueue(withShortLeases, kinds, WORKS_ONLY, RARELY);
    await ready(queue);
    // as a dead worker leaves it: active, the lock run out
    await queue.close();
    work.add('5');
    const api = startQueue(withShortLeases, kinds, HINTS_ONLY, RARELY);
    await ready(api);
    api.hint('work', '5');
    await until(async () => (await redis.llen('{xeno}:work:wait')) === 1);
    await redis.lmove('{xeno}:work:wait', '{xeno}:work:active', 'RIGHT', 'LEFT');
    const pending = async () => [];
    startQueue(withShortLeases, [{ ...kinds[0]!, pending }], WORKS_ONLY, RARELY);
    await until(() => work.left.size === 0);
  });

  describe('F27: Redis', { timeout: 90_000 }, () => {
    const alive = async () => {
      const work = new Work();
      const kinds = [work.kind('work', 2)];
      const api = startQueue(withShortLeases, kinds, HINTS_ONLY);
      const worker = startQueue(withShortLeases, kinds, WORKS_ONLY);
      const scheduler = startQueue(withShortLeases, kinds, SCHEDULES_ONLY);
      await Promise.all([api, worker, scheduler].map(ready));
      work.add('0');
      api.hint('work', '0');
      await until(() => work.left.size === 0);
      return { work, api, worker };
    };
    /** A hint takes no time, whatever Redis does. */
    const hintAll = (queue: Queue, work: Work, from: number, to: number) => {
      for (let key = from; key < to; key++) work.add(String(key), 3);
      const began = performance.now();
      for (let key = from; key < to; key++) queue.hint('work', String(key));
      expect(performance.now() - began).toBeLessThan(2_000);
    };
    const worksAgain = async (api: Queue, worker: Queue, work: Work) => {
      await Promise.all([ready(api), ready(worker)]);
      await until(() => work.left.size === 0);
      await delay(50);
      work.add('again');
      api.hint('work', 'again');
      work.add('unhinted');
      await until(() => work.left.size === 0);
      expect(work.mostOfOne).toBe(1);
    };

    test('is emptied', async () => {
      const { work, api, worker } = await alive();
      work.pieceMs = 100;
      hintAll(api, work, 1, 20);
      await delay(50);
      await redis.flushall();
      await until(() => work.left.size === 0);
      await worksAgain(api, worker, work);
    });

    test('is emptied, and fails just when that is to be mended', async () => {
      let [told, mended] = [0, 0];
      const emptied = async () => {
        if (++told === 1) throw new Error('away again');
        mended++;
      };
      const watch = new RedisWatch(server.url, '{xeno}', { away() {}, back() {}, emptied });
      try {
        watch.start();
        await until(() => mended === 1);
      } finally {
        await watch.close();
        watch.redis.disconnect();
      }
    });

    test('is killed, and comes back with nothing', async () => {
      const { work, api, worker } = await alive();
      hintAll(api, work, 1, 10);
      process.kill(server.pid, 'SIGKILL');
      await until(() => api.state() === 'degraded' && worker.state() === 'degraded');
      hintAll(api, work, 10, 200);
      await until(() => work.left.size === 0);
      expect(await api.depths()).toBeNull();
      const told = logged.map(({ message }) => message);
      expect(times(told, 'a hint was dropped; the work begins at the next sweep')).toBeLessThan(4);
      await server.restart();
      await worksAgain(api, worker, work);
    });

    test('is not there when the processes start, and when they end', async () => {
      process.kill(server.pid, 'SIGKILL');
      const work = new Work();
      work.add('1');
      const kinds = [work.kind('work', 1)];
      const worker = startQueue(withShortLeases, kinds, WORKS_ONLY);
      const api = startQueue(withShortLeases, kinds, HINTS_ONLY);
      hintAll(api, work, 2, 5);
      await until(() => work.left.size === 0);
      const began = performance.now();
      await Promise.all([worker.close(), api.close()]);
      expect(performance.now() - began).toBeLessThan(8_000);
      await server.restart();
    });

    test('is full', async () => {
      const { work, api, worker } = await alive();
      await redis.config('SET', 'maxmemory', '1');
      hintAll(api, work, 1, 20);
      await until(() => api.state() === 'degraded' && worker.state() === 'degraded');
      await until(() => work.left.size === 0);
      const [before, began] = [process.cpuUsage(), performance.now()];
      await delay(1000);
      const { user, system } = process.cpuUsage(before);
      expect((user + system) / 1000 / (performance.now() - began)).toBeLessThan(0.7);
      await redis.config('SET', 'maxmemory', '0');
      await worksAgain(api, worker, work);
    });

    test('hangs', async () => {
      const { work, api, worker } = await alive();
      process.kill(server.pid, 'SIGSTOP');
      try {
        hintAll(api, work, 1, 20);
        await until(() => api.state() === 'degraded' && worker.state() === 'degraded');
        await until(() => work.left.size === 0);
      } finally {
        process.kill(server.pid, 'SIGCONT');
      }
      await worksAgain(api, worker, work);
    });
  });
});

/** Names and values of all that is in Redis, as text. */
async function everythingIn(client: Redis): Promise<string> {
  const texts = await Promise.all(
    (await client.keys('*')).map(async (key) => {
      const read = {
        string: () => client.get(key),
        hash: () => client.hgetall(key),
        list: () => client.lrange(key, 0, -1),
        set: () => client.smembers(key),
        zset: () => client.zrange(key, '0', '-1'),
        stream: () => client.xrange(key, '-', '+'),
      }[(await client.type(key)) as 'string'];
      return `${key} ${JSON.stringify(await read?.())}`;
    }),
  );
  return texts.join('\n');
}
