import type { Tenant } from '../db/models/tenant.ts';
import type { ShopifyClient } from '../shopify/client.ts';
import { isDenied, ReconnectNeeded, ShopifyUnreachable, ShopUnavailable } from '../shopify/errors.ts';
import { ShopDocument } from '../shopify/operations/generated.ts';

/**
 * Whether an uninstallation at that instant is one of the installation as it is now, and not of one before. When that
 * began is known to the second (the Date of Shopify's answer): within it, or if the instant was not told (null), whether
 * Shopify still takes the tokens tells.
 * @throws ShopifyError if Shopify has to be asked and does not answer
 */
export async function hasEndedBy(
  uninstalledAt: Date | null,
  { installedAt }: Pick<Tenant, 'installedAt'>,
  client: ShopifyClient,
  signal: AbortSignal,
): Promise<boolean> {
  if (installedAt === null) return true;
  const after = uninstalledAt === null ? 0 : uninstalledAt.getTime() - installedAt.getTime();
  if (after < 0) return false;
  if (after >= 1000) return true;
  try {
    return !(await isInstalled(client, signal));
  } catch (error) {
    if (error instanceof ShopUnavailable) return false;
    throw error;
  }
}

/** For so long the webhooks of a store wait for Shopify's answer; then they are processed, and it is asked again. */
const ANSWER_MS = 5_000;

/**
 * Whether Shopify still takes the store's tokens.
 * @throws ShopifyError if it does not tell, as of a store that is frozen, or not soon
 */
export async function isInstalled(client: ShopifyClient, signal: AbortSignal): Promise<boolean> {
  const patience = AbortSignal.timeout(ANSWER_MS);
  try {
    await client.query(ShopDocument, {}, { signal: AbortSignal.any([signal, patience]) });
    return true;
  } catch (error) {
    if (error instanceof ReconnectNeeded) return false;
    // it knows them, and says what they do not open
    if (isDenied(error)) return true;
    signal.throwIfAborted();
    if (patience.aborted) throw new ShopifyUnreachable(client.shop, `no answer in ${ANSWER_MS} ms`);
    throw error;
  }
}
