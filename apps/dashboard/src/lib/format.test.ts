import { expect, it } from 'vitest';
import { formatMoney, formatMoneyCompact } from './format.ts';

it('writes money in its own currency, with all decimals', () => {
  expect(formatMoney({ amount: '1234.50', currencyCode: 'USD' })).toMatch(/\$/);
  expect(formatMoney({ amount: '1.250', currencyCode: 'KWD' })).toMatch(/250/);
});

it('writes a code that is none of ISO 4217 behind the number', () => {
  const spoken = (text: string) => text.replaceAll('\u00a0', ' ');
  expect(spoken(formatMoney({ amount: '12.50', currencyCode: 'USDC' }, '±'))).toMatch(/^\+12[.,]50 USDC$/);
  expect(spoken(formatMoneyCompact(12, 'USDC'))).toBe('12 USDC');
});
