import { setImmediate } from 'node:timers/promises';
import { type Database, type Insert, type OpenSink, plainSink, type RowSink, type Tx } from '../db/database.ts';
import type { Dialect } from '../db/types.ts';
import { asDate, idParams, instantText, idValue, idValueOrNull, instantTextOrNull, marks } from '../db/values.ts';
import { dropUnnamed } from './apply-customers.ts';
import type { Applied, TenantFacts, TenantState } from './apply.ts';
import { MEASURES } from '../db/measures.ts';
import { ledger, ledgerDifference, type LedgerLine } from './ledger.ts';
import { localDates } from './local-date.ts';
import { compareIds } from './map/fields.ts';
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

/** What tells whether an order is written: `Version`, and whom its rows name. */
interface OrderHead extends Version {
  customerId: string | null;
}

/** An order as it is to be stored: what is known of it, and its ledger; the customer is the one who was kept, if merged. */
export interface OrderVersion extends OrderHead, PreparedOrder {}

/** A batch of orders of which as much is done as can be before their tenant is locked. */
export interface PreparedOrders {
  stream: 'orders';
  fetchBegan: number;
  ids: string[];
  /** Null unless one may suppose that none of them is stored yet. */
  inserts: PreparedInserts | null;
  /** The orders themselves. Where their rows are made, they are read again: it is the exception that they are needed. */
  whole(): Promise<PreparedOrder[]>;
}

/** What is to be written of orders if none is stored yet, and by what it was made. */
export interface PreparedInserts {
  facts: TenantFacts;
  heads: OrderHead[];
  /** Null as soon as they were used: see `MadeRows`. */
  inserts: Insert[] | null;
}

/** Are prepared without a pause; then it is the turn of the database's answers to the last batch. */
const ORDERS_AT_ONCE = 25;

export async function prepareOrders(records: OrderRecord[]): Promise<PreparedOrder[]> {
  const orders: PreparedOrder[] = [];
  for (const record of records) {
    if (orders.length > 0 && orders.length % ORDERS_AT_ONCE === 0) await setImmediate();
    orders.push(prepareOrder(record));
  }
  return orders;
}

export const prepareOrder = (record: OrderRecord, lines = ledger(record)): PreparedOrder => ({
  record,
  lines,
  contentHash: orderContentHash(record, lines),
});

const FACTS = ['tenant', 'generation', 'timezone', 'currency'] as const satisfies (keyof TenantFacts)[];

/** Makes the rows of orders that come in parts, with a pause after each: nothing else is kept of them. */
export async function prepareInserts(
  db: Database,
  facts: TenantFacts,
  parts: AsyncIterable<OrderRecord[]> | Iterable<OrderRecord[]>,
): Promise<PreparedInserts> {
  const difference = new RollupDifference(facts.currency);
  const rows = new OrderRows(db.dialect, facts, difference, db.openSink);
  const heads: OrderHead[] = [];
  for await (const records of parts) {
    for (const record of records) {
      const { id, updatedAt, customerId } = record;
      const order = prepareOrder(record);
      heads.push({ id, updatedAt, customerId, fingerprint: fingerprintOf(order.contentHash, customerId) });
      rows.add({ ...order, customerId }, false);
    }
    await setImmediate(); // it is the turn of the database's answers to the last batch
  }
  return { facts, heads, inserts: [...rows.inserts()] };
}

/** `stored` is null where nothing is stored from the lowest of the orders' ids to the highest. */
export async function applyOrders(
  tx: Tx,
  dialect: Dialect,
  state: TenantState,
  { inserts, fetchBegan, whole }: PreparedOrders,
  stored: ReadonlyMap<string, StoredOrderVersion> | null,
): Promise<Applied> {
  const asPrepared = inserts && stored === null && (await writePrepared(tx, dialect, state, inserts, fetchBegan));
  if (asPrepared) return appliedOf(asPrepared);
  const orders = await whole();
  if (orders.length === 0) return { written: 0, unchanged: 0, stale: 0, marked: 0 };
  const versions = await orderVersions(tx, state.tenant, orders);
  return appliedOf(await writeOrders(tx, dialect, state, versions, stored ?? new Map(), fetchBegan));
}

