import type { Revenue } from '@xeno/contracts';
import { countDays, type Day } from '../../lib/dates.ts';
import { formatDay, formatDays } from '../../lib/format.ts';
import { aggregate, stepFor, type Bucket, type Step } from './aggregate.ts';

/** What stands at a point: its day, or its first and last. */
export const labelOf = ({ from, to }: { from: string; to: string }, step: Step): string =>
  step === 'day' ? formatDay(from, 'weekday') : formatDays(from, to);

export type ChartMeasure = 'revenue' | 'orders';

/** One place on the x axis: the current period's days and, as far into it, the compared one's. */
export interface Point {
  /** Unique along the axis. */
  x: string;
  current: Bucket | null;
  before: Bucket | null;
}

export interface Points {
  step: Step;
  points: Point[];
}

export function pointsOf(measure: ChartMeasure, days: Revenue, before: Revenue | null): Points {
  const [first, last] = [days.data[0], days.data.at(-1)];
  const step = first && last ? stepFor(countDays(first.date, last.date)) : 'day';
  const current = aggregate(series(measure, days), step);
  const compared = before ? aggregate(series(measure, before), step) : [];
  const points = Array.from({ length: Math.max(current.length, compared.length) }, (_, at) => ({
    x: String(at),
    current: current[at] ?? null,
    before: compared[at] ?? null,
  }));
  return { step, points };
}

function series(measure: ChartMeasure, { data }: Revenue): { date: Day; value: string }[] {
  return data.map((day) => ({
    date: day.date,
    value: measure === 'orders' ? String(day.orders) : day.revenue.amount,
  }));
}
