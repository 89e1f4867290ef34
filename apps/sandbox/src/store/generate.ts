import { unitsLeft, takeUnits } from './amounts.ts';
import { generateCatalog, type Catalog, type Product, type Variant } from './catalog.ts';
import { COUNTRIES } from './countries.ts';
import { generateAddress, generateCustomer, type Customer } from './customers.ts';
import { allocate, decimalsOf, roundHalfUp } from './money.ts';
import type { Address, Discount, Line, Order, ShippingLine, Tax } from './order.ts';
import { hash, Random } from './random.ts';
import { refundOf, refundOfAll } from './refund.ts';
import type { OrderSource } from './source.ts';
import type { ShopSpec } from './spec.ts';
import { CODES, FIRST_NAMES, LAST_NAMES, ODD_TITLES, TAGS } from './texts.ts';
import { Timeline } from './timeline.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** What happens to an order and when; nothing that would lie after the shop's end. */
interface Fate {
  test: boolean;
  fulfilledAt: number | null;
  editAt: number | null;
  refundAts: number[];
  cancelledAt: number | null;
  updatedAt: number;
}

/** A believable store; every order follows from (seed, position) alone. */
export class GeneratedOrders implements OrderSource {
  readonly count: number;
  readonly catalog: Catalog;
  readonly #spec: ShopSpec;
  readonly #timeline: Timeline;
  #customerKeys: Int32Array | undefined;

  constructor(spec: ShopSpec) {
    this.#spec = spec;
    this.count = spec.orders;
    this.catalog = generateCatalog(spec);
    this.#timeline = new Timeline(spec);
  }

  createdAt(index: number): number {
    return this.#timeline.createdAt(index);
  }

  updatedAt(index: number): number {
    return this.#fate(index, this.createdAt(index)).updatedAt;
  }

  /** Share of orders that are a customer's first: falls as the shop ages. */
  #isFirst(index: number): boolean {
    return hash(this.#spec.seed, index, 51) / 4294967296 < 0.42 + 0.35 / (1 + index / 400);
  }

