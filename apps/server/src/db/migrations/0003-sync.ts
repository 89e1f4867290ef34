import type { Migration } from './migration.ts';

export const sync: Migration[] = [
  {
    // the row that every apply locks first: one writer per tenant at a time
    name: '0003-tenant-state',
    up: (t) => `CREATE TABLE tenant_state (
      tenant_id ${t.id} NOT NULL,
      generation ${t.int} NOT NULL,
      timezone ${t.string(64)} NOT NULL,
      currency ${t.string(3)} NOT NULL,
      customers ${t.int} NOT NULL,
      products ${t.int} NOT NULL,
      PRIMARY KEY (tenant_id),
      CONSTRAINT tenant_state_tenant FOREIGN KEY (tenant_id) REFERENCES tenants (id)
    ${t.table}`,
  },
  {
    name: '0003-leases',
    up: (t) => `CREATE TABLE leases (
      tenant_id ${t.id} NOT NULL,
      name ${t.string(32)} NOT NULL,
      owner ${t.string(64)} NOT NULL,
      fence ${t.id} NOT NULL,
      expires_at ${t.instant} NOT NULL,
      PRIMARY KEY (tenant_id, name)
    ${t.table}`,
  },
  {
    name: '0003-sync-runs',
    up: (t) => `CREATE TABLE sync_runs (
      tenant_id ${t.id} NOT NULL,
      id ${t.id} NOT NULL,
      kind ${t.string(16)} NOT NULL,
      status ${t.string(16)} NOT NULL,
      active ${t.bool} GENERATED ALWAYS AS (CASE WHEN status IN ('queued', 'running') THEN 1 END) STORED,
      created_at ${t.instant} NOT NULL,
      started_at ${t.instant},
      finished_at ${t.instant},
      error ${t.text},
      notice ${t.text},
      PRIMARY KEY (tenant_id, id),
      CONSTRAINT sync_runs_one_active UNIQUE (tenant_id, active)
    ${t.table}`,
  },
  {
    name: '0003-sync-runs-by-time',
    up: () => 'CREATE INDEX sync_runs_by_time ON sync_runs (tenant_id, created_at, id)',
  },
  // which runs wait, asked by every process every few seconds
  {
    name: '0003-sync-runs-by-status',
    up: () => 'CREATE INDEX sync_runs_by_status ON sync_runs (status, tenant_id, id)',
  },
  {
    name: '0003-sync-streams',
    up: (t) => `CREATE TABLE sync_streams (
      tenant_id ${t.id} NOT NULL,
      run_id ${t.id} NOT NULL,
      name ${t.string(16)} NOT NULL,
      kind ${t.string(16)} NOT NULL,
      status ${t.string(16)} NOT NULL,
      done ${t.int} NOT NULL,
      expected ${t.int},
      started_at ${t.instant},
      finished_at ${t.instant},
      cursor_from ${t.instant},
      cursor_to ${t.instant},
      complete_from ${t.date},
      error ${t.text},
      PRIMARY KEY (tenant_id, run_id, name)
    ${t.table}`,
  },
  {
    // what one bulk operation fetches; the checkpoint of a back-fill is (operation_id, partitions_done)
    name: '0003-sync-windows',
    up: (t) => `CREATE TABLE sync_windows (
      tenant_id ${t.id} NOT NULL,
      run_id ${t.id} NOT NULL,
      stream ${t.string(16)} NOT NULL,
      position ${t.int} NOT NULL,
      from_at ${t.instant},
      to_at ${t.instant},
      status ${t.string(16)} NOT NULL,
      tries ${t.int} NOT NULL,
      expected ${t.int} NOT NULL,
      operation_id ${t.string(255)},
      operation_at ${t.instant},
      partitions ${t.int},
      partitions_done ${t.int} NOT NULL,
      roots_done ${t.int} NOT NULL,
      refused ${t.int} NOT NULL,
      refusal ${t.text},
      PRIMARY KEY (tenant_id, run_id, stream, position)
    ${t.table}`,
  },
  {
    // up to which of Shopify's instants a stream's changes are applied
    name: '0003-stream-cursors',
    up: (t) => `CREATE TABLE stream_cursors (
      tenant_id ${t.id} NOT NULL,
      stream ${t.string(16)} NOT NULL,
      applied_to ${t.instant} NOT NULL,
      PRIMARY KEY (tenant_id, stream)
    ${t.table}`,
  },
  {
    // rows to be fetched by id: two different contents came with the same updatedAt
    name: '0003-fetch-marks',
    up: (t) => `CREATE TABLE fetch_marks (
      tenant_id ${t.id} NOT NULL,
      stream ${t.string(16)} NOT NULL,
      shopify_id ${t.id} NOT NULL,
      marked_at ${t.instant} NOT NULL,
      PRIMARY KEY (tenant_id, stream, shopify_id)
    ${t.table}`,
  },
  {
    name: '0003-tombstones',
    up: (t) => `CREATE TABLE tombstones (
      tenant_id ${t.id} NOT NULL,
      stream ${t.string(16)} NOT NULL,
      shopify_id ${t.id} NOT NULL,
      merged_into ${t.id},
      deleted_at ${t.instant} NOT NULL,
      PRIMARY KEY (tenant_id, stream, shopify_id)
    ${t.table}`,
  },
];
