import { amountsOf, sum } from './amounts.ts';
import { isAbandoned } from './checkouts.ts';
import { idOf } from './ids.ts';
import { walkOrders } from './list.ts';
import { decimalsOf } from './money.ts';
import type { Line, Order } from './order.ts';
import type { Shop } from './shop.ts';
import { localDate } from './zone.ts';

/** A day's figures in minor units. Discounts and returns are negative; gift cards and tips stand beside the total. */
export interface DayFigures {
  orders: number;
  units: number;
  gross: number;
  discounts: number;
  returns: number;
  net: number;
  shipping: number;
  tax: number;
  duties: number;
  fees: number;
  adjustments: number;
  total: number;
  giftCards: number;
  tips: number;
}

export interface Expected {
  currency: string;
  decimals: number;
  timezone: string;
  /** Orders that count: not deleted, no tests. */
  orders: number;
  /** All that can be fetched, tests too. */
  fetchable: { orders: number; customers: number; products: number };
  days: Record<string, DayFigures>;
  totals: DayFigures;
  /** By money spent, all time; orders with a customer only. */
  topCustomers: { customerId: string; orders: number; totalSpent: number }[];
  /** Checkouts by what became of them; abandoned ones by the local day on which they began, too. */
  checkouts: { completed: number; open: number; abandoned: Abandoned; days: Record<string, Abandoned> };
}

/** Checkouts with a contact that were not completed within an hour, and what was in them, in minor units. */
export interface Abandoned {
  count: number;
  value: number;
}

export interface ExpectedOptions {
  /** Leaves out orders created before (ms), as for apps without read_all_orders. */
  createdSince?: number;
  /** Orders in it are told; the shop's own by default. */
  currency?: string;
  now?: number;
}

export const noFigures = (): DayFigures => ({
  orders: 0,
  units: 0,
  gross: 0,
  discounts: 0,
  returns: 0,
  net: 0,
  shipping: 0,
  tax: 0,
  duties: 0,
  fees: 0,
  adjustments: 0,
  total: 0,
  giftCards: 0,
  tips: 0,
});

/**
 * What any faithful report over the shop must say, worked out from prices, discounts, taxes and refunds: not from the
 * agreements that the API gives, so that the two can be held against each other.
 */
export async function expectedOf(
  shop: Shop,
  { createdSince = -Infinity, currency = shop.spec.currency, now = Date.now() }: ExpectedOptions = {},
): Promise<Expected> {
  const { timezone } = shop.spec;
  const days = new Map<string, DayFigures>();
  const spent = new Map<number, { orders: number; spent: number }>();
  const fetchable = { orders: 0, customers: 0, products: shop.products().length };
  let count = 0;
  const all = { low: createdSince, high: Infinity };
  const everything = { low: -Infinity, high: Infinity, descending: false };
  for (const index of walkOrders(shop, 'index', everything, all)) {
    const order = shop.order(index);
    if (!order || order.createdAt < createdSince) continue;
    // lets requests in between
    if (++fetchable.orders % 500 === 0) await new Promise(setImmediate);
    // two currencies are never summed
    if (order.test || order.currency !== currency) continue;
    count++;
    let total = 0;
    const on = (at: number): DayFigures => {
      const date = localDate(at, timezone);
      let day = days.get(date);
      if (!day) days.set(date, (day = noFigures()));
      return day;
    };
    addOrder(order, (at, add) => {
      const before = on(at).total;
      add(on(at));
      settle(on(at));
      total += on(at).total - before;
    });
    if (order.customer !== null && shop.customer(order.customer)) {
      const known = spent.get(order.customer) ?? { orders: 0, spent: 0 };
      spent.set(order.customer, { orders: known.orders + 1, spent: known.spent + total });
    }
  }
  const keys = shop.source.customerKeys();
  for (let i = 0; i < keys.length; i++) if (!shop.overlay.customers.has(keys[i]!)) fetchable.customers++;
  for (const customer of shop.overlay.customers.values()) if (customer) fetchable.customers++;

  const totals = noFigures();
  for (const day of days.values()) {
    for (const key of Object.keys(totals) as (keyof DayFigures)[]) totals[key] += day[key];
  }
  const sorted = [...spent].sort(([a, x], [b, y]) => y.spent - x.spent || a - b).slice(0, 100);
  return {
    currency,
    decimals: decimalsOf(currency),
    timezone,
    orders: count,
    fetchable,
    days: Object.fromEntries([...days].sort(([a], [b]) => (a < b ? -1 : 1))),
    totals,
    topCustomers: sorted.map(([key, { orders, spent: totalSpent }]) => ({
      customerId: idOf(shop.spec, 'Customer', key),
      orders,
      totalSpent,
    })),
    checkouts: checkoutsOf(shop, currency, now),
  };
}

