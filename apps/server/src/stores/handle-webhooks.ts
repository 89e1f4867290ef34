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
  /** Whether an uninstallation at that instant is one of the installation as it is now. */
  hasEndedBy(uninstalledAt: Date, tenant: Tenant): Promise<boolean>;
}

/** What is done about webhooks that are about the connection itself; each may be done twice. */
export const standingHandlers = ({
  db,
  log,
  hint,
  stop,
  hasEndedBy,
}: StandingDeps): Record<string, (event: InboxEvent) => Promise<void>> => ({
  async 'app/uninstalled'({ tenantId, triggeredAt, shopDomain }) {
    const tenant = tenantId === null ? null : await db.models.Tenant.findByPk(tenantId);
    if (!tenant) return;
    const isOfNow = triggeredAt === null || (await hasEndedBy(triggeredAt, tenant));
    if (isOfNow && (await markUninstalled(db, tenant))) stop(tenant.id);
    else {
      log.info(
        { tenantId, shop: shopDomain, triggeredAt },
        'an uninstallation from before the reinstallation is ignored',
      );
    }
  },

  /** The run asks for the scopes, tells what is missing, and fetches what is newly granted; so does the check. */
  async 'app/scopes_update'({ tenantId, body }) {
    const tenant = tenantId === null ? null : await db.models.Tenant.findByPk(tenantId);
    if (!tenant?.accessToken || tenant.status !== 'connected') return;
    // for a run that goes on already: what it ends with is compared with what is granted by then
    const scopes = scopesIn(body);
    if (scopes) await tenant.update({ scopes: scopes.join(',') });
    await db.transaction((tx) => startRun(tx, db, tenant.id, 'incremental'));
    hint('sync', tenant.id);
    await makeDue(db, tenant.id, SUBSCRIPTIONS, 0);
  },
});

/** What is granted from now on, as `app/scopes_update` tells it; null where it does not. */
function scopesIn(body: string): string[] | null {
  const { current } = JSON.parse(body) as { current?: unknown };
  return Array.isArray(current) && current.every((scope) => typeof scope === 'string') ? current : null;
}
