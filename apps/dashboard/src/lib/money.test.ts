import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { change, isZero, parseDecimal, sum, toText } from './money.ts';

describe('decimal strings', () => {
  it.each(['0', '0.00', '1234.50', '-0.05', '-12', '0.001', '9007199254740993.17'])('%s survives', (text) => {
    expect(toText(parseDecimal(text))).toBe(text);
  });

  it.each(['', '1,5', '1e3', '.5', '1.', '--1', 'NaN'])('%j is refused', (text) => {
    expect(() => parseDecimal(text)).toThrow(RangeError);
  });

  it('adds what floats cannot', () => {
    expect(sum(['0.10', '0.20'])).toBe('0.30');
    expect(sum(['90071992547409.93', '0.01'])).toBe('90071992547409.94');
    expect(sum(['1.5', '0.001', '-2'])).toBe('-0.499');
    expect(sum([])).toBe('0');
  });

  it('adds like integers of minor units, in any order', () => {
    fc.assert(
      fc.property(
        fc.array(fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n })),
        fc.nat({ max: 3 }),
        (minors, decimals) => {
          const texts = minors.map((minor) => toText({ minor, decimals }));
          const total = minors.reduce((a, b) => a + b, 0n);
          expect(parseDecimal(sum(texts)).minor).toBe(total);
          expect(sum(texts.toReversed())).toBe(sum(texts));
        },
      ),
    );
  });

  it('knows zero in every spelling', () => {
    expect(['0', '0.00', '-0.000'].every(isZero)).toBe(true);
    expect(isZero('0.001')).toBe(false);
  });
});

describe('change', () => {
  it('is exact, and a share of the base', () => {
    expect(change('110.00', '100.00')).toEqual({ difference: '10.00', permille: 100n });
    expect(change('0.00', '100.00')).toEqual({ difference: '-100.00', permille: -1000n });
    expect(change('1500', '1000')).toEqual({ difference: '500', permille: 500n });
  });

  it('has no share of nothing', () => {
    expect(change('5.000', '0.000')).toEqual({ difference: '5.000', permille: null });
    expect(change('0', '0')).toEqual({ difference: '0', permille: null });
  });

  it('rounds half away from zero', () => {
    expect(change('2001', '2000').permille).toBe(1n);
    expect(change('1999', '2000').permille).toBe(-1n);
    expect(change('20009', '20000').permille).toBe(0n);
  });

  it('points up when a loss shrinks', () => {
    expect(change('-50', '-100')).toEqual({ difference: '50', permille: 500n });
  });
});
