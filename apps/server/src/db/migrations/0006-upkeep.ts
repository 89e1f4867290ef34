import type { Migration } from './migration.ts';

export const upkeep: Migration[] = [
  {
    // the secret part of the address that Shopify's webhooks of this store go to
    name: '0006-tenants-webhook-key',
    up: (t) => `ALTER TABLE tenants ADD COLUMN webhook_key ${t.string(64)}`,
  },
  {
    // by Shopify's clock: what was sent before it is about an earlier installation
    name: '0006-tenants-installed-at',
    up: (t) => `ALTER TABLE tenants ADD COLUMN installed_at ${t.instant}`,
  },
  {
    // grows with each commit that changes a figure
    name: '0006-tenant-state-changes',
    up: (t) => `ALTER TABLE tenant_state ADD COLUMN changes ${t.money} NOT NULL DEFAULT 0`,
  },
  {
    // when Shopify sent the newest webhook that is applied
    name: '0006-tenant-state-events-applied-to',
    up: (t) => `ALTER TABLE tenant_state ADD COLUMN events_applied_to ${t.instant}`,
  },
  {
    // when each recurring job of a store is due next; the table is the schedule, queues only make it sooner
    name: '0006-upkeep',
    up: (t) => `CREATE TABLE upkeep (
      tenant_id ${t.id} NOT NULL,
      job ${t.string(24)} NOT NULL,
      due_at ${t.instant} NOT NULL,
      note ${t.text},
      PRIMARY KEY (tenant_id, job)
    ${t.table}`,
  },
  {
    name: '0006-upkeep-by-time',
    up: () => 'CREATE INDEX upkeep_by_time ON upkeep (job, due_at, tenant_id)',
  },
];
