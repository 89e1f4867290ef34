import { type Dialect } from '../db/types.ts';
import type { Database, Insert, Param, Tx } from '../db/database.ts';
import { asBigInt, idValue, marks } from '../db/values.ts';
import { IN_TOTAL, MEASURES, type Measures } from './ledger.ts';

const DAY_COLUMNS = ['orders', 'units', ...MEASURES] as const;
const CUSTOMER_COLUMNS = ['orders', 'spent'] as const;

/**
 * What a batch adds to the rollups: what its orders are worth now less what they were worth before.
 * Integers, so that rollups never drift from the rows.
 */
export class RollupDifference {
  private readonly days = new Map<string, Sum>();
  private readonly customerDays = new Map<string, Sum>();
  private readonly customers = new Map<string, Sum>();
  /** A customer's totals are kept in the store's own currency; amounts in others stand in `customer_days`. */
  private readonly homeCurrency: string;
  private last: Sums | null = null;

  constructor(homeCurrency: string) {
    this.homeCurrency = homeCurrency;
  }

  addOrder(sign: 1 | -1, currency: string, date: string, customerId: string | null): void {
    const { day, customerDay, customer } = this.sumsOf(currency, date, customerId);
    day[0]! += sign;
    if (customerDay) customerDay[0]! += sign;
    if (customer) customer[0]! += sign;
  }

  addSales(
    sign: 1 | -1,
    line: Measures & { units: number },
    currency: string,
    date: string,
    customerId: string | null,
  ): void {
    const { day, customerDay, customer } = this.sumsOf(currency, date, customerId);
    day[1]! += sign * line.units;
    for (let i = 0; i < MEASURES.length; i++) day[i + 2]! += sign * line[MEASURES[i]!];
    if (!customerDay) return;
    let total = 0;
    for (const measure of IN_TOTAL) total += line[measure];
    customerDay[1]! += sign * total;
    if (customer) customer[1]! += sign * total;
  }

  /** The sums that an order or sale goes into. What belongs to one order mostly follows each other. */
  private sumsOf(currency: string, date: string, customerId: string | null): Sums {
    const { last } = this;
    if (last?.date === date && last.customerId === customerId && last.currency === currency) return last;
    const id = customerId === null ? null : idValue(customerId);
    return (this.last = {
      currency,
      date,
      customerId,
      day: sumIn(this.days, `${currency} ${date}`, [currency, date], DAY_COLUMNS.length),
      customerDay:
        id === null ? null : sumIn(this.customerDays, `${currency} ${date} ${customerId}`, [currency, date, id], 2),
      customer: id === null || currency !== this.homeCurrency ? null : sumIn(this.customers, customerId!, [id], 2),
    });
  }

  /** For `tx.insertEach`, when all orders and sales are added. */
  *inserts(tenantId: bigint, generation: number): Generator<Insert<Param[][]>> {
    const day = ['tenant_id', 'generation', 'currency', 'local_date'];
    const customerDay = [...day, 'customer_id'];
    const customer = ['tenant_id', 'shopify_customer_id'];
    yield {
      table: 'daily_sales',
      columns: [...day, ...DAY_COLUMNS],
      rows: changed(this.days).map(({ of, values }) => [tenantId, generation, ...of, ...values]),
      onConflict: { keys: day, add: DAY_COLUMNS },
    };
    yield {
      table: 'customer_days',
      columns: [...customerDay, ...CUSTOMER_COLUMNS],
      rows: changed(this.customerDays).map(({ of, values }) => [tenantId, generation, ...of, ...values]),
      onConflict: { keys: customerDay, add: CUSTOMER_COLUMNS },
    };
    yield {
      table: 'customers',
      columns: [...customer, 'orders_count', 'total_spent'],
      rows: changed(this.customers).map(({ of, values }) => [tenantId, ...of, ...values]),
      onConflict: { keys: customer, add: ['orders_count', 'total_spent'] },
    };
  }
}

/** What is to be added to one row of a rollup; `of` is the row's key. */
interface Sum {
  of: (string | number)[];
  values: number[];
}

interface Sums {
  currency: string;
  date: string;
  customerId: string | null;
  day: number[];
  customerDay: number[] | null;
  customer: number[] | null;
}

