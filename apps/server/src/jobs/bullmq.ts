import { type Job, Queue as BullQueue, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import { setTimeout as sleep } from 'node:timers/promises';
import type { JobKind } from './job.ts';
import { Line } from './line.ts';
import { type Depth, pauseAfter, type Queue, type QueueOptions, type QueueRoles } from './queue.ts';
import { connectRedis, RedisWatch } from './redis-watch.ts';
import { Runs } from './runs.ts';
import { sparingly } from '../observe/sparingly.ts';
import { startSweeps } from './sweeps.ts';

export interface BullmqOptions extends QueueOptions {
  redisUrl: string;
  /** A worker that is silent for so long has lost its jobs to the others. */
  leaseSeconds: number;
  /** Does `work` if this process can be the elected one, while it is; `kept` aborts when it is not any more. */
  elect(work: (kept: AbortSignal) => Promise<void>, signal: AbortSignal): Promise<unknown>;
}

/** In braces, so that a Redis Cluster keeps all of it together. */
const PREFIX = '{xeno}';
const STOPS = `${PREFIX}:stops`;
/** The ticks of the scheduler, each for one of the workers. */
const SWEEPS = 'sweeps';
/** Counts the sweeps. A count is no matter of clocks, as a time would be. */
const SWEPT = `${PREFIX}:swept`;
const COMMON = { prefix: PREFIX, skipVersionCheck: true };
const FOREVER = 2 ** 31 - 1;
const CLOSING_MS = 3_000;

type KeyJob = Job<{ key: string }, void>;

/** Data is the key and nothing else, and what has ended is removed: Redis stays small and keeps no secrets. */
const JOB = {
  attempts: FOREVER,
  backoff: { type: 'jittered' },
  removeOnComplete: true,
  removeOnFail: true,
  stackTraceLimit: 0,
};

/**
 * The queue of several processes, on Redis: a BullMQ queue for each kind, with at most one job for each key that waits or
 * runs. The elected scheduler's ticks make one of the workers sweep; where none come, workers sweep by themselves. While
 * Redis is away or full, hints are dropped and each worker works on what its own sweeps find. Nothing ever waits for Redis,
 * and nothing longer than it should for a clock that is wrong.
 */
export function bullmqQueue(options: BullmqOptions): Queue {
  return new BullmqQueue(options);
}

class BullmqQueue implements Queue {
  private readonly options: BullmqOptions;
  private readonly watch: RedisWatch;
  private readonly queues = new Map<string, BullQueue>();
  private readonly runs = new Runs();
  /** What this process works on while Redis is away. */
  private readonly lines = new Map<string, Line>();
  private endStandby: (() => Promise<void>) | null = null;
  private readonly workers: Worker[] = [];
  private readonly connections: Redis[] = [];
  private readonly hints = new Map<string, { again: boolean; sent: Promise<void> }>();
  private readonly complain = sparingly(60_000);
  private readonly closing = new AbortController();
  private readonly loops: Promise<void>[] = [];
  private kinds: readonly JobKind[] = [];

  constructor(options: BullmqOptions) {
    this.options = options;
    this.watch = new RedisWatch(options.redisUrl, PREFIX, {
      away: (error) => this.standBy(error),
      back: () => this.goBack(),
      emptied: () => this.restore(),
    });
    this.connections.push(this.watch.redis);
  }

  start(kinds: readonly JobKind[], roles: QueueRoles): void {
    this.kinds = roles.work || roles.schedule ? kinds : [];
    for (const { name } of [...kinds, { name: SWEEPS }]) {
      const queue = new BullQueue(name, {
        ...COMMON,
        connection: this.watch.redis,
        streams: { events: { maxLen: 100 } },
      });
      queue.on('error', () => {}); // whoever called is told
      this.queues.set(name, queue);
    }
    if (roles.work) this.work();
    if (roles.schedule) this.loops.push(this.schedule());
    this.watch.start();
  }

  hint = (kind: string, key: string): void => {
    if (!this.watch.up) {
      const line = this.lines.get(kind);
      if (line) line.hint(key);
      else this.drop(new Error('There is no connection to Redis.'));
      return;
    }
    // a thousand hints at once are one command, and another one when that has arrived
    const name = `${kind} ${key}`;
    const underway = this.hints.get(name);
    if (underway) underway.again = true;
    else this.hints.set(name, { again: false, sent: this.send(kind, key, name) });
  };

  stop(key: string): void {
    this.runs.stop(key);
    if (this.watch.up) this.watch.redis.publish(STOPS, key).catch((error: unknown) => this.drop(error));
  }

  async depths(): Promise<Depth[] | null> {
    if (!this.watch.up) return null;
    const kinds = [...this.queues.keys()].filter((kind) => kind !== SWEEPS);
    return Promise.all(
      kinds.map(async (kind) => {
        const {
          wait = 0,
          active = 0,
          delayed = 0,
        } = await this.queues.get(kind)!.getJobCounts('wait', 'active', 'delayed');
        return { kind, waiting: wait, active, delayed };
      }),
    ).catch(() => null);
  }

  state(): 'ok' | 'degraded' {
    return this.watch.up ? 'ok' : 'degraded';
  }

  async close(): Promise<void> {
    this.closing.abort();
    await Promise.all([...this.loops, this.watch.close(), this.endStandby?.()]);
    // nothing is taken up any more; then what runs is cut off, and handed to other workers if Redis takes it
    const ended = Promise.all(this.workers.map((worker) => worker.close(!this.watch.up)));
    for (const line of this.lines.values()) line.close();
    await this.runs.close();
    const handedOver = ended.then(() => Promise.all([...this.hints.values()].map(({ sent }) => sent)));
    await Promise.race([handedOver, sleep(CLOSING_MS, undefined, { ref: false })]);
    for (const connection of this.connections) connection.disconnect();
  }

  private async send(kind: string, key: string, name: string): Promise<void> {
    try {
      const deduplication = { id: key, keepLastIfActive: true };
      await this.queues.get(kind)!.add(kind, { key }, { ...JOB, deduplication });
    } catch (error) {
      this.drop(error);
      this.watch.away(error);
      this.lines.get(kind)?.hint(key);
    }
    const again = this.hints.get(name)?.again;
    this.hints.delete(name);
    if (again) this.hint(kind, key);
  }

  private drop(error: unknown): void {
    this.complain('hint', (suppressed) =>
      this.options.log.warn({ err: error, suppressed }, 'a hint was dropped; the work begins at the next sweep'),
    );
  }

  private work(): void {
    const { redisUrl } = this.options;
    const patient = connectRedis(redisUrl, 'worker', { maxRetriesPerRequest: null });
    const stops = connectRedis(redisUrl, 'stops', { maxRetriesPerRequest: null });
    this.connections.push(patient, stops);
    stops.subscribe(STOPS).catch(() => {}); // again when it is connected again
    stops.on('message', (_channel, key) => this.runs.stop(key));
    for (const kind of this.kinds) {
      this.lines.set(kind.name, new Line(kind, this.runs, this.options));
      this.workers.push(this.worker(kind.name, kind.concurrency, patient, (job) => this.process(kind, job)));
    }
    this.workers.push(this.worker(SWEEPS, 1, patient, () => this.sweep()));
    this.loops.push(this.standIn());
  }

  private worker(
    name: string,
    concurrency: number,
    connection: Redis,
    process: (job: KeyJob) => Promise<void>,
  ): Worker {
    const { leaseSeconds, retrySeconds, log } = this.options;
    const worker = new Worker<KeyJob['data'], void>(name, process, {
      ...COMMON,
      connection,
      concurrency,
      // the jobs of a dead worker are in the line again before its leases have run out
      lockDuration: leaseSeconds * 500,
      stalledInterval: leaseSeconds * 150,
      maxStalledCount: FOREVER,
      // a worker that goes away may take the wake-up call of another with it
      drainDelay: 1,
      runRetryDelay: 1_000,
      settings: { backoffStrategy: (failures) => pauseAfter(failures, retrySeconds) },
    });
    worker.on('error', (error) => {
      if (this.watch.up) {
        this.complain('worker', (suppressed) => log.warn({ err: error, kind: name, suppressed }, 'trouble with Redis'));
      }
    });
    return worker;
  }

  private async process(kind: JobKind, job: KeyJob): Promise<void> {
    const { key } = job.data;
    try {
      const outcome = await this.runs.run(kind, key);
      // what our end has cut off is for another process to go on with
      const isCutOff = outcome === 'stopped' && this.closing.signal.aborted;
      if (outcome === 'more' || isCutOff) this.hint(kind.name, key);
    } catch (error) {
      const fields = { err: error, kind: kind.name, key, failures: job.attemptsMade + 1 };
      this.options.log.error(fields, 'a job failed and will be tried again');
      throw new Error('It failed. The log of the worker says why.', { cause: error });
    }
  }

  /** Adds what the database says is pending; what waits or runs already is not added again. */
  private async sweep(): Promise<void> {
    await this.watch.redis.incr(SWEPT);
    const add = async (kind: JobKind) => {
      const { name } = kind;
      const queue = this.queues.get(name)!;
      const jobs = (await kind.pending()).map((key) => ({
        name,
        data: { key },
        opts: { ...JOB, deduplication: { id: key } },
      }));
      await queue.addBulk(jobs);
      await this.endLongPauses(queue);
    };
    const swept = await Promise.allSettled(this.kinds.map(add));
    for (const [i, result] of swept.entries()) {
      if (result.status === 'fulfilled') continue;
      const kind = this.kinds[i]!.name;
      this.complain(`sweep ${kind}`, (suppressed) =>
        this.options.log.error({ err: result.reason as unknown, kind, suppressed }, 'could not look for pending work'),
      );
    }
  }

  /** What failed at a process whose clock was ahead would wait, and keep its key waiting, until that time has come. */
  private async endLongPauses(queue: BullQueue): Promise<void> {
    const latest = Date.now() + this.options.retrySeconds * 1000;
    // BullMQ's scores are milliseconds with twelve bits for the order within one
    const ids = await this.watch.redis.zrangebyscore(queue.toKey('delayed'), (latest + 1) * 0x1000, '+inf');
    // one that is not delayed any more refuses, and need not be
    await Promise.allSettled(ids.map(async (id) => (await queue.getJob(id))?.promote()));
  }

  /** The elected process makes one of the workers sweep each period. */
  private async schedule(): Promise<void> {
    const { elect, log } = this.options;
    const keep = async (kept: AbortSignal) => {
      for (; !kept.aborted; await this.periods(1, kept)) {
        if (this.watch.up) await this.tick().catch((error: unknown) => this.watch.away(error));
      }
    };
    for (const { signal } = this.closing; !signal.aborted; await this.periods(1, signal)) {
      await elect(keep, signal).catch((error: unknown) =>
        this.complain('elect', (suppressed) => log.error({ err: error, suppressed }, 'could not elect a scheduler')),
      );
    }
  }

  /** One that fails is over: the next comes soon enough, and one that waited would keep it from coming. */
  private async tick(): Promise<void> {
    const opts = { ...JOB, attempts: 1, deduplication: { id: SWEEPS } };
    await this.queues.get(SWEEPS)!.add(SWEEPS, { key: SWEEPS }, opts);
  }

  /** Sweeps when nobody has for two periods: there is no scheduler, or whoever took its tick hangs. */
  private async standIn(): Promise<void> {
    const { signal } = this.closing;
    const { redis } = this.watch;
    let seen: string | null | undefined;
    const look = async () => {
      if ((await redis.get(SWEPT)) === seen) await this.sweep();
      seen = await redis.get(SWEPT);
    };
    for (; !signal.aborted; await this.periods(2, signal)) {
      if (this.watch.up) await look().catch((error: unknown) => this.watch.away(error));
    }
  }

  /** By a timer, which no change of the clock reaches. */
  private async periods(count: number, signal: AbortSignal): Promise<void> {
    await sleep(count * this.options.sweepSeconds * 1000, undefined, { signal }).catch(() => {});
  }

  private async restore(): Promise<void> {
    if (this.kinds.length > 0) await this.sweep();
  }

  private standBy(error: unknown): void {
    this.complain('away', (suppressed) =>
      this.options.log.warn({ err: error, suppressed }, 'Redis is away or full; work begins at sweeps of the database'),
    );
    if (this.endStandby || this.workers.length === 0) return;
    for (const worker of this.workers) void worker.pause(true);
    this.endStandby = startSweeps(this.lines, this.options);
  }

  private goBack(): void {
    this.options.log.info({}, 'Redis answers');
    if (!this.endStandby) return;
    void this.endStandby();
    this.endStandby = null;
    for (const line of this.lines.values()) line.clear();
    for (const worker of this.workers) void worker.resume();
  }
}
