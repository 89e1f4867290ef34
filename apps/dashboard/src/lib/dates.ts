/** A day of a store's calendar, `YYYY-MM-DD`. Arithmetic on it knows no time zone: days are days. */
export type Day = string;

/** Nothing is told of days before or after. What is counted from a day between is still written with four digits of a year. */
export const EARLIEST: Day = '1970-01-01';
const LATEST: Day = '2999-12-31';

/** The day itself, or the nearest of which something may be told. */
export const bounded = (day: Day): Day => (day < EARLIEST ? EARLIEST : day > LATEST ? LATEST : day);

const utc = (day: Day): Date => new Date(`${day}T00:00:00Z`);
const dayOf = (date: Date): Day => date.toISOString().slice(0, 10);

export function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const date = utc(text);
  return !Number.isNaN(date.getTime()) && dayOf(date) === text;
}

/** The day it is at `instant` in an IANA time zone. */
export function dayIn(timeZone: string, instant: number): Day {
  const parts = new Intl.DateTimeFormat('en-u-ca-iso8601', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  }).formatToParts(instant);
  const part = (type: string) => parts.find((p) => p.type === type)?.value ?? '';
  return `${part('year')}-${part('month')}-${part('day')}`;
}

export function addDays(day: Day, days: number): Day {
  const date = utc(day);
  date.setUTCDate(date.getUTCDate() + days);
  return dayOf(date);
}

/** The same day of another month, or that month's last day where it is shorter. */
export function addMonths(day: Day, months: number): Day {
  const date = utc(startOfMonth(day));
  date.setUTCMonth(date.getUTCMonth() + months);
  const first = dayOf(date);
  const wanted = addDays(first, Number(day.slice(8)) - 1);
  const last = endOfMonth(first);
  return wanted < last ? wanted : last;
}

/** Days from `from` to `to`, both included. */
export const countDays = (from: Day, to: Day): number => (utc(to).getTime() - utc(from).getTime()) / 86_400_000 + 1;

export const startOfMonth = (day: Day): Day => `${day.slice(0, 8)}01`;
export const startOfYear = (day: Day): Day => `${day.slice(0, 5)}01-01`;

export function startOfQuarter(day: Day): Day {
  const month = Number(day.slice(5, 7));
  return `${day.slice(0, 5)}${String(month - ((month - 1) % 3)).padStart(2, '0')}-01`;
}

export function endOfMonth(day: Day): Day {
  const date = utc(startOfMonth(day));
  date.setUTCMonth(date.getUTCMonth() + 1);
  return addDays(dayOf(date), -1);
}