function sumIn(sums: Map<string, Sum>, key: string, of: Sum['of'], length: number): number[] {
  let sum = sums.get(key);
  if (!sum) sums.set(key, (sum = { of, values: new Array<number>(length).fill(0) }));
  return sum.values;
}

/** Sorted by key: two transactions then lock rows in the same order. */
function changed(sums: Map<string, Sum>): Sum[] {
  const entries = [...sums].filter(([, { values }]) => values.some((value) => value !== 0));
  for (const [key, { values }] of entries) {
    if (!values.every(Number.isSafeInteger)) throw new RangeError(`The amounts of ${key} are too large to add up.`);
  }
  return entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, sum]) => sum);
}

/** Subtracts what is stored of these orders; their rows are about to be replaced or deleted. */
export const subtractStored = (tx: Tx, difference: RollupDifference, tenantId: bigint, orders: StoredOrder[]) =>
  addStored(tx, difference, tenantId, orders, -1);

/** Adds what is stored of these orders, or takes it away. */
export async function addStored(
  tx: Tx,
  difference: RollupDifference,
  tenantId: bigint,
  orders: StoredOrder[],
  sign: 1 | -1,
): Promise<void> {
  const counted = orders.filter((order) => !Number(order.test));
  for (const order of counted)
    difference.addOrder(sign, order.currency, order.local_date, textOrNull(order.customer_id));
  if (counted.length === 0) return;
  const rows = await tx.query<StoredSales>(
    `SELECT currency, local_date, customer_id, SUM(units) AS units, ${MEASURES.map((m) => `SUM(${m}) AS ${m}`).join(', ')}
     FROM sales WHERE tenant_id = ? AND shopify_order_id IN (${marks(counted)})
     GROUP BY currency, local_date, customer_id`,
    [tenantId, ...counted.map((order) => BigInt(order.shopify_order_id))],
  );
  for (const row of rows) {
    const line = { units: Number(row.units) } as Measures & { units: number };
    for (const measure of MEASURES) line[measure] = Number(row[measure]);
    difference.addSales(sign, line, row.currency, row.local_date, textOrNull(row.customer_id));
  }
}

export interface StoredOrder {
  shopify_order_id: string | number;
  customer_id: string | number | null;
  currency: string;
  local_date: string;
  test: number;
}

type StoredSales = Record<'units' | keyof Measures, string | number> & {
  currency: string;
  local_date: string;
  customer_id: string | number | null;
};

const textOrNull = (id: string | number | null): string | null => (id === null ? null : String(id));

/** A figure of a rollup that is not what its rows add up to. */
export interface Drift {
  rollup: string;
  key: string;
  stored: string;
  recomputed: string;
}

/** Days of the store's calendar, both included. */
export interface Days {
  from: string;
  to: string;
}

type Query = <T>(sql: string) => Promise<T[]>;

/** Compares every rollup of a tenant with a recomputation from its rows. Reads all of them: for tests. */
export async function findDrift(db: Database, tenantId: string): Promise<Drift[]> {
  const query: Query = (sql) => db.read(sql);
  return [
    ...(await findDayDrift(query, db.dialect, tenantId)),
    ...(await findCustomerDrift(query, db.dialect, tenantId)),
    ...(await findCountDrift(query, tenantId)),
  ];
}

