import type { StreamName } from '@xeno/contracts';
import { fetchCustomers } from '../shopify/fetch-customers.ts';
import { fetchOrders } from '../shopify/fetch-orders.ts';
import { fetchProducts } from '../shopify/fetch-products.ts';
import { gidOf } from '../shopify/gid.ts';
import { failPoint } from '../observe/fail-points.ts';
import { apply, applyDeletions, locked } from './apply.ts';
import { mapCustomer } from './map/customer.ts';
import { idOf, Unreadable } from './map/fields.ts';
import { mapOrder } from './map/order.ts';
import { mapProduct } from './map/product.ts';
import type { Batch } from './records.ts';
import type { FetchContext } from './context.ts';
import { forgetMarks } from './versions.ts';
import { idsOf, keepUnreadable, type UnreadableRecord } from './unreadable.ts';
import { visibleOnes } from './visibility.ts';

export interface FetchedById {
  applied: number;
  /** These are kept as unreadable. */
  unread: UnreadableRecord[];
}

/**
 * Fetches these from Shopify, whole, and applies them; what Shopify no longer knows is deleted, unless `mayBeGone` says
 * that it is too early to believe so. `onProgress` hears how many more are dealt with.
 */
export async function fetchById(
  ctx: FetchContext,
  stream: StreamName,
  ids: readonly string[],
  {
    onProgress = async () => {},
    mayBeGone = () => true,
  }: { onProgress?(count: number): Promise<void>; mayBeGone?(id: string): boolean } = {},
): Promise<FetchedById> {
  const all: UnreadableRecord[] = [];
  let applied = 0;
  const gids = ids.map((id) => gidOf(stream, id));
  for await (const { batch, unread, missing, count } of batches(ctx, stream, gids)) {
    failPoint('fetch.answered');
    if (batch.records.length > 0) {
      await apply(ctx, batch);
      applied += batch.records.length;
    }
    if (unread.length > 0) {
      const { dialect } = ctx.db;
      await locked(ctx, (tx, { tenant }) => keepUnreadable(tx, dialect, tenant, stream, unread, batch.fetchBegan));
      all.push(...unread);
    }
    const notFound = missing.map(idOf);
    const gone = await visibleOnes(ctx, stream, notFound);
    await applyDeletions(ctx, stream, gone.filter(mayBeGone), batch.fetchBegan);
    const hidden = notFound.filter((id) => !gone.includes(id) && mayBeGone(id));
    // no fetch will ever answer a mark on these
    if (hidden.length > 0) await locked(ctx, (tx, { tenant }) => forgetMarks(tx, tenant, stream, hidden));
    await onProgress(count);
  }
  return { applied, unread: all };
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
