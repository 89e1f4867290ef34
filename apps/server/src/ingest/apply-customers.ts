import type { Tx } from '../db/database.ts';
import type { Dialect } from '../db/types.ts';
import { asDate, idParams, idValue, instantText, marks } from '../db/values.ts';
import type { Applied, TenantState } from './apply.ts';
import type { CustomerRecord } from './records.ts';
import { maskCustomer, readRedacted } from './redactions.ts';
import {
  appliedOf,
  contentHash,
  judge,
  readMarks,
  readTombstones,
  type StoredVersion,
  type Verdicts,
  type Version,
  writeVerdicts,
} from './versions.ts';

/** What Shopify tells of a customer; orders_count and total_spent are the ledger's and not touched here. */
const PROFILE_COLUMNS = [
  'name',
  'email',
  'phone',
  'country',
  'tags',
  'email_consent',
  'shopify_orders_count',
  'shopify_amount_spent',
  'created_at',
  'updated_at',
  'content_hash',
] as const;

interface CustomerVersion extends Version {
  record: CustomerRecord;
}

export async function applyCustomers(
  tx: Tx,
  dialect: Dialect,
  state: TenantState,
  records: CustomerRecord[],
  fetchBegan: number,
): Promise<Applied> {
  return appliedOf(await writeCustomers(tx, dialect, state, records, fetchBegan));
}

export async function writeCustomers(
  tx: Tx,
  dialect: Dialect,
  state: TenantState,
  records: CustomerRecord[],
  fetchBegan: number,
): Promise<Verdicts<CustomerVersion>> {
  const { tenant } = state;
  const ids = [...new Set(records.map((record) => record.id))];
  const stored = await readVersions(tx, tenant, ids);
  const tombstones = await readTombstones(tx, tenant, 'customers', ids);
  const isErased = await readRedacted(tx, tenant, { orders: [], customers: ids });
  const told = records.map((record) =>
    isErased({ orders: [], customers: [record.id] }) ? maskCustomer(record) : record,
  );
  const verdicts = judge(
    told.map((record) => ({
      id: record.id,
      updatedAt: record.updatedAt,
      fingerprint: contentHash(record),
      record,
    })),
    stored,
    await readMarks(tx, tenant, 'customers', ids),
    new Map([...tombstones].map(([id, { deletedAt }]) => [id, deletedAt])),
    fetchBegan,
  );
  await writeVerdicts(tx, dialect, tenant, 'customers', verdicts);
  if (verdicts.write.length === 0) return verdicts;
  state.changed();
  const columns = ['tenant_id', 'shopify_customer_id', 'orders_count', 'total_spent', ...PROFILE_COLUMNS];
  const rowsOf = (some: CustomerVersion[]) =>
    some.map(({ record, fingerprint }) => [
      tenant,
      idValue(record.id),
      0,
      0,
      record.name,
      record.email,
      record.phone,
      record.country,
      JSON.stringify(record.tags),
      record.emailConsent,
      record.ordersCount,
      record.amountSpent,
      instantText(dialect, record.createdAt),
      instantText(dialect, record.updatedAt),
      fingerprint,
    ]);
  const [known, absent] = [true, false].map((is) => verdicts.write.filter(({ id }) => stored.has(id) === is));
  await tx.insertEach([
    { table: 'customers', columns, rows: rowsOf(absent!), onConflict: null },
    {
      table: 'customers',
      columns,
      rows: rowsOf(known!),
      onConflict: { keys: ['tenant_id', 'shopify_customer_id'], replace: PROFILE_COLUMNS },
    },
  ]);
  const arrived = verdicts.write.filter(({ id }) => (stored.get(id)?.updatedAt ?? null) === null).length;
  if (arrived > 0)
    await tx.run('UPDATE tenant_state SET customers = customers + ? WHERE tenant_id = ?', [arrived, tenant]);
  return verdicts;
}

/** Forgets who they were. Their orders keep their id, and so a row of totals stays as long as there are any. */
export async function deleteCustomers(tx: Tx, state: TenantState, ids: string[]): Promise<void> {
  const { tenant } = state;
  const known = [...(await readVersions(tx, tenant, ids))].filter(([, version]) => version.updatedAt !== null);
  if (known.length === 0) return;
  state.changed();
  const params = [tenant, ...known.map(([id]) => BigInt(id))];
  const these = `WHERE tenant_id = ? AND shopify_customer_id IN (${marks(known)})`;
  await tx.run(
    `UPDATE customers SET ${PROFILE_COLUMNS.map((column) => `${column} = NULL`).join(', ')} ${these}`,
    params,
  );
  await dropUnnamed(
    tx,
    tenant,
    known.map(([id]) => id),
  );
  await tx.run('UPDATE tenant_state SET customers = customers - ? WHERE tenant_id = ?', [known.length, tenant]);
}

/** Of these, the rows that hold nothing: neither who they are, nor totals of orders that name them. */
export async function dropUnnamed(tx: Tx, tenant: bigint, ids: string[]): Promise<void> {
  if (ids.length === 0) return;
  await tx.write(
    `DELETE FROM customers WHERE tenant_id = ? AND shopify_customer_id IN (${marks(ids)})
       AND updated_at IS NULL AND orders_count = 0 AND total_spent = 0`,
    [tenant, ...idParams(ids)],
  );
}

async function readVersions(tx: Tx, tenant: bigint, ids: string[]): Promise<Map<string, StoredVersion>> {
  if (ids.length === 0) return new Map();
  const rows = await tx.query<{
    shopify_customer_id: string | number;
    updated_at: unknown;
    content_hash: string | null;
  }>(
    `SELECT shopify_customer_id, updated_at, content_hash
     FROM customers WHERE tenant_id = ? AND shopify_customer_id IN (${marks(ids)})`,
    [tenant, ...idParams(ids)],
  );
  return new Map(
    rows.map((row) => [
      String(row.shopify_customer_id),
      { updatedAt: asDate(row.updated_at)?.getTime() ?? null, fingerprint: row.content_hash || null },
    ]),
  );
}
