import type { Log } from '../observe/log.ts';
import type { Hint, JobKind } from './job.ts';

export interface Depth {
  kind: string;
  /** Keys that wait for their turn, that are being worked on, and that wait after a failure. */
  waiting: number;
  active: number;
  delayed: number;
}

/** What of the queue's work a process does. One that does neither gives hints only. */
export interface QueueRoles {
  /** Runs jobs. */
  work: boolean;
  /** Stands for election as the one that keeps the recurring sweeps going. */
  schedule: boolean;
}

/**
 * Makes work that the database knows to be pending happen soon. Whatever a queue holds may be lost at any time: sweeps
 * ask the database again.
 */
export interface Queue {
  /** Works from the beginning; never waits for anything outside of the process. */
  hint: Hint;
  /** Begins. All kinds are named in every process, whatever it does. */
  start(kinds: readonly JobKind[], roles: QueueRoles): void;
  /** Aborts what runs for a key, of any kind, as far as it can be reached; what is pending is the database's to say. */
  stop(key: string): void;
  /** Of the whole installation; null where this process does not know it. */
  depths(): Promise<Depth[] | null>;
  /** `degraded`: hints go nowhere for now, and work begins at sweeps. */
  state(): 'ok' | 'degraded';
  /** Takes up nothing more, aborts what runs, and resolves when it has ended. */
  close(): Promise<void>;
}

export interface QueueOptions {
  log: Pick<Log, 'info' | 'warn' | 'error'>;
  /** How often the database is asked for what is pending. */
  sweepSeconds: number;
  /** The longest pause of a key whose job throws again and again. */
  retrySeconds: number;
}

const FIRST_PAUSE_MS = 500;

/** Doubles with each failure in a row, up to `retrySeconds`; jittered, so that what failed together does not return together. */
export function pauseAfter(failures: number, retrySeconds: number): number {
  const full = Math.min(retrySeconds * 1000, FIRST_PAUSE_MS * 2 ** Math.min(failures - 1, 30));
  return Math.round(full * (0.5 + Math.random() / 2));
}
