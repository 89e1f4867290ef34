import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '../db/database.ts';
import type { Tenant } from '../db/models/tenant.ts';
import type { SealedTable } from '../db/reseal.ts';
import type { ShopTokens } from '../shopify/oauth.ts';
import type { Sealer } from '../db/seal.ts';
import type { TokenSourcePorts } from '../shopify/token-source.ts';

/** A token's ciphertext opens only in its own shop's row and column. */
const boundTo = (shop: string, column: 'access' | 'refresh') => `${shop} ${column}`;

/** Where tokens stand, for when they are to be sealed by another key. */
export const TOKEN_SEALS: SealedTable = {
  table: 'tenants',
  label: 'shop_domain',
  columns: {
    access_token: ({ shop_domain }) => boundTo(shop_domain!, 'access'),
    refresh_token: ({ shop_domain }) => boundTo(shop_domain!, 'refresh'),
  },
};

/** A shop's tokens as columns of its tenant's row. */
export const sealedTokens = (sealer: Sealer, shop: string, tokens: ShopTokens) => ({
  accessToken: sealer.seal(tokens.accessToken, boundTo(shop, 'access')),
  accessTokenExpiresAt: tokens.expiresAt,
  refreshToken: tokens.refreshToken === null ? null : sealer.seal(tokens.refreshToken, boundTo(shop, 'refresh')),
  refreshTokenExpiresAt: tokens.refreshExpiresAt,
});

export const NO_TOKENS = {
  accessToken: null,
  accessTokenExpiresAt: null,
  refreshToken: null,
  refreshTokenExpiresAt: null,
};

/** Does the work unless another process is at it for the same tenant: null then. Ends with the process that does it. */
type Alone = <T>(tenantId: string, work: () => Promise<T>) => Promise<{ result: T } | null>;

/** Where the Shopify room finds tokens and keeps refreshed ones: sealed, in the tenant's row. */
export function tokenStore(
  db: Database,
  sealer: Sealer,
  alone: Alone,
): Required<Pick<TokenSourcePorts, 'load' | 'save' | 'lock'>> {
  const { Tenant } = db.models;
  const opened = (shop: string, tenant: Tenant): ShopTokens | null => {
    const { accessToken, refreshToken } = tenant;
    if (!accessToken) return null;
    try {
      return {
        accessToken: sealer.open(accessToken, boundTo(shop, 'access')),
        scopes: tenant.scopes.split(',').filter(Boolean),
        expiresAt: tenant.accessTokenExpiresAt,
        refreshToken: refreshToken === null ? null : sealer.open(refreshToken, boundTo(shop, 'refresh')),
        refreshExpiresAt: tenant.refreshTokenExpiresAt,
      };
    } catch {
      return null; // sealed by a key that is gone, or moved here from another row: only a new connection helps
    }
  };
  return {
    async load(shop) {
      const tenant = await Tenant.findOne({ where: { shopDomain: shop } });
      return tenant && opened(shop, tenant);
    },

    save: (shop, tokens, instead) =>
      db.transaction(async ({ transaction }) => {
        const tenant = await Tenant.findOne({ where: { shopDomain: shop }, transaction, lock: true });
        // a store that was disconnected meanwhile stays so, and one that was connected again has better ones
        if (!tenant || opened(shop, tenant)?.refreshToken !== instead.refreshToken) return false;
        await tenant.update(sealedTokens(sealer, shop, tokens), { transaction });
        return true;
      }),

    async lock(shop, work) {
      const tenant = await Tenant.findOne({ where: { shopDomain: shop }, attributes: ['id'] });
      if (!tenant) return work();
      for (;;) {
        const held = await alone(tenant.id, work);
        if (held) return held.result;
        await sleep(randomInt(100, 300));
      }
    },
  };
}
