import { TooMany } from '../http/errors.ts';
import type { Counts } from '../limits/counts.ts';

export { addressKey } from '../limits/address-key.ts';

/** Counts by key within a window that begins with the first count, together with all other processes. */
export class Throttle {
  private readonly counts: Counts;
  private readonly name: string;
  private readonly limit: number;
  private readonly windowMs: number;
  private readonly inTurn = createTurns();

  constructor(counts: Counts, name: string, limit: number, windowSeconds: number) {
    this.counts = counts;
    this.name = name;
    this.limit = limit;
    this.windowMs = windowSeconds * 1000;
  }

  /** Throws TooMany when the key has reached the limit. */
  async check(key: string): Promise<void> {
    const count = await this.counts.get(`${this.name} ${key}`);
    if (count && count.tries >= this.limit) throw new TooMany(count.endsInMs / 1000);
  }

  async count(key: string): Promise<void> {
    await this.counts.add(`${this.name} ${key}`, this.windowMs);
  }

  /** Counts before what is counted happens: of those at once, in whichever process, no more pass than the limit. */
  async take(key: string): Promise<void> {
    const { tries, endsInMs } = await this.counts.add(`${this.name} ${key}`, this.windowMs);
    if (tries > this.limit) throw new TooMany(endsInMs / 1000);
  }

  async forget(key: string): Promise<void> {
    await this.counts.forget(`${this.name} ${key}`);
  }

  /** Makes a guess, which was right unless it throws. In turn, so that right ones, however many at once, all pass. */
  guess<T>(key: string, make: () => Promise<T>): Promise<T> {
    return this.inTurn(key, async () => {
      await this.take(key);
      const result = await make();
      await this.forget(key);
      return result;
    });
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
