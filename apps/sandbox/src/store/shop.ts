import type { Product, Variant } from './catalog.ts';
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
  #ordersByCustomer: Map<number, number[]> | undefined;

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

  /** Position of the next order, customer (doubled: see keys) and product to be created. */
  get nextOrder(): number {
    return Math.max(this.source.count, ...[...this.overlay.orders.keys()].map((index) => index + 1));
  }

  get nextCustomer(): number {
    const keys = this.source.customerKeys();
    const last = keys.length === 0 ? 0 : keys[keys.length - 1]!;
    return 2 * Math.max(this.nextOrder, ...[last, ...this.overlay.customers.keys()].map((key) => (key >> 1) + 1));
  }

  get nextProduct(): number {
    const first = this.source.catalog.products.length;
    return Math.max(first, ...[...this.overlay.products.keys()].map((index) => index + 1));
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
    const last = this.source.count === 0 ? undefined : this.#baseOrdersOf(key).at(-1);
    return { ...customer, updatedAt: last === undefined ? customer.createdAt : this.source.createdAt(last) };
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
    const base = this.#baseOrdersOf(key).filter((index) => !this.overlay.orders.has(index));
    for (const [index, order] of this.overlay.orders) if (order?.customer === key) base.push(index);
    return base.sort((a, b) => a - b);
  }

  #baseOrdersOf(key: number): number[] {
    if (!this.#ordersByCustomer) {
      this.#ordersByCustomer = new Map();
      for (let i = 0; i < this.source.count; i++) {
        const customer = this.source.customerOf(i);
        if (customer === null) continue;
        const list = this.#ordersByCustomer.get(customer);
        if (list) list.push(i);
        else this.#ordersByCustomer.set(customer, [i]);
      }
    }
    return this.#ordersByCustomer.get(key) ?? [];
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

function sourceOf(spec: ShopSpec): OrderSource {
  return spec.file === null ? new GeneratedOrders(spec) : new RealOrders(spec);
}
