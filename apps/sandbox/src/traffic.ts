import * as change from './store/change.ts';
import { decimalsOf } from './store/money.ts';
import { unitsLeft } from './store/amounts.ts';
import type { Order } from './store/order.ts';
import { hash, Random } from './store/random.ts';
import type { Shop } from './store/shop.ts';

/** How often each kind of change is made, against the others. */
export type Mix = Record<ChangeKind, number>;

export type ChangeKind =
  | 'cancel'
  | 'checkout'
  | 'create'
  | 'createCustomer'
  | 'createProduct'
  | 'deleteCustomer'
  | 'deleteOrder'
  | 'deleteProduct'
  | 'edit'
  | 'inventory'
  | 'merge'
  | 'refund'
  | 'update'
  | 'updateCustomer'
  | 'updateProduct';

const MIX: Mix = {
  create: 50,
  update: 14,
  refund: 8,
  edit: 4,
  cancel: 3,
  checkout: 6,
  createCustomer: 3,
  updateCustomer: 5,
  updateProduct: 3,
  inventory: 2,
  createProduct: 0.5,
  merge: 0.5,
  deleteOrder: 0.5,
  deleteCustomer: 0.3,
  deleteProduct: 0.2,
};

export interface TrafficWishes {
  /** Changes a second. */
  rate: number;
  seed?: number;
  /** Instead of the usual mix; kinds that are not named are not made. */
  mix?: Partial<Mix>;
}

export interface TrafficReport {
  rate: number;
  seed: number;
  made: Partial<Record<ChangeKind, number>>;
}

interface Stream extends TrafficReport {
  random: Random;
  mix: Partial<Mix>;
  /** Changes that are due, the last one in part. */
  owed: number;
  at: number;
}

const TICK = 10;

/** A living shop: orders come in, a few are changed, refunded, cancelled. The same seed makes the same changes. */
export class Traffic {
  readonly #streams = new Map<string, Stream>();
  readonly #shop: (domain: string) => Shop;
  readonly #now: () => number;
  #timer: NodeJS.Timeout | undefined;

  constructor(shop: (domain: string) => Shop, now: () => number) {
    this.#shop = shop;
    this.#now = now;
  }

