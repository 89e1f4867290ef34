import type { StreamName } from '@xeno/contracts';
import type { Database, Tx } from '../db/database.ts';
import { type Lease, LeaseLost } from '../db/leases.ts';
import type { Dialect } from '../db/types.ts';
import { applyCustomers, deleteCustomers } from './apply-customers.ts';
import {
  applyOrders,
  areStoredBetween,
  deleteOrders,
  idsOf,
  prepareInserts,
  prepareOrders,
  type PreparedOrders,
  readOrders,
} from './apply-orders.ts';
import { applyProducts, deleteProducts } from './apply-products.ts';
import type { Batch, OrderRecord } from './records.ts';
import { idParams, instantText, marks } from '../db/values.ts';
import { knowingEmpty, SPARSE_COLUMNS, sparseParams, type SparseTable } from './sparse-tables.ts';
import { forgetUnreadable } from './unreadable.ts';
import { forgetMarks, writeMarks } from './versions.ts';

/** Who writes: the tenant, and the lease under which it does. */
export interface ApplyContext {
  db: Database;
  tenantId: string;
  lease: Lease;
}

/** What a tenant's rows are made by. */
export interface TenantFacts {
  tenant: bigint;
  generation: number;
  timezone: string;
  currency: string;
}

/** What holds for a tenant while its state row is locked. */
export interface TenantState extends TenantFacts {
  /** Something that people look at is written: whoever watches the tenant's `changes` will see it. */
  changed(): void;
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
export const apply = async (ctx: ApplyContext, batch: Batch, checkpoint?: Checkpoint): Promise<Applied> =>
  applyPrepared(ctx, await prepare(batch), checkpoint);

export type Checkpoint = (tx: Tx) => Promise<void>;

/** Records with all that can be known of them before the tenant is locked. */
export type PreparedBatch = Exclude<Batch, { stream: 'orders' }> | PreparedOrders;

export async function prepare(batch: Batch): Promise<PreparedBatch> {
  if (batch.stream !== 'orders') return batch;
  const { stream, fetchBegan, records } = batch;
  const orders = await prepareOrders(records);
  return { stream, fetchBegan, ids: idsOf(records), inserts: null, whole: async () => orders };
}

/** Orders of which nothing is stored, as one may suppose: their rows can be made before the tenant is locked. */
export interface NewOrders {
  fetchBegan: number;
  /** A few at a time, so that no more than that is in memory. */
  parts: AsyncIterable<OrderRecord[]> | Iterable<OrderRecord[]>;
  /** All of them, once more; they are not kept for the case that they are needed. */
  again(): Promise<OrderRecord[]>;
}

/** As `prepare`; `facts` are what the rows are made by. */
export async function prepareNew(
  db: Database,
  facts: TenantFacts,
  { fetchBegan, parts, again }: NewOrders,
): Promise<PreparedOrders> {
  const inserts = await prepareInserts(db, facts, parts);
  const whole = async () => prepareOrders(await again());
  return { stream: 'orders', fetchBegan, ids: idsOf(inserts.heads), inserts, whole };
}

/** By what a tenant's rows are made, and whether none of the orders between two ids is stored, as things stand now. */
export async function readFacts(
  db: Database,
  tenantId: string,
  first = '0',
  last = '0',
): Promise<{ facts: TenantFacts; areNew: boolean }> {
  const tenant = BigInt(tenantId);
  const [row] = await db.read<Omit<TenantFacts, 'tenant'> & { known: number | null }>(
    `SELECT generation, timezone, currency,
            (SELECT 1 FROM orders WHERE tenant_id = ? AND shopify_order_id BETWEEN ? AND ? LIMIT 1) AS known
       FROM tenant_state WHERE tenant_id = ?`,
    [tenant, BigInt(first), BigInt(last), tenant],
  );
  if (!row) throw new LeaseLost();
  const { known, ...facts } = row;
  return { facts: { ...facts, tenant }, areNew: known === null };
}

const FACTS = 'SELECT generation, timezone, currency FROM tenant_state WHERE tenant_id = ?';

/** `apply` in two steps, for whoever prepares the next batch while the database works on this one. */
export function applyPrepared(ctx: ApplyContext, batch: PreparedBatch, checkpoint?: Checkpoint): Promise<Applied> {
  const work = async (tx: Tx, state: TenantState, stored: StoredOrders) => {
    const applied = await write(tx, ctx.db, state, batch, stored);
    const ids = batch.stream === 'orders' ? batch.ids : batch.records.map(({ id }) => id);
    await forgetUnreadable(tx, state.tenant, batch.stream, ids);
    await checkpoint?.(tx);
    return applied;
  };
  return locked(ctx, work, (tx) => readStored(tx, BigInt(ctx.tenantId), batch));
}

type StoredOrders = Awaited<ReturnType<typeof readOrders>> | null;

/** What is stored of a batch of orders, asked together with the tenant's lock. */
async function readStored(tx: Tx, tenant: bigint, batch: PreparedBatch): Promise<StoredOrders> {
  if (batch.stream !== 'orders') return new Map();
  const areNew = batch.inserts !== null && !(await areStoredBetween(tx, tenant, batch.ids));
  return areNew ? null : readOrders(tx, tenant, batch.ids);
}

/**
 * Deletes what Shopify has deleted and leaves tombstones, so that nothing late brings it back.
 * `knownAt` is when (on the database's clock) it was seen to be gone.
 */
export async function applyDeletions(
  ctx: ApplyContext,
  stream: StreamName,
  ids: string[],
  knownAt: number,
): Promise<void> {
  if (ids.length === 0) return;
  await locked(ctx, (tx, state) => deleteRecords(tx, ctx.db.dialect, state, stream, ids, knownAt));
}

/** The same within a transaction that holds the lock. */
export async function deleteRecords(
  tx: Tx,
  dialect: Dialect,
  state: TenantState,
  stream: StreamName,
  ids: string[],
  knownAt: number,
): Promise<void> {
  if (ids.length === 0) return;
  const remove = { orders: deleteOrders, customers: deleteCustomers, products: deleteProducts }[stream];
  await remove(tx, state, ids);
  if (stream === 'customers') await markOrdersOf(tx, dialect, state.tenant, ids);
  await forgetMarks(tx, state.tenant, stream, ids);
  await forgetUnreadable(tx, state.tenant, stream, ids);
  await tx.insert(
    'tombstones',
    ['tenant_id', 'stream', 'shopify_id', 'merged_into', 'deleted_at'],
    ids.map((id) => [state.tenant, stream, id, null, instantText(dialect, knownAt)]),
    { keys: ['tenant_id', 'stream', 'shopify_id'], replace: ['deleted_at'] },
  );
}

/** Whose a deleted customer's orders are now, Shopify alone knows: nobody's, or those of whom it was merged into. */
async function markOrdersOf(tx: Tx, dialect: Dialect, tenant: bigint, customerIds: string[]): Promise<void> {
  const rows = await tx.query<{ id: string | number }>(
    `SELECT shopify_order_id AS id FROM orders WHERE tenant_id = ? AND customer_id IN (${marks(customerIds)})`,
    [tenant, ...idParams(customerIds)],
  );
  await writeMarks(
    tx,
    dialect,
    tenant,
    'orders',
    rows.map(({ id }) => String(id)),
  );
}

function write(tx: Tx, db: Database, state: TenantState, batch: PreparedBatch, stored: StoredOrders): Promise<Applied> {
  switch (batch.stream) {
    case 'orders':
      return applyOrders(tx, db.dialect, state, batch, stored);
    case 'customers':
      return applyCustomers(tx, db.dialect, state, batch.records, batch.fetchBegan);
    case 'products':
      return applyProducts(tx, db.dialect, state, batch.records, batch.fetchBegan);
  }
}

/**
 * Works on a tenant whose row is locked: locking absent order rows would lock nothing. What `read` reads is asked in the
 * same breath, and is what holds under the lock.
 */
export function locked<T, R = void>(
  ctx: ApplyContext,
  work: (tx: Tx, state: TenantState, read: R) => Promise<T>,
  read?: (tx: Tx) => Promise<R>,
): Promise<T> {
  const tenant = BigInt(ctx.tenantId);
  const forUpdate = ctx.db.dialect === 'mysql' ? ' FOR UPDATE' : '';
  return ctx.db.transaction(async (tx) => {
    const [[state], [lease], known] = await Promise.all([
      tx.query<Omit<TenantFacts, 'tenant'>>(FACTS + forUpdate, [tenant]),
      // a statement of its own, done after the first: one that waits for a lock may tell what was so before
      tx.query<{ fence: string | number } & Record<SparseTable, unknown>>(
        `SELECT fence, ${SPARSE_COLUMNS} FROM leases WHERE tenant_id = ? AND name = ?`,
        [...sparseParams(tenant), tenant, ctx.lease.name],
      ),
      read?.(tx) as Promise<R>,
    ]);
    if (!state || !lease || String(lease.fence) !== ctx.lease.fence) throw new LeaseLost();
    let changed = false;
    const result = await work(knowingEmpty(tx, lease), { ...state, tenant, changed: () => (changed = true) }, known);
    if (changed) await tx.write('UPDATE tenant_state SET changes = changes + 1 WHERE tenant_id = ?', [tenant]);
    return result;
  });
}
