import { expect, test } from 'vitest';
import { Unreadable } from '../map/fields.ts';
import { currencyIn } from './body.ts';

test('a currency has three letters, or four as USDC', () => {
  for (const code of ['GBP', 'USDC']) expect(currencyIn({ currency: code }, 'currency')).toBe(code);
  for (const code of ['gbp', 'GB', 'POUND', '']) {
    expect(() => currencyIn({ currency: code }, 'currency')).toThrow(Unreadable);
  }
  expect(currencyIn({}, 'currency')).toBeNull();
});
