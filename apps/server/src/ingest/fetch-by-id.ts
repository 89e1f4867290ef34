import type { StreamName } from '@xeno/contracts';
import { fetchCustomers } from '../shopify/fetch-customers.ts';
import { fetchOrders } from '../shopify/fetch-orders.ts';
import { fetchProducts } from '../shopify/fetch-products.ts';
import { KeepsChanging, PartialData } from '../shopify/errors.ts';
import { gidOf } from '../shopify/gid.ts';
import { failPoint } from '../observe/fail-points.ts';
import { apply, applyDeletions, locked } from './apply.ts';
import { mapCustomer } from './map/customer.ts';
import { idOf, Unreadable } from './map/fields.ts';
import { mapOrder } from './map/order.ts';
import { mapProduct } from './map/product.ts';
import type { Batch } from './records.ts';
import type { FetchContext } from './context.ts';
import { forgetMarks, writeMarks } from './versions.ts';
import { idsOf, keepUnreadable, type UnreadableRecord } from './unreadable.ts';
import { goneOnes } from './visibility.ts';

export interface FetchedById {
  /** These are kept as unreadable. */
  unread: UnreadableRecord[];
  /** Shopify did not find these, and it is too early to believe that they are gone. */
  doubted: string[];
  /** Those that could not be had, each by itself, and why: the others were. */
  failed: Map<string, Error>;
}

interface FetchOptions {
  mayBeGone(id: string): boolean;
  onProgress?(count: number): Promise<void>;
}

/**
 * Fetches these from Shopify, whole, and applies them; what Shopify does not find is deleted, unless `mayBeGone` says
 * that it is too early to believe so: Shopify's reads may be behind its writes, lists and webhooks. `onProgress` hears how
 * many more are dealt with. Where a few cannot be had with one that Shopify fails at, that one is found and left out.
 */
export async function fetchById(
  ctx: FetchContext,
  stream: StreamName,
  ids: readonly string[],
  options: FetchOptions,
): Promise<FetchedById> {
  const fetched: FetchedById = { unread: [], doubted: [], failed: new Map() };
  const open = new Set(ids);
  const fetchSome = async (some: readonly string[]): Promise<void> => {
    try {
      await fetchTogether(ctx, stream, some, options, fetched, (id) => open.delete(id));
    } catch (error) {
      ctx.signal.throwIfAborted();
      if (!isOfOne(error)) throw error;
      const left = some.filter((id) => open.has(id));
      if (left.length <= 1) {
        for (const id of left) fetched.failed.set(id, error);
        return;
      }
      const half = left.length >> 1;
      await fetchSome(left.slice(0, half));
      await fetchSome(left.slice(half));
    }
  };
  await fetchSome(ids);
  return fetched;
}

/** What one record among others may be to blame for; what is denied is denied of all. */
const isOfOne = (error: unknown): error is Error =>
  (error instanceof PartialData && error.retryable) || error instanceof KeepsChanging || error instanceof Unreadable;

async function fetchTogether(
  ctx: FetchContext,
  stream: StreamName,
  ids: readonly string[],
  { mayBeGone, onProgress }: FetchOptions,
  fetched: FetchedById,
  isDealtWith: (id: string) => void,
): Promise<void> {
  const gids = ids.map((id) => gidOf(stream, id));
  for await (const { batch, unread, missing, count } of batches(ctx, stream, gids)) {
    failPoint('fetch.answered');
    if (batch.records.length > 0) await apply(ctx, batch);
    if (unread.length > 0) {
      const { dialect } = ctx.db;
      await locked(ctx, (tx, { tenant }) => keepUnreadable(tx, dialect, tenant, stream, unread, batch.fetchBegan));
      fetched.unread.push(...unread);
    }
    const notFound = missing.map(idOf);
    fetched.doubted.push(...notFound.filter((id) => !mayBeGone(id)));
    const believed = notFound.filter(mayBeGone);
    const gone = await goneOnes(ctx, stream, believed);
    await applyDeletions(ctx, stream, gone, batch.fetchBegan);
    const hidden = believed.filter((id) => !gone.includes(id));
    // no fetch will ever answer a mark on these
    if (hidden.length > 0) await locked(ctx, (tx, { tenant }) => forgetMarks(tx, tenant, stream, hidden));
    for (const { id } of batch.records) isDealtWith(id);
    for (const id of [...notFound, ...idsOf(unread.map(({ gid }) => gid)).ids]) isDealtWith(id);
    await onProgress?.(count);
  }
}

/** Has those asked for again whose end it is too early to believe. @throws why some could not be had */
export async function endFetch(ctx: FetchContext, stream: StreamName, { doubted, failed }: FetchedById): Promise<void> {
  if (doubted.length > 0) {
    await locked(ctx, (tx, { tenant }) => writeMarks(tx, ctx.db.dialect, tenant, stream, doubted));
  }
  for (const error of failed.values()) throw error;
}

/** The ids of these; those that no database here holds are kept as unreadable. */
export async function storableIds(ctx: FetchContext, stream: StreamName, gids: readonly string[]): Promise<string[]> {
  const { ids, unread } = idsOf(gids);
  if (unread.length > 0) {
    const { dialect } = ctx.db;
    await locked(ctx, async (tx, { tenant }) => keepUnreadable(tx, dialect, tenant, stream, unread, await tx.now()));
  }
  return ids;
}

async function* batches(
  ctx: FetchContext,
  stream: StreamName,
  gids: string[],
): AsyncGenerator<{ batch: Batch; unread: UnreadableRecord[]; missing: string[]; count: number }> {
  const { db, client, scopes, signal, currency } = ctx;
  let unread: UnreadableRecord[] = [];
  const readable = <T, R>(items: T[], idIn: (item: T) => string, map: (item: T) => R): R[] => {
    unread = [];
    return items.flatMap((item) => {
      try {
        return [map(item)];
      } catch (error) {
        if (!(error instanceof Unreadable)) throw error;
        unread.push({ gid: idIn(item), why: error.message });
        return [];
      }
    });
  };
  // the clock is read before each fetch begins, so that a mark made meanwhile is not taken for answered
  let fetchBegan = await db.now();
  switch (stream) {
    case 'orders':
      for await (const { orders, missing } of fetchOrders(client, gids, { scopes, signal })) {
        const records = readable(orders, ({ order }) => order.id, mapOrder);
        yield { batch: { stream, records, fetchBegan }, unread, missing, count: orders.length + missing.length };
        fetchBegan = await db.now();
      }
      return;
    case 'customers':
      for await (const { customers, missing } of fetchCustomers(client, gids, { signal })) {
        const records = readable(customers, ({ id }) => id, mapCustomer);
        yield { batch: { stream, records, fetchBegan }, unread, missing, count: customers.length + missing.length };
        fetchBegan = await db.now();
      }
      return;
    case 'products':
      for await (const { products, missing } of fetchProducts(client, gids, { signal })) {
        const records = readable(
          products,
          ({ product }) => product.id,
          (product) => mapProduct(product, currency),
        );
        yield { batch: { stream, records, fetchBegan }, unread, missing, count: products.length + missing.length };
        fetchBegan = await db.now();
      }
      return;
  }
}
