import { isDeepStrictEqual } from 'node:util';
import type { Tx } from '../db/database.ts';
import type { Dialect } from '../db/types.ts';
import { asDate, idParams, instantText, instantTextOrNull, marks } from '../db/values.ts';
import type { TenantState } from './apply.ts';
import { localDates } from './local-date.ts';

export interface Checkout {
  id: string;
  currency: string;
  totalPrice: number;
  /** Whether whoever began it can be written to. */
  contact: boolean;
  createdAt: number;
  updatedAt: number;
  completedAt: number | null;
}

/** In place of when it was completed: nobody has told, but it is not listed among the abandoned ones. */
const PRESUMABLY = 0;
/** Until it is told to be open as of its last change or later. */
export const presumeCompleted = (checkout: Checkout): Checkout => ({ ...checkout, completedAt: PRESUMABLY });

/** Stores the newest of what was told of each; one that was completed stays so. */
export async function applyCheckouts(tx: Tx, dialect: Dialect, state: TenantState, told: Checkout[]): Promise<void> {
  if (told.length === 0) return;
  const { tenant, timezone } = state;
  const before = await readCheckouts(tx, tenant, [...new Set(told.map(({ id }) => id))]);
  const after = new Map(before);
  for (const checkout of told) {
    const known = after.get(checkout.id);
    const newest = known && known.updatedAt > checkout.updatedAt ? known : checkout;
    // `||`: whatever is told is better than what is presumed
    const completedAt = (known?.completedAt || checkout.completedAt) ?? (newest === known ? known.completedAt : null);
    after.set(checkout.id, { ...newest, completedAt });
  }
  const changed = [...after.values()].filter((checkout) => !isDeepStrictEqual(checkout, before.get(checkout.id)));
  if (changed.length === 0) return;
  state.changed();
  const localDate = localDates(timezone);
  const columns = ['currency', 'total_price', 'contact', 'created_at', 'updated_at', 'completed_at', 'local_date'];
  await tx.insert(
    'checkouts',
    ['tenant_id', 'shopify_checkout_id', ...columns],
    changed.map((checkout) => [
      tenant,
      checkout.id,
      checkout.currency,
      checkout.totalPrice,
      Number(checkout.contact),
      instantText(dialect, checkout.createdAt),
      instantText(dialect, checkout.updatedAt),
      instantTextOrNull(dialect, checkout.completedAt),
      localDate(checkout.createdAt),
    ]),
    { keys: ['tenant_id', 'shopify_checkout_id'], replace: columns },
  );
}

export async function readCheckouts(tx: Tx, tenant: bigint, ids: string[]): Promise<Map<string, Checkout>> {
  const rows = await tx.query<{
    id: string | number;
    currency: string;
    total_price: string | number;
    contact: number;
    created_at: unknown;
    updated_at: unknown;
    completed_at: unknown;
  }>(
    `SELECT shopify_checkout_id AS id, currency, total_price, contact, created_at, updated_at, completed_at
     FROM checkouts WHERE tenant_id = ? AND shopify_checkout_id IN (${marks(ids)})`,
    [tenant, ...idParams(ids)],
  );
  return new Map(
    rows.map((row) => [
      String(row.id),
      {
        id: String(row.id),
        currency: row.currency,
        totalPrice: Number(row.total_price),
        contact: Boolean(Number(row.contact)),
        createdAt: asDate(row.created_at)!.getTime(),
        updatedAt: asDate(row.updated_at)!.getTime(),
        completedAt: asDate(row.completed_at)?.getTime() ?? null,
      },
    ]),
  );
}
