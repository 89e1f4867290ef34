import { describe, expect, it } from 'vitest';
import { agreementsOf } from '../src/store/agreements.ts';
import { expectedOf } from '../src/store/expected.ts';
import type { Order } from '../src/store/order.ts';
import { allocate, graphqlDecimal, parseMoney, sliceOfUnits } from '../src/store/money.ts';
import { Shop } from '../src/store/shop.ts';
import { specOf, type ShopWishes } from '../src/store/spec.ts';
import { totalsOf } from '../src/store/totals.ts';
import { localDate } from '../src/store/zone.ts';

const END = '2026-11-01T12:00:00Z';
const shopWith = (domain: string, wishes: ShopWishes) =>
  new Shop(specOf(domain, { end: END, ...wishes }, { orders: 0 }, 0));

const SHOPS = ['USD', 'GBP', 'EUR', 'JPY', 'CAD', 'AUD', 'KWD', 'NZD', 'INR'].map(
  (currency) => [currency, shopWith(`${currency.toLowerCase()}.myshopify.com`, { currency, orders: 1500 })] as const,
);

describe('money', () => {
  it('is written as GraphQL writes it', () => {
    expect([2000, 2050, 2055, -75, 0].map((n) => graphqlDecimal(n, 'USD'))).toEqual([
      '20.0',
      '20.5',
      '20.55',
      '-0.75',
      '0.0',
    ]);
    expect(graphqlDecimal(20, 'JPY')).toBe('20.0');
    expect([1234, 1230, 1].map((n) => graphqlDecimal(n, 'KWD'))).toEqual(['1.234', '1.23', '0.001']);
  });

  it('is read exactly, and never rounded', () => {
    expect(parseMoney('10.95', 'GBP')).toBe(1095);
    expect(parseMoney('10.950', 'GBP')).toBe(1095);
    expect(parseMoney('1.234', 'KWD')).toBe(1234);
    expect(() => parseMoney('10.955', 'GBP')).toThrow('more decimals');
    expect(() => parseMoney('1.5', 'JPY')).toThrow('more decimals');
  });

  it('is split without losing a unit', () => {
    expect(allocate(100, [1, 1, 1])).toEqual([34, 33, 33]);
    expect(allocate(-100, [1, 1, 1]).reduce((a, b) => a + b)).toBe(-100);
    const slices = [0, 1, 2, 3, 4, 5, 6].map((from) => sliceOfUnits(100, from, 1, 7));
    expect(slices.reduce((a, b) => a + b)).toBe(100);
  });
});

describe.each(SHOPS)('a generated store in %s', (_currency, shop) => {
  const orders = Array.from({ length: shop.source.count }, (_, i) => shop.order(i)!);

  /** Names of the orders for which something does not hold. */
  const failing = (holds: (order: Order) => boolean) =>
    orders.filter((order) => !holds(order)).map((order) => order.name);
  const salesOf = (order: Order) => agreementsOf(order).flatMap((agreement) => agreement.sales);
  const sum = (values: number[]) => values.reduce((a, b) => a + b, 0);

  it('has sales that sum to the current total, adjustments aside', () => {
    const ledger = (order: Order) =>
      sum(
        salesOf(order)
          .filter((s) => s.lineType !== 'ADJUSTMENT')
          .map((s) => s.total),
      );
    expect(failing((order) => ledger(order) === totalsOf(order).current.total)).toEqual([]);
  });

  it('has sales whose signs and taxes are in order', () => {
    expect(failing((order) => salesOf(order).every((s) => sum(s.taxes.map((tax) => tax.amount)) === s.tax))).toEqual(
      [],
    );
    const sold = failing((order) =>
      salesOf(order).every(
        (s) => s.actionType !== 'ORDER' || Math.min(s.total, s.tax, s.quantity!, s.discountBeforeTaxes) >= 0,
      ),
    );
    expect(sold).toEqual([]);
    const returned = failing((order) =>
      salesOf(order).every(
        (s) =>
          s.actionType !== 'RETURN' ||
          s.lineType === 'ADJUSTMENT' ||
          Math.max(s.total, s.tax, s.quantity!, s.discountBeforeTaxes) <= 0,
      ),
    );
    expect(returned).toEqual([]);
  });

  it('pays back what the sales of each refund and its adjustments say', () => {
    const holds = (order: Order) =>
      agreementsOf(order).every(({ event, sales }) => {
        const refund = order.events[event];
        return (
          refund?.kind !== 'refund' || (sum(sales.map((s) => s.total)) === -refund.paidBack && refund.paidBack >= 0)
        );
      });
    expect(failing((order) => !order.paid || holds(order))).toEqual([]);
  });

  it('is worth nothing once cancelled, and nothing ever takes more than there is', () => {
    expect(failing((order) => order.cancelledAt === null || totalsOf(order).current.total === 0)).toEqual([]);
    expect(failing((order) => Object.values(totalsOf(order).current).every((amount) => amount >= 0))).toEqual([]);
  });

  it('has figures per day that agree with its agreements', async () => {
    const { timezone } = shop.spec;
    const days: Record<string, Record<string, number>> = {};
    for (const order of orders) {
      if (order.test) continue;
      for (const agreement of agreementsOf(order)) {
        const day = (days[localDate(agreement.at, timezone)] ??= {});
        const add = (key: string, amount: number) => (day[key] = (day[key] ?? 0) + amount);
        if (agreement.event === -1) add('orders', 1);
        for (const sale of agreement.sales) {
          const net = sale.total - sale.tax;
          if (sale.lineType === 'GIFT_CARD') add('giftCards', sale.total);
          else if (sale.lineType === 'TIP') add('tips', sale.total);
          else {
            add('tax', sale.tax);
            add('total', sale.total);
            if (sale.lineType === 'SHIPPING') add('shipping', net);
            else if (sale.lineType === 'DUTY') add('duties', net);
            else if (sale.lineType === 'ADDITIONAL_FEE') add('fees', net);
            else if (sale.lineType === 'ADJUSTMENT') add('adjustments', net);
            else if (sale.actionType === 'RETURN') add('returns', net);
            else {
              add('units', sale.quantity!);
              add('gross', net + sale.discountBeforeTaxes);
              add('discounts', -sale.discountBeforeTaxes);
            }
          }
        }
      }
    }
    const expected = await expectedOf(shop);
    expect(Object.keys(expected.days)).toEqual(Object.keys(days).sort());
    for (const [date, day] of Object.entries(days)) expect(expected.days[date], date).toMatchObject(day);
  });
});

