import type { OrderSource } from './source.ts';

/** Which orders of a source are whose, in a few bytes per order. */
class CustomerOrders {
  /** By position of the customer's first order: their last one; -1 for none. */
  readonly #last: Int32Array;
  /** The same customer's order before this one; -1 for none. */
  readonly #previous: Int32Array;

  constructor(source: OrderSource) {
    this.#last = new Int32Array(source.count).fill(-1);
    this.#previous = new Int32Array(source.count).fill(-1);
    for (let index = 0; index < source.count; index++) {
      const key = source.customerOf(index);
      if (key === null) continue;
      this.#previous[index] = this.#last[key >> 1]!;
      this.#last[key >> 1] = index;
    }
  }

  /** Position of the customer's last order, or null. Odd keys are of people who never bought. */
  last(key: number): number | null {
    const index = key % 2 === 0 ? (this.#last[key >> 1] ?? -1) : -1;
    return index === -1 ? null : index;
  }

  /** Positions of a customer's orders, oldest first. */
  all(key: number): number[] {
    const found: number[] = [];
    for (let index = this.last(key) ?? -1; index !== -1; index = this.#previous[index]!) found.push(index);
    return found.reverse();
  }
}

const known = new WeakMap<OrderSource, CustomerOrders>();

/** Made once for a source, when first needed. */
export function customerOrders(source: OrderSource): CustomerOrders {
  let orders = known.get(source);
  if (!orders) known.set(source, (orders = new CustomerOrders(source)));
  return orders;
}
