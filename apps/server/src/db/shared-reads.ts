import type { Database } from './database.ts';

/** Longer nobody waits for another one's reading: its server may be gone. */
const PATIENCE_MS = 250;

interface Reading {
  rows: Promise<unknown[]>;
  since: number;
  /** The one after it, for all who ask meanwhile. */
  next: Promise<unknown[]> | null;
}

/**
 * Reads once for all who ask the same at once, as each request of a page asks who sends it. Whoever comes while a reading
 * runs waits for the next: it may have begun before what is now committed. Nothing is kept of what was read.
 */
export function sharedReads(read: Database['read']): Database['readShared'] {
  const readings = new Map<string, Reading>();
  return async <T>(sql: string, params: Parameters<Database['read']>[1] = []) => {
    const key = keyOf(sql, params);
    const begin = () => {
      const reading: Reading = { rows: read(sql, params), since: performance.now(), next: null };
      readings.set(key, reading);
      const end = () => {
        if (!reading.next && readings.get(key) === reading) readings.delete(key);
      };
      reading.rows.then(end, end);
      return reading.rows;
    };
    const running = readings.get(key);
    const patience = running ? running.since + PATIENCE_MS - performance.now() : 0;
    if (!running || patience <= 0) return begin() as Promise<T[]>;
    return (running.next ??= ended(running.rows, patience).then(begin)) as Promise<T[]>;
  };
}

/** When it has, well or not, or so many milliseconds have passed. */
const ended = (work: Promise<unknown>, ms: number) =>
  new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, ms);
    const end = () => {
      clearTimeout(timer);
      resolve();
    };
    work.then(end, end);
  });

/** Different for different questions, whatever their parameters are: nobody may get another one's answer. */
const keyOf = (sql: string, params: unknown[]) =>
  JSON.stringify([sql, ...params.map((param) => (typeof param === 'bigint' ? [String(param)] : param))]);
