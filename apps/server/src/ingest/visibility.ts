import type { StreamName } from '@xeno/contracts';
import { asDate, idParams, marks } from '../db/values.ts';
import type { FetchContext } from './context.ts';
import { readScopes } from './shop.ts';

const DAY_MS = 24 * 3_600_000;

/**
 * Since when orders are surely visible to the app; null: all are. Without `read_all_orders` Shopify shows those of the
 * last 60 days; an older one that is not found has not been deleted for that.
 */
export function ordersVisibleSince({ scopes, shopNow }: Pick<FetchContext, 'scopes' | 'shopNow'>): Date | null {
  return scopes.includes('read_all_orders') ? null : new Date(shopNow.getTime() - 59 * DAY_MS);
}

/** Those of `ids` that are stored, and that Shopify would show if they existed. */
export async function visibleOnes(ctx: FetchContext, stream: StreamName, ids: string[]): Promise<string[]> {
  const since = stream === 'orders' ? ordersVisibleSince(ctx) : null;
  if (since === null) return ids;
  return (await creations(ctx, ids)).filter(({ createdAt }) => createdAt >= since).map(({ id }) => id);
}

/**
 * Those of `ids` that Shopify would have shown if they existed, though it has just not found them. `read_all_orders` may
 * have been taken back since the scopes were read, and then no answer tells an older order that is gone from one that is
 * only not shown any more. So whether it is still granted is asked after the answer that lacked such a one.
 */
export async function goneOnes(ctx: FetchContext, stream: StreamName, ids: string[]): Promise<string[]> {
  const granted = await visibleOnes(ctx, stream, ids);
  const always = await visibleOnes({ ...ctx, scopes: [] }, stream, granted);
  if (always.length === granted.length) return granted;
  return visibleOnes({ ...ctx, scopes: await readScopes(ctx) }, stream, granted);
}

/** Those of `ids` that are stored, and that Shopify does not show, whether they exist or not. */
export async function hiddenOnes(ctx: FetchContext, stream: StreamName, ids: string[]): Promise<string[]> {
  const since = stream === 'orders' ? ordersVisibleSince(ctx) : null;
  if (since === null) return [];
  return (await creations(ctx, ids)).filter(({ createdAt }) => createdAt < since).map(({ id }) => id);
}

async function creations({ db, tenantId }: FetchContext, ids: string[]): Promise<{ id: string; createdAt: Date }[]> {
  if (ids.length === 0) return [];
  const rows = await db.read<{ id: string | number; created_at: unknown }>(
    `SELECT shopify_order_id AS id, created_at FROM orders WHERE tenant_id = ? AND shopify_order_id IN (${marks(ids)})`,
    [BigInt(tenantId), ...idParams(ids)],
  );
  return rows.map((row) => ({ id: String(row.id), createdAt: asDate(row.created_at)! }));
}
