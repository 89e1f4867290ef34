import { describe, expect, it } from 'vitest';
import { addDays, countDays } from '../../lib/dates.ts';
import { sum } from '../../lib/money.ts';
import { aggregate, stepFor } from './aggregate.ts';

const days = (from: string, to: string, value: (at: number) => string) =>
  Array.from({ length: countDays(from, to) }, (_, at) => ({ date: addDays(from, at), value: value(at) }));

describe('aggregation', () => {
  it('keeps days up to 120, weeks up to two years, then months', () => {
    expect([1, 120, 121, 732, 733].map(stepFor)).toEqual(['day', 'day', 'week', 'week', 'month']);
  });

  it.each(['day', 'week', 'month'] as const)('by %s loses no day and no penny', (step) => {
    const all = days('2025-11-07', '2026-04-20', (at) => `${(at * 7919) % 1000}.${String(at % 100).padStart(2, '0')}`);
    const buckets = aggregate(all, step);
    expect(sum(buckets.map(({ value }) => value))).toBe(sum(all.map(({ value }) => value)));
    expect(buckets.reduce((count, { from, to }) => count + countDays(from, to), 0)).toBe(all.length);
    for (const [at, bucket] of buckets.entries()) if (at) expect(bucket.from).toBe(addDays(buckets[at - 1]!.to, 1));
  });

  it('counts weeks from the first day', () => {
    const buckets = aggregate(
      days('2026-03-04', '2026-03-19', () => '0.1'),
      'week',
    );
    expect(buckets).toEqual([
      { from: '2026-03-04', to: '2026-03-10', value: '0.7' },
      { from: '2026-03-11', to: '2026-03-17', value: '0.7' },
      { from: '2026-03-18', to: '2026-03-19', value: '0.2' },
    ]);
  });

  it('cuts months as the calendar does', () => {
    const buckets = aggregate(
      days('2028-01-30', '2028-03-02', () => '1'),
      'month',
    );
    expect(buckets).toEqual([
      { from: '2028-01-30', to: '2028-01-31', value: '2' },
      { from: '2028-02-01', to: '2028-02-29', value: '29' },
      { from: '2028-03-01', to: '2028-03-02', value: '2' },
    ]);
  });

  it('of nothing is nothing', () => {
    expect(aggregate([], 'week')).toEqual([]);
  });
});
