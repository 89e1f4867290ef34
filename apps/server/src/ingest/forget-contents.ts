import { type ApplyContext, locked } from './apply.ts';

/** Whoever wants to write meanwhile waits for no more. */
const AT_ONCE = 5_000;

/** What is stored of a store's orders is no longer known to be all that Shopify tells: any fetch that begins now replaces it. */
export async function forgetContents(ctx: ApplyContext): Promise<void> {
  for (let from = 0n; ;) {
    const ids = await ctx.db.read<{ id: string | number }>(
      `SELECT shopify_order_id AS id FROM orders WHERE tenant_id = ? AND shopify_order_id >= ? AND content_hash <> ''
       ORDER BY shopify_order_id LIMIT ${AT_ONCE}`,
      [BigInt(ctx.tenantId), from],
    );
    if (ids.length === 0) return;
    const to = BigInt(ids.at(-1)!.id);
    await locked(ctx, (tx, { tenant }) =>
      tx.run(`UPDATE orders SET content_hash = '' WHERE tenant_id = ? AND shopify_order_id BETWEEN ? AND ?`, [
        tenant,
        from,
        to,
      ]),
    );
    from = to + 1n;
  }
}