  /**
   * Returning customers are drawn from those before them, recent ones more often; a few regulars (every 89th and
   * every 1501st position) are drawn again and again, which makes the long tail.
   */
  customerOf(index: number): number | null {
    const guest = hash(this.#spec.seed, index, 52) / 4294967296 < 0.07;
    if (this.#isFirst(index)) return guest ? null : 2 * index;
    if (guest) return null;
    const random = new Random(hash(this.#spec.seed, index, 53));
    const kind = random.next();
    let earlier = Math.floor(index * Math.sqrt(random.next()));
    if (kind < 0.06) earlier -= earlier % 1501;
    else if (kind < 0.36) earlier -= earlier % 89;
    for (; earlier >= 0; earlier--) {
      if (this.#isFirst(earlier) && hash(this.#spec.seed, earlier, 52) / 4294967296 >= 0.07) return 2 * earlier;
    }
    return null;
  }

  /** Even keys: customers by their first order; odd ones signed up and never bought. */
  customerKeys(): Int32Array {
    if (!this.#customerKeys) {
      const keys: number[] = [];
      for (let i = 0; i < this.count; i++) {
        if (this.#isFirst(i) && hash(this.#spec.seed, i, 52) / 4294967296 >= 0.07) keys.push(2 * i);
        if (hash(this.#spec.seed, i, 54) % 25 === 0) keys.push(2 * i + 1);
      }
      this.#customerKeys = Int32Array.from(keys);
    }
    return this.#customerKeys;
  }

  customer(key: number): Omit<Customer, 'updatedAt'> {
    return { ...generateCustomer(this.#spec, key), createdAt: this.createdAt(key >> 1) };
  }

  order(index: number): Order {
    const spec = this.#spec;
    const createdAt = this.createdAt(index);
    const fate = this.#fate(index, createdAt);
    const random = new Random(hash(spec.seed, index, 31));
    const customerKey = this.customerOf(index);
    const customer = customerKey === null ? null : generateCustomer(spec, customerKey);
    const pos = random.chance(0.06);
    const address = pos
      ? null
      : (customer?.address ?? generateAddress(spec, random, random.pick(FIRST_NAMES), random.pick(LAST_NAMES)));
    const foreign = !pos && spec.presentment.length > 0 && random.chance(0.08) ? random.pick(spec.presentment) : null;
    const number = 1001 + index;
    const order: Order = {
      index,
      number,
      name: `#${number}`,
      createdAt,
      processedAt: createdAt,
      updatedAt: fate.updatedAt,
      fulfilledAt: fate.fulfilledAt,
      cancelledAt: fate.cancelledAt,
      cancelReason:
        fate.cancelledAt === null ? null : random.pick(['CUSTOMER', 'INVENTORY', 'FRAUD', 'OTHER', 'STAFF'] as const),
      test: fate.test,
      taxesIncluded: spec.taxesIncluded,
      paid: !random.chance(fate.cancelledAt === null ? 0.01 : 0.25),
      currency: spec.currency,
      presentmentCurrency: foreign?.[0] ?? spec.currency,
      rate: foreign?.[1] ?? 1,
      customer: customerKey,
      email: pos ? null : (customer?.email ?? `guest.${number}@example.com`),
      phone: customer?.phone ?? null,
      address,
      source: pos ? 'pos' : random.chance(0.05) ? 'shopify_draft_order' : 'web',
      tags: random.chance(0.08) ? [random.pick(TAGS)] : [],
      note: random.chance(0.03) ? random.pick(ODD_TITLES) : null,
      discounts: [],
      lines: [],
      shipping: [],
      fees: random.chance(0.005) ? [{ title: 'Packaging fee', amount: this.#units(0.5) }] : [],
      events: [],
    };
    const rates = taxRates(spec, address);
    const count = random.chance(0.002) ? random.between(20, 60) : 1 + Math.min(9, Math.floor(random.exponential(1.1)));
    for (let k = 0; k < count; k++) order.lines.push(this.#line(random));
    if (!pos) order.shipping.push(this.#shipping(order, random));
    this.#discount(order, random);
    for (const line of order.lines)
      if (line.kind === 'product') line.taxes = taxesOn(order, line, line.unitPrice * line.quantity, rates);
    for (const line of order.shipping) line.taxes = taxesOn(order, line, line.price, rates);
    if (address && address.countryCode !== spec.country && random.chance(0.3)) {
      for (const line of order.lines)
        if (line.kind === 'product') line.duty = roundHalfUp(line.unitPrice * line.quantity * 0.05);
    }
    if (random.chance(0.02)) order.lines.push(tip(this.#units(random.between(1, 12))));
    this.#events(order, fate, rates, new Random(hash(spec.seed, index, 32)));
    return order;
  }

  /** Whole units of the currency, roughly worth a dollar each, in minor units. */
  #units(n: number): number {
    const decimals = decimalsOf(this.#spec.currency);
    return decimals === 0 ? Math.round(n * 100) : Math.round(n * 10 ** decimals);
  }

  #line(random: Random): Line {
    const products = this.catalog.products;
    const product = products[Math.floor(products.length * random.next() ** 2.4)]!;
    const quantity = random.chance(0.75) ? 1 : random.chance(0.9) ? random.between(2, 4) : random.between(5, 24);
    return lineOf(product, random.pick(product.variants), product.isGiftCard ? 1 : quantity);
  }

  #shipping(order: Order, random: Random): ShippingLine {
    const goods = order.lines.reduce((total, line) => total + line.unitPrice * line.quantity, 0);
    const express = random.chance(0.15);
    const price = goods > this.#units(120) && !express ? 0 : express ? this.#units(14.95) : this.#units(4.95);
    return {
      title: express ? 'Express' : price === 0 ? 'Free shipping' : 'Standard',
      code: express ? 'express' : 'standard',
      price,
      allocations: [],
      taxes: [],
    };
  }

  #discount(order: Order, random: Random): void {
    const kind = random.next();
    const discountable = order.lines.filter((line) => line.kind === 'product');
    if (kind < 0.03 && order.shipping[0]?.price) {
      order.discounts.push({ kind: 'code', title: 'FREESHIP', target: 'SHIPPING_LINE', value: { percentage: 100 } });
      order.shipping[0].allocations.push({ discount: 0, amount: order.shipping[0].price });
    } else if (kind < 0.25 && discountable.length > 0) {
      const percentage = random.pick([5, 10, 10, 15, 20, 25, 33, 50]);
      const amount = random.chance(0.3) ? this.#units(random.between(3, 15)) : null;
      const discount: Discount = {
        kind: kind < 0.19 ? 'code' : kind < 0.23 ? 'automatic' : 'manual',
        title: kind < 0.19 ? random.pick(CODES) : 'Seasonal offer',
        target: 'LINE_ITEM',
        value: amount === null ? { percentage } : { amount },
      };
      applyDiscount(order, discount, discountable);
    }
  }

  #events(order: Order, fate: Fate, rates: [string, number][], random: Random): void {
    const moments: [number, 'edit' | 'refund' | 'cancel'][] = fate.refundAts.map((at) => [at, 'refund']);
    if (fate.editAt !== null) moments.push([fate.editAt, 'edit']);
    if (fate.cancelledAt !== null) moments.push([fate.cancelledAt, 'cancel']);
    moments.sort((a, b) => a[0] - b[0]);
    for (const [at, what] of moments) {
      if (what === 'edit') this.#edit(order, at, rates, random);
      else if (what === 'cancel') order.events.push(refundOfAll(order, at));
      else this.#refund(order, at, random);
    }
  }

  #edit(order: Order, at: number, rates: [string, number][], random: Random): void {
    const removable = order.lines.flatMap((line, i) => (line.kind === 'product' && unitsLeft(order, i) > 0 ? [i] : []));
    const removed: ReturnType<typeof takeUnits>[] = [];
    const first = removable[0];
    if (first !== undefined && random.chance(0.6)) {
      const left = unitsLeft(order, first);
      if (removable.length > 1 || left > 1) removed.push(takeUnits(order, first, Math.max(1, left >> 1), left));
    }
    const added: number[] = [];
    if (removed.length === 0 || random.chance(0.4)) {
      const line = this.#line(random);
      line.addedBy = order.events.length;
      if (line.kind === 'product') line.taxes = taxesOn(order, line, line.unitPrice * line.quantity, rates);
      added.push(order.lines.length);
      order.lines.push(line);
    }
    order.events.push({ kind: 'edit', at, added, removed });
  }

  #refund(order: Order, at: number, random: Random): void {
    const left = order.lines
      .map((line, i) => ({ line: i, quantity: line.kind === 'product' ? unitsLeft(order, i) : 0 }))
      .filter(({ quantity }) => quantity > 0);
    const kind = random.next();
    const cause = random.chance(0.25) ? 'return' : 'refund';
    if (left.length === 0 || kind < 0.08) {
      const goodwill = { amount: -this.#units(random.between(1, 4)), reason: 'REFUND_DISCREPANCY' as const };
      order.events.push(refundOf(order, { at, cause: 'refund', lines: [], adjustments: [goodwill], note: 'Sorry!' }));
    } else if (kind < 0.5) {
      order.events.push(refundOf(order, { at, cause, lines: left, shipping: random.chance(0.4) }));
    } else {
      const chosen = random.pick(left);
      const quantity = random.between(1, chosen.quantity);
      const line = order.lines[chosen.line]!;
      // a restocking fee: the shop keeps a part of the goods' value
      const kept = random.chance(0.1) ? Math.floor((line.unitPrice * quantity) / 10) : 0;
      const adjustments =
        kept > 0 && line.allocations.length === 0 ? [{ amount: kept, reason: 'RESTOCK' as const }] : [];
      order.events.push(refundOf(order, { at, cause, lines: [{ line: chosen.line, quantity }], adjustments }));
    }
  }

  #fate(index: number, createdAt: number): Fate {
    const random = new Random(hash(this.#spec.seed, index, 41));
    const end = this.#spec.end;
    const happened = (at: number): number | null => (at <= end ? Math.floor(at) : null);
    const test = random.chance(0.004);
    const cancelledAt = random.chance(0.022) ? happened(createdAt + 60_000 + random.exponential(10 * HOUR)) : null;
    const until = cancelledAt ?? end;
    const before = (at: number | null): at is number => at !== null && at < until;
    const editAt = random.chance(0.012) ? happened(createdAt + 120_000 + random.exponential(20 * HOUR)) : null;
    const refundAts: number[] = [];
    if (random.chance(0.06)) {
      const late = random.chance(0.02) ? 380 * DAY : 0;
      const first = happened(createdAt + 2 * DAY + random.exponential(18 * DAY) + late);
      const second =
        first !== null && random.chance(0.15) ? happened(first + HOUR + random.exponential(30 * DAY)) : null;
      refundAts.push(...[first, second].filter(before));
    }
    const shipped = happened(createdAt + 2 * HOUR + random.next() * 4 * DAY);
    const fulfilledAt = before(shipped) ? shipped : null;
    const edit = before(editAt) ? editAt : null;
    const updatedAt = Math.max(createdAt, cancelledAt ?? 0, edit ?? 0, fulfilledAt ?? 0, ...refundAts);
    return { test, fulfilledAt, editAt: edit, refundAts, cancelledAt, updatedAt };
  }
}

export function lineOf(product: Product, variant: Variant, quantity: number): Line {
  return {
    kind: product.isGiftCard ? 'gift_card' : 'product',
    product: product.index,
    variant: variant.index,
    title: product.title,
    variantTitle: variant.title === 'Default Title' ? null : variant.title,
    sku: variant.sku,
    vendor: product.vendor,
    quantity,
    unitPrice: variant.price,
    allocations: [],
    taxes: [],
    duty: 0,
    addedBy: null,
  };
}

function tip(amount: number): Line {
  return {
    kind: 'tip',
    product: null,
    variant: null,
    title: 'Tip',
    variantTitle: null,
    sku: null,
    vendor: null,
    quantity: 1,
    unitPrice: amount,
    allocations: [],
    taxes: [],
    duty: 0,
    addedBy: null,
  };
}

export function applyDiscount(order: Order, discount: Discount, lines: Line[]): void {
  const position = order.discounts.push(discount) - 1;
  const totals = lines.map((line) => line.unitPrice * line.quantity);
  const goods = totals.reduce((a, b) => a + b, 0);
  const value = discount.value;
  const amounts =
    'percentage' in value
      ? totals.map((total) => roundHalfUp((total * value.percentage) / 100))
      : allocate(Math.min(value.amount, goods), totals);
  lines.forEach((line, i) => {
    if (amounts[i] !== 0) line.allocations.push({ discount: position, amount: amounts[i]! });
  });
}

/** Exclusive prices are taxed where the goods go; inclusive ones hold the home tax, and abroad none. */
export function taxRates(
  spec: { country: string; taxesIncluded: boolean },
  address: Address | null,
): [string, number][] {
  const code = address?.countryCode ?? spec.country;
  if (code !== spec.country) return [];
  const country = COUNTRIES[code];
  if (!country) return [];
  const place = address && country.places.find(([city]) => city === address.city);
  return place?.[4] ?? country.taxes;
}

/** Taxes on a line at its price after discounts, split between the rates so that they sum to the whole. */
export function taxesOn(
  order: { taxesIncluded: boolean },
  line: { allocations: { amount: number }[] },
  price: number,
  rates: [string, number][],
): Tax[] {
  const net = price - line.allocations.reduce((total, allocation) => total + allocation.amount, 0);
  if (!order.taxesIncluded) return rates.map(([title, rate]) => ({ title, rate, amount: roundHalfUp(net * rate) }));
  const all = rates.reduce((total, [, rate]) => total + rate, 0);
  const inside = roundHalfUp((net * all) / (1 + all));
  const parts = allocate(
    inside,
    rates.map(([, rate]) => rate),
  );
  return rates.map(([title, rate], i) => ({ title, rate, amount: parts[i]! }));
}
