import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BadAmount, decimalsOf, toDecimal, toMinor } from './money.ts';

test.each([
  ['20.0', 'GBP', 2000],
  ['20', 'GBP', 2000],
  ['-0.05', 'USD', -5],
  ['20.0', 'JPY', 20],
  ['1.234', 'KWD', 1234],
  ['1.2', 'KWD', 1200],
  ['-0.00', 'EUR', 0],
  ['00012.3400', 'EUR', 1234],
])('%s %s is %i minor units', (amount, currency, minor) => expect(toMinor(amount, currency)).toBe(minor));

test.each([
  ['1.005', 'GBP'],
  ['0.5', 'JPY'],
  ['1.2345', 'KWD'],
  ['1e3', 'GBP'],
  ['', 'GBP'],
  ['12,50', 'EUR'],
  ['NaN', 'EUR'],
  ['90071992547409.93', 'EUR'],
  ['9007199254740993', 'JPY'],
  ['9'.repeat(400), 'JPY'],
  ['.5', 'EUR'],
  ['5.', 'EUR'],
  ['-', 'EUR'],
  ['--5', 'EUR'],
  ['+5', 'EUR'],
  ['1.2.3', 'EUR'],
  [' 5', 'EUR'],
  ['٥', 'EUR'],
  [null as unknown as string, 'EUR'],
  [12 as unknown as string, 'EUR'],
])('%s %s is refused, never rounded', (amount, currency) => {
  expect(() => toMinor(amount, currency)).toThrow(BadAmount);
});

test('minor units and decimal strings are the same number', () => {
  fc.assert(
    fc.property(fc.maxSafeInteger(), fc.constantFrom('GBP', 'JPY', 'KWD', 'CLF'), (minor, currency) => {
      const amount = toDecimal(minor, currency);
      expect(toMinor(amount, currency)).toBe(minor === 0 ? 0 : minor);
      expect(amount.split('.')[1]?.length ?? 0).toBe(decimalsOf(currency));
    }),
  );
});
