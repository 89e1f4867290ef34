import { withLease } from '../db/leases.ts';
import type { Tenant } from '../db/models/tenant.ts';
import { type JobKind, lookAgain } from '../jobs/job.ts';
import { recurring } from '../jobs/recurring.ts';
import type { SyncDeps } from './context.ts';
import { describeShop } from './shop.ts';

export const DESCRIBE = 'describe';
const DAY_SECONDS = 86_400;

export interface DescribeDeps extends Pick<SyncDeps, 'db' | 'owner' | 'leaseSeconds' | 'clientFor'> {
  /** Called when figures of a tenant have changed. */
  changed(tenantId: string): void;
  /** Notes what an error says about a store as a whole; whether it does. */
  troubled(tenant: Tenant, error: unknown): Promise<boolean>;
}

/** Asks a shop what it is called, and which currency and time zone it has: daily, and when a webhook says that it is another. */
export const describeJobs = ({ db, owner, leaseSeconds, clientFor, changed, troubled }: DescribeDeps): JobKind =>
  recurring({
    db,
    name: DESCRIBE,
    everySeconds: DAY_SECONDS,
    retrySeconds: 60,
    async work(tenantId, signal) {
      const tenant = await db.models.Tenant.findByPk(tenantId);
      // before the first run has asked, its webhooks wait for that
      if (tenant?.status !== 'connected' || tenant.currency === null) return;
      const options = { tenantId, name: DESCRIBE, owner, seconds: leaseSeconds, signal };
      const held = await withLease(db, options, async (lease, kept) => {
        try {
          await describeShop({ db, tenantId, lease, client: clientFor(tenant), signal: kept }, tenant);
          changed(tenantId);
        } catch (error) {
          if (!(await troubled(tenant, error))) throw error;
        }
      });
      return held ? undefined : lookAgain(signal);
    },
  });
