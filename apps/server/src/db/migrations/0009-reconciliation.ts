import type { Migration } from './migration.ts';

export const reconciliation: Migration[] = [
  {
    name: '0009-reconciliations',
    up: (t) => `CREATE TABLE reconciliations (
      tenant_id ${t.id} NOT NULL,
      id ${t.id} NOT NULL,
      status ${t.string(16)} NOT NULL,
      started_at ${t.instant} NOT NULL,
      finished_at ${t.instant},
      compared ${t.text} NOT NULL,
      findings ${t.int} NOT NULL,
      notice ${t.text},
      error ${t.text},
      PRIMARY KEY (tenant_id, id)
    ${t.table}`,
  },
  {
    name: '0009-findings',
    up: (t) => `CREATE TABLE findings (
      tenant_id ${t.id} NOT NULL,
      reconciliation_id ${t.id} NOT NULL,
      position ${t.int} NOT NULL,
      kind ${t.string(16)} NOT NULL,
      stream ${t.string(16)},
      shopify_id ${t.id},
      name ${t.text},
      local_date ${t.date},
      expected ${t.text},
      found ${t.text},
      mended ${t.bool} NOT NULL,
      PRIMARY KEY (tenant_id, reconciliation_id, position)
    ${t.table}`,
  },
];
