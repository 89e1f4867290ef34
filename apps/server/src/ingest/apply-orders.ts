import { setImmediate } from 'node:timers/promises';
import type { Database, Insert, Tx } from '../db/database.ts';
import type { Dialect } from '../db/types.ts';
import { asDate, idParams, instantText, idValue, idValueOrNull, instantTextOrNull, marks } from '../db/values.ts';
import type { Applied, TenantFacts, TenantState } from './apply.ts';
import { ledger, ledgerDifference, type LedgerLine, MEASURES } from './ledger.ts';
import { localDates } from './local-date.ts';
import type { OrderLine, OrderRecord, Refund } from './records.ts';
import { maskOrder, readRedacted } from './redactions.ts';
import { RollupDifference, type StoredOrder, subtractStored } from './rollups.ts';
import {
  appliedOf,
  contentHash,
  judge,
  readMarks,
  readTombstones,
  type StoredVersion,
  type Verdicts,
  type Version,
  writeVerdicts,
} from './versions.ts';

const ORDER_COLUMNS = [
  'tenant_id',
  'shopify_order_id',
  'customer_id',
  'name',
  'currency',
  'total_price',
  'current_total_price',
  'total_discounts',
  'total_tax',
  'total_shipping',
  'total_refunded',
  'presentment_currency',
  'presentment_total_price',
  'presentment_current_total_price',
  'test',
  'financial_status',
  'fulfillment_status',
  'source_name',
  'country',
  'tags',
  'discount_codes',
  'created_at',
  'processed_at',
  'updated_at',
  'cancelled_at',
  'cancel_reason',
  'closed_at',
  'local_date',
  'ledger_difference',
  'content_hash',
] as const;

const LINE_COLUMNS = [
  'tenant_id',
  'shopify_order_id',
  'shopify_line_id',
  'product_id',
  'variant_id',
  'title',
  'variant_title',
  'sku',
  'vendor',
  'quantity',
  'current_quantity',
  'unit_price',
  'discounted_total',
  'gift_card',
] as const;

const REFUND_COLUMNS = [
  'tenant_id',
  'shopify_order_id',
  'shopify_refund_id',
  'total_refunded',
  'note',
  'created_at',
  'processed_at',
] as const;

const SALE_COLUMNS = [
  'tenant_id',
  'shopify_order_id',
  'event_id',
  'event',
  'line_id',
  'kind',
  'happened_at',
  'local_date',
  'currency',
  'customer_id',
  'product_id',
  'variant_id',
  'units',
  'returned_units',
  ...MEASURES,
] as const;

const CHILD_TABLES = ['order_lines', 'refunds', 'sales'] as const;

export interface StoredOrderVersion extends StoredOrder, StoredVersion {
  ledger_difference: string | number;
}

/** An order with all that can be known of it before its tenant is locked. */
export interface PreparedOrder {
  record: OrderRecord;
  lines: LedgerLine[];
  contentHash: string;
}

/** An order as it is to be stored: what is known of it, and its ledger. */
export interface OrderVersion extends Version, PreparedOrder {
  /** The one who was kept, if the customer was merged into another. */
  customerId: string | null;
}

export const prepareOrder = (record: OrderRecord, lines = ledger(record)): PreparedOrder => ({
  record,
  lines,
  contentHash: orderContentHash(record, lines),
});

/** What is to be written of orders if none is stored yet, and the facts by which it was made. */
export interface PreparedInserts {
  facts: TenantFacts;
  inserts: Insert[];
  /** Whether it came so. */
  wereWritten: boolean;
}

const FACTS = ['tenant', 'generation', 'timezone', 'currency'] as const satisfies (keyof TenantFacts)[];

/** With a pause between tables. */
export async function prepareInserts(
  db: Database,
  facts: TenantFacts,
  orders: PreparedOrder[],
): Promise<PreparedInserts> {
  const difference = new RollupDifference(facts.currency);
  const write = orders.map((order) => ({ ...order, customerId: order.record.customerId }));
  const inserts: Insert[] = [];
  for (const insert of insertsOf(db.dialect, facts, write, () => false, difference)) {
    inserts.push(db.prepareInsert(insert));
    await setImmediate();
  }
  return { facts, inserts, wereWritten: false };
}

