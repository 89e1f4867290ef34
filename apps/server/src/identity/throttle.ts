import { isIPv6 } from 'node:net';
import { TooMany } from '../http/errors.ts';

const MOST_KEYS = 50_000;

/**
 * Counts by key within a window that begins with the first count. Each process counts for itself; when `MOST_KEYS` are
 * held, the oldest is forgotten.
 */
export class Throttle {
  private readonly limit: number;
  private readonly windowMs: number;
  private readonly counts = new Map<string, { tries: number; until: number }>();

  constructor(limit: number, windowSeconds: number) {
    this.limit = limit;
    this.windowMs = windowSeconds * 1000;
  }

  /** Throws TooMany when the key has reached the limit. */
  check(key: string): void {
    const count = this.current(key);
    if (count && count.tries >= this.limit) throw new TooMany((count.until - Date.now()) / 1000);
  }

  count(key: string): void {
    const count = this.current(key) ?? { tries: 0, until: Date.now() + this.windowMs };
    count.tries++;
    this.counts.set(key, count);
    const [oldest] = this.counts.keys();
    if (this.counts.size > MOST_KEYS && oldest !== undefined) this.counts.delete(oldest);
  }

  forget(key: string): void {
    this.counts.delete(key);
  }

  private current(key: string) {
    const count = this.counts.get(key);
    if (!count || count.until > Date.now()) return count;
    this.counts.delete(key);
    return undefined;
  }
}

/**
 * Lets one piece of work per key run at a time, in the order of arrival. So guesses sent all at once are counted one by
 * one, and no address takes more than one thread for hashing.
 */
export function createTurns(): <T>(key: string, work: () => Promise<T>) => Promise<T> {
  const last = new Map<string, Promise<unknown>>();
  return function inTurn(key, work) {
    const turn = (last.get(key) ?? Promise.resolve()).then(work);
    const settled = turn
      .catch(() => undefined)
      .then(() => {
        if (last.get(key) === settled) last.delete(key);
      });
    last.set(key, settled);
    return turn;
  };
}

/** Whoever has an IPv6 address has 2^64 of them: its network stands for it. */
export function addressKey(address: string): string {
  if (!isIPv6(address) || address.startsWith('::ffff:')) return address;
  const [head = '', tail] = address.split('::');
  const groups = (part: string) => (part ? part.split(':') : []);
  const missing = tail === undefined ? 0 : 8 - groups(head).length - groups(tail).length;
  return [...groups(head), ...Array<string>(Math.max(0, missing)).fill('0'), ...groups(tail ?? '')]
    .slice(0, 4)
    .join(':');
}
