import type { Dialect } from './types.ts';

/** An instant as text for a `?`, which is cheaper than a Date on the hot path. */
export function instantText(dialect: Dialect, instant: number): string {
  // the rows of an order share their instants
  if (instant !== lastInstant) {
    lastText = new Date(instant).toISOString().slice(0, 23).replace('T', ' ');
    lastInstant = instant;
  }
  return dialect === 'sqlite' ? `${lastText} +00:00` : lastText;
}

let lastInstant = NaN;
let lastText = '';

export const instantTextOrNull = (dialect: Dialect, instant: number | null): string | null =>
  instant === null ? null : instantText(dialect, instant);

/** An instant as the raw drivers give it: text on SQLite, a Date on MySQL. */
export function asDate(value: unknown): Date | null {
  if (value === null || value === undefined) return null;
  return value instanceof Date ? value : new Date((value as string).replace(' +00:00', 'Z').replace(' ', 'T'));
}

/** A sum as the raw drivers give it: a number on SQLite, text on MySQL, null where there was nothing to sum. */
export const asBigInt = (value: unknown): bigint => BigInt((value ?? 0) as string | number);

/** `?,?,?` for a list of values. */
export const marks = (list: readonly unknown[]): string => list.map(() => '?').join(',');

/** Ids for an IN (…): as integers, since a comparison with text would be made in floating point on MySQL. */
export const idParams = (ids: Iterable<string>): bigint[] => Array.from(ids, BigInt);

/** An id for a row to be written: as a number where that is exact, which costs less than digits. */
export const idValue = (id: string): number | string => (id.length < 16 ? Number(id) : id);
export const idValueOrNull = (id: string | null): number | string | null => (id === null ? null : idValue(id));

/** The database's own clock, some seconds on. */
export const databaseNow = (dialect: Dialect, plusSeconds: number): string =>
  dialect === 'sqlite'
    ? `strftime('%Y-%m-%d %H:%M:%f +00:00', 'now', '+${plusSeconds} seconds')`
    : `UTC_TIMESTAMP(3) + INTERVAL ${plusSeconds} SECOND`;