export async function applyOrders(
  tx: Tx,
  dialect: Dialect,
  state: TenantState,
  { orders, fetchBegan, inserts }: { orders: PreparedOrder[]; fetchBegan: number; inserts: PreparedInserts | null },
  stored: ReadonlyMap<string, StoredOrderVersion>,
): Promise<Applied> {
  if (orders.length === 0) return { written: 0, unchanged: 0, stale: 0, marked: 0 };
  const versions = await orderVersions(tx, state.tenant, orders);
  const areAsPrepared = versions.every(
    ({ record, customerId }, i) => record === orders[i]!.record && customerId === record.customerId,
  );
  const prepared = areAsPrepared ? inserts : null;
  return appliedOf(await writeOrders(tx, dialect, state, versions, stored, fetchBegan, prepared));
}

export const idsOf = (records: { id: string }[]) => [...new Set(records.map(({ id }) => id))];

export async function orderVersions(tx: Tx, tenant: bigint, orders: PreparedOrder[]): Promise<OrderVersion[]> {
  const named = orders.flatMap(({ record }) => record.customerId ?? []);
  const kept = await keptCustomers(tx, tenant, named);
  const isErased = await readRedacted(tx, tenant, {
    orders: orders.map(({ record }) => record.id),
    customers: [...new Set([...named, ...kept.values()])],
  });
  return orders.map((order) => {
    const { id, updatedAt, customerId: named } = order.record;
    const customerId = kept.get(named ?? '') ?? named;
    const customers = [named, customerId].filter((one) => one !== null);
    const { record, lines, contentHash } = isErased({ orders: [id], customers })
      ? prepareOrder(maskOrder(order.record), order.lines)
      : order;
    const fingerprint = fingerprintOf(contentHash, customerId);
    return { id, updatedAt, record, lines, contentHash, customerId, fingerprint };
  });
}

/** Of what is stored of an order but its customer. */
export const orderContentHash = (order: Omit<OrderRecord, 'events' | 'customerId'>, lines: LedgerLine[]): string =>
  // left out as undefined, which costs a third of making an object without them
  contentHash([{ ...order, customerId: undefined, events: undefined }, lines.map(valuesOf)]);

/** The customer stands beside the hash: when customers are merged, orders are reassigned and not read. */
const fingerprintOf = (hash: string, customerId: string | null) => `${hash} ${customerId}`;

function valuesOf(line: LedgerLine): (string | number | null)[] {
  const { eventId, event, lineId, kind, happenedAt, currency, productId, variantId, units, returnedUnits } = line;
  const values = [eventId, event, lineId, kind, happenedAt, currency, productId, variantId, units, returnedUnits];
  for (const measure of MEASURES) values.push(line[measure]);
  return values;
}

/**
 * Writes those versions that are newer than the stored ones, with their ledgers, and the difference to the rollups.
 * `prepared` is of all these versions.
 */
export async function writeOrders(
  tx: Tx,
  dialect: Dialect,
  state: TenantState,
  versions: OrderVersion[],
  stored: ReadonlyMap<string, StoredOrderVersion>,
  fetchBegan: number,
  prepared: PreparedInserts | null = null,
): Promise<Verdicts<OrderVersion>> {
  const { tenant, currency } = state;
  const ids = idsOf(versions);
  const tombstones = await readTombstones(tx, tenant, 'orders', ids);
  const verdicts = judge(
    versions,
    stored,
    await readMarks(tx, tenant, 'orders', ids),
    new Map([...tombstones].map(([id, { deletedAt }]) => [id, deletedAt])),
    fetchBegan,
  );
  await writeVerdicts(tx, dialect, tenant, 'orders', verdicts);
  if (verdicts.write.length === 0) return verdicts;
  state.changed();

  const areAllNew = stored.size === 0 && verdicts.write.length === versions.length;
  if (prepared && areAllNew && FACTS.every((fact) => prepared.facts[fact] === state[fact])) {
    prepared.wereWritten = true;
    await tx.insertEach(prepared.inserts);
    return verdicts;
  }

  const difference = new RollupDifference(currency);
  const replaced = verdicts.write.flatMap(({ id }) => stored.get(id) ?? []);
  await subtractStored(tx, difference, tenant, replaced);
  await deleteChildren(tx, tenant, replaced);

  await tx.insertEach(insertsOf(dialect, state, verdicts.write, ({ record }) => stored.has(record.id), difference));
  return verdicts;
}

