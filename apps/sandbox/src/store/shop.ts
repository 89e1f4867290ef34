import type { Product, Variant } from './catalog.ts';
import type { Checkout } from './checkouts.ts';
import { customerOrders } from './customer-orders.ts';
import type { Customer } from './customers.ts';
import type { ShopEvent } from './events.ts';
import { GeneratedOrders } from './generate.ts';
import type { Order } from './order.ts';
import { RealOrders } from './real-orders.ts';
import type { OrderSource } from './source.ts';
import type { ShopSpec } from './spec.ts';
import { totalsOf } from './totals.ts';

/** What happened in a shop after its source, laid over what the source gives; null for deleted. Can be cloned. */
export interface Overlay {
  orders: Map<number, Order | null>;
  customers: Map<number, Customer | null>;
  products: Map<number, Product | null>;
  checkouts: Map<number, Checkout>;
  /** Of the spec, what the merchant has changed since. */
  settings: Map<SettingName, string>;
}

export type SettingName = 'currency' | 'name' | 'timezone';

export const emptyOverlay = (): Overlay => ({
  orders: new Map(),
  customers: new Map(),
  products: new Map(),
  checkouts: new Map(),
  settings: new Map(),
});

/** Is told of every change: what is stored now, to keep it, and what happened, to send webhooks. */
export interface ShopListener {
  stored(shop: Shop, part: keyof Overlay, key: number | string, value: unknown): void;
  /** All that one action of the merchant or a buyer brought about. */
  happened(shop: Shop, events: ShopEvent[], at: number): void;
}

/** A shop's data as of now: its source under its overlay. */
export class Shop {
  /** What the source follows from; never changes. */
  readonly origin: ShopSpec;
  readonly source: OrderSource;
  readonly overlay: Overlay;
  listener: ShopListener | null = null;
  #spec: ShopSpec;
  #nextOrder: number;
  #nextCustomer: number;
  #nextProduct: number;
  /** Of orders in the overlay: positions by customer. */
  readonly #ordersOf = new Map<number, Set<number>>();

  constructor(origin: ShopSpec, overlay: Overlay = emptyOverlay(), source: OrderSource = sourceOf(origin)) {
    this.origin = origin;
    this.overlay = overlay;
    this.source = source;
    this.#spec = { ...origin, ...Object.fromEntries(overlay.settings) };
    this.#nextOrder = above(source.count, overlay.orders.keys());
    const keys = source.customerKeys();
    this.#nextCustomer = above(keys.length === 0 ? 0 : keys[keys.length - 1]! + 1, overlay.customers.keys());
    this.#nextProduct = above(source.catalog.products.length, overlay.products.keys());
    for (const [index, order] of overlay.orders) this.#assign(index, order);
  }

  get spec(): ShopSpec {
    return this.#spec;
  }

  /** Stores an order, or null for a deleted one. */
  putOrder(index: number, order: Order | null): void {
    const before = this.overlay.orders.get(index);
    if (before?.customer != null) this.#ordersOf.get(before.customer)?.delete(index);
    this.overlay.orders.set(index, order);
    this.#assign(index, order);
    this.#nextOrder = Math.max(this.#nextOrder, index + 1);
    this.listener?.stored(this, 'orders', index, order);
  }

