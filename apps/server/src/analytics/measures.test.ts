import { expect, test } from 'vitest';
import { averageOrderValue, type DayRow, measuresOf } from './measures.ts';

const row = (given: Partial<DayRow>): DayRow => ({
  orders: 0,
  units: 0,
  gross: 0,
  discounts: 0,
  returns: 0,
  shipping: 0,
  tax: 0,
  duties: 0,
  fees: 0,
  adjustments: 0,
  gift_cards: 0,
  tips: 0,
  ...given,
});

test('net and revenue follow from the measures; gift cards and tips stand beside', () => {
  const day = row({ gross: 10_000, discounts: -1_000, returns: -500, shipping: 300, tax: 900, duties: 7, fees: 5 });
  const measures = measuresOf({ ...day, adjustments: -12, gift_cards: 2_500, tips: 99 }, 'GBP');
  expect(measures.net.amount).toBe('85.00');
  expect(measures.revenue.amount).toBe('97.00');
  expect(measures.giftCards.amount).toBe('25.00');
});

test('amounts beyond 2^53, as text or in their sum, are exact', () => {
  const day = row({ gross: '9007199254740993', shipping: '9007199254740991', tax: '1', orders: '2' });
  expect(measuresOf(day, 'JPY').revenue.amount).toBe('18014398509481985');
  expect(measuresOf(row({ gross: 9007199254740991, returns: '-9007199254740990' }), 'JPY').net.amount).toBe('1');
});

test.each([
  [{ orders: 2, gross: 101 }, '0.51'],
  [{ orders: 3, gross: 100 }, '0.33'],
  [{ orders: 3, gross: 500, discounts: -300 }, '0.67'],
  [{ orders: 2, gross: -101 }, '-0.50'],
  [{ orders: 0, gross: 100 }, '0.00'],
])('the average order value of %o is %s, rounded half up', (given, amount) => {
  expect(averageOrderValue(row(given), 'GBP').amount).toBe(amount);
});

test('a day without sales is zero throughout', () => {
  expect(measuresOf(undefined, 'KWD').revenue).toEqual({ amount: '0.000', currencyCode: 'KWD' });
});
