import type { StreamName } from '@xeno/contracts';
import { fetchCustomers } from '../shopify/fetch-customers.ts';
import { fetchOrders } from '../shopify/fetch-orders.ts';
import { fetchProducts } from '../shopify/fetch-products.ts';
import { gid } from '../shopify/gid.ts';
import { failPoint } from '../observe/fail-points.ts';
import { apply, applyDeletions, locked } from './apply.ts';
import { mapCustomer } from './map/customer.ts';
import { idOf, Unreadable } from './map/fields.ts';
import { mapOrder } from './map/order.ts';
import { mapProduct } from './map/product.ts';
import type { Batch } from './records.ts';
import type { FetchContext } from './context.ts';
import { forgetMarks } from './versions.ts';
import { visibleOnes } from './visibility.ts';

const TYPES = { orders: 'Order', customers: 'Customer', products: 'Product' } as const;

export interface FetchedById {
  applied: number;
  /** In Shopify's words: gids and why they could not be read. */
  refused: { id: string; why: string }[];
}

/**
 * Fetches these from Shopify, whole, and applies them; what Shopify no longer knows is deleted. `onProgress` hears
 * how many more are dealt with.
 */
export async function fetchById(
  ctx: FetchContext,
  stream: StreamName,
  ids: readonly string[],
  onProgress: (count: number) => Promise<void> = async () => {},
): Promise<FetchedById> {
  const refused: FetchedById['refused'] = [];
  let applied = 0;
  const gids = ids.map((id) => gid(TYPES[stream], id));
  for await (const { batch, missing, count } of batches(ctx, stream, gids, refused)) {
    failPoint('fetch.answered');
    if (batch.records.length > 0) {
      await apply(ctx, batch);
      applied += batch.records.length;
    }
    const notFound = missing.map(idOf);
    const gone = await visibleOnes(ctx, stream, notFound);
    await applyDeletions(ctx, stream, gone, batch.fetchBegan);
    const hidden = notFound.filter((id) => !gone.includes(id));
    // no fetch will ever answer a mark on these
    if (hidden.length > 0) await locked(ctx, (tx, { tenant }) => forgetMarks(tx, tenant, stream, hidden));
    await onProgress(count);
  }
  return { applied, refused };
}

async function* batches(
  ctx: FetchContext,
  stream: StreamName,
  gids: string[],
  refused: FetchedById['refused'],
): AsyncGenerator<{ batch: Batch; missing: string[]; count: number }> {
  const { db, client, scopes, signal, currency } = ctx;
  const readable = <T, R>(items: T[], idIn: (item: T) => string, map: (item: T) => R): R[] =>
    items.flatMap((item) => {
      try {
        return [map(item)];
      } catch (error) {
        if (!(error instanceof Unreadable)) throw error;
        refused.push({ id: idIn(item), why: error.message });
        return [];
      }
    });
  // the clock is read before each fetch begins, so that a mark made meanwhile is not taken for answered
  let fetchBegan = await db.now();
  switch (stream) {
    case 'orders':
      for await (const { orders, missing } of fetchOrders(client, gids, { scopes, signal })) {
        const records = readable(orders, ({ order }) => order.id, mapOrder);
        yield { batch: { stream, records, fetchBegan }, missing, count: orders.length + missing.length };
        fetchBegan = await db.now();
      }
      return;
    case 'customers':
      for await (const { customers, missing } of fetchCustomers(client, gids, { signal })) {
        const records = readable(customers, ({ id }) => id, mapCustomer);
        yield { batch: { stream, records, fetchBegan }, missing, count: customers.length + missing.length };
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
        yield { batch: { stream, records, fetchBegan }, missing, count: products.length + missing.length };
        fetchBegan = await db.now();
      }
      return;
  }
}
