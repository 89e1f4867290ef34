import type { Migration } from './migration.ts';

export const redactedContacts: Migration[] = [
  {
    // hashes: what was erased is not kept to be erased again
    name: '0015-redacted-contacts',
    up: (t) => `CREATE TABLE redacted_contacts (
      tenant_id ${t.id} NOT NULL,
      contact ${t.string(64)} NOT NULL,
      redacted_at ${t.instant} NOT NULL,
      PRIMARY KEY (tenant_id, contact)
    ${t.table}`,
  },
];
