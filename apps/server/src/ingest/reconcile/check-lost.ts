import { locked } from '../apply.ts';
import { deleteOrders, findLost, lostAmong } from '../apply-orders.ts';
import type { FetchContext } from '../context.ts';
import type { Finding } from './findings.ts';
import { CHUNK, refetch, storedRows } from './stored-versions.ts';

/** Of so many orders, about, one statement reads the lines, refunds and sales. */
const ORDERS_AT_ONCE = 5_000;

/**
 * Finds orders whose own row other hands have deleted, while lines, refunds or sales of it remain. These are removed with
 * what they count in the figures, and the order is fetched.
 */
export async function checkLost(ctx: FetchContext): Promise<{ findings: Partial<Finding>[]; errors: Error[] }> {
  const findings: Partial<Finding>[] = [];
  const errors: Error[] = [];
  for await (const all of lostOrders(ctx)) {
    for (let at = 0; at < all.length; at += CHUNK) {
      const ids = all.slice(at, at + CHUNK);
      // what was stored anew meanwhile stays
      await locked(ctx, async (tx, state) => deleteOrders(tx, state, await lostAmong(tx, state.tenant, ids)));
      const { unread, errors: failures } = await refetch(ctx, 'orders', ids);
      errors.push(...failures);
      const now = await storedRows(ctx.db, ctx.tenantId, 'orders', ids);
      findings.push(
        ...ids.map((id): Partial<Finding> => {
          const [name, mended] = [now.get(id)?.name ?? null, !unread.has(id)];
          return { kind: 'damaged', stream: 'orders', shopifyId: id, name, found: 'its own row was deleted', mended };
        }),
      );
    }
  }
  return { findings, errors };
}

/** A part of all ids at a time. */
async function* lostOrders({ db, tenantId, signal }: FetchContext): AsyncGenerator<string[]> {
  const tenant = BigInt(tenantId);
  let after = 0n;
  for (;;) {
    signal.throwIfAborted();
    const [last] = await db.read<{ id: string | number }>(
      `SELECT shopify_order_id AS id FROM orders WHERE tenant_id = ? AND shopify_order_id > ?
       ORDER BY shopify_order_id LIMIT 1 OFFSET ${ORDERS_AT_ONCE}`,
      [tenant, after],
    );
    const within = `shopify_order_id > ?${last ? ' AND shopify_order_id <= ?' : ''}`;
    const params = last ? [after, BigInt(last.id)] : [after];
    yield await findLost((sql, given) => db.read(sql, given), tenant, within, params);
    if (!last) return;
    after = BigInt(last.id);
  }
}
