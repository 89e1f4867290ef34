import { BadInput } from './errors.ts';

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2})$/;

/** The instants between which something is asked for, as a caller gives them. @throws BadInput naming the field */
export function instantsOf({ from, to }: { from?: string; to?: string }): { from?: Date; to?: Date } {
  const period = { from: instantOf('from', from), to: instantOf('to', to) };
  if (period.from && period.to && period.from > period.to) {
    throw new BadInput([{ path: 'from', message: 'must not be after to' }]);
  }
  return period;
}

function instantOf(path: string, text: string | undefined): Date | undefined {
  if (text === undefined) return undefined;
  const date = new Date(INSTANT.test(text) && isDay(text.slice(0, 10)) ? text : NaN);
  if (Number.isNaN(date.getTime())) {
    throw new BadInput([{ path, message: 'must be an instant with its time zone, such as 2026-03-29T01:00:00Z' }]);
  }
  return date;
}

/** Whether `YYYY-MM-DD` is a day of the calendar: Date takes the 31st of September for the 1st of October. */
export function isDay(text: string): boolean {
  const day = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text);
}
