import type { Tx } from '../../db/database.ts';
import type { Dialect } from '../../db/types.ts';
import { idParams, marks } from '../../db/values.ts';
import type { TenantState } from '../apply.ts';
import { writeCustomers } from '../apply-customers.ts';
import { type CustomerRecord, NOBODY } from '../records.ts';
import { customerOf, type Row } from '../records-of-rows.ts';
import { NOT_FETCHED, writeMarks } from '../versions.ts';
import type { ToldCustomer } from './map-customer.ts';

/**
 * Writes what bodies tell of customers; what they do not tell stays as it is, and is fetched `settleSeconds` later, once
 * for however many bodies. So is a customer of whom two tell otherwise, of one time.
 */
export async function applyCustomerBodies(
  tx: Tx,
  dialect: Dialect,
  state: TenantState,
  bodies: ToldCustomer[],
  settleSeconds: number,
): Promise<void> {
  if (bodies.length === 0) return;
  const latest = new Map<string, ToldCustomer>();
  const ties = new Set<string>();
  for (const told of bodies) {
    const other = latest.get(told.id);
    if (other && told.updatedAt < other.updatedAt) continue;
    if (told.updatedAt !== other?.updatedAt) ties.delete(told.id);
    else if (JSON.stringify(told) !== JSON.stringify(other)) ties.add(told.id);
    latest.set(told.id, told);
  }
  const stored = await readProfiles(tx, state.tenant, [...latest.keys()]);
  const records = [...latest.values()].map((told) => ({ ...NOTHING_KNOWN, ...stored.get(told.id), ...told }));
  const { write } = await writeCustomers(tx, dialect, state, records, NOT_FETCHED);
  const told = (id: string) => Object.keys(latest.get(id)!).length;
  const partly = write.map(({ id }) => id).filter((id) => told(id) < EVERYTHING);
  await writeMarks(tx, dialect, state.tenant, 'customers', [...new Set([...partly, ...ties])], settleSeconds);
}

/** In the order of the record's own fields, on which the hash of its content depends. */
const NOTHING_KNOWN: CustomerRecord = {
  id: '',
  ...NOBODY,
  ordersCount: 0,
  amountSpent: 0,
  createdAt: 0,
  updatedAt: 0,
};
const EVERYTHING = Object.keys(NOTHING_KNOWN).length;

async function readProfiles(tx: Tx, tenant: bigint, ids: string[]): Promise<Map<string, CustomerRecord>> {
  const rows = await tx.query<Row>(
    `SELECT shopify_customer_id, name, email, phone, country, tags, email_consent, shopify_orders_count,
       shopify_amount_spent, created_at, updated_at
     FROM customers WHERE tenant_id = ? AND updated_at IS NOT NULL AND shopify_customer_id IN (${marks(ids)})`,
    [tenant, ...idParams(ids)],
  );
  return new Map(rows.map((row) => [String(row.shopify_customer_id), customerOf(row)]));
}
