import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis, type RedisOptions } from 'ioredis';

const PROBE_MS = 2_000;
/** Longer than this process is ever too busy to read an answer. */
const PATIENCE_MS = 3_000;
const RECONNECT_MS = 1_000;

export interface RedisEvents {
  /** It does not answer, or does not take writes: nothing may be expected of it. */
  away(error: unknown): void;
  back(): void;
  /** It remembers nothing of us: it was emptied, or is new. Follows `back` where both happen; told again until it succeeds. */
  emptied(): Promise<void>;
}

/** A connection that reconnects by itself, for as long as it takes. */
export function connectRedis(url: string, name: string, options: RedisOptions): Redis {
  const redis = new Redis(url, {
    connectionName: `xeno-${name}`,
    retryStrategy: (times) => Math.min(times * 100, RECONNECT_MS),
    connectTimeout: 5_000,
    // longer than any command blocks
    socketTimeout: 20_000,
    ...options,
  });
  redis.on('error', () => {}); // whoever waits for an answer is told
  return redis;
}

/** A connection on which commands fail at once when Redis is away, and the knowledge whether it is. */
export class RedisWatch {
  readonly redis: Redis;
  /** Whether Redis takes commands, as far as is known. */
  up = false;
  private readonly events: RedisEvents;
  private readonly key: string;
  private readonly closing = new AbortController();
  /** What was noticed by the key is not told by it again. */
  private isEmptied = false;
  private watching = Promise.resolve();

  constructor(url: string, prefix: string, events: RedisEvents) {
    this.events = events;
    this.key = `${prefix}:probe:${randomUUID()}`;
    const options = { enableOfflineQueue: false, maxRetriesPerRequest: 0, commandTimeout: PATIENCE_MS };
    this.redis = connectRedis(url, 'hints', options);
  }

  start(): void {
    this.redis.on('close', () => this.up && this.away(new Error('The connection to Redis was lost.')));
    this.watching = this.watch();
  }

  /** A command has failed. */
  away(error: unknown): void {
    this.up = false;
    if (!this.closing.signal.aborted) this.events.away(error);
  }

  async close(): Promise<void> {
    this.closing.abort();
    await this.watching;
  }

  private async watch(): Promise<void> {
    const { signal } = this.closing;
    if (this.redis.status !== 'ready') await this.pause(RECONNECT_MS);
    while (!signal.aborted) {
      await this.probe().catch((error: unknown) => this.away(error));
      await this.pause(this.up ? PROBE_MS : PROBE_MS / 4);
    }
  }

  /** A write, since a Redis that is full still answers what only reads. */
  private async probe(): Promise<void> {
    const remembered = await this.redis.set(this.key, '1', 'EX', 3600, 'GET');
    if (remembered === null) this.isEmptied = true;
    if (this.closing.signal.aborted) return;
    if (!this.up) {
      this.up = true;
      this.events.back();
    }
    if (!this.isEmptied) return;
    await this.events.emptied();
    this.isEmptied = false;
  }

  /** Until the time is over, a connection is there, or all ends. */
  private async pause(ms: number): Promise<void> {
    const over = new AbortController();
    const end = () => over.abort();
    this.redis.once('ready', end);
    this.closing.signal.addEventListener('abort', end, { once: true });
    await sleep(ms, undefined, { signal: over.signal }).catch(() => {});
    this.redis.off('ready', end);
    this.closing.signal.removeEventListener('abort', end);
  }
}
