import type { StreamName } from '@xeno/contracts';
import { setImmediate } from 'node:timers/promises';
import type { CustomerFieldsFragment } from '../../shopify/operations/generated.ts';
import type { FullOrder } from '../../shopify/fetch-orders.ts';
import type { FullProduct } from '../../shopify/fetch-products.ts';
import { mapCustomer } from '../map/customer.ts';
import { byId, Unreadable } from '../map/fields.ts';
import { mapOrder } from '../map/order.ts';
import { mapProduct } from '../map/product.ts';
import type { Batch } from '../records.ts';
import type { UnreadableRecord } from '../unreadable.ts';
import { IncompleteResult, type LineHead, lineHeads } from './lines.ts';

interface Line {
  id: string;
  __parentId?: string;
  happenedAt?: string;
}

/** A root and its children. */
interface Parsed {
  root: Line;
  children: Line[];
}

/** The same as it stands in a file: parsed only when its turn comes. */
interface Joined {
  root: LineHead;
  children: LineHead[];
}

/** Are parsed without a pause; then it is the turn of the database's answers. */
const ROOTS_AT_ONCE = 25;
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
 * Joins the children of a partition's lines to their roots, and maps batch by batch, by ascending id. The batches share
 * no memory with `bytes`.
 * @throws IncompleteResult when a root is missing, before the first batch
 */
export async function* mappedBatches(
  bytes: Buffer,
  stream: StreamName,
  { currency, fetchBegan, batchRoots }: { currency: string; fetchBegan: number; batchRoots: number },
): AsyncGenerator<MappedBatch> {
  const roots = new Map<string, Joined>();
  const children: LineHead[] = [];
  for (const head of lineHeads(bytes)) {
    if (head.parentId === null) roots.set(head.id, { root: head, children: [] });
    else children.push(head);
  }
  const rootOf = new Map<string, Joined>();
  const grandchildren: LineHead[] = [];
  for (const child of children) {
    const joined = roots.get(child.parentId!);
    if (!joined) {
      grandchildren.push(child);
      continue;
    }
    joined.children.push(child);
    if (child.id) rootOf.set(child.id, joined);
  }
  for (const head of grandchildren) {
    const joined = rootOf.get(head.parentId!);
    if (!joined) throw new IncompleteResult(`The result lacks ${head.parentId}, the parent of ${head.id}.`);
    joined.children.push(head);
  }

  const lineAt = ({ start, end }: LineHead) => JSON.parse(bytes.toString('utf8', start, end)) as Line;
  const parse = ({ root, children }: Joined): Parsed => ({ root: lineAt(root), children: children.map(lineAt) });
  let some: Parsed[] = [];
  let lines = 0;
  let left = roots.size;
  for (const joined of [...roots.values()].sort((a, b) => byId(a.root, b.root))) {
    some.push(parse(joined));
    if (some.length % ROOTS_AT_ONCE === 0) await setImmediate();
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
  parsed: Parsed[],
  stream: StreamName,
  currency: string,
  fetchBegan: number,
): Omit<MappedBatch, 'isLast'> {
  const unread: UnreadableRecord[] = [];
  const each = <R>(map: (one: Parsed) => R): R[] =>
    parsed.flatMap((one) => {
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
  return { batch, roots: parsed.length, unread };
}

/** Children of an order are line items, agreements (which have an instant) and, below those, sales. */
function orderOf({ root, children }: Parsed): FullOrder {
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

const productOf = ({ root, children }: Parsed): FullProduct =>
  ({ product: root, variants: children }) as unknown as FullProduct;
