import type { Database } from '../db/database.ts';
import type { Tenant } from '../db/models/tenant.ts';
import { ReconnectNeeded, ShopUnavailable } from '../shopify/errors.ts';

/**
 * Notes on a store that it as a whole cannot be read, unless it was connected again since `tenant` was read; whether the
 * error said so. Other errors change nothing.
 */
export async function noteTrouble(db: Database, tenant: Tenant, error: unknown): Promise<boolean> {
  const status =
    error instanceof ReconnectNeeded ? 'reconnect_needed' : error instanceof ShopUnavailable ? 'paused' : null;
  if (status === null) return false;
  const statusReason = (error as Error).message;
  const { id, installedAt } = tenant;
  await db.models.Tenant.update(
    { status, statusReason },
    { where: { id, installedAt, status: ['connected', 'paused'] } },
  );
  return true;
}