/** Of `daily_sales` and `customer_days`; keys are `EUR 2026-03-29` and `EUR 2026-03-29 6200354537772`. */
export async function findDayDrift(query: Query, dialect: Dialect, tenantId: string, days?: Days): Promise<Drift[]> {
  const ofTenant = `tenant_id = ${BigInt(tenantId)}${days ? ` AND local_date BETWEEN '${days.from}' AND '${days.to}'` : ''}`;
  const current = `${ofTenant} AND generation = (SELECT generation FROM tenant_state WHERE tenant_id = ${BigInt(tenantId)})`;
  const day = key(dialect, 'currency', 'local_date');
  const customerDay = key(dialect, 'currency', 'local_date', 'customer_id');
  return [
    ...(await compare(
      query,
      'daily_sales',
      `SELECT ${day} AS k, ${list(DAY_COLUMNS)} FROM daily_sales WHERE ${current}`,
      `SELECT k, ${DAY_COLUMNS.map((c) => `SUM(${c}) AS ${c}`).join(', ')} FROM (
         SELECT ${day} AS k, 1 AS orders, 0 AS units, ${MEASURES.map((m) => `0 AS ${m}`).join(', ')}
         FROM orders WHERE ${ofTenant} AND test = 0
         UNION ALL
         SELECT ${day} AS k, 0, units, ${list(MEASURES)} FROM sales WHERE ${ofTenant}
       ) AS rows_of_days GROUP BY k`,
    )),
    ...(await compare(
      query,
      'customer_days',
      `SELECT ${customerDay} AS k, orders, spent FROM customer_days WHERE ${current}`,
      `SELECT k, SUM(orders) AS orders, SUM(spent) AS spent FROM (
         SELECT ${customerDay} AS k, 1 AS orders, 0 AS spent
         FROM orders WHERE ${ofTenant} AND test = 0 AND customer_id IS NOT NULL
         UNION ALL
         SELECT ${customerDay} AS k, 0, ${TOTAL} FROM sales WHERE ${ofTenant} AND customer_id IS NOT NULL
       ) AS rows_of_customers GROUP BY k`,
    )),
  ];
}

/** Of the totals that stand with the customers, or with those of these ids; what a customer has in `customer_days` holds. */
export function findCustomerDrift(
  query: Query,
  dialect: Dialect,
  tenantId: string,
  ids?: readonly string[],
): Promise<Drift[]> {
  const tenant = BigInt(tenantId);
  const among = (column: string) => (ids ? ` AND ${column} IN (${ids.map(BigInt).join(', ')})` : '');
  const state = (column: string) => `(SELECT ${column} FROM tenant_state WHERE tenant_id = ${tenant})`;
  return compare(
    query,
    'customers',
    `SELECT ${key(dialect, 'shopify_customer_id')} AS k, orders_count AS orders, total_spent AS spent
     FROM customers WHERE tenant_id = ${tenant}${among('shopify_customer_id')}`,
    `SELECT ${key(dialect, 'customer_id')} AS k, SUM(orders) AS orders, SUM(spent) AS spent
     FROM customer_days WHERE tenant_id = ${tenant} AND generation = ${state('generation')}
       AND currency = ${state('currency')}${among('customer_id')} GROUP BY customer_id`,
  );
}

export function findCountDrift(query: Query, tenantId: string): Promise<Drift[]> {
  const tenant = BigInt(tenantId);
  return compare(
    query,
    'tenant_state',
    `SELECT 'counts' AS k, customers, products FROM tenant_state WHERE tenant_id = ${tenant}`,
    `SELECT 'counts' AS k,
       (SELECT COUNT(*) FROM customers WHERE tenant_id = ${tenant} AND updated_at IS NOT NULL) AS customers,
       (SELECT COUNT(*) FROM products WHERE tenant_id = ${tenant}) AS products`,
  );
}

async function compare(query: Query, rollup: string, storedSql: string, recomputedSql: string): Promise<Drift[]> {
  const stored = figures(await query(storedSql));
  const recomputed = figures(await query(recomputedSql));
  return [...new Set([...stored.keys(), ...recomputed.keys()])].flatMap((k) => {
    const a = stored.get(k) ?? '';
    const b = recomputed.get(k) ?? '';
    return a === b ? [] : [{ rollup, key: k, stored: a, recomputed: b }];
  });
}

const TOTAL = IN_TOTAL.join(' + ');
const list = (columns: readonly string[]) => columns.join(', ');
const key = (dialect: Dialect, ...columns: string[]) =>
  dialect === 'sqlite' ? columns.join(` || ' ' || `) : `CONCAT_WS(' ', ${columns.join(', ')})`;

/** Rows as comparable text; one that is zero throughout is as good as none. */
function figures(rows: Record<string, unknown>[]): Map<string, string> {
  const result = new Map<string, string>();
  for (const { k, ...values } of rows) {
    const entries = Object.entries(values).map(([name, value]) => [name, asBigInt(value)] as const);
    if (entries.every(([, value]) => value === 0n)) continue;
    result.set(String(k), entries.map(([name, value]) => `${name}=${value}`).join(' '));
  }
  return result;
}