  #assign(index: number, order: Order | null): void {
    if (order?.customer == null) return;
    const known = this.#ordersOf.get(order.customer);
    if (known) known.add(index);
    else this.#ordersOf.set(order.customer, new Set([index]));
  }

  putCustomer(key: number, customer: Customer | null): void {
    this.overlay.customers.set(key, customer);
    this.#nextCustomer = Math.max(this.#nextCustomer, key + 1);
    this.listener?.stored(this, 'customers', key, customer);
  }

  putProduct(index: number, product: Product | null): void {
    this.overlay.products.set(index, product);
    this.#nextProduct = Math.max(this.#nextProduct, index + 1);
    this.listener?.stored(this, 'products', index, product);
  }

  putCheckout(checkout: Checkout): void {
    this.overlay.checkouts.set(checkout.index, checkout);
    this.listener?.stored(this, 'checkouts', checkout.index, checkout);
  }

  putSetting(name: SettingName, value: string): void {
    this.overlay.settings.set(name, value);
    this.#spec = { ...this.#spec, [name]: value };
    this.listener?.stored(this, 'settings', name, value);
  }

  /** Tells of what one action brought about. */
  tell(at: number, ...events: ShopEvent[]): void {
    this.listener?.happened(this, events, at);
  }

  order(index: number): Order | null {
    const changed = this.overlay.orders.get(index);
    if (changed !== undefined) return changed;
    return index >= 0 && index < this.source.count ? this.source.order(index) : null;
  }

  /** Position of the next order to be created. */
  get nextOrder(): number {
    return this.#nextOrder;
  }

  /** Key of the next customer to be created: even, as buyers' keys are, and above those that orders' positions give. */
  get nextCustomer(): number {
    return 2 * Math.ceil(Math.max(2 * this.source.count, this.#nextCustomer) / 2);
  }

  get nextProduct(): number {
    return this.#nextProduct;
  }

  get nextCheckout(): number {
    return this.overlay.checkouts.size;
  }

  checkouts(): Checkout[] {
    return [...this.overlay.checkouts.values()];
  }

  product(index: number): Product | null {
    const changed = this.overlay.products.get(index);
    return changed !== undefined ? changed : (this.source.catalog.products[index] ?? null);
  }

  products(): Product[] {
    const all: Product[] = [];
    for (let i = 0; i < this.nextProduct; i++) {
      const product = this.product(i);
      if (product) all.push(product);
    }
    return all;
  }

  variant(index: number): Variant | null {
    const owner = this.source.catalog.variants[index]?.product;
    const products = owner === undefined ? [...this.overlay.products.values()] : [this.product(owner)];
    for (const product of products) {
      const found = product?.variants.find((variant) => variant.index === index);
      if (found) return found;
    }
    return null;
  }

  customer(key: number): Customer | null {
    const changed = this.overlay.customers.get(key);
    if (changed !== undefined) return changed;
    if (!this.#isInSource(key)) return null;
    const customer = this.source.customer(key);
    const last = customerOrders(this.source).last(key);
    return { ...customer, updatedAt: last === null ? customer.createdAt : this.source.createdAt(last) };
  }

  hasCustomer(key: number): boolean {
    const changed = this.overlay.customers.get(key);
    return changed === undefined ? this.#isInSource(key) : changed !== null;
  }

  #isInSource(key: number): boolean {
    const keys = this.source.customerKeys();
    let low = 0;
    let high = keys.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      if (keys[middle] === key) return true;
      if (keys[middle]! < key) low = middle + 1;
      else high = middle - 1;
    }
    return false;
  }

  /** Positions of a customer's orders, oldest first. */
  ordersOf(key: number): number[] {
    const base = customerOrders(this.source)
      .all(key)
      .filter((index) => !this.overlay.orders.has(index));
    for (const index of this.#ordersOf.get(key) ?? []) base.push(index);
    return base.sort((a, b) => a - b);
  }

  /** What a customer has spent, in minor units: current totals of orders that are not tests. */
  spentBy(key: number): number {
    let spent = 0;
    for (const index of this.ordersOf(key)) {
      const order = this.order(index)!;
      if (!order.test) spent += totalsOf(order).current.total;
    }
    return spent;
  }
}

/** The first number that is at least `least` and above all the others. */
function above(least: number, others: Iterable<number>): number {
  let next = least;
  for (const other of others) next = Math.max(next, other + 1);
  return next;
}

function sourceOf(spec: ShopSpec): OrderSource {
  return spec.file === null ? new GeneratedOrders(spec) : new RealOrders(spec);
}
