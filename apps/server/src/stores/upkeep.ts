import type { Database, Tx } from '../db/database.ts';
import type { Tenant } from '../db/models/tenant.ts';
import type { Hint, JobKind } from '../jobs/job.ts';
import { recurring } from '../jobs/recurring.ts';
import type { ShopifyClient } from '../shopify/client.ts';
import { ShopDocument } from '../shopify/operations/generated.ts';
import { ensureSubscriptions, forgetGap, SUBSCRIPTIONS, type SubscriptionDeps } from './subscriptions.ts';
import { startRun } from './sync.ts';

export interface UpkeepDeps extends SubscriptionDeps {
  db: Database;
  clientFor(tenant: Tenant): ShopifyClient;
  hint: Hint;
  /** Notes what an error says about a store as a whole; whether it does. */
  troubled(tenant: Tenant, error: unknown): Promise<boolean>;
  /** Has a store compared with Shopify: what was deleted while nobody told, no run finds. */
  compareSoon(tx: Tx, tenantId: string): Promise<unknown>;
  syncEverySeconds: number;
  probeEverySeconds: number;
}

/** What a store needs now and then, besides what happens in it. */
export const upkeepJobs = (deps: UpkeepDeps): JobKind[] => [scheduledSync(deps), subscriptionCheck(deps), probe(deps)];

export const SCHEDULED_SYNC = 'scheduled-sync';

/** An incremental run every few hours, whatever webhooks say. A store that was just connected has its first run anyway. */
const scheduledSync = (deps: UpkeepDeps): JobKind =>
  recurring({
    db: deps.db,
    name: SCHEDULED_SYNC,
    everySeconds: deps.syncEverySeconds,
    work: (tenantId) => queueRun(deps, tenantId),
  });

/** Subscriptions that Shopify has removed are made again, and what happened meanwhile is fetched. */
const subscriptionCheck = (deps: UpkeepDeps): JobKind =>
  recurring({
    db: deps.db,
    name: SUBSCRIPTIONS,
    everySeconds: deps.subscriptionsEverySeconds,
    retrySeconds: Math.min(60, deps.subscriptionsEverySeconds),
    async work(tenantId, signal) {
      const tenant = await deps.db.models.Tenant.findByPk(tenantId);
      if (tenant?.status !== 'connected') return;
      const scopes = tenant.scopes.split(',');
      await asFarAsItGoes(deps, tenant, async () => {
        const hadGap = await ensureSubscriptions(deps, tenant, deps.clientFor(tenant), { scopes, signal });
        if (!hadGap) return;
        await queueRun(deps, tenantId, async (tx) => {
          await deps.compareSoon(tx, tenantId);
          await forgetGap(tx, tenantId);
        });
      });
    },
  });

/** Whether a shop that was frozen or locked is back: then the gap is filled. */
const probe = ({ db, clientFor, hint, troubled, compareSoon, probeEverySeconds }: UpkeepDeps): JobKind =>
  recurring({
    db,
    name: 'probe',
    everySeconds: probeEverySeconds,
    statuses: ['paused'],
    async work(tenantId, signal) {
      const tenant = await db.models.Tenant.findByPk(tenantId);
      if (tenant?.status !== 'paused') return;
      await asFarAsItGoes({ troubled }, tenant, async () => {
        await clientFor(tenant).query(ShopDocument, {}, { signal });
        await db.transaction(async (tx) => {
          const [isBack] = await db.models.Tenant.update(
            { status: 'connected', statusReason: null },
            { where: { id: tenantId, status: 'paused' }, transaction: tx.transaction },
          );
          if (isBack === 0) return;
          await startRun(tx, db, tenantId, 'incremental', { sinceNow: true });
          await compareSoon(tx, tenantId);
        });
        hint('sync', tenantId);
      });
    },
  });

/** `fillGap`, in the same transaction: the run is to find what happened until now. */
async function queueRun(
  { db, hint }: Pick<UpkeepDeps, 'db' | 'hint'>,
  tenantId: string,
  fillGap?: (tx: Tx) => Promise<void>,
): Promise<void> {
  const tenant = await db.models.Tenant.findByPk(tenantId);
  if (!tenant?.accessToken || tenant.status !== 'connected') return;
  await db.transaction(async (tx) => {
    await startRun(tx, db, tenantId, 'incremental', { sinceNow: fillGap !== undefined });
    await fillGap?.(tx);
  });
  hint('sync', tenantId);
}

async function asFarAsItGoes(
  { troubled }: Pick<UpkeepDeps, 'troubled'>,
  tenant: Tenant,
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(await troubled(tenant, error))) throw error;
  }
}
