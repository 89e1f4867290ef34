import { convert, fixedDecimal } from '../../store/money.ts';
import type { Order } from '../../store/order.ts';
import { offsetAt } from '../../store/zone.ts';

declare global {
  interface JSON {
    /** Part of ES2026, which TypeScript's library does not know yet. */
    rawJSON(text: string): object;
  }
}

/** An id as Shopify writes it: a bare number, beyond 2^53 too. */
export const bareId = (digits: string): object => JSON.rawJSON(digits);

/** In whole seconds, with the shop's offset at that instant: 2026-11-24T09:00:00-05:00. */
export function zoned(instant: number, timezone: string): string {
  const offset = offsetAt(instant, timezone);
  const minutes = Math.abs(offset) / 60_000;
  const two = (n: number) => String(Math.floor(n)).padStart(2, '0');
  const wall = new Date(instant + offset).toISOString().slice(0, 19);
  return `${wall}${offset < 0 ? '-' : '+'}${two(minutes / 60)}:${two(minutes % 60)}`;
}

export const zonedOrNull = (instant: number | null, timezone: string): string | null =>
  instant === null ? null : zoned(instant, timezone);

type Currencies = Pick<Order, 'currency' | 'presentmentCurrency' | 'rate'>;

/** An amount in the shop's currency and in the customer's, each with its currency's decimals. */
export function moneySet(minor: number, { currency, presentmentCurrency, rate }: Currencies) {
  return {
    shop_money: { amount: fixedDecimal(minor, currency), currency_code: currency },
    presentment_money: {
      amount: fixedDecimal(convert(minor, currency, presentmentCurrency, rate), presentmentCurrency),
      currency_code: presentmentCurrency,
    },
  };
}
