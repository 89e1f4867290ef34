import type { StreamName } from '@xeno/contracts';
import type { Database } from '../../db/database.ts';
import { idParams, marks } from '../../db/values.ts';
import { orderContentHash } from '../apply-orders.ts';
import { productContentHash } from '../apply-products.ts';
import type { FetchContext } from '../context.ts';
import { byKey, ledgerDifference } from '../ledger.ts';
import { localDates } from '../local-date.ts';
import type { OrderLine, OrderRecord, ProductRecord, Refund, VariantRecord } from '../records.ts';
import { byId } from '../map/fields.ts';
import { customerOf, ID_COLUMNS, idText, ledgerLineOf, list, num, type Row, text, time } from '../records-of-rows.ts';
import { contentHash } from '../versions.ts';
import type { Finding } from './findings.ts';
import { refetch, storedPages, type StoredRow } from './stored-versions.ts';

export interface RowCheck {
  checked: number;
  findings: Partial<Finding>[];
  /** Why some could not be mended: Shopify fails at each of them by itself. */
  errors: Error[];
  /** Where to go on next time; null at the end. */
  next: string | null;
}

/**
 * Holds stored rows against the hash of the content they were made from, and against what follows from it (days, totals):
 * what was changed in the database by other hands is found and fetched anew. At most `limit` rows, by id from `after` on.
 */
export async function checkRows(
  ctx: FetchContext & { timezone: string },
  stream: StreamName,
  { after, limit }: { after: string | null; limit: number },
): Promise<RowCheck> {
  const check = { orders: damagedOrders, customers: damagedCustomers, products: damagedProducts }[stream];
  const result: RowCheck = { checked: 0, findings: [], errors: [], next: null };
  for await (const rows of storedPages(ctx.db, ctx.tenantId, stream, BigInt(after ?? 0))) {
    ctx.signal.throwIfAborted();
    // rows with an unknown hash are to be fetched anyway
    const known = rows.filter((row) => row.contentHash);
    const suspects = known.length > 0 ? await check(ctx, known) : new Map<string, string>();
    // one that is being written at this moment is read in two states: a second look tells
    const again = suspects.size > 0 ? await check(ctx, await reread(ctx, stream, rows, suspects)) : suspects;
    if (again.size > 0) {
      const { unread, errors } = await refetch(ctx, stream, [...again.keys()]);
      result.errors.push(...errors);
      const names = new Map(rows.map((row) => [row.id, row.name]));
      for (const [id, why] of again) {
        const mended = !unread.has(id);
        result.findings.push({
          kind: 'damaged',
          stream,
          shopifyId: id,
          name: names.get(id) ?? null,
          found: why,
          mended,
        });
      }
    }
    result.checked += rows.length;
    if (result.checked >= limit) return { ...result, next: rows.at(-1)!.id };
  }
  return result;
}

async function reread(ctx: FetchContext, stream: StreamName, rows: StoredRow[], suspects: Map<string, string>) {
  const ids = rows.map((row) => row.id).filter((id) => suspects.has(id));
  const hashes = await ctx.db.read<Row>(
    `SELECT ${ID_COLUMNS[stream]} AS id, content_hash FROM ${stream}
     WHERE tenant_id = ? AND updated_at IS NOT NULL AND ${ID_COLUMNS[stream]} IN (${marks(ids)})`,
    [BigInt(ctx.tenantId), ...idParams(ids)],
  );
  return hashes.flatMap((row): StoredRow[] =>
    row.content_hash
      ? [{ id: String(row.id), name: null, updatedAt: null, contentHash: String(row.content_hash) }]
      : [],
  );
}

async function select(db: Database, tenantId: string, table: string, column: string, ids: string[]): Promise<Row[]> {
  return db.read<Row>(`SELECT * FROM ${table} WHERE tenant_id = ? AND ${column} IN (${marks(ids)})`, [
    BigInt(tenantId),
    ...idParams(ids),
  ]);
}

/** Ids of damaged orders, with what is wrong about them. */
async function damagedOrders(
  { db, tenantId, timezone }: FetchContext & { timezone: string },
  rows: StoredRow[],
): Promise<Map<string, string>> {
  const ids = rows.map((row) => row.id);
  if (ids.length === 0) return new Map();
  const of = async (table: string) => Map.groupBy(await select(db, tenantId, table, 'shopify_order_id', ids), byOrder);
  const [orders, lines, refunds, sales] = [
    await of('orders'),
    await of('order_lines'),
    await of('refunds'),
    await of('sales'),
  ];
  const localDate = localDates(timezone);
  const damaged = new Map<string, string>();
  for (const { id, contentHash: hash } of rows) {
    const order = orders.get(id)?.[0];
    if (!order) continue;
    const ledgerLines = (sales.get(id) ?? []).map(ledgerLineOf).sort(byKey);
    const record = orderOf(order, lines.get(id) ?? [], refunds.get(id) ?? []);
    const wrong = [
      orderContentHash(record, ledgerLines) !== hash && 'its content',
      text(order.local_date) !== localDate(record.processedAt) && 'its day',
      num(order.ledger_difference) !== ledgerDifference(record, ledgerLines) && 'its ledger’s difference',
      sales.get(id)?.some((sale) => text(sale.local_date) !== localDate(time(sale.happened_at)!)) &&
        'a day of its sales',
      sales.get(id)?.some((sale) => sale.customer_id !== order.customer_id) && 'the customer of its sales',
    ].filter((what) => typeof what === 'string');
    if (wrong.length > 0) damaged.set(id, `${wrong.join(', ')} changed`);
  }
  return damaged;
}

