import type { Types } from '../types.ts';
import type { Migration } from './migration.ts';

/** Rows of some kilobytes under random keys: in SQLite they are better appended, with the key beside them. */
const table = (t: Types) => (t.dialect === 'sqlite' ? ')' : t.table);

export const inbox: Migration[] = [
  {
    // every webhook that was acknowledged; of the control plane, since shops that we do not know may send some too
    name: '0007-webhook-events',
    up: (t) => `CREATE TABLE webhook_events (
      shop_domain ${t.string(255)} NOT NULL,
      webhook_id ${t.string(128)} NOT NULL,
      tenant_id ${t.id},
      topic ${t.string(64)} NOT NULL,
      event_id ${t.string(128)},
      api_version ${t.string(16)},
      triggered_at ${t.instant},
      received_at ${t.instant} NOT NULL,
      status ${t.string(8)} NOT NULL,
      tries ${t.int} NOT NULL,
      due_at ${t.instant} NOT NULL,
      finished_at ${t.instant},
      error ${t.text},
      body ${t.text},
      PRIMARY KEY (shop_domain, webhook_id)
    ${table(t)}`,
  },
  {
    name: '0007-webhook-events-by-status',
    up: () => 'CREATE INDEX webhook_events_by_status ON webhook_events (status, tenant_id, due_at)',
  },
  {
    name: '0007-webhook-events-by-time',
    up: () => 'CREATE INDEX webhook_events_by_time ON webhook_events (tenant_id, received_at, webhook_id)',
  },
];
