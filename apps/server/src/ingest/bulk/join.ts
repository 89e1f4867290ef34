import type { StreamName } from '@xeno/contracts';
import type { CustomerFieldsFragment } from '../../shopify/operations/generated.ts';
import type { FullOrder } from '../../shopify/fetch-orders.ts';
import type { FullProduct } from '../../shopify/fetch-products.ts';
import { mapCustomer } from '../map/customer.ts';
import { byId, Unreadable } from '../map/fields.ts';
import { mapOrder } from '../map/order.ts';
import { mapProduct } from '../map/product.ts';
import type { Batch } from '../records.ts';
import type { UnreadableRecord } from '../unreadable.ts';
import { IncompleteResult, lineGroups } from './lines.ts';

interface Line {
  id: string;
  __parentId?: string;
  happenedAt?: string;
}

interface Joined {
  root: Line;
  children: Line[];
}

/** So many lines end a batch, however few roots it has. */
const BATCH_LINES = 2_500;

export interface MappedBatch {
  batch: Batch;
  roots: number;
  unread: UnreadableRecord[];
  /** Of the file; there is one, if an empty one, in each. */
  isLast: boolean;
}

/**
 * Reads a partition into memory, joins children to their roots, and maps batch by batch, by ascending id.
 * @throws IncompleteResult when a root is missing, before the first batch
 */
export async function* mappedBatches(
  file: string,
  stream: StreamName,
  { currency, fetchBegan, batchRoots }: { currency: string; fetchBegan: number; batchRoots: number },
): AsyncGenerator<MappedBatch> {
  const roots = new Map<string, Joined>();
  const children: Line[] = [];
  for await (const group of lineGroups(file)) {
    for (const text of group) {
      const line = JSON.parse(text) as Line;
      if (line.__parentId === undefined) roots.set(line.id, { root: line, children: [] });
      else children.push(line);
    }
  }
  const rootOf = new Map<string, Joined>();
  const grandchildren: Line[] = [];
  for (const child of children) {
    const joined = roots.get(child.__parentId!);
    if (!joined) {
      grandchildren.push(child);
      continue;
    }
    joined.children.push(child);
    if (child.id) rootOf.set(child.id, joined);
  }
  for (const line of grandchildren) {
    const joined = rootOf.get(line.__parentId!);
    if (!joined) throw new IncompleteResult(`The result lacks ${line.__parentId}, the parent of ${line.id}.`);
    joined.children.push(line);
  }

  let some: Joined[] = [];
  let lines = 0;
  let left = roots.size;
  for (const joined of [...roots.values()].sort((a, b) => byId(a.root, b.root))) {
    some.push(joined);
    lines += 1 + joined.children.length;
    left--;
    if (left === 0 || (some.length < batchRoots && lines < BATCH_LINES)) continue;
    yield { ...mapBatch(some, stream, currency, fetchBegan), isLast: false };
    some = [];
    lines = 0;
  }
  yield { ...mapBatch(some, stream, currency, fetchBegan), isLast: true };
}

function mapBatch(
  joined: Joined[],
  stream: StreamName,
  currency: string,
  fetchBegan: number,
): Omit<MappedBatch, 'isLast'> {
  const unread: UnreadableRecord[] = [];
  const each = <R>(map: (one: Joined) => R): R[] =>
    joined.flatMap((one) => {
      try {
        return [map(one)];
      } catch (error) {
        if (!(error instanceof Unreadable)) throw error;
        unread.push({ gid: one.root.id, why: error.message });
        return [];
      }
    });
  const batch: Batch =
    stream === 'orders'
      ? { stream, fetchBegan, records: each((one) => mapOrder(orderOf(one))) }
      : stream === 'customers'
        ? { stream, fetchBegan, records: each(({ root }) => mapCustomer(root as unknown as CustomerFieldsFragment)) }
        : { stream, fetchBegan, records: each((one) => mapProduct(productOf(one), currency)) };
  return { batch, roots: joined.length, unread };
}

/** Children of an order are line items, agreements (which have an instant) and, below those, sales. */
function orderOf({ root, children }: Joined): FullOrder {
  const lineItems: unknown[] = [];
  const agreements = new Map<string, { agreement: unknown; sales: unknown[] }>();
  for (const child of children) {
    if (child.__parentId !== root.id) continue;
    if (child.happenedAt === undefined) lineItems.push(child);
    else agreements.set(child.id, { agreement: child, sales: [] });
  }
  for (const child of children) {
    if (child.__parentId !== root.id) agreements.get(child.__parentId!)!.sales.push(child);
  }
  return { order: root, lineItems, agreements: [...agreements.values()] } as unknown as FullOrder;
}

const productOf = ({ root, children }: Joined): FullProduct =>
  ({ product: root, variants: children }) as unknown as FullProduct;
