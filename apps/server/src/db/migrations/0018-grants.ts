import type { Migration } from './migration.ts';

/** What a stream was read with: where more is granted later, it is read again. That is what its store had granted. */
export const grants: Migration[] = [
  {
    name: '0018-cursor-grants',
    up: (t) => `ALTER TABLE stream_cursors ADD COLUMN grants ${t.string(255)}`,
  },
  {
    name: '0018-cursor-grants-so-far',
    up: () => `UPDATE stream_cursors SET grants = COALESCE((
      SELECT CONCAT_WS(',',
        CASE WHEN scopes LIKE '%all_orders%' THEN 'all_orders' END,
        CASE WHEN scopes LIKE '%_customers%' THEN 'customers' END,
        CASE WHEN scopes LIKE '%_products%' THEN 'products' END)
      FROM tenants WHERE tenants.id = tenant_id AND stream_cursors.stream = 'orders'), '')`,
  },
  {
    name: '0018-stream-grants',
    up: (t) => `ALTER TABLE sync_streams ADD COLUMN grants ${t.string(255)}`,
  },
];
