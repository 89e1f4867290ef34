import type { Dialect } from './types.ts';

const DAY_MS = 86_400_000;
const MAX_DAYS = 20_000;
const days = new Map<number, string>();
const TWO = Array.from({ length: 60 }, (_, n) => String(n).padStart(2, '0'));

let last = { instant: NaN, dialect: 'sqlite' as Dialect, text: '' };

/** An instant as text for a `?`, which is cheaper than a Date on the hot path. Equal ones mostly follow each other. */
export function instantText(dialect: Dialect, instant: number): string {
  if (instant !== last.instant || dialect !== last.dialect) last = { instant, dialect, text: textOf(dialect, instant) };
  return last.text;
}

function textOf(dialect: Dialect, instant: number): string {
  const whole = Math.trunc(instant);
  const day = Math.floor(whole / DAY_MS);
  let date = days.get(day);
  if (date === undefined) {
    if (days.size >= MAX_DAYS) days.clear();
    days.set(day, (date = new Date(whole).toISOString().slice(0, 10)));
  }
  const ms = whole - day * DAY_MS;
  const seconds = Math.floor(ms / 1000);
  const minutes = Math.floor(seconds / 60);
  const time = `${TWO[Math.floor(minutes / 60)]}:${TWO[minutes % 60]}:${TWO[seconds % 60]}`;
  const text = `${date} ${time}.${String(ms % 1000).padStart(3, '0')}`;
  return dialect === 'sqlite' ? `${text} +00:00` : text;
}

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

/** A list in parts that an IN (…) may have: SQLite takes 32,766 parameters a statement. */
export function* inParts<T>(list: readonly T[], size = 500): Generator<T[]> {
  for (let at = 0; at < list.length; at += size) yield list.slice(at, at + size);
}

/** Ids for an IN (…): as integers, since a comparison with text would be made in floating point on MySQL. */
export const idParams = (ids: Iterable<string>): bigint[] => Array.from(ids, BigInt);

/** An id for a row to be written: as a number where that is exact, which costs less than digits. */
export const idValue = (id: string): number | string => (id.length < 16 ? Number(id) : id);
export const idValueOrNull = (id: string | null): number | string | null => (id === null ? null : idValue(id));

/** The database's own clock, some seconds on, or back. */
export const databaseNow = (dialect: Dialect, plusSeconds: number): string =>
  dialect === 'sqlite'
    ? `strftime('%Y-%m-%d %H:%M:%f +00:00', 'now', '${plusSeconds} seconds')`
    : `UTC_TIMESTAMP(3) + INTERVAL ${plusSeconds} SECOND`;
