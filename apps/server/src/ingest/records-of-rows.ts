import { asDate } from '../db/values.ts';
import { MEASURES } from '../db/measures.ts';
import type { LedgerLine } from './ledger.ts';
import type { CustomerRecord } from './records.ts';

/** As either database gives it. */
export type Row = Record<string, string | number | null>;

export const ID_COLUMNS = {
  orders: 'shopify_order_id',
  customers: 'shopify_customer_id',
  products: 'shopify_product_id',
} as const;

export const num = Number;
export const text = (value: unknown): string | null => (value === null ? null : String(value as string));
export const idText = (value: string | number | null): string | null => (value === null ? null : String(value));
export const time = (value: unknown): number | null => asDate(value)?.getTime() ?? null;
export const list = (value: unknown): string[] => JSON.parse(value as string) as string[];

export const ledgerLineOf = (row: Row): LedgerLine => {
  const line = {
    eventId: String(row.event_id),
    event: row.event,
    lineId: String(row.line_id),
    kind: row.kind,
    happenedAt: time(row.happened_at),
    currency: row.currency,
    productId: idText(row.product_id!),
    variantId: idText(row.variant_id!),
    units: num(row.units),
    returnedUnits: num(row.returned_units),
  } as LedgerLine;
  for (const measure of MEASURES) line[measure] = num(row[measure]);
  return line;
};

/** In the order of the record's own fields, on which the hash of its content depends. */
export const customerOf = (row: Row): CustomerRecord => ({
  id: String(row.shopify_customer_id),
  name: text(row.name),
  email: text(row.email),
  phone: text(row.phone),
  country: text(row.country),
  tags: list(row.tags),
  emailConsent: text(row.email_consent),
  ordersCount: num(row.shopify_orders_count),
  amountSpent: num(row.shopify_amount_spent),
  createdAt: time(row.created_at)!,
  updatedAt: time(row.updated_at)!,
});
