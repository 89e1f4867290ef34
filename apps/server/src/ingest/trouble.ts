import type { Transaction } from 'sequelize';
import type { Database } from '../db/database.ts';
import type { Tenant } from '../db/models/tenant.ts';
import { ReconnectNeeded, ShopUnavailable } from '../shopify/errors.ts';

interface Trouble {
  status: 'reconnect_needed' | 'paused';
  statusReason: string;
}

/** What errors say about a store as a whole, that it cannot be read; null where they say nothing of the kind. */
export function troubleIn(errors: unknown[]): Trouble | null {
  const reconnect = errors.find((error) => error instanceof ReconnectNeeded);
  if (reconnect) return { status: 'reconnect_needed', statusReason: reconnect.message };
  const unavailable = errors.find((error) => error instanceof ShopUnavailable);
  return unavailable ? { status: 'paused', statusReason: unavailable.message } : null;
}

/** Notes it on the store, unless that was connected again since `tenant` was read, and so has better tokens. */
export async function writeTrouble(
  { models }: Database,
  { id, installedAt }: Tenant,
  trouble: Trouble,
  transaction?: Transaction,
): Promise<void> {
  await models.Tenant.update(trouble, {
    where: { id, installedAt, status: ['connected', 'paused'] },
    transaction: transaction ?? null,
  });
}

/** Notes what an error says about a store as a whole; whether it says anything. Other errors change nothing. */
export async function noteTrouble(db: Database, tenant: Tenant, error: unknown): Promise<boolean> {
  const trouble = troubleIn([error]);
  if (trouble) await writeTrouble(db, tenant, trouble);
  return trouble !== null;
}