function checkoutsOf(shop: Shop, currency: string, now: number): Expected['checkouts'] {
  const found: Expected['checkouts'] = { completed: 0, open: 0, abandoned: { count: 0, value: 0 }, days: {} };
  for (const checkout of shop.checkouts()) {
    if (checkout.currency !== currency) continue;
    if (checkout.completedAt !== null) found.completed++;
    else if (!isAbandoned(checkout, now)) found.open++;
    else {
      const date = localDate(checkout.createdAt, shop.spec.timezone);
      const value = sum(checkout.lines.map((line) => line.unitPrice * line.quantity));
      for (const total of [found.abandoned, (found.days[date] ??= { count: 0, value: 0 })]) {
        total.count++;
        total.value += value;
      }
    }
  }
  return found;
}

function settle(day: DayFigures): void {
  day.net = day.gross + day.discounts + day.returns;
  day.total = day.net + day.shipping + day.tax + day.duties + day.fees + day.adjustments;
}

function addOrder(order: Order, on: (at: number, add: (day: DayFigures) => void) => void): void {
  const inside = (tax: number) => (order.taxesIncluded ? tax : 0);

  const sell = (line: Line) => (day: DayFigures) => {
    const amounts = amountsOf(order, line, line.unitPrice * line.quantity);
    if (line.kind === 'gift_card') day.giftCards += amounts.listed + (order.taxesIncluded ? 0 : amounts.tax);
    else if (line.kind === 'tip') day.tips += amounts.listed;
    else {
      day.units += line.quantity;
      day.gross += amounts.listed - inside(amounts.tax) + amounts.discountBeforeTaxes;
      day.discounts -= amounts.discountBeforeTaxes;
      day.tax += amounts.tax;
      day.duties += line.duty;
    }
  };

  on(order.processedAt, (day) => {
    day.orders++;
    for (const line of order.lines) if (line.addedBy === null) sell(line)(day);
    for (const line of order.shipping) {
      const amounts = amountsOf(order, line, line.price);
      day.shipping += amounts.listed - inside(amounts.tax);
      day.tax += amounts.tax;
    }
    for (const fee of order.fees) day.fees += fee.amount;
  });
  for (const event of order.events) {
    on(event.at, (day) => {
      if (event.kind === 'edit') for (const line of event.added) sell(order.lines[line]!)(day);
      for (const taken of event.kind === 'edit' ? event.removed : event.lines) {
        const tax = sum(taken.taxes);
        const { kind } = order.lines[taken.line]!;
        if (kind === 'gift_card') day.giftCards -= taken.listed + (order.taxesIncluded ? 0 : tax);
        else if (kind === 'tip') day.tips -= taken.listed;
        else {
          day.returns -= taken.listed - inside(tax);
          day.tax -= tax;
        }
      }
      if (event.kind === 'edit') return;
      for (const back of event.shipping) {
        day.shipping -= back.listed - inside(sum(back.taxes));
        day.tax -= sum(back.taxes);
      }
      for (const duty of event.duties) day.duties -= duty.amount;
      for (const fee of event.fees) day.fees -= fee.amount;
      for (const adjustment of event.adjustments) day.adjustments += adjustment.amount;
    });
  }
}
