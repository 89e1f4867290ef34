import type { Database, Tx } from '../../db/database.ts';
import type { Dialect } from '../../db/types.ts';
import { idParams, instantText, marks } from '../../db/values.ts';
import type { TenantState } from '../apply.ts';
import { deleteCustomers, dropUnnamed } from '../apply-customers.ts';
import { readOrders } from '../apply-orders.ts';
import { contactsOf, eraseBodies, identify, readRedacted, redactPerson } from '../redactions.ts';
import { addStored, RollupDifference } from '../rollups.ts';
import { forgetMarks, readTombstones, writeMarks } from '../versions.ts';

const ORDERS_AT_ONCE = 1_000;

interface Merge {
  merged: string;
  into: string;
}

/**
 * One customer became another: gives all orders of the merged one to the kept one, and whatever names the merged one from
 * now on too. Merges may be told in any order: a tombstone always names the one who was kept in the end. What one
 * who was erased takes over is erased too. One who was erased and is merged into another leaves them alone: they may have
 * been merged since.
 */
export async function mergeCustomers(
  tx: Tx,
  dialect: Dialect,
  state: TenantState,
  { merged, into, mergedAt }: Merge & { mergedAt: number },
): Promise<void> {
  const { tenant } = state;
  const kept = (await readTombstones(tx, tenant, 'customers', [into])).get(into)?.mergedInto ?? into;
  if (kept === merged) return;
  const heir = { orders: [], customers: [kept] };
  const isErased = (await readRedacted(tx, tenant, heir))(heir);
  const contacts = isErased ? await contactsOf(tx.query, tenant, [merged, kept]) : [];
  await reassignOrders(tx, state, merged, kept);
  await deleteCustomers(tx, state, [merged]);
  await tx.insert(
    'tombstones',
    ['tenant_id', 'stream', 'shopify_id', 'merged_into', 'deleted_at'],
    [[tenant, 'customers', merged, kept, instantText(dialect, mergedAt)]],
    { keys: ['tenant_id', 'stream', 'shopify_id'], replace: ['merged_into', 'deleted_at'] },
  );
  await tx.run(`UPDATE tombstones SET merged_into = ? WHERE tenant_id = ? AND merged_into = ?`, [
    BigInt(kept),
    tenant,
    BigInt(merged),
  ]);
  await forgetMarks(tx, tenant, 'customers', [merged]);
  // addresses, tags and consent of both are now the kept one's
  await writeMarks(tx, dialect, tenant, 'customers', [kept]);
  if (isErased) await redactPerson(tx, dialect, String(tenant), { customerIds: [kept], orderIds: [], contacts });
}

/**
 * Removes the bodies of webhooks that name those whom these merges, about to be applied, will erase. It is done before,
 * since it takes long; the tenant's other webhooks do not end meanwhile, and later they lose their own.
 */
export async function eraseBodiesOfMerged(db: Database, tenantId: string, merges: Merge[]): Promise<void> {
  const customers = merges.map(({ into }) => into);
  const isErased = await readRedacted({ query: db.read }, BigInt(tenantId), { orders: [], customers });
  const erased = new Set(customers.filter((id) => isErased({ orders: [], customers: [id] })));
  // of a chain, told in any order, each round finds the next link at least
  for (let known = -1; known < erased.size;) {
    known = erased.size;
    for (const { merged, into } of merges) if (erased.has(into)) erased.add(merged);
  }
  for (const customerId of erased) {
    await eraseBodies(db, tenantId, await identify(db, tenantId, { customerId, orderIds: [], contacts: [] }));
  }
}

async function reassignOrders(tx: Tx, state: TenantState, from: string, to: string): Promise<void> {
  const { tenant, generation, currency } = state;
  for (;;) {
    const rows = await tx.query<{ id: string | number }>(
      `SELECT shopify_order_id AS id FROM orders WHERE tenant_id = ? AND customer_id = ? LIMIT ${ORDERS_AT_ONCE}`,
      [tenant, BigInt(from)],
    );
    if (rows.length === 0) return dropUnnamed(tx, tenant, [from]);
    state.changed();
    const ids = rows.map(({ id }) => String(id));
    const difference = new RollupDifference(currency);
    await addStored(tx, difference, tenant, [...(await readOrders(tx, tenant, ids)).values()], -1);
    for (const table of ['orders', 'sales']) {
      await tx.run(`UPDATE ${table} SET customer_id = ? WHERE tenant_id = ? AND shopify_order_id IN (${marks(ids)})`, [
        BigInt(to),
        tenant,
        ...idParams(ids),
      ]);
    }
    await addStored(tx, difference, tenant, [...(await readOrders(tx, tenant, ids)).values()], 1);
    await tx.insertEach(difference.inserts(tenant, generation));
  }
}