const byOrder = (row: Row) => String(row.shopify_order_id);

function orderOf(row: Row, lines: Row[], refunds: Row[]): Omit<OrderRecord, 'events' | 'customerId'> {
  // in the order of the record's own fields
  return {
    id: String(row.shopify_order_id),
    name: text(row.name)!,
    currency: text(row.currency)!,
    totalPrice: num(row.total_price),
    currentTotalPrice: num(row.current_total_price),
    totalDiscounts: num(row.total_discounts),
    totalTax: num(row.total_tax),
    totalShipping: num(row.total_shipping),
    totalRefunded: num(row.total_refunded),
    presentmentCurrency: text(row.presentment_currency)!,
    presentmentTotalPrice: num(row.presentment_total_price),
    presentmentCurrentTotalPrice: num(row.presentment_current_total_price),
    test: Boolean(num(row.test)),
    financialStatus: text(row.financial_status),
    fulfillmentStatus: text(row.fulfillment_status),
    sourceName: text(row.source_name),
    country: text(row.country),
    tags: list(row.tags),
    discountCodes: list(row.discount_codes),
    createdAt: time(row.created_at)!,
    processedAt: time(row.processed_at)!,
    updatedAt: time(row.updated_at)!,
    cancelledAt: time(row.cancelled_at),
    cancelReason: text(row.cancel_reason),
    closedAt: time(row.closed_at),
    lines: lines.map(lineOf).sort(byId),
    refunds: refunds.map(refundOf).sort(byId),
  };
}

const lineOf = (row: Row): OrderLine => ({
  id: String(row.shopify_line_id),
  productId: idText(row.product_id!),
  variantId: idText(row.variant_id!),
  title: text(row.title)!,
  variantTitle: text(row.variant_title),
  sku: text(row.sku),
  vendor: text(row.vendor),
  quantity: num(row.quantity),
  currentQuantity: num(row.current_quantity),
  unitPrice: num(row.unit_price),
  discountedTotal: num(row.discounted_total),
  giftCard: Boolean(num(row.gift_card)),
});

const refundOf = (row: Row): Refund => ({
  id: String(row.shopify_refund_id),
  totalRefunded: num(row.total_refunded),
  note: text(row.note),
  createdAt: time(row.created_at),
  processedAt: time(row.processed_at),
});

async function damagedCustomers({ db, tenantId }: FetchContext, rows: StoredRow[]): Promise<Map<string, string>> {
  const ids = rows.map((row) => row.id);
  if (ids.length === 0) return new Map();
  const stored = await select(db, tenantId, 'customers', 'shopify_customer_id', ids);
  const hashes = new Map(rows.map((row) => [row.id, row.contentHash]));
  const damaged = stored.map(customerOf).filter((record) => contentHash(record) !== hashes.get(record.id));
  return new Map(damaged.map(({ id }) => [id, 'its content changed']));
}

async function damagedProducts({ db, tenantId }: FetchContext, rows: StoredRow[]): Promise<Map<string, string>> {
  const ids = rows.map((row) => row.id);
  if (ids.length === 0) return new Map();
  const stored = await select(db, tenantId, 'products', 'shopify_product_id', ids);
  const variants = Map.groupBy(await select(db, tenantId, 'variants', 'shopify_product_id', ids), (row) =>
    String(row.shopify_product_id),
  );
  const hashes = new Map(rows.map((row) => [row.id, row.contentHash]));
  const damaged = new Map<string, string>();
  for (const row of stored) {
    const record = productOf(row, variants.get(String(row.shopify_product_id)) ?? []);
    const prices = record.variants.map(({ price }) => price);
    const units = record.variants.reduce((sum, { inventory }) => sum + inventory, 0);
    const wrong = [
      productContentHash(record) !== hashes.get(record.id) && 'its content',
      (row.price === null ? null : num(row.price)) !== (prices.length > 0 ? Math.min(...prices) : null) && 'its price',
      num(row.inventory) !== units && 'its inventory',
    ].filter((what) => typeof what === 'string');
    if (wrong.length > 0) damaged.set(record.id, `${wrong.join(', ')} changed`);
  }
  return damaged;
}

const productOf = (row: Row, variants: Row[]): ProductRecord => ({
  id: String(row.shopify_product_id),
  title: text(row.title)!,
  vendor: text(row.vendor)!,
  productType: text(row.product_type)!,
  status: text(row.status)!,
  handle: text(row.handle)!,
  imageUrl: text(row.image_url),
  createdAt: time(row.created_at)!,
  updatedAt: time(row.updated_at)!,
  variants: variants.map(variantOf).sort(byId),
});

const variantOf = (row: Row): VariantRecord => ({
  id: String(row.shopify_variant_id),
  inventoryItemId: idText(row.inventory_item_id!),
  title: text(row.title)!,
  sku: text(row.sku),
  price: num(row.price),
  inventory: num(row.inventory),
  position: num(row.position),
});
