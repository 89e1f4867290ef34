import type { Database } from '../db/database.ts';
import { ENDED, type Tenant } from '../db/models/tenant.ts';
import type { ShopifyClient } from '../shopify/client.ts';
import { ShopUnavailable } from '../shopify/errors.ts';
import { markErasing } from './disconnect.ts';
import { isInstalled } from './has-ended.ts';

/**
 * Ends the connection of a store whose data Shopify has asked, at `asked`, to erase. Null when it has; otherwise why that
 * is not to be done. Shopify asks 48 hours after an uninstallation, so that it may be about an installation before the one
 * that there is now: whether there is one, Shopify itself tells. A store that it shows to nobody (frozen, locked, gone)
 * shows no installation either.
 * @throws ShopifyError if it does not tell
 */
export async function beginErasing(
  db: Database,
  tenant: Tenant,
  asked: Date,
  clientFor: (tenant: Tenant) => ShopifyClient,
  signal: AbortSignal,
): Promise<string | null> {
  const { status, installedAt } = tenant;
  const mayBeInstalled = !ENDED.has(status) && (installedAt === null || asked >= installedAt);
  if (mayBeInstalled && (await takesTokens(clientFor(tenant), signal))) return 'The app is installed in the store.';
  return (await markErasing(db, tenant, asked)) ? null : 'It was asked for before the store was connected again.';
}

async function takesTokens(client: ShopifyClient, signal: AbortSignal): Promise<boolean> {
  try {
    return await isInstalled(client, signal);
  } catch (error) {
    if (error instanceof ShopUnavailable) return false;
    throw error;
  }
}
