import type { Revenue } from '@xeno/contracts';
import { describe, expect, it } from 'vitest';
import { addDays, countDays } from '../../lib/dates.ts';
import { pointsOf } from './chart-points.ts';

const money = (amount: string) => ({ amount, currencyCode: 'KWD' });
const zero = money('0.000');

/** One order of 1.001 a day. */
const revenue = (from: string, to: string): Revenue => ({
  tenantId: '1',
  from,
  to,
  timezone: 'Asia/Kuwait',
  currencyCode: 'KWD',
  asOf: null,
  data: Array.from({ length: countDays(from, to) }, (_, at) => ({
    date: addDays(from, at),
    orders: 1,
    units: 1,
    revenue: money('1.001'),
    gross: zero,
    discounts: zero,
    returns: zero,
    net: zero,
    shipping: zero,
    tax: zero,
    duties: zero,
    fees: zero,
    adjustments: zero,
    giftCards: zero,
    tips: zero,
  })),
});

describe('chart points', () => {
  it('stand beside the compared days, the longer of both to its end', () => {
    const { step, points } = pointsOf(
      'revenue',
      revenue('2026-02-01', '2026-02-28'),
      revenue('2026-01-01', '2026-01-31'),
    );
    expect(step).toBe('day');
    expect(points).toHaveLength(31);
    expect(points[0]).toMatchObject({ current: { from: '2026-02-01' }, before: { from: '2026-01-01' } });
    expect(points[30]).toMatchObject({ current: null, before: { from: '2026-01-31', value: '1.001' } });
    expect(new Set(points.map(({ x }) => x)).size).toBe(31);
  });

  it('cut the compared period as the current one, whatever its own length', () => {
    const { step, points } = pointsOf(
      'orders',
      revenue('2026-01-01', '2026-05-07'),
      revenue('2025-09-11', '2025-12-31'),
    );
    expect(step).toBe('week');
    expect(points).toHaveLength(19);
    expect(points[18]).toMatchObject({ current: { from: '2026-05-07', value: '1' }, before: null });
    expect(points[15]!.before).toEqual({ from: '2025-12-25', to: '2025-12-31', value: '7' });
  });

  it('add up exactly', () => {
    const { points } = pointsOf('revenue', revenue('2026-01-01', '2026-05-07'), null);
    expect(points[0]!.current!.value).toBe('7.007');
  });

  it('of a store without orders are none', () => {
    expect(pointsOf('revenue', { ...revenue('2026-01-01', '2026-01-01'), data: [] }, null).points).toEqual([]);
  });
});
