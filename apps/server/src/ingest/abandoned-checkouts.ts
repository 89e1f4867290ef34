import { withLease } from '../db/leases.ts';
import type { Tenant } from '../db/models/tenant.ts';
import { asDate } from '../db/values.ts';
import { type JobKind, lookAgain } from '../jobs/job.ts';
import { readNote, recurring, writeNote } from '../jobs/recurring.ts';
import { isDenied } from '../shopify/errors.ts';
import { AbandonedCheckoutsDocument, type AbandonedCheckoutsQuery } from '../shopify/operations/generated.ts';
import { mayRead } from '../shopify/scopes.ts';
import { timeWindow } from '../shopify/search.ts';
import { type ApplyContext, locked } from './apply.ts';
import { applyCheckouts, type Checkout, presumeCompleted, readCheckouts } from './apply-checkouts.ts';
import type { SyncContext, SyncDeps } from './context.ts';
import { idOf, instantOf, instantOrNull, minorIn, storableIdOf, Unreadable } from './map/fields.ts';
import { describeShop } from './shop.ts';

export const CHECKOUTS = 'checkouts';
const DAY_MS = 86_400_000;
/**
 * How far before the last reading the next one begins. A checkout is listed from an hour after its last change on, so
 * that it must be longer than that; the more it is, the more often Shopify is asked about one.
 */
const OVERLAP_MS = 7 * DAY_MS;
/** What nobody has touched for so long is listed, unless it was completed in time. */
const SETTLED_MS = 2 * 3_600_000;
/** Shopify removes abandoned checkouts after three months; what is older than this need not be listed. */
const LISTED_MS = 60 * DAY_MS;
/** Of one statement. */
const CHUNK = 500;

export interface CheckoutDeps extends Pick<SyncDeps, 'db' | 'log' | 'owner' | 'leaseSeconds' | 'clientFor'> {
  /** Called when figures of a tenant have changed. */
  changed(tenantId: string): void;
  /** Notes what an error says about a store as a whole; whether it does. */
  troubled(tenant: Tenant, error: unknown): Promise<boolean>;
}

/**
 * Asks a shop for its abandoned checkouts: after each run that succeeded, and daily. Webhooks tell of them too, and of
 * those that were never abandoned besides; this finds what was begun before they came, and what they have missed.
 */
export const checkoutJobs = (deps: CheckoutDeps): JobKind =>
  recurring({
    db: deps.db,
    name: CHECKOUTS,
    everySeconds: DAY_MS / 1000,
    retrySeconds: 600,
    async work(tenantId, signal) {
      const { db, log, owner, leaseSeconds: seconds } = deps;
      const tenant = await db.models.Tenant.findByPk(tenantId);
      // before the first run has asked for its time zone, no checkout has a day
      if (tenant?.status !== 'connected' || tenant.currency === null) return;
      const held = await withLease(db, { tenantId, name: CHECKOUTS, owner, seconds, signal }, async (lease, kept) => {
        const ctx = { db, log, tenantId, lease, client: deps.clientFor(tenant), signal: kept };
        try {
          const shop = await describeShop(ctx, tenant);
          if (!mayRead(shop.scopes, 'orders')) return;
          await readAbandoned({ ...ctx, shopNow: shop.shopNow });
          deps.changed(tenantId);
        } catch (error) {
          if (await deps.troubled(tenant, error)) return;
          if (!isDenied(error)) throw error;
          log.warn({ tenantId, shop: tenant.shopDomain, err: error }, 'checkouts are told by webhooks alone');
        }
      });
      return held ? undefined : lookAgain(signal);
    },
  });

type Context = ApplyContext & Pick<SyncContext, 'log' | 'client' | 'signal' | 'shopNow'>;

/**
 * Takes what is listed since a week before the last reading, everything the first time. What we hold to be abandoned and
 * is not listed was completed in time: the list includes all that were abandoned, recovered ones too. An empty list is
 * not believed: the next one has the same beginning.
 * Rule: https://shopify.dev/docs/api/admin-graphql/latest/queries/abandonedCheckouts
 */
async function readAbandoned(ctx: Context): Promise<void> {
  const { db, tenantId, client, signal, shopNow } = ctx;
  const last = await readNote(db, tenantId, CHECKOUTS);
  const since = last === null ? null : new Date(Date.parse(last) - OVERLAP_MS);
  // read first: what changes while the list is read is another one
  const missing = await openOnes(ctx, since);
  let isEmpty = true;
  let after: string | null = null;
  do {
    const variables: { query: string | null; after: string | null } = {
      query: timeWindow('updated_at', since, null),
      after,
    };
    const { nodes, pageInfo } = (await client.query(AbandonedCheckoutsDocument, variables, { signal })).data
      .abandonedCheckouts;
    isEmpty &&= nodes.length === 0;
    for (const { id } of nodes) missing.delete(storableIdOf(id) ?? '');
    const listed = nodes.flatMap((node) => checkoutIn(ctx, node) ?? []);
    await locked(ctx, (tx, state) => applyCheckouts(tx, db.dialect, state, listed));
    after = pageInfo.hasNextPage ? (pageInfo.endCursor ?? null) : null;
  } while (after !== null);
  if (isEmpty && missing.size > 0) return;
  await complete(ctx, missing);
  await db.transaction((tx) => writeNote(tx, tenantId, CHECKOUTS, shopNow.toISOString()));
}

type Node = AbandonedCheckoutsQuery['abandonedCheckouts']['nodes'][number];

/** Null for one that cannot be taken as it is. */
function checkoutIn({ log, tenantId }: Context, node: Node): Checkout | null {
  const { amount, currencyCode: currency } = node.totalPriceSet.shopMoney;
  try {
    return {
      id: idOf(node.id),
      currency,
      totalPrice: minorIn(amount, currency),
      contact: true,
      createdAt: instantOf(node.createdAt),
      updatedAt: instantOf(node.updatedAt),
      completedAt: instantOrNull(node.completedAt),
    };
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    log.warn({ tenantId, checkout: node.id, err: error }, 'a checkout could not be read');
    return null;
  }
}

/** When each of those that we hold to be abandoned, and that must be listed if they are, was changed last, by id. */
async function openOnes({ db, tenantId, shopNow }: Context, since: Date | null): Promise<Map<string, number>> {
  const before = (ms: number) => new Date(shopNow.getTime() - ms);
  const rows = await db.read<{ id: string | number; updated_at: unknown }>(
    `SELECT shopify_checkout_id AS id, updated_at FROM checkouts
     WHERE tenant_id = ? AND completed_at IS NULL AND contact <> 0 AND created_at >= ? AND updated_at BETWEEN ? AND ?`,
    [BigInt(tenantId), before(LISTED_MS), since ?? before(LISTED_MS), before(SETTLED_MS)],
  );
  return new Map(rows.map((row) => [String(row.id), asDate(row.updated_at)!.getTime()]));
}

/** Those of them that nobody has told of meanwhile. */
async function complete(ctx: Context, missing: ReadonlyMap<string, number>): Promise<void> {
  const { db } = ctx;
  const ids = [...missing.keys()];
  for (let at = 0; at < ids.length; at += CHUNK) {
    await locked(ctx, async (tx, state) => {
      const stored = await readCheckouts(tx, state.tenant, ids.slice(at, at + CHUNK));
      const same = [...stored.values()].filter(
        (one) => one.completedAt === null && one.updatedAt === missing.get(one.id),
      );
      await applyCheckouts(tx, db.dialect, state, same.map(presumeCompleted));
    });
  }
}
