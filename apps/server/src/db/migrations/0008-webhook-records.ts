import type { Migration } from './migration.ts';

export const webhookRecords: Migration[] = [
  {
    // null: at once
    name: '0008-fetch-marks-due-at',
    up: (t) => `ALTER TABLE fetch_marks ADD COLUMN due_at ${t.instant}`,
  },
  {
    name: '0008-fetch-marks-tries',
    up: (t) => `ALTER TABLE fetch_marks ADD COLUMN tries ${t.int} NOT NULL DEFAULT 0`,
  },
  {
    name: '0008-orders-by-customer',
    up: () => 'CREATE INDEX orders_by_customer ON orders (tenant_id, customer_id)',
  },
  {
    name: '0008-tombstones-by-kept',
    up: () => 'CREATE INDEX tombstones_by_kept ON tombstones (tenant_id, merged_into)',
  },
  // hashes are made in another way from here on; a row without one is replaced by the next fetch
  { name: '0008-orders-hash-unknown', up: () => `UPDATE orders SET content_hash = ''` },
  { name: '0008-products-hash-unknown', up: () => `UPDATE products SET content_hash = ''` },
  {
    name: '0008-customers-hash-unknown',
    up: () => `UPDATE customers SET content_hash = '' WHERE content_hash IS NOT NULL`,
  },
  {
    name: '0008-variants-by-item',
    up: () => 'CREATE INDEX variants_by_item ON variants (tenant_id, inventory_item_id)',
  },
  {
    // available is null where the item is not tracked there
    name: '0008-inventory-levels',
    up: (t) => `CREATE TABLE inventory_levels (
      tenant_id ${t.id} NOT NULL,
      inventory_item_id ${t.id} NOT NULL,
      shopify_location_id ${t.id} NOT NULL,
      available ${t.int},
      updated_at ${t.instant} NOT NULL,
      PRIMARY KEY (tenant_id, inventory_item_id, shopify_location_id)
    ${t.table}`,
  },
  {
    // who began them is not kept, only whether they could be written to
    name: '0008-checkouts',
    up: (t) => `CREATE TABLE checkouts (
      tenant_id ${t.id} NOT NULL,
      shopify_checkout_id ${t.id} NOT NULL,
      currency ${t.string(3)} NOT NULL,
      total_price ${t.money} NOT NULL,
      contact ${t.bool} NOT NULL,
      created_at ${t.instant} NOT NULL,
      updated_at ${t.instant} NOT NULL,
      completed_at ${t.instant},
      local_date ${t.date} NOT NULL,
      PRIMARY KEY (tenant_id, shopify_checkout_id)
    ${t.table}`,
  },
  {
    name: '0008-checkouts-by-day',
    up: () =>
      'CREATE INDEX checkouts_by_day ON checkouts (tenant_id, currency, local_date, contact, created_at, completed_at, total_price)',
  },
];
