import type { Tenant } from '../db/models/tenant.ts';
import { ShopDocument, type ShopQuery } from '../shopify/operations/generated.ts';
import type { ShopifyClient } from '../shopify/client.ts';
import type { Database } from '../db/database.ts';
import type { Lease } from '../db/leases.ts';
import { locked } from './apply.ts';
import { isTimezone } from './local-date.ts';
import { Unreadable } from './map/fields.ts';
import { redate } from './redate.ts';

export interface ShopFacts {
  timezone: string;
  currency: string;
  scopes: string[];
  shopNow: Date;
}

/** What the store has granted by now. */
export async function readScopes({
  client,
  signal,
}: {
  client: ShopifyClient;
  signal: AbortSignal;
}): Promise<string[]> {
  return scopesIn((await client.query(ShopDocument, {}, { signal })).data);
}

const scopesIn = ({ currentAppInstallation }: ShopQuery): string[] =>
  currentAppInstallation.accessScopes.map((scope) => scope.handle);

/**
 * Asks the shop for its name, time zone, currency and granted scopes, and stores them, unless the lease is lost. A time zone or currency that
 * differs from the one the figures are made with gives them anew, in one transaction: they are never mixed.
 */
export async function describeShop(
  ctx: { db: Database; tenantId: string; lease: Lease; client: ShopifyClient; signal: AbortSignal },
  tenant: Tenant,
): Promise<ShopFacts> {
  const { data, date } = await ctx.client.query(ShopDocument, {}, { signal: ctx.signal });
  const { name, ianaTimezone: timezone, currencyCode: currency } = data.shop;
  const scopes = scopesIn(data);
  if (!isTimezone(timezone))
    throw new Unreadable(`The store's time zone "${timezone}" is unknown here; update Node.js.`);

  const known = {
    storeName: name.replaceAll('\0', '').toWellFormed(),
    timezone,
    currency,
    scopes: scopes.join(','),
    apiVersion: ctx.client.fallenForwardTo,
  };
  await locked(ctx, async (tx, state) => {
    await ctx.db.models.Tenant.update(known, { where: { id: tenant.id }, transaction: tx.transaction });
    if (state.timezone === timezone && state.currency === currency) return;
    await tx.run('UPDATE tenant_state SET timezone = ?, currency = ? WHERE tenant_id = ?', [
      timezone,
      currency,
      state.tenant,
    ]);
    await redate(tx, ctx.db.dialect, { ...state, timezone, currency });
  });
  tenant.set(known);
  return { timezone, currency, scopes, shopNow: date };
}
