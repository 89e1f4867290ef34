import type { Database } from '../db/database.ts';
import type { InboxEvent } from '../db/inbox-event.ts';
import type { Tenant } from '../db/models/tenant.ts';
import type { Hint } from '../jobs/job.ts';
import { makeDue } from '../jobs/recurring.ts';
import { markUninstalled } from './disconnect.ts';
import { SUBSCRIPTIONS } from './subscriptions.ts';
import { startRun } from './sync.ts';

export interface StandingDeps {
  db: Database;
  log: { info(fields: object, message: string): void };
  hint: Hint;
  /** Stops what runs for a store. */
  stop(tenantId: string): void;
  /** Has Shopify asked what the store is called, and for its currency and time zone. */
  describeSoon(tenantId: string): Promise<unknown>;
  /** Whether an uninstallation at that instant is one of the installation as it is now. */
  hasEndedBy(uninstalledAt: Date | null, tenant: Tenant, signal: AbortSignal): Promise<boolean>;
}

/** What is done about webhooks that are about the connection itself; each may be done twice. */
export const standingHandlers = ({
  db,
  log,
  hint,
  stop,
  hasEndedBy,
  describeSoon,
}: StandingDeps): Record<string, (event: InboxEvent, signal: AbortSignal) => Promise<void>> => ({
  async 'app/uninstalled'({ tenantId, triggeredAt, shopDomain }, signal) {
    const tenant = tenantId === null ? null : await db.models.Tenant.findByPk(tenantId);
    if (!tenant) return;
    if ((await hasEndedBy(triggeredAt, tenant, signal)) && (await markUninstalled(db, tenant))) stop(tenant.id);
    else {
      log.info(
        { tenantId, shop: shopDomain, triggeredAt },
        'an uninstallation from before the reinstallation is ignored',
      );
    }
  },

  /** The run asks for the scopes, as it begins and as it ends, tells what is missing, and fetches what is newly granted. */
  async 'app/scopes_update'({ tenantId }) {
    const tenant = tenantId === null ? null : await db.models.Tenant.findByPk(tenantId);
    if (!tenant?.accessToken || tenant.status !== 'connected') return;
    await db.transaction((tx) => startRun(tx, db, tenant.id, 'incremental'));
    hint('sync', tenant.id);
    await makeDue(db, tenant.id, SUBSCRIPTIONS, 0);
  },

  /** The name, currency or time zone may be another. Shopify is asked later: others' webhooks do not wait for its answer. */
  async 'shop/update'({ tenantId }) {
    if (tenantId !== null) await describeSoon(tenantId);
  },
});