/** The rows of orders, their children and their ledgers, and after them what they and `difference` add to the rollups. */
function* insertsOf(
  dialect: Dialect,
  { tenant, generation, timezone }: TenantFacts,
  orders: Omit<Written, 'date'>[],
  isKnown: (order: Omit<Written, 'date'>) => boolean,
  difference: RollupDifference,
): Generator<Insert> {
  const localDate = localDates(timezone);
  const write = orders.map((order): Written => {
    const { record, customerId } = order;
    const date = localDate(record.processedAt);
    if (!record.test) difference.addOrder(1, record.currency, date, customerId);
    return { ...order, date };
  });
  yield {
    table: 'orders',
    columns: ORDER_COLUMNS,
    rows: write.filter((order) => !isKnown(order)).map((order) => orderRow(dialect, tenant, order)),
    onConflict: null,
  };
  yield {
    table: 'orders',
    columns: ORDER_COLUMNS,
    rows: write.filter(isKnown).map((order) => orderRow(dialect, tenant, order)),
    onConflict: { keys: ORDER_COLUMNS.slice(0, 2), replace: ORDER_COLUMNS.slice(2) },
  };
  yield {
    table: 'order_lines',
    columns: LINE_COLUMNS,
    rows: write.flatMap(({ record }) => record.lines.map((line) => lineRow(tenant, record.id, line))),
    onConflict: null,
  };
  yield {
    table: 'refunds',
    columns: REFUND_COLUMNS,
    rows: write.flatMap(({ record }) => record.refunds.map((refund) => refundRow(dialect, tenant, record.id, refund))),
    onConflict: null,
  };
  yield {
    table: 'sales',
    columns: SALE_COLUMNS,
    rows: write.flatMap(({ record, lines, customerId }) =>
      lines.map((line) => {
        const day = localDate(line.happenedAt);
        difference.addSales(1, line, line.currency, day, customerId);
        return saleRow(dialect, tenant, record.id, customerId, day, line);
      }),
    ),
    onConflict: null,
  };
  yield* difference.inserts(tenant, generation);
}

export async function deleteOrders(tx: Tx, state: TenantState, ids: string[]): Promise<void> {
  const stored = [...(await readOrders(tx, state.tenant, ids)).values()];
  if (stored.length === 0) return;
  state.changed();
  const difference = new RollupDifference(state.currency);
  await subtractStored(tx, difference, state.tenant, stored);
  await deleteChildren(tx, state.tenant, stored);
  await tx.run(`DELETE FROM orders WHERE tenant_id = ? AND shopify_order_id IN (${marks(stored)})`, [
    state.tenant,
    ...stored.map((row) => BigInt(row.shopify_order_id)),
  ]);
  await tx.insertEach(difference.inserts(state.tenant, state.generation));
}

type Row = (string | number | bigint | null)[];

interface Written extends PreparedOrder {
  customerId: string | null;
  date: string;
}

