import type { Totals } from '@xeno/contracts';
import { expect, test } from 'vitest';
import { growth } from './growth.ts';

test.each<[keyof Totals, string, string, bigint | null]>([
  ['gross', '100.00', '150.00', 500n],
  ['discounts', '-100.00', '-150.00', 500n],
  ['returns', '-100.00', '0.00', -1000n],
  // a day on which more was taken back than sold
  ['revenue', '-100.00', '20.00', 1200n],
  ['net', '-100.00', '-150.00', -500n],
  ['adjustments', '-4.00', '8.00', 3000n],
  ['tax', '0.00', '8.00', null],
])('%s from %s to %s', (row, before, now, permille) => {
  const money = (amount: string) => ({ amount, currencyCode: 'EUR' });
  expect(growth(row, money(now), money(before))).toBe(permille);
});
