import type { Clock } from './clock.ts';

export interface ThrottleStatus {
  maximumAvailable: number;
  currentlyAvailable: number;
  restoreRate: number;
}

/** A shop's share of Shopify's query cost, as the answers tell it. */
export interface Throttle {
  /** Points that Shopify last asked for each operation, by its name. */
  readonly costs: Map<string, number>;
  /** Waits, in order of arrival, until `cost` points are likely there, and counts them as spent. */
  acquire(cost: number, clock: Clock, signal?: AbortSignal): Promise<void>;
  /** Takes over what an answer said at `now`. */
  learn(status: ThrottleStatus, now: number): void;
  /** Milliseconds until `cost` points are there. */
  waitFor(cost: number, now: number): number;
}

const throttles = new Map<string, Throttle>();

/**
 * The throttle of an app and shop in this process (`key`: the API's address), shared by all its clients. Shopify's
 * bucket is one per app and shop; its size and rate depend on the plan and are never assumed: before the first answer
 * nothing is held back.
 */
export function throttleFor(key: string): Throttle {
  let throttle = throttles.get(key);
  if (!throttle) throttles.set(key, (throttle = createThrottle()));
  return throttle;
}

function createThrottle(): Throttle {
  let known: (ThrottleStatus & { at: number }) | null = null;
  let queue: Promise<void> = Promise.resolve();

  const availableAt = (status: ThrottleStatus & { at: number }, now: number) => {
    const restored = (Math.max(0, now - status.at) / 1000) * status.restoreRate;
    return Math.min(status.maximumAvailable, status.currentlyAvailable + restored);
  };

  function waitFor(cost: number, now: number): number {
    if (!known || known.restoreRate <= 0) return 0;
    // the clock was set back: what is restored from now on counts
    if (known.at > now) known.at = now;
    // A query dearer than the whole bucket goes when the bucket is full: Shopify then says what is wrong with it.
    const missing = Math.min(cost, known.maximumAvailable) - availableAt(known, now);
    return Math.max(0, Math.ceil((missing / known.restoreRate) * 1000));
  }

  return {
    costs: new Map(),
    waitFor,
    learn(status, now) {
      known = { ...status, at: now };
    },
    async acquire(cost, clock, signal) {
      const turn = queue.then(async () => {
        signal?.throwIfAborted();
        for (let ms = waitFor(cost, clock.now()); ms > 0; ms = waitFor(cost, clock.now())) {
          await clock.sleep(ms, signal);
        }
        // Spent until the next answer tells the true figure: it gives back what the query did not need.
        const now = clock.now();
        if (known) known = { ...known, currentlyAvailable: availableAt(known, now) - cost, at: now };
      });
      queue = turn.catch(() => undefined);
      await turn;
    },
  };
}