function orderRow(dialect: Dialect, tenant: bigint, written: Written): Row {
  const { record: order, lines, contentHash, customerId, date } = written;
  return [
    tenant,
    idValue(order.id),
    idValueOrNull(customerId),
    order.name,
    order.currency,
    order.totalPrice,
    order.currentTotalPrice,
    order.totalDiscounts,
    order.totalTax,
    order.totalShipping,
    order.totalRefunded,
    order.presentmentCurrency,
    order.presentmentTotalPrice,
    order.presentmentCurrentTotalPrice,
    Number(order.test),
    order.financialStatus,
    order.fulfillmentStatus,
    order.sourceName,
    order.country,
    JSON.stringify(order.tags),
    JSON.stringify(order.discountCodes),
    instantText(dialect, order.createdAt),
    instantText(dialect, order.processedAt),
    instantText(dialect, order.updatedAt),
    instantTextOrNull(dialect, order.cancelledAt),
    order.cancelReason,
    instantTextOrNull(dialect, order.closedAt),
    date,
    ledgerDifference(order, lines),
    contentHash,
  ];
}

const lineRow = (tenant: bigint, orderId: string, line: OrderLine): Row => [
  tenant,
  idValue(orderId),
  idValue(line.id),
  idValueOrNull(line.productId),
  idValueOrNull(line.variantId),
  line.title,
  line.variantTitle,
  line.sku,
  line.vendor,
  line.quantity,
  line.currentQuantity,
  line.unitPrice,
  line.discountedTotal,
  Number(line.giftCard),
];

const refundRow = (dialect: Dialect, tenant: bigint, orderId: string, refund: Refund): Row => [
  tenant,
  idValue(orderId),
  idValue(refund.id),
  refund.totalRefunded,
  refund.note,
  instantTextOrNull(dialect, refund.createdAt),
  instantTextOrNull(dialect, refund.processedAt),
];

function saleRow(
  dialect: Dialect,
  tenant: bigint,
  orderId: string,
  customerId: string | null,
  day: string,
  line: LedgerLine,
): Row {
  const row: Row = [
    tenant,
    idValue(orderId),
    idValue(line.eventId),
    line.event,
    idValue(line.lineId),
    line.kind,
    instantText(dialect, line.happenedAt),
    day,
    line.currency,
    idValueOrNull(customerId),
    idValueOrNull(line.productId),
    idValueOrNull(line.variantId),
    line.units,
    line.returnedUnits,
  ];
  for (const measure of MEASURES) row.push(line[measure]);
  return row;
}

export async function readOrders(tx: Tx, tenant: bigint, ids: string[]): Promise<Map<string, StoredOrderVersion>> {
  if (ids.length === 0) return new Map();
  const rows = await tx.query<StoredOrder & { updated_at: unknown; content_hash: string; ledger_difference: string }>(
    `SELECT shopify_order_id, customer_id, currency, local_date, test, updated_at, content_hash, ledger_difference
     FROM orders WHERE tenant_id = ? AND shopify_order_id IN (${marks(ids)})`,
    [tenant, ...idParams(ids)],
  );
  return new Map(
    rows.map((row) => {
      const customerId = row.customer_id === null ? null : String(row.customer_id);
      return [
        String(row.shopify_order_id),
        {
          ...row,
          updatedAt: asDate(row.updated_at)!.getTime(),
          fingerprint: row.content_hash === '' ? null : fingerprintOf(row.content_hash, customerId),
        },
      ];
    }),
  );
}

async function deleteChildren(tx: Tx, tenant: bigint, orders: StoredOrder[]): Promise<void> {
  if (orders.length === 0) return;
  for (const table of CHILD_TABLES) {
    await tx.run(`DELETE FROM ${table} WHERE tenant_id = ? AND shopify_order_id IN (${marks(orders)})`, [
      tenant,
      ...orders.map((row) => BigInt(row.shopify_order_id)),
    ]);
  }
}

/** Of these customers, those that were merged into others, with the one that was kept. */
async function keptCustomers(tx: Tx, tenant: bigint, customerIds: string[]): Promise<Map<string, string>> {
  const tombstones = await readTombstones(tx, tenant, 'customers', [...new Set(customerIds)]);
  return new Map([...tombstones].flatMap(([id, { mergedInto }]) => (mergedInto === null ? [] : [[id, mergedInto]])));
}
