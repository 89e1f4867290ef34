import type { Types } from '../types.ts';
import type { Migration } from './migration.ts';

const measures = (t: Types) => `gross ${t.money} NOT NULL,
      discounts ${t.money} NOT NULL,
      returns ${t.money} NOT NULL,
      shipping ${t.money} NOT NULL,
      tax ${t.money} NOT NULL,
      duties ${t.money} NOT NULL,
      fees ${t.money} NOT NULL,
      adjustments ${t.money} NOT NULL,
      gift_cards ${t.money} NOT NULL,
      tips ${t.money} NOT NULL`;

export const ledger: Migration[] = [
  {
    name: '0005-sales',
    up: (t) => `CREATE TABLE sales (
      tenant_id ${t.id} NOT NULL,
      shopify_order_id ${t.id} NOT NULL,
      event_id ${t.id} NOT NULL,
      event ${t.string(8)} NOT NULL,
      line_id ${t.id} NOT NULL,
      kind ${t.string(12)} NOT NULL,
      happened_at ${t.instant} NOT NULL,
      local_date ${t.date} NOT NULL,
      currency ${t.string(3)} NOT NULL,
      customer_id ${t.id},
      product_id ${t.id},
      variant_id ${t.id},
      units ${t.int} NOT NULL,
      returned_units ${t.int} NOT NULL,
      ${measures(t)},
      PRIMARY KEY (tenant_id, shopify_order_id, event_id, event, line_id, kind)
    ${t.table}`,
  },
  {
    name: '0005-daily-sales',
    up: (t) => `CREATE TABLE daily_sales (
      tenant_id ${t.id} NOT NULL,
      generation ${t.int} NOT NULL,
      currency ${t.string(3)} NOT NULL,
      local_date ${t.date} NOT NULL,
      orders ${t.int} NOT NULL,
      units ${t.int} NOT NULL,
      ${measures(t)},
      PRIMARY KEY (tenant_id, generation, currency, local_date)
    ${t.table}`,
  },
  {
    name: '0005-customer-days',
    up: (t) => `CREATE TABLE customer_days (
      tenant_id ${t.id} NOT NULL,
      generation ${t.int} NOT NULL,
      currency ${t.string(3)} NOT NULL,
      local_date ${t.date} NOT NULL,
      customer_id ${t.id} NOT NULL,
      orders ${t.int} NOT NULL,
      spent ${t.money} NOT NULL,
      PRIMARY KEY (tenant_id, generation, currency, local_date, customer_id)
    ${t.table}`,
  },
];
