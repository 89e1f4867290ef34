import type { Database, Tx } from '../db/database.ts';
import { LeaseLost } from '../db/leases.ts';
import type { Tenant } from '../db/models/tenant.ts';
import { marks } from '../db/values.ts';

/**
 * The tables that hold a store's data, with the column of their keys by which it is erased in parts. Not among them: the
 * store's own row and its members, the audit log, the leases, and the inbox, which is a matter of its own.
 */
export const ERASED_TABLES: Readonly<Record<string, string>> = {
  api_token_stores: 'token_id',
  checkouts: 'shopify_checkout_id',
  customer_days: 'generation',
  customers: 'shopify_customer_id',
  daily_sales: 'generation',
  fetch_marks: 'shopify_id',
  findings: 'reconciliation_id',
  invitations: 'id',
  inventory_levels: 'inventory_item_id',
  order_lines: 'shopify_order_id',
  orders: 'shopify_order_id',
  privacy_requests: 'id',
  products: 'shopify_product_id',
  reconciliations: 'id',
  redacted_contacts: 'contact',
  redactions: 'shopify_id',
  refunds: 'shopify_order_id',
  sales: 'shopify_order_id',
  stream_cursors: 'stream',
  sync_runs: 'id',
  sync_streams: 'run_id',
  sync_windows: 'run_id',
  tombstones: 'shopify_id',
  unreadable_records: 'gid',
  upkeep: 'job',
  variants: 'shopify_product_id',
};

const AT_ONCE = 2_000;

/** A transaction that belongs to the erasure of a store. @throws LeaseLost once that has ended */
export type EraseStep = (work: (tx: Tx) => Promise<void>) => Promise<void>;

/**
 * The steps of the erasure of a store as it was known when that began. Whoever was frozen in the midst of it may find it
 * ended by another process, the store connected again, and even that to be erased: none of it is his to touch.
 */
export const stepsOf =
  (db: Database, known: Tenant): EraseStep =>
  (work) =>
    db.transaction(async (tx) => {
      const tenant = await db.models.Tenant.findByPk(known.id, { transaction: tx.transaction, lock: true });
      const isStill = tenant?.status === 'erasing' && tenant.installedAt?.getTime() === known.installedAt?.getTime();
      if (!isStill) throw new LeaseLost();
      await work(tx);
    });

/** Erases all that is stored of a store, in bounded transactions; killed in between, it is done again. */
export async function eraseStore(
  db: Database,
  tenantId: string,
  exceptWebhook: string,
  step: EraseStep,
): Promise<void> {
  const tenant = BigInt(tenantId);
  for (const [table, column] of Object.entries(ERASED_TABLES)) await eraseRows(db, table, column, tenant, step);
  for (;;) {
    const rows = await db.read<{ shop_domain: string; webhook_id: string }>(
      `SELECT shop_domain, webhook_id FROM webhook_events WHERE tenant_id = ? AND webhook_id <> ? LIMIT ${AT_ONCE}`,
      [tenant, exceptWebhook],
    );
    if (rows.length === 0) break;
    await step((tx) =>
      tx.write(`DELETE FROM webhook_events WHERE shop_domain = ? AND webhook_id IN (${marks(rows)})`, [
        rows[0]!.shop_domain,
        ...rows.map((row) => row.webhook_id),
      ]),
    );
  }
}

async function eraseRows(db: Database, table: string, column: string, tenant: bigint, step: EraseStep): Promise<void> {
  for (;;) {
    const [last] = await db.read<{ value: string | number }>(
      `SELECT ${column} AS value FROM ${table} WHERE tenant_id = ? ORDER BY ${column} LIMIT 1 OFFSET ${AT_ONCE}`,
      [tenant],
    );
    if (!last) return step((tx) => tx.write(`DELETE FROM ${table} WHERE tenant_id = ?`, [tenant]));
    const upTo = /^\d+$/.test(String(last.value)) ? BigInt(last.value) : last.value;
    await step((tx) => tx.write(`DELETE FROM ${table} WHERE tenant_id = ? AND ${column} <= ?`, [tenant, upTo]));
  }
}
