import type { Money, Totals } from '@xeno/contracts';
import { change } from '../../lib/money.ts';

/** What lowers the revenue: negative, and more of it is written as growth. */
const DEDUCTIONS = new Set<keyof Totals>(['discounts', 'returns']);

/** In thousandths of what it was; null where that was nothing. */
export function growth(row: keyof Totals, { amount }: Money, before: Money): bigint | null {
  const { permille } = change(amount, before.amount);
  return DEDUCTIONS.has(row) && permille !== null ? -permille : permille;
}
