import type { Tenant } from '../db/models/tenant.ts';
import { ShopDocument, type ShopQuery } from '../shopify/operations/generated.ts';
import type { ShopifyClient } from '../shopify/client.ts';
import type { Database } from '../db/database.ts';
import type { Lease } from '../db/leases.ts';
import { locked, readFacts, type TenantFacts } from './apply.ts';
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

interface DescribeContext {
  db: Database;
  tenantId: string;
  lease: Lease;
  client: ShopifyClient;
  signal: AbortSignal;
}

/**
 * Asks the shop for its name, time zone, currency and granted scopes, and stores them, unless the lease is lost. A time zone or currency that
 * differs from the one the figures are made with gives them anew, in one transaction: they are never mixed. Others may
 * ask at the same time, and an answer may be on its way for long: where what it would change was changed meanwhile,
 * nobody knows which is the later one, and the shop is asked again.
 */
export async function describeShop(ctx: DescribeContext, tenant: Tenant): Promise<ShopFacts> {
  for (;;) {
    const { facts: before } = await readFacts(ctx.db, ctx.tenantId);
    const described = await describeSince(ctx, tenant, before);
    if (described) return described;
  }
}

/** Null, and nothing is stored, where time zone or currency are not what they were before. */
async function describeSince(ctx: DescribeContext, tenant: Tenant, before: TenantFacts): Promise<ShopFacts | null> {
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
  const isStored = await locked(ctx, async (tx, state) => {
    if (state.timezone !== before.timezone || state.currency !== before.currency) return false;
    await ctx.db.models.Tenant.update(known, { where: { id: tenant.id }, transaction: tx.transaction });
    if (state.timezone === timezone && state.currency === currency) return true;
    await tx.run('UPDATE tenant_state SET timezone = ?, currency = ? WHERE tenant_id = ?', [
      timezone,
      currency,
      state.tenant,
    ]);
    await redate(tx, ctx.db.dialect, { ...state, timezone, currency });
    return true;
  });
  if (!isStored) return null;
  tenant.set(known);
  return { timezone, currency, scopes, shopNow: date };
}
