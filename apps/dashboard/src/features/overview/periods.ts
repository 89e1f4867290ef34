import { MAX_DAYS } from '@xeno/contracts';
import {
  addDays,
  addMonths,
  bounded,
  countDays,
  dayIn,
  EARLIEST,
  endOfMonth,
  isDay,
  startOfMonth,
  startOfQuarter,
  startOfYear,
  type Day,
} from '../../lib/dates.ts';
import { parseStoreSearch } from '../stores/search.ts';

export const PERIODS = {
  today: 'Today',
  yesterday: 'Yesterday',
  last7: 'Last 7 days',
  last30: 'Last 30 days',
  last90: 'Last 90 days',
  thisMonth: 'This month',
  lastMonth: 'Last month',
  thisQuarter: 'This quarter',
  thisYear: 'This year',
  all: 'All time',
  custom: 'Custom range',
} as const;
export type PeriodName = keyof typeof PERIODS;

export const COMPARISONS = { previous: 'Previous period', year: 'Previous year', none: 'No comparison' } as const;
export type ComparisonName = keyof typeof COMPARISONS;

/** Days of the store's calendar, both included. */
export interface Range {
  from: Day;
  to: Day;
}

/** What the Overview's address says. Whatever makes no sense is left out, and the defaults below apply. */
export interface OverviewSearch {
  store?: string;
  period?: PeriodName;
  compare?: ComparisonName;
  from?: Day;
  to?: Day;
}
export const DEFAULT_PERIOD: PeriodName = 'last30';
export const DEFAULT_COMPARISON: ComparisonName = 'previous';

export function parseOverviewSearch(search: Record<string, unknown>): OverviewSearch {
  const { period, compare, from, to } = search;
  const known: OverviewSearch = parseStoreSearch(search);
  if (typeof compare === 'string' && Object.hasOwn(COMPARISONS, compare)) known.compare = compare as ComparisonName;
  if (typeof period !== 'string' || !Object.hasOwn(PERIODS, period)) return known;
  if (period !== 'custom') return { ...known, period: period as PeriodName };
  if (typeof from !== 'string' || typeof to !== 'string' || !isDay(from) || !isDay(to) || from > to) return known;
  if (countDays(from, to) > MAX_DAYS) return known;
  return { ...known, period, from, to };
}

/** The days of a period in the store's time zone; null for all time. Rolling periods end with today, so far. */
export function rangeOf(search: OverviewSearch, timeZone: string, instant: number): Range | null {
  const today = dayIn(timeZone, instant);
  switch (search.period ?? DEFAULT_PERIOD) {
    case 'today':
      return { from: today, to: today };
    case 'yesterday':
      return { from: addDays(today, -1), to: addDays(today, -1) };
    case 'last7':
      return { from: addDays(today, -6), to: today };
    case 'last30':
      return { from: addDays(today, -29), to: today };
    case 'last90':
      return { from: addDays(today, -89), to: today };
    case 'thisMonth':
      return { from: startOfMonth(today), to: today };
    case 'lastMonth': {
      const from = addMonths(startOfMonth(today), -1);
      return { from, to: endOfMonth(from) };
    }
    case 'thisQuarter':
      return { from: startOfQuarter(today), to: today };
    case 'thisYear':
      return { from: startOfYear(today), to: today };
    case 'all':
      return null;
    case 'custom':
      return { from: bounded(search.from ?? today), to: bounded(search.to ?? today) };
  }
}

/**
 * What a period is compared with. The period before a calendar month, quarter or year is the one before it, to the
 * same day ("1–14 March" with "1–14 February"); before any other range, as many days just before it.
 */
export function comparedRange(search: OverviewSearch, range: Range | null): Range | null {
  const before = rangeBefore(search, range);
  return before && before.to >= EARLIEST ? { from: bounded(before.from), to: before.to } : null;
}

function rangeBefore(search: OverviewSearch, range: Range | null): Range | null {
  const comparison = search.compare ?? DEFAULT_COMPARISON;
  if (!range || comparison === 'none') return null;
  const back = (months: number): Range => {
    const from = addMonths(range.from, -months);
    // a whole month is compared with a whole one
    return { from, to: search.period === 'lastMonth' ? endOfMonth(from) : addMonths(range.to, -months) };
  };
  if (comparison === 'year') return back(12);
  switch (search.period) {
    case 'thisMonth':
    case 'lastMonth':
      return back(1);
    case 'thisQuarter':
      return back(3);
    case 'thisYear':
      return back(12);
    default: {
      const to = addDays(range.from, -1);
      return { from: addDays(to, 1 - countDays(range.from, range.to)), to };
    }
  }
}
