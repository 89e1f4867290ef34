import type { Tenant } from '../db/models/tenant.ts';
import type { ShopifyClient } from '../shopify/client.ts';
import { ReconnectNeeded, ShopUnavailable } from '../shopify/errors.ts';
import { ShopDocument } from '../shopify/operations/generated.ts';

/**
 * Whether an uninstallation at that instant is one of the installation as it is now, and not of one before. When that
 * began is known to the second (the Date of Shopify's answer): within it, whether Shopify still takes the tokens tells.
 * @throws ShopifyError if Shopify has to be asked and does not answer
 */
export async function hasEndedBy(
  uninstalledAt: Date,
  { installedAt }: Pick<Tenant, 'installedAt'>,
  client: ShopifyClient,
): Promise<boolean> {
  if (installedAt === null) return true;
  const after = uninstalledAt.getTime() - installedAt.getTime();
  if (after < 0) return false;
  if (after >= 1000) return true;
  try {
    return !(await isInstalled(client));
  } catch (error) {
    if (error instanceof ShopUnavailable) return false;
    throw error;
  }
}

/**
 * Whether Shopify still takes the store's tokens.
 * @throws ShopifyError if it does not tell, as of a store that is frozen
 */
export async function isInstalled(client: ShopifyClient): Promise<boolean> {
  try {
    await client.query(ShopDocument, {}, {});
    return true;
  } catch (error) {
    if (error instanceof ReconnectNeeded) return false;
    throw error;
  }
}
