import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Work of one kind, key by key (a key is mostly a tenant's id). The database knows what is pending; the queue only makes
 * it sooner. Each room that has such work describes it so, and app.ts hands all of them to the queue.
 */
export interface JobKind {
  /** `sync`, `webhooks`, … */
  name: string;
  /** How many keys one process works on at once. */
  concurrency: number;
  /** The keys that have such work by now, those that have waited longest first; a bounded number. Asked at each sweep. */
  pending(): Promise<string[]>;
  /**
   * Does a bounded piece of one key's work; never runs twice at once for a key in one process, and must take a lease
   * where that would do harm across processes. `more`: the key goes back to the end of the line, so that no tenant keeps
   * others waiting. What throws is left to a later sweep.
   */
  run(key: string, signal: AbortSignal): Promise<'done' | 'more'>;
}

/** A hint that a key has work of a kind. Never throws: a hint that is lost delays the work until the next sweep. */
export type Hint = (kind: string, key: string) => void;

const HELD_MS = 250;

/**
 * For jobs that found the lease in other hands: whoever holds it may have looked for work just before the last came, so
 * the key goes back into the line, a little later.
 */
export async function lookAgain(signal: AbortSignal): Promise<'more'> {
  await sleep(HELD_MS, undefined, { signal });
  return 'more';
}