  start(domain: string, { rate, seed = 1, mix = MIX }: TrafficWishes): void {
    if (!(rate > 0 && rate <= 1000)) throw new Error('rate must be above 0 and at most 1000 changes a second');
    for (const kind of Object.keys(mix)) if (!(kind in MIX)) throw new Error(`no kind of change "${kind}"`);
    const random = new Random(hash(seed, this.#shop(domain).origin.seed));
    this.#streams.set(domain, { rate, seed, made: {}, random, mix, owed: 0, at: performance.now() });
    // a slow trickle need not be looked at a hundred times a second
    clearInterval(this.#timer);
    const fastest = Math.max(...[...this.#streams.values()].map((stream) => stream.rate));
    this.#timer = setInterval(() => this.#tick(), Math.max(TICK, Math.min(250, 100 / fastest)));
  }

  stop(domain: string): void {
    this.#streams.delete(domain);
    if (this.#streams.size === 0) clearInterval(this.#timer);
  }

  has(domain: string): boolean {
    return this.#streams.has(domain);
  }

  report(): Record<string, TrafficReport> {
    return Object.fromEntries(
      [...this.#streams].map(([domain, { rate, seed, made }]) => [domain, { rate, seed, made: { ...made } }]),
    );
  }

  #tick(): void {
    const at = performance.now();
    for (const [domain, stream] of this.#streams) {
      // after a pause of the process at most a second is made up for
      stream.owed += stream.rate * Math.min(1, (at - stream.at) / 1000);
      stream.at = at;
      for (; stream.owed >= 1; stream.owed--) this.#change(domain, stream);
    }
  }

  #change(domain: string, { random, mix, made }: Stream): void {
    const kind = changeSomething(this.#shop(domain), random, this.#now(), mix);
    made[kind] = (made[kind] ?? 0) + 1;
  }

  close(): void {
    clearInterval(this.#timer);
    this.#streams.clear();
  }
}

/** Makes one change, of the kind that was drawn if there is something to do it to; else an order comes in. */
export function changeSomething(shop: Shop, random: Random, now: number, mix: Partial<Mix> = MIX): ChangeKind {
  const kind = draw(random, mix);
  if (CHANGES[kind](shop, random, now)) return kind;
  CHANGES.create(shop, random, now);
  return 'create';
}

function draw(random: Random, mix: Partial<Mix>): ChangeKind {
  const entries = Object.entries(mix) as [ChangeKind, number][];
  let left = random.next() * entries.reduce((total, [, weight]) => total + weight, 0);
  for (const [kind, weight] of entries) {
    left -= weight;
    if (left < 0) return kind;
  }
  return 'create';
}

const TRIES = 8;

/** An order to which something can be done, mostly a recent one. */
function someOrder(shop: Shop, random: Random, suits: (order: Order) => boolean): Order | null {
  for (let i = 0; i < TRIES; i++) {
    const back = Math.floor(random.chance(0.9) ? random.exponential(60) : random.next() * shop.nextOrder);
    const order = shop.order(shop.nextOrder - 1 - back);
    if (order && suits(order)) return order;
  }
  return null;
}

const isOpen = (order: Order) => order.cancelledAt === null;

/** Somebody who ordered lately, or anybody. */
function someCustomer(shop: Shop, random: Random, except?: number): number | null {
  for (let i = 0; i < TRIES; i++) {
    const keys = shop.source.customerKeys();
    const key =
      random.chance(0.6) || keys.length === 0
        ? someOrder(shop, random, ({ customer }) => customer !== null)?.customer
        : keys[random.int(keys.length)];
    if (key != null && key !== except && shop.hasCustomer(key)) return key;
  }
  return null;
}

function someProduct(shop: Shop, random: Random): number | null {
  for (let i = 0; i < TRIES; i++) {
    const index = random.int(shop.nextProduct);
    if (shop.product(index)?.isGiftCard === false) return index;
  }
  return null;
}

/** So many dollars, in about the worth of the shop's currency. */
const price = (shop: Shop, dollars: number) =>
  decimalsOf(shop.spec.currency) === 0 ? String(Math.round(dollars * 100)) : dollars.toFixed(2);

/** Units of a line that can be given back; null if none are. */
function someUnits(order: Order, random: Random): { line: number; quantity: number } | null {
  const left = order.lines.flatMap((line, i) => {
    const units = line.kind === 'product' ? unitsLeft(order, i) : 0;
    return units > 0 ? [{ line: i, quantity: random.between(1, units) }] : [];
  });
  return left.length === 0 ? null : random.pick(left);
}

/** False where there is nothing to be changed so. */
const CHANGES: Record<ChangeKind, (shop: Shop, random: Random, now: number) => boolean> = {
  create(shop, random, now) {
    const kind = random.next();
    change.createOrder(
      shop,
      {
        customer: kind < 0.35 ? 'new' : kind < 0.42 ? null : someCustomer(shop, random),
        lineCount: 1 + Math.min(7, Math.floor(random.exponential(1.1))),
        shipping: random.chance(0.9) ? price(shop, random.pick([0, 4.95, 4.95, 14.95])) : undefined,
        discount: random.chance(0.2)
          ? { code: random.pick(['WELCOME10', 'SPRING', 'VIP']), percentage: random.pick([5, 10, 20, 33]) }
          : undefined,
        tip: random.chance(0.03) ? price(shop, random.between(1, 5)) : undefined,
        test: random.chance(0.004),
        paid: random.chance(0.97),
      },
      now,
    );
    return true;
  },

  update(shop, random, now) {
    const order = someOrder(shop, random, isOpen);
    if (!order) return false;
    const kind = random.next();
    if (kind < 0.6 && order.fulfilledAt === null) change.updateOrder(shop, order.index, { fulfilled: true }, now);
    else if (!order.paid) change.updateOrder(shop, order.index, { paid: true }, now);
    else if (kind < 0.8) change.updateOrder(shop, order.index, { tags: [...order.tags, `t${random.int(9)}`] }, now);
    else change.updateOrder(shop, order.index, { note: `Note ${random.int(1e6)} “ok” 🎁` }, now);
    return true;
  },

  refund(shop, random, now) {
    const order = someOrder(shop, random, (o) => o.paid && isOpen(o) && o.events.length < 20);
    const units = order && someUnits(order, random);
    if (!order || !units) return false;
    const cause = random.chance(0.25) ? 'return' : 'refund';
    const kind = random.next();
    if (kind < 0.1) change.refundOrder(shop, order.index, { lines: [], adjustment: `-${price(shop, 1)}` }, now);
    else if (kind < 0.4) change.refundOrder(shop, order.index, { cause }, now);
    else change.refundOrder(shop, order.index, { lines: [units], cause }, now);
    return true;
  },

  edit(shop, random, now) {
    const order = someOrder(shop, random, (o) => isOpen(o) && o.fulfilledAt === null && o.events.length < 20);
    if (!order) return false;
    const units = random.chance(0.5) ? someUnits(order, random) : null;
    change.editOrder(
      shop,
      order.index,
      units ? { remove: [units] } : { add: [{ quantity: random.between(1, 2) }] },
      now,
    );
    return true;
  },

  cancel(shop, random, now) {
    const order = someOrder(shop, random, isOpen);
    if (!order) return false;
    change.cancelOrder(shop, order.index, { reason: random.pick(['CUSTOMER', 'INVENTORY', 'FRAUD', 'OTHER']) }, now);
    return true;
  },

  checkout(shop, random, now) {
    const open = [...shop.overlay.checkouts.values()].slice(-20).filter(({ completedAt }) => completedAt === null);
    const kind = random.next();
    if (open.length > 0 && kind < 0.3) change.completeCheckout(shop, random.pick(open).index, now);
    else if (open.length > 0 && kind < 0.5) {
      change.updateCheckout(shop, random.pick(open).index, { lines: [{ quantity: random.between(1, 3) }] }, now);
    } else if (kind < 0.6) change.createCheckout(shop, { customer: null, email: null }, now);
    else change.createCheckout(shop, { customer: someCustomer(shop, random) }, now);
    return true;
  },

  createCustomer(shop, _random, now) {
    change.createCustomer(shop, {}, now);
    return true;
  },

  updateCustomer(shop, random, now) {
    const key = someCustomer(shop, random);
    if (key === null) return false;
    const wishes = random.chance(0.5)
      ? { tags: [`t${random.int(9)}`] }
      : { phone: `+1555${1e6 + random.int(9e6 - 1)}` };
    change.updateCustomer(shop, key, wishes, now);
    return true;
  },

  deleteCustomer(shop, random, now) {
    const key = someCustomer(shop, random);
    if (key === null) return false;
    change.deleteCustomer(shop, key, now);
    return true;
  },

  merge(shop, random, now) {
    const into = someCustomer(shop, random);
    const key = into === null ? null : someCustomer(shop, random, into);
    if (into === null || key === null) return false;
    change.mergeCustomers(shop, key, into, now);
    return true;
  },

  deleteOrder(shop, random, now) {
    const order = someOrder(shop, random, () => true);
    if (!order) return false;
    change.deleteOrder(shop, order.index, now);
    return true;
  },

  createProduct(shop, random, now) {
    change.createProduct(shop, { title: `Novelty ${random.int(1e6)}`, price: price(shop, random.between(5, 80)) }, now);
    return true;
  },

  updateProduct(shop, random, now) {
    const index = someProduct(shop, random);
    if (index === null) return false;
    change.updateProduct(shop, index, { price: price(shop, random.between(5, 80)) }, now);
    return true;
  },

  inventory(shop, random, now) {
    const index = someProduct(shop, random);
    if (index === null) return false;
    change.setInventory(shop, index, { available: random.between(0, 400) }, now);
    return true;
  },

  deleteProduct(shop, random, now) {
    const index = someProduct(shop, random);
    if (index === null || shop.products().length < 10) return false;
    change.deleteProduct(shop, index, now);
    return true;
  },
};