describe('the generator', () => {
  it('gives the same orders for the same seed, and others for another', () => {
    const wishes = { orders: 400, seed: 7 };
    const [a, b] = [shopWith('a.myshopify.com', wishes), shopWith('a.myshopify.com', wishes)];
    const other = shopWith('a.myshopify.com', { ...wishes, seed: 8 });
    for (const index of [0, 1, 57, 399]) {
      expect(a.order(index)).toEqual(b.order(index));
      expect(a.order(index)).not.toEqual(other.order(index));
    }
    // whichever was asked for first
    expect(shopWith('a.myshopify.com', wishes).order(399)).toEqual(a.order(399));
  });

  it('keeps to its time: created ever later, updated never before, nothing after the end', () => {
    const shop = shopWith('times.myshopify.com', { orders: 5000, timezone: 'Australia/Lord_Howe', currency: 'AUD' });
    let last = -Infinity;
    const wrong = Array.from({ length: 5000 }, (_, i) => shop.order(i)!).filter((order, i) => {
      const later = order.createdAt > last;
      last = order.createdAt;
      const { source, spec } = shop;
      const cheap =
        order.createdAt === source.createdAt(i) &&
        order.updatedAt === source.updatedAt(i) &&
        order.customer === source.customerOf(i);
      const happened = [
        order.createdAt,
        order.cancelledAt ?? 0,
        order.fulfilledAt ?? 0,
        ...order.events.map((event) => event.at),
      ];
      return !later || !cheap || Math.max(...happened) !== order.updatedAt || order.updatedAt > spec.end;
    });
    expect(wrong).toEqual([]);
    expect(shop.source.createdAt(0)).toBeGreaterThanOrEqual(shop.spec.start);
  });

  it('makes a believable store', () => {
    const shop = shopWith('demo.myshopify.com', { orders: 4000 });
    const orders = Array.from({ length: 4000 }, (_, i) => shop.order(i)!);
    const share = (test: (order: (typeof orders)[number]) => boolean) => orders.filter(test).length / orders.length;
    expect(share((o) => o.customer === null)).toBeGreaterThan(0.03);
    expect(share((o) => o.test)).toBeGreaterThan(0);
    expect(share((o) => o.cancelledAt !== null)).toBeGreaterThan(0.01);
    expect(share((o) => o.events.some((event) => event.kind === 'refund'))).toBeGreaterThan(0.03);
    expect(share((o) => o.events.some((event) => event.kind === 'edit'))).toBeGreaterThan(0.003);
    expect(share((o) => o.discounts.length > 0)).toBeGreaterThan(0.1);
    expect(share((o) => o.presentmentCurrency !== 'USD')).toBeGreaterThan(0.02);
    expect(share((o) => o.lines.some((line) => line.kind === 'tip'))).toBeGreaterThan(0);
    expect(share((o) => o.lines.some((line) => line.kind === 'gift_card'))).toBeGreaterThan(0);
    expect(share((o) => o.lines.some((line) => line.duty > 0))).toBeGreaterThan(0);
    const perCustomer = new Map<number, number>();
    for (const { customer } of orders)
      if (customer !== null) perCustomer.set(customer, (perCustomer.get(customer) ?? 0) + 1);
    expect(Math.max(...perCustomer.values())).toBeGreaterThan(20);
    expect([...perCustomer.values()].filter((n) => n === 1).length / perCustomer.size).toBeGreaterThan(0.4);
    const titles = shop
      .products()
      .map((product) => product.title)
      .join();
    expect(titles).toMatch(/[\u0590-\u06ff]/);
    expect(titles).toMatch(/\p{Emoji_Presentation}/u);
  });
});