/** Writes the rows that were made beforehand. Null, and nothing is written, if they would be others now. */
async function writePrepared(
  tx: Tx,
  dialect: Dialect,
  state: TenantState,
  prepared: PreparedInserts,
  fetchBegan: number,
): Promise<Verdicts<OrderHead> | null> {
  const { heads, inserts } = prepared;
  if (!inserts || !FACTS.every((fact) => prepared.facts[fact] === state[fact])) return null;
  const { kept, isErased } = await readFates(tx, state.tenant, heads);
  if (kept.size > 0 || heads.some(({ id, customerId }) => isErased(id, [customerId]))) return null;
  const verdicts = await judgeOrders(tx, state.tenant, heads, new Map(), fetchBegan);
  if (verdicts.write.length < heads.length) return null;
  prepared.inserts = null;
  if (heads.length === 0) return verdicts;
  await writeVerdicts(tx, dialect, state.tenant, 'orders', verdicts);
  state.changed();
  await tx.insertEach(inserts);
  return verdicts;
}

export const idsOf = (records: { id: string }[]) => [...new Set(records.map(({ id }) => id))];

export async function orderVersions(tx: Tx, tenant: bigint, orders: PreparedOrder[]): Promise<OrderVersion[]> {
  const { kept, isErased } = await readFates(
    tx,
    tenant,
    orders.map(({ record }) => record),
  );
  return orders.map((order) => {
    const { id, updatedAt, customerId: named } = order.record;
    const customerId = kept.get(named ?? '') ?? named;
    const { record, lines, contentHash } = isErased(id, [named, customerId])
      ? prepareOrder(maskOrder(order.record), order.lines)
      : order;
    const fingerprint = fingerprintOf(contentHash, customerId);
    return { id, updatedAt, record, lines, contentHash, customerId, fingerprint };
  });
}

