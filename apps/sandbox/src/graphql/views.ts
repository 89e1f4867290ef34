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

/** UTC in whole seconds, though more is stored. */
export function time(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19) + 'Z';
}

export function timeOrNull(ms: number | null): string | null {
  return ms === null ? null : time(ms);
}
