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
import { CHILDLESS, IncompleteResult, type Line, LineCursor, parseLine } from './lines.ts';

interface ChildLine extends Line {
  happenedAt?: string;
}

/** A root and its children. */
interface Parsed {
  root: Line;
  children: ChildLine[];
}

/** A root, and where its lines stand: its own, then those below it. */
export interface Family {
  id: string;
  lines: { start: number; end: number }[];
}

export interface Families {
  /** Of the roots, ascending. */
  ids: string[];
  at(index: number): Family;
}

/** So many lines end a batch, however few roots it has. */
const BATCH_LINES = 2_500;

/**
 * Families in batches of at most `batchRoots`, by ascending id. There is one that is the last, if an empty one.
 */
export function* familyBatches(
  families: Families,
  batchRoots: number,
): Generator<{ batch: Family[]; isLast: boolean }> {
  let batch: Family[] = [];
  let lines = 0;
  for (let i = 0; i < families.ids.length; i++) {
    const family = families.at(i);
    if (batch.length === batchRoots || lines >= BATCH_LINES) {
      yield { batch, isLast: false };
      [batch, lines] = [[], 0];
    }
    batch.push(family);
    lines += family.lines.length;
  }
  yield { batch, isLast: true };
}

/** Are mapped without a pause; then it is the turn of the database's answers. */
const ROOTS_AT_ONCE = 25;

type Mapping = { stream: StreamName; currency: string };

/** What families are in `bytes`, but for those that end in `unread`. The records share no memory with it. */
export async function mapFamilies(
  bytes: Buffer,
  families: Family[],
  { stream, currency, fetchBegan }: Mapping & { fetchBegan: number },
  unread: UnreadableRecord[],
): Promise<Batch> {
  const records: unknown[] = [];
  for await (const part of mapInParts(bytes, families, { stream, currency }, unread)) records.push(...part);
  return { stream, fetchBegan, records } as Batch;
}

/** The same, a few at a time. */
export async function* mapInParts(
  bytes: Buffer,
  families: Family[],
  { stream, currency }: Mapping,
  unread: UnreadableRecord[],
): AsyncGenerator<unknown[]> {
  const map = mapperOf(stream, currency);
  for (let from = 0; from < families.length; from += ROOTS_AT_ONCE) {
    await setImmediate();
    const records: unknown[] = [];
    for (const { id, lines } of families.slice(from, from + ROOTS_AT_ONCE)) {
      const [root, ...children] = lines.map(({ start, end }) => parseLine(bytes.toString('utf8', start, end)));
      try {
        records.push(map({ root: root!, children }));
      } catch (error) {
        if (!(error instanceof Unreadable)) throw error;
        unread.push({ gid: id, why: error.message });
      }
    }
    yield records;
  }
}

const NONE = -1;

/**
 * Of a partition's lines, which belong together. Whatever may have lines below it has a number, its slot, and of each
 * line there are numbers alone: objects that live as long as a partition were most of what the collector had to do.
 * @throws IncompleteResult when a root is missing
 */
export function familiesOf(bytes: Buffer): Families {
  const slots = new Map<string, number>();
  const slotOf = (gid: string) => {
    const slot = slots.get(gid) ?? slots.set(gid, slots.size).size - 1;
    if (slot === rootLines.length) {
      rootLines.push(NONE);
      parents.push(NONE);
    }
    return slot;
  };
  // by slot
  const rootLines: number[] = [];
  const parents: number[] = [];
  // by line
  const starts: number[] = [];
  const ends: number[] = [];
  const owners: number[] = [];
  for (const line = new LineCursor(bytes); line.next();) {
    const { id, parentId } = line;
    const owner = parentId === null ? NONE : slotOf(parentId);
    if (parentId === null) rootLines[slotOf(id)] = starts.length;
    else if (id !== '' && !CHILDLESS.test(id)) parents[slotOf(id)] = owner;
    starts.push(line.start);
    ends.push(line.end);
    owners.push(owner);
  }

  const below = rootLines.map((): number[] => []);
  owners.forEach((owner, line) => {
    if (owner === NONE) return;
    const root = rootLines[owner] === NONE ? parents[owner]! : owner;
    if (root === NONE || rootLines[root] === NONE) {
      throw new IncompleteResult(`The result lacks ${[...slots.keys()][owner]}, the parent of others, or its own.`);
    }
    below[root]!.push(line);
  });

  const placeOf = (line: number) => ({ start: starts[line]!, end: ends[line]! });
  const roots = Array.from(slots, ([id, slot]) => ({ id, slot })).filter(({ slot }) => rootLines[slot] !== NONE);
  roots.sort(byId);
  return {
    ids: roots.map(({ id }) => id),
    at(index) {
      const { id, slot } = roots[index]!;
      return { id, lines: [rootLines[slot]!, ...below[slot]!].map(placeOf) };
    },
  };
}

function mapperOf(stream: StreamName, currency: string): (one: Parsed) => unknown {
  switch (stream) {
    case 'orders':
      return (one) => mapOrder(orderOf(one));
    case 'customers':
      return ({ root }) => mapCustomer(root as unknown as CustomerFieldsFragment);
    case 'products':
      return (one) => mapProduct(productOf(one), currency);
  }
}

/** Children of an order are line items, agreements (which have an instant) and, below those, sales. */
function orderOf({ root, children }: Parsed): FullOrder {
  const lineItems: unknown[] = [];
  const agreements = new Map<string, { agreement: unknown; sales: unknown[] }>();
  for (const child of children) {
    if (child.__parentId !== root.id) continue;
    if (child.happenedAt === undefined) lineItems.push(child);
    else agreements.set(child.id!, { agreement: child, sales: [] });
  }
  for (const child of children) {
    if (child.__parentId !== root.id) agreements.get(child.__parentId!)!.sales.push(child);
  }
  return { order: root, lineItems, agreements: [...agreements.values()] } as unknown as FullOrder;
}

const productOf = ({ root, children }: Parsed): FullProduct =>
  ({ product: root, variants: children }) as unknown as FullProduct;