/** Of the customers that orders name, who was merged into whom; and what of all these is erased. */
async function readFates(tx: Tx, tenant: bigint, orders: { id: string; customerId: string | null }[]) {
  const named = customersNamedBy(orders);
  const kept = await keptCustomers(tx, tenant, named);
  const isRedacted = await readRedacted(tx, tenant, {
    orders: orders.map(({ id }) => id),
    customers: [...new Set([...named, ...kept.values()])],
  });
  const isErased = (orderId: string, customerIds: (string | null)[]) =>
    isRedacted({ orders: [orderId], customers: customerIds.filter((id) => id !== null) });
  return { kept, isErased };
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

/** Writes those versions that are newer than the stored ones, with their ledgers, and the difference to the rollups. */
export async function writeOrders(
  tx: Tx,
  dialect: Dialect,
  state: TenantState,
  versions: OrderVersion[],
  stored: ReadonlyMap<string, StoredOrderVersion>,
  fetchBegan: number,
): Promise<Verdicts<OrderVersion>> {
  const { tenant, currency } = state;
  const verdicts = await judgeOrders(tx, tenant, versions, stored, fetchBegan);
  await writeVerdicts(tx, dialect, tenant, 'orders', verdicts);
  if (verdicts.write.length === 0) return verdicts;
  state.changed();

  const difference = new RollupDifference(currency);
  const replaced = verdicts.write.flatMap(({ id }) => stored.get(id) ?? []);
  const newIds = idsOf(verdicts.write.filter(({ id }) => !stored.has(id)));
  // new orders are mostly the last ones: one look instead of one for each
  const lost = (await areStoredBetween(tx, tenant, newIds)) ? await lostAmong(tx, tenant, newIds) : [];
  await subtractStored(tx, difference, tenant, replaced, lost);
  await deleteChildren(tx, tenant, [...replaced.map(orderIdOf), ...lost]);

  const rows = new OrderRows(dialect, state, difference, plainSink);
  for (const order of verdicts.write) rows.add(order, stored.has(order.id));
  await tx.insertEach(rows.inserts());
  const counted = verdicts.write.filter(({ record }) => !record.test && record.currency === currency);
  const names = new Map(counted.map(({ id, customerId }) => [id, customerId]));
  const left = replaced.filter((row) => customerOf(row) !== names.get(String(row.shopify_order_id)));
  await dropUnnamed(tx, tenant, customersOf(left));
  return verdicts;
}

/** As `judge`. An order that names a customer whom Shopify has deleted since it was told of is to be fetched besides. */
async function judgeOrders<V extends OrderHead>(
  tx: Tx,
  tenant: bigint,
  versions: V[],
  stored: ReadonlyMap<string, StoredOrderVersion>,
  fetchBegan: number,
): Promise<Verdicts<V>> {
  const ids = idsOf(versions);
  const tombstones = await readTombstones(tx, tenant, 'orders', ids);
  const deleted = new Map([...tombstones].map(([id, { deletedAt }]) => [id, deletedAt]));
  const verdicts = judge(versions, stored, await readMarks(tx, tenant, 'orders', ids), deleted, fetchBegan);
  const customers = await readTombstones(tx, tenant, 'customers', customersNamedBy(verdicts.write));
  const doubted = new Set(verdicts.mark);
  for (const { id, customerId } of verdicts.write) {
    const customer = customers.get(customerId ?? '');
    if (customer && fetchBegan <= customer.deletedAt) doubted.add(id);
  }
  const unmark = verdicts.unmark.filter((id) => !doubted.has(id));
  return { ...verdicts, mark: [...doubted], unmark };
}

const customersNamedBy = (orders: { customerId: string | null }[]): string[] => [
  ...new Set(orders.flatMap(({ customerId }) => customerId ?? [])),
];

/** Makes the rows of orders, their children and their ledgers, and after them what they and `difference` add to the rollups. */
class OrderRows {
  private readonly dialect: Dialect;
  private readonly facts: TenantFacts;
  private readonly difference: RollupDifference;
  private readonly open: OpenSink;
  private readonly localDate: (instant: number) => string;
  private readonly fresh: RowSink;
  private readonly known: RowSink;
  private readonly lines: RowSink;
  private readonly refunds: RowSink;
  private readonly sales: RowSink;

  constructor(dialect: Dialect, facts: TenantFacts, difference: RollupDifference, open: OpenSink) {
    this.dialect = dialect;
    this.facts = facts;
    this.difference = difference;
    this.open = open;
    this.localDate = localDates(facts.timezone);
    this.fresh = open('orders', ORDER_COLUMNS, null);
    this.known = open('orders', ORDER_COLUMNS, { keys: ORDER_COLUMNS.slice(0, 2), replace: ORDER_COLUMNS.slice(2) });
    this.lines = open('order_lines', LINE_COLUMNS, null);
    this.refunds = open('refunds', REFUND_COLUMNS, null);
    this.sales = open('sales', SALE_COLUMNS, null);
  }

  /** `isKnown`: there is a row of it. */
  add(order: Omit<Written, 'date'>, isKnown: boolean): void {
    const { dialect, difference, facts, localDate } = this;
    const { record, lines, customerId } = order;
    const { id, currency } = record;
    const date = localDate(record.processedAt);
    if (!record.test) difference.addOrder(1, currency, date, customerId);
    (isKnown ? this.known : this.fresh).add(orderRow(dialect, facts.tenant, { ...order, date }));
    for (const line of record.lines) this.lines.add(lineRow(facts.tenant, id, line));
    for (const refund of record.refunds) this.refunds.add(refundRow(dialect, facts.tenant, id, refund));
    for (const line of lines) {
      const day = localDate(line.happenedAt);
      difference.addSales(1, line, line.currency, day, customerId);
      this.sales.add(saleRow(dialect, facts.tenant, id, customerId, day, line));
    }
  }

  *inserts(): Generator<Insert> {
    for (const sink of [this.fresh, this.known, this.lines, this.refunds, this.sales]) yield sink.insert();
    for (const { table, columns, rows, onConflict } of this.difference.inserts(
      this.facts.tenant,
      this.facts.generation,
    )) {
      const sink = this.open(table, columns, onConflict);
      for (const row of rows) sink.add(row);
      yield sink.insert();
    }
  }
}

export async function deleteOrders(tx: Tx, state: TenantState, ids: string[]): Promise<void> {
  const stored = [...(await readOrders(tx, state.tenant, ids)).values()];
  const lost = await lostAmong(tx, state.tenant, ids);
  const gone = [...stored.map(orderIdOf), ...lost];
  if (gone.length === 0) return;
  state.changed();
  const difference = new RollupDifference(state.currency);
  await subtractStored(tx, difference, state.tenant, stored, lost);
  await deleteChildren(tx, state.tenant, gone);
  await tx.run(`DELETE FROM orders WHERE tenant_id = ? AND shopify_order_id IN (${marks(gone)})`, [
    state.tenant,
    ...idParams(gone),
  ]);
  await tx.insertEach(difference.inserts(state.tenant, state.generation));
  await dropUnnamed(tx, state.tenant, customersOf(stored));
}

const orderIdOf = ({ shopify_order_id: id }: StoredOrder): string => String(id);
const customerOf = ({ customer_id: id }: StoredOrder): string | null => (id === null ? null : String(id));
const customersOf = (orders: StoredOrder[]): string[] => [
  ...new Set(orders.map(customerOf).filter((id) => id !== null)),
];

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
      const customerId = customerOf(row);
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

/** Whether anything of an order is stored from the lowest of these ids to the highest: one look, instead of one for each. */
export async function areStoredBetween(tx: Tx, tenant: bigint, ids: string[]): Promise<boolean> {
  const sorted = ids.toSorted(compareIds);
  if (sorted.length === 0) return false;
  const tables = ['orders', ...CHILD_TABLES];
  const isIn = (table: string) =>
    `EXISTS (SELECT 1 FROM ${table} WHERE tenant_id = ? AND shopify_order_id BETWEEN ? AND ?)`;
  const [row] = await tx.query<{ found: number }>(
    `SELECT ${tables.map(isIn).join(' OR ')} AS found`,
    tables.flatMap(() => [tenant, ...idParams([sorted[0]!, sorted.at(-1)!])]),
  );
  return Number(row!.found) === 1;
}

/**
 * The orders, by id, that have children and no row of their own, which other hands have deleted: among those that meet
 * `condition`, with its `params`.
 */
export async function findLost(
  query: Tx['query'],
  tenant: bigint,
  condition: string,
  params: bigint[],
): Promise<string[]> {
  const lostFrom = (table: string) =>
    `SELECT shopify_order_id AS id FROM ${table} WHERE tenant_id = ? AND ${condition} AND NOT EXISTS (
       SELECT 1 FROM orders o WHERE o.tenant_id = ${table}.tenant_id AND o.shopify_order_id = ${table}.shopify_order_id
     )`;
  const rows = await query<{ id: string | number }>(
    `${CHILD_TABLES.map(lostFrom).join(' UNION ')} ORDER BY id`,
    CHILD_TABLES.flatMap(() => [tenant, ...params]),
  );
  return rows.map(({ id }) => String(id));
}

export const lostAmong = async (tx: Tx, tenant: bigint, ids: string[]): Promise<string[]> =>
  ids.length === 0 ? [] : findLost(tx.query, tenant, `shopify_order_id IN (${marks(ids)})`, idParams(ids));

async function deleteChildren(tx: Tx, tenant: bigint, ids: string[]): Promise<void> {
  if (ids.length === 0) return;
  for (const table of CHILD_TABLES) {
    await tx.run(`DELETE FROM ${table} WHERE tenant_id = ? AND shopify_order_id IN (${marks(ids)})`, [
      tenant,
      ...idParams(ids),
    ]);
  }
}

/** Of these customers, those that were merged into others, with the one that was kept. */
async function keptCustomers(tx: Tx, tenant: bigint, customerIds: string[]): Promise<Map<string, string>> {
  const tombstones = await readTombstones(tx, tenant, 'customers', customerIds);
  return new Map([...tombstones].flatMap(([id, { mergedInto }]) => (mergedInto === null ? [] : [[id, mergedInto]])));
}
