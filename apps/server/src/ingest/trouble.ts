import type { Database } from '../db/database.ts';
import { ReconnectNeeded, ShopUnavailable } from '../shopify/errors.ts';

/** Notes on a connected store that it as a whole cannot be read; other errors change nothing. */
export async function noteTrouble(db: Database, tenantId: string, error: unknown): Promise<void> {
  const status =
    error instanceof ReconnectNeeded ? 'reconnect_needed' : error instanceof ShopUnavailable ? 'paused' : null;
  if (status === null) return;
  const statusReason = (error as Error).message;
  await db.models.Tenant.update({ status, statusReason }, { where: { id: tenantId, status: 'connected' } });
}
