import type { Types } from '../types.ts';
import type { Migration } from './migration.ts';

/** SQLite enforces no lengths, and its integers have 64 bits. */
const widened = (name: string, table: string, columns: (t: Types) => string[]): Migration => ({
  name: `0019-${name}`,
  up: (t) =>
    t.dialect === 'sqlite'
      ? 'SELECT 1'
      : `ALTER TABLE ${table} ${columns(t)
          .map((column) => `MODIFY ${column}`)
          .join(', ')}`,
});

/** A shopper may pay in USDC, the one currency of Shopify's with more than three letters. */
const code = (t: Types) => `${t.string(8)} NOT NULL`;

export const widerColumns: Migration[] = [
  widened('orders', 'orders', (t) => [`currency ${code(t)}`, `presentment_currency ${code(t)}`]),
  widened('checkouts', 'checkouts', (t) => [`currency ${code(t)}`]),
  widened('sales', 'sales', (t) => [`currency ${code(t)}`]),
  widened('customer-days', 'customer_days', (t) => [`currency ${code(t)}`]),
  // units of a day, and of a product, are sums of such as fit into 32 bits
  widened('daily-sales', 'daily_sales', (t) => [`currency ${code(t)}`, `units BIGINT NOT NULL`]),
  widened('products', 'products', () => [`inventory BIGINT NOT NULL`]),
  widened('tenant-state', 'tenant_state', (t) => [`currency ${code(t)}`]),
  widened('tenants', 'tenants', (t) => [`currency ${t.string(8)}`]),
];
