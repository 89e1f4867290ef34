import { customerOrders } from './customer-orders.ts';
import type { Shop } from './shop.ts';

/** Positions of stored things in ascending order of some value; equal values by position. */
export interface Sequence {
  length: number;
  value(position: number): number;
  index(position: number): number;
}

export interface Entry {
  value: number;
  index: number;
}

export interface Walk {
  /** Closed range of the value. */
  low: number;
  high: number;
  descending: boolean;
  /** Start behind this one. */
  after?: Entry | undefined;
  /** Of the sequence, only these positions (first, and one past the last); what changed is not bound by it. */
  positions?: [number, number] | undefined;
}

const before = (a: Entry, b: Entry) => a.value < b.value || (a.value === b.value && a.index < b.index);

/** Positions in order of the value: the sequence, without what `changed` holds anew (or has deleted), merged with it. */
export function* walk(
  sequence: Sequence,
  changed: Entry[],
  isChanged: (index: number) => boolean,
  { low, high, descending, after, positions = [0, sequence.length] }: Walk,
): Generator<number> {
  let first: Entry = { value: low, index: -1 };
  let last: Entry = { value: high, index: Infinity };
  if (after) {
    if (descending && before(after, last)) last = { value: after.value, index: after.index - 0.5 };
    if (!descending && before(first, after)) first = { value: after.value, index: after.index + 0.5 };
  }
  const from = Math.max(lowerBound(sequence, first), positions[0]);
  const to = Math.min(lowerBound(sequence, last), positions[1]) - 1;
  const extra = changed
    .filter((entry) => before(first, entry) && before(entry, last))
    .sort((a, b) => (before(a, b) ? -1 : 1));
  if (descending) extra.reverse();

  const step = descending ? -1 : 1;
  let position = descending ? to : from;
  let next = 0;
  for (; descending ? position >= from : position <= to; position += step) {
    const entry = { value: sequence.value(position), index: sequence.index(position) };
    while (next < extra.length && before(extra[next]!, entry) !== descending) yield extra[next++]!.index;
    if (!isChanged(entry.index)) yield entry.index;
  }
  while (next < extra.length) yield extra[next++]!.index;
}

function lowerBound(sequence: Sequence, bound: Entry): number {
  let low = 0;
  let high = sequence.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (before({ value: sequence.value(middle), index: sequence.index(middle) }, bound)) low = middle + 1;
    else high = middle;
  }
  return low;
}

export type OrderSort = 'createdAt' | 'processedAt' | 'updatedAt' | 'index';

const byUpdate = new WeakMap<object, { orders?: Sequence; customers?: Sequence }>();

function updateSequence(count: number, updatedAt: (i: number) => number, index: (i: number) => number): Sequence {
  const values = Float64Array.from({ length: count }, (_, i) => updatedAt(i));
  const order = Uint32Array.from({ length: count }, (_, i) => i).sort((a, b) => values[a]! - values[b]! || a - b);
  return { length: count, value: (p) => values[order[p]!]!, index: (p) => index(order[p]!) };
}

/**
 * Positions of a shop's orders in ascending or descending order of the key. Unchanged ones outside of `created` are
 * left out where that saves looking at them.
 */
export function walkOrders(
  shop: Shop,
  sort: OrderSort,
  how: Walk,
  created: { low: number; high: number },
): Generator<number> {
  const { source, overlay } = shop;
  let sequence: Sequence;
  let positions: Walk['positions'];
  if (sort === 'updatedAt') {
    const cached = byUpdate.get(source) ?? {};
    byUpdate.set(source, cached);
    sequence = cached.orders ??= updateSequence(
      source.count,
      (i) => source.updatedAt(i),
      (i) => i,
    );
  } else {
    // sources give orders by rising createdAt, and their orders are processed when created
    const value = sort === 'index' ? (p: number) => p : (p: number) => source.createdAt(p);
    sequence = { length: source.count, value, index: (p) => p };
    const times: Sequence = { ...sequence, value: (p) => source.createdAt(p) };
    positions = [
      lowerBound(times, { value: created.low, index: -1 }),
      lowerBound(times, { value: created.high, index: Infinity }),
    ];
  }
  const changed: Entry[] = [];
  for (const [index, order] of overlay.orders) if (order) changed.push({ value: order[sort], index });
  return walk(sequence, changed, (index) => overlay.orders.has(index), { ...how, positions });
}

/** Keys of a shop's customers in ascending or descending order. */
export function walkCustomers(shop: Shop, sort: 'createdAt' | 'updatedAt' | 'key', how: Walk): Generator<number> {
  const { source, overlay } = shop;
  const keys = source.customerKeys();
  let sequence: Sequence;
  if (sort === 'updatedAt') {
    const cached = byUpdate.get(source) ?? {};
    byUpdate.set(source, cached);
    const orders = customerOrders(source);
    cached.customers ??= updateSequence(
      keys.length,
      (i) => source.createdAt(orders.last(keys[i]!) ?? keys[i]! >> 1),
      (i) => keys[i]!,
    );
    sequence = cached.customers;
  } else {
    const value = sort === 'key' ? (p: number) => keys[p]! : (p: number) => source.createdAt(keys[p]! >> 1);
    sequence = { length: keys.length, value, index: (p) => keys[p]! };
  }
  const changed: Entry[] = [];
  for (const [key, customer] of overlay.customers) if (customer) changed.push({ value: customer[sort], index: key });
  return walk(sequence, changed, (key) => overlay.customers.has(key), how);
}
