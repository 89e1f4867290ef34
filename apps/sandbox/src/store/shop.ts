import type { Product, Variant } from './catalog.ts';
import { customerOrders } from './customer-orders.ts';
import type { Customer } from './customers.ts';
import { GeneratedOrders } from './generate.ts';
import type { Order } from './order.ts';
import { RealOrders } from './real-orders.ts';
import type { OrderSource } from './source.ts';
import type { ShopSpec } from './spec.ts';
import { totalsOf } from './totals.ts';

/** What the control API changed, laid over what the source gives; null for deleted. Small, and can be cloned. */
export interface Overlay {
  orders: Map<number, Order | null>;
  customers: Map<number, Customer | null>;
  products: Map<number, Product | null>;
}

export const emptyOverlay = (): Overlay => ({ orders: new Map(), customers: new Map(), products: new Map() });

/** A shop's data as of now: its source under its overlay. */
export class Shop {
  readonly spec: ShopSpec;
  readonly source: OrderSource;
  readonly overlay: Overlay;

  constructor(spec: ShopSpec, overlay: Overlay = emptyOverlay(), source: OrderSource = sourceOf(spec)) {
    this.spec = spec;
    this.overlay = overlay;
    this.source = source;
  }

  order(index: number): Order | null {
    const changed = this.overlay.orders.get(index);
    if (changed !== undefined) return changed;
    return index >= 0 && index < this.source.count ? this.source.order(index) : null;
  }

  /** Position of the next order to be created. */
  get nextOrder(): number {
    return above(this.source.count, this.overlay.orders.keys());
  }

  /** Key of the next customer to be created: even, as buyers' keys are. */
  get nextCustomer(): number {
    const keys = this.source.customerKeys();
    const first = Math.max(this.nextOrder, keys.length === 0 ? 0 : (keys[keys.length - 1]! >> 1) + 1);
    return 2 * Math.ceil(above(2 * first, this.overlay.customers.keys()) / 2);
  }

  get nextProduct(): number {
    return above(this.source.catalog.products.length, this.overlay.products.keys());
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
    for (const [index, order] of this.overlay.orders) if (order?.customer === key) base.push(index);
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
