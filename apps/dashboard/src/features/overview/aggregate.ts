import { addDays, endOfMonth, type Day } from '../../lib/dates.ts';
import { sum } from '../../lib/money.ts';

export type Step = 'day' | 'week' | 'month';

/** One point of a chart: the exact sum of its days. */
export interface Bucket {
  from: Day;
  to: Day;
  /** A decimal string, or an integer of orders as one. */
  value: string;
}

const DAYS_AS_DAYS = 120;
const DAYS_AS_WEEKS = 732;

export const stepFor = (days: number): Step =>
  days <= DAYS_AS_DAYS ? 'day' : days <= DAYS_AS_WEEKS ? 'week' : 'month';

/**
 * Sums consecutive days. Weeks are counted from the first day, so that those of two periods are alike and only the
 * last may be shorter; months are the calendar's, the first and the last as far as the period reaches.
 */
export function aggregate(days: { date: Day; value: string }[], step: Step): Bucket[] {
  const buckets: { from: Day; to: Day; values: string[] }[] = [];
  for (const { date, value } of days) {
    const open = buckets.at(-1);
    if (open && date <= lastDay(open.from, step)) {
      open.to = date;
      open.values.push(value);
    } else buckets.push({ from: date, to: date, values: [value] });
  }
  return buckets.map(({ from, to, values }) => ({ from, to, value: sum(values) }));
}

function lastDay(from: Day, step: Step): Day {
  if (step === 'day') return from;
  return step === 'week' ? addDays(from, 6) : endOfMonth(from);
}
