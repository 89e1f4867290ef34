import type { StreamName } from '@xeno/contracts';
import { readRoots } from './bulk/partition.ts';
import { fetchById } from './fetch-by-id.ts';
import type { SyncContext } from './context.ts';
import { ordersVisibleSince } from './visibility.ts';

const ID_COLUMNS = { orders: 'shopify_order_id', customers: 'shopify_customer_id', products: 'shopify_product_id' };
/** Few enough that whoever asks something else meanwhile does not wait for it. */
const PAGE = 1_000;

/**
 * What we have of a window and its complete result has not (`folder` is null where there was nothing at all) was deleted
 * in Shopify, unless it came into being meanwhile: each is asked for by its id, and removed only if Shopify does not know it.
 * The window ends soon after the result was begun, at the latest.
 */
export async function removeDeleted(
  ctx: SyncContext,
  stream: StreamName,
  window: { from: Date | null; to: Date },
  folder: string | null,
): Promise<void> {
  const present = folder === null ? new BigUint64Array() : await readRoots(folder);
  const visibleSince = stream === 'orders' ? ordersVisibleSince(ctx) : null;
  const from = visibleSince && (!window.from || window.from < visibleSince) ? visibleSince : window.from;
  const column = ID_COLUMNS[stream];
  for (let after = 0n; ;) {
    const rows = await ctx.db.read<{ id: string | number }>(
      `SELECT ${column} AS id FROM ${stream}
       WHERE tenant_id = ? AND ${column} > ? AND updated_at IS NOT NULL${from ? ' AND created_at >= ?' : ''} AND created_at < ?
       ORDER BY ${column} LIMIT ${PAGE}`,
      [BigInt(ctx.tenantId), after, ...(from ? [from] : []), window.to],
    );
    if (rows.length === 0) return;
    after = BigInt(rows.at(-1)!.id);
    const missing = rows.map((row) => String(row.id)).filter((id) => !includes(present, BigInt(id)));
    if (missing.length > 0) await fetchById(ctx, stream, missing);
  }
}

function includes(sorted: BigUint64Array, id: bigint): boolean {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < id) low = middle + 1;
    else high = middle;
  }
  return sorted[low] === id;
}
