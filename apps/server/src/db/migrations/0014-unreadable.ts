import type { Migration } from './migration.ts';

export const unreadable: Migration[] = [
  {
    // by Shopify's own words for it: an id may be larger than a database holds
    name: '0014-unreadable-records',
    up: (t) => `CREATE TABLE unreadable_records (
      tenant_id ${t.id} NOT NULL,
      stream ${t.string(16)} NOT NULL,
      gid ${t.string(64)} NOT NULL,
      why ${t.text} NOT NULL,
      found_at ${t.instant} NOT NULL,
      PRIMARY KEY (tenant_id, stream, gid)
    ${t.table}`,
  },
];
