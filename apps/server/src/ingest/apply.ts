import type { StreamName } from '@xeno/contracts';
import type { Database, Tx } from '../db/database.ts';
import { applyCustomers, deleteCustomers } from './apply-customers.ts';
import { applyOrders, deleteOrders } from './apply-orders.ts';
import { applyProducts, deleteProducts } from './apply-products.ts';
import type { Batch } from './records.ts';
import { instantText } from '../db/values.ts';

/** Who writes: the tenant, and the lease under which it does. */
export interface ApplyContext {
  db: Database;
  tenantId: string;
  lease: Lease;
}

/** Leave to work on a tenant; `fence` grows each time it changes hands. */
export interface Lease {
  name: string;
  fence: string;
}

/** The work was taken over by someone else: stop, and write nothing more. */
export class LeaseLost extends Error {
  override name = 'LeaseLost';
  constructor() {
    super('Another process has taken over this work.');
  }
}

/** What holds for a tenant while its state row is locked. */
export interface TenantState {
  tenant: bigint;
  generation: number;
  timezone: string;
  currency: string;
}

export interface Applied {
  written: number;
  unchanged: number;
  stale: number;
  marked: number;
}

/**
 * The one write path. In one transaction, one at a time per tenant: reads the stored versions, drops what is older than
 * they are, writes the rows, replaces their ledger lines and adds the difference to the rollups. `checkpoint` is
 * written in the same transaction. At most about a thousand records a batch.
 * @throws LeaseLost when the lease has gone to someone else
 */
export function apply(ctx: ApplyContext, batch: Batch, checkpoint?: (tx: Tx) => Promise<void>): Promise<Applied> {
  return locked(ctx, async (tx, state) => {
    const applied = await write(tx, ctx.db, state, batch);
    await checkpoint?.(tx);
    return applied;
  });
}

/**
 * Deletes what Shopify has deleted and leaves tombstones, so that nothing late brings it back.
 * `knownAt` is when (on our clock) it was seen to be gone.
 */
export async function applyDeletions(
  ctx: ApplyContext,
  stream: StreamName,
  ids: string[],
  knownAt: number,
): Promise<void> {
  if (ids.length === 0) return;
  await locked(ctx, async (tx, state) => {
    const remove = { orders: deleteOrders, customers: deleteCustomers, products: deleteProducts }[stream];
    await remove(tx, state, ids);
    await tx.insert(
      'tombstones',
      ['tenant_id', 'stream', 'shopify_id', 'merged_into', 'deleted_at'],
      ids.map((id) => [state.tenant, stream, id, null, instantText(ctx.db.dialect, knownAt)]),
      { keys: ['tenant_id', 'stream', 'shopify_id'], replace: ['deleted_at'] },
    );
  });
}

function write(tx: Tx, db: Database, state: TenantState, batch: Batch): Promise<Applied> {
  switch (batch.stream) {
    case 'orders':
      return applyOrders(tx, db.dialect, state, batch.records, batch.fetchBegan);
    case 'customers':
      return applyCustomers(tx, db.dialect, state, batch.records, batch.fetchBegan);
    case 'products':
      return applyProducts(tx, db.dialect, state, batch.records, batch.fetchBegan);
  }
}

/** Locking absent order rows locks nothing; the tenant's own row is always there. */
export function locked<T>(ctx: ApplyContext, work: (tx: Tx, state: TenantState) => Promise<T>): Promise<T> {
  const tenant = BigInt(ctx.tenantId);
  const forUpdate = ctx.db.dialect === 'mysql' ? ' FOR UPDATE' : '';
  return ctx.db.transaction(async (tx) => {
    const [state] = await tx.query<Omit<TenantState, 'tenant'>>(
      `SELECT generation, timezone, currency FROM tenant_state WHERE tenant_id = ?${forUpdate}`,
      [tenant],
    );
    const [lease] = await tx.query<{ fence: string | number }>(
      'SELECT fence FROM leases WHERE tenant_id = ? AND name = ?',
      [tenant, ctx.lease.name],
    );
    if (!state || String(lease?.fence) !== ctx.lease.fence) throw new LeaseLost();
    return work(tx, { ...state, tenant });
  });
}
