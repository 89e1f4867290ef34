import type { Migration } from './migration.ts';

export const privacy: Migration[] = [
  {
    name: '0010-privacy-requests',
    up: (t) => `CREATE TABLE privacy_requests (
      tenant_id ${t.id} NOT NULL,
      id ${t.id} NOT NULL,
      kind ${t.string(24)} NOT NULL,
      webhook_id ${t.string(128)} NOT NULL,
      customer_id ${t.id},
      order_ids ${t.text} NOT NULL,
      status ${t.string(16)} NOT NULL,
      requested_at ${t.instant} NOT NULL,
      due_at ${t.instant} NOT NULL,
      finished_at ${t.instant},
      note ${t.text},
      PRIMARY KEY (tenant_id, id),
      CONSTRAINT privacy_requests_webhook UNIQUE (tenant_id, webhook_id)
    ${t.table}`,
  },
  {
    name: '0010-redactions',
    up: (t) => `CREATE TABLE redactions (
      tenant_id ${t.id} NOT NULL,
      stream ${t.string(16)} NOT NULL,
      shopify_id ${t.id} NOT NULL,
      redacted_at ${t.instant} NOT NULL,
      PRIMARY KEY (tenant_id, stream, shopify_id)
    ${t.table}`,
  },
  {
    name: '0010-audit-log',
    up: (t) => `CREATE TABLE audit_log (
      tenant_id ${t.id} NOT NULL,
      id ${t.id} NOT NULL,
      happened_at ${t.instant} NOT NULL,
      user_id ${t.id},
      action ${t.string(64)} NOT NULL,
      subject ${t.string(255)},
      detail ${t.text} NOT NULL,
      address ${t.string(64)},
      PRIMARY KEY (tenant_id, id)
    ${t.table}`,
  },
  {
    name: '0010-audit-log-by-time',
    up: () => 'CREATE INDEX audit_log_by_time ON audit_log (tenant_id, happened_at, id)',
  },
];
