import { agreementsOf, type Agreement } from '../store/agreements.ts';
import { convert, fixedDecimal, graphqlDecimal } from '../store/money.ts';
import type { Order } from '../store/order.ts';
import type { Shop } from '../store/shop.ts';
import { totalsOf, type OrderTotals } from '../store/totals.ts';

/** An order with what is derived from it, made when first asked for. */
export class OrderView {
  readonly shop: Shop;
  readonly facts: Order;
  #totals: OrderTotals | undefined;
  #ledger: Agreement[] | undefined;

  constructor(shop: Shop, facts: Order) {
    this.shop = shop;
    this.facts = facts;
  }

  get totals(): OrderTotals {
    return (this.#totals ??= totalsOf(this.facts));
  }

  get ledger(): Agreement[] {
    return (this.#ledger ??= agreementsOf(this.facts));
  }
}

/** An amount of the order: in the shop's currency, and converted on its own to the customer's. */
export interface Bag {
  minor: number;
  of: Pick<Order, 'currency' | 'presentmentCurrency' | 'rate'>;
}

export const bag = (view: OrderView, minor: number): Bag => ({ minor, of: view.facts });

export interface Money {
  minor: number;
  currency: string;
}

export const moneyResolvers = {
  MoneyBag: {
    shopMoney: ({ minor, of }: Bag): Money => ({ minor, currency: of.currency }),
    presentmentMoney: ({ minor, of }: Bag): Money => ({
      minor: convert(minor, of.currency, of.presentmentCurrency, of.rate),
      currency: of.presentmentCurrency,
    }),
  },
  MoneyV2: {
    amount: ({ minor, currency }: Money) => graphqlDecimal(minor, currency),
    currencyCode: ({ currency }: Money) => currency,
  },
};

/** The deprecated Money scalar: always with the currency's decimals. */
export const moneyScalar = (view: OrderView, minor: number): string => fixedDecimal(minor, view.facts.currency);

const TWO_DIGITS = Array.from({ length: 60 }, (_, i) => String(i).padStart(2, '0'));
const dates = new Map<number, string>();

/** UTC in whole seconds, though more is stored. (Bulk results hold millions: faster than toISOString.) */
export function time(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const day = Math.floor(seconds / 86_400);
  let date = dates.get(day);
  if (date === undefined) dates.set(day, (date = new Date(day * 864e5).toISOString().slice(0, 11)));
  const left = seconds - day * 86_400;
  const minute = Math.floor(left / 60);
  const clock = `${TWO_DIGITS[Math.floor(minute / 60)]!}:${TWO_DIGITS[minute % 60]!}:${TWO_DIGITS[left % 60]!}Z`;
  return date + clock;
}

export function timeOrNull(ms: number | null): string | null {
  return ms === null ? null : time(ms);
}
