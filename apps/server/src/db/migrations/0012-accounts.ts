import type { Migration } from './migration.ts';

export const accounts: Migration[] = [
  {
    // e-mails that are to be sent; what each says, and to whom, is sealed
    name: '0012-mails',
    up: (t) => `CREATE TABLE mails (
      id ${t.id} NOT NULL,
      sealed ${t.text} NOT NULL,
      created_at ${t.instant} NOT NULL,
      due_at ${t.instant} NOT NULL,
      tries ${t.int} NOT NULL,
      PRIMARY KEY (id)
    ${t.table}`,
  },
  { name: '0012-mails-by-due', up: () => 'CREATE INDEX mails_by_due ON mails (due_at)' },
  {
    // what a user did, in a store and to the own account (tenant 0)
    name: '0012-audit-log-by-user',
    up: () => 'CREATE INDEX audit_log_by_user ON audit_log (tenant_id, user_id, happened_at, id)',
  },
];
