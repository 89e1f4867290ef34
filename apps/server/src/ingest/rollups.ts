import { type Dialect } from '../db/types.ts';
import type { Database, Insert, Param, Tx } from '../db/database.ts';
import { asBigInt, idParams, idValue, marks } from '../db/values.ts';
import { MEASURES } from '../db/measures.ts';
import { IN_TOTAL, type Measures } from './ledger.ts';
import { Unreadable } from './map/fields.ts';

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
    if (!values.every(Number.isSafeInteger)) throw new Unreadable(`The amounts of ${key} are too large to add up.`);
  }
  return entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, sum]) => sum);
}

/** Subtracts what is stored of these orders, and the sales of those that were `lost`: all are about to be replaced or deleted. */
export const subtractStored = (
  tx: Tx,
  difference: RollupDifference,
  tenantId: bigint,
  orders: StoredOrder[],
  lost: string[],
) => addStored(tx, difference, tenantId, orders, -1, lost);

/** Adds what is stored of these orders, or takes it away. */
export async function addStored(
  tx: Tx,
  difference: RollupDifference,
  tenantId: bigint,
  orders: StoredOrder[],
  sign: 1 | -1,
  lost: string[] = [],
): Promise<void> {
  const counted = orders.filter((order) => !Number(order.test));
  for (const order of counted)
    difference.addOrder(sign, order.currency, order.local_date, textOrNull(order.customer_id));
  const ids = [...counted.map((order) => String(order.shopify_order_id)), ...lost];
  if (ids.length === 0) return;
  const rows = await tx.query<StoredSales>(
    `SELECT currency, local_date, customer_id, SUM(units) AS units, ${MEASURES.map((m) => `SUM(${m}) AS ${m}`).join(', ')}
     FROM sales WHERE tenant_id = ? AND shopify_order_id IN (${marks(ids)})
     GROUP BY currency, local_date, customer_id`,
    [tenantId, ...idParams(ids)],
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
    ...(await findCountDrift(query, db.dialect, tenantId)),
  ];
}

/** Of `daily_sales` and `customer_days`; keys are `EUR 2026-03-29` and `EUR 2026-03-29 6200354537772`. */
export async function findDayDrift(query: Query, dialect: Dialect, tenantId: string, days?: Days): Promise<Drift[]> {
  const ofTenant = `tenant_id = ${BigInt(tenantId)}${days ? ` AND local_date BETWEEN '${days.from}' AND '${days.to}'` : ''}`;
  const current = `${ofTenant} AND generation = (SELECT generation FROM tenant_state WHERE tenant_id = ${BigInt(tenantId)})`;
  const ofCustomers = `${ofTenant} AND customer_id IS NOT NULL`;
  return [
    ...(await compare(query, dialect, {
      rollup: 'daily_sales',
      keys: ['currency', 'local_date'],
      columns: DAY_COLUMNS,
      stored: `FROM daily_sales WHERE ${current}`,
      recomputed: [
        { values: ['1', '0', ...MEASURES.map(() => '0')], from: `FROM orders WHERE ${ofTenant} AND test = 0` },
        { values: ['0', 'units', ...MEASURES], from: `FROM sales WHERE ${ofTenant}` },
      ],
    })),
    ...(await compare(query, dialect, {
      rollup: 'customer_days',
      keys: ['currency', 'local_date', 'customer_id'],
      columns: CUSTOMER_COLUMNS,
      stored: `FROM customer_days WHERE ${current}`,
      recomputed: [
        { values: ['1', '0'], from: `FROM orders WHERE ${ofCustomers} AND test = 0` },
        { values: ['0', TOTAL], from: `FROM sales WHERE ${ofCustomers}` },
      ],
    })),
  ];
}

/** Of the totals that stand with the customers, or with some of them; what a customer has in `customer_days` holds. */
export function findCustomerDrift(
  query: Query,
  dialect: Dialect,
  tenantId: string,
  some?: { ids: readonly string[] } | { part: number; of: number },
): Promise<Drift[]> {
  const tenant = BigInt(tenantId);
  const among = (column: string) =>
    !some
      ? ''
      : 'ids' in some
        ? ` AND ${column} IN (${some.ids.map(BigInt).join(', ')})`
        : ` AND ${column} % ${some.of} = ${some.part}`;
  const state = (column: string) => `(SELECT ${column} FROM tenant_state WHERE tenant_id = ${tenant})`;
  return compare(query, dialect, {
    rollup: 'customers',
    keys: ['customer_id'],
    columns: CUSTOMER_COLUMNS,
    stored: `FROM (SELECT shopify_customer_id AS customer_id, orders_count AS orders, total_spent AS spent
       FROM customers WHERE tenant_id = ${tenant}${among('shopify_customer_id')}) AS totals`,
    recomputed: [
      {
        values: CUSTOMER_COLUMNS,
        from: `FROM customer_days WHERE tenant_id = ${tenant} AND generation = ${state('generation')}
           AND currency = ${state('currency')}${among('customer_id')}`,
      },
    ],
  });
}

export async function findCountDrift(query: Query, dialect: Dialect, tenantId: string): Promise<Drift[]> {
  const tenant = BigInt(tenantId);
  const count = (table: string) => `(SELECT COUNT(*) FROM ${table} WHERE tenant_id = ${tenant}`;
  const drift = await compare(query, dialect, {
    rollup: 'tenant_state',
    keys: ['tenant_id'],
    columns: ['customers', 'products'],
    stored: `FROM tenant_state WHERE tenant_id = ${tenant}`,
    recomputed: [
      {
        values: [`${count('customers')} AND updated_at IS NOT NULL)`, `${count('products')})`],
        from: `FROM tenant_state WHERE tenant_id = ${tenant}`,
      },
    ],
  });
  return drift.map((one) => ({ ...one, key: 'counts' }));
}

/**
 * What is stored, of which no key has two rows, beside what its rows add up to. One statement, so that both are of one
 * moment, and one that gives nothing but what differs, however much there is.
 */
async function compare(
  query: Query,
  dialect: Dialect,
  { rollup, keys, columns, stored, recomputed }: Comparison,
): Promise<Drift[]> {
  const names = { stored: columns.map((name) => `stored_${name}`), found: columns.map((name) => `found_${name}`) };
  const zeros = columns.map(() => '0');
  const rowsOf = (from: string, values: readonly string[], isStored: boolean) => {
    const all = isStored ? [...values, ...zeros] : [...zeros, ...values];
    const named = [...names.stored, ...names.found].map((name, i) => `${all[i]} AS ${name}`);
    return `SELECT ${keys.join(', ')}, ${named.join(', ')} ${from}`;
  };
  const key = dialect === 'sqlite' ? keys.join(` || ' ' || `) : `CONCAT_WS(' ', ${keys.join(', ')})`;
  const rows = await query<Record<string, unknown>>(
    `SELECT ${key} AS k, ${[...names.stored, ...names.found].map((name) => `SUM(${name}) AS ${name}`).join(', ')}
     FROM (${[rowsOf(stored, columns, true), ...recomputed.map(({ from, values }) => rowsOf(from, values, false))].join(
       ' UNION ALL ',
     )}) AS both_sides
     GROUP BY ${keys.join(', ')}
     HAVING ${columns.map((name) => `SUM(stored_${name}) <> SUM(found_${name})`).join(' OR ')}`,
  );
  return rows.map((row) => ({
    rollup,
    key: String(row.k),
    stored: figures(row, columns, names.stored),
    recomputed: figures(row, columns, names.found),
  }));
}

interface Comparison {
  rollup: string;
  keys: readonly string[];
  columns: readonly string[];
  /** Where the rows are that have these columns. */
  stored: string;
  /** What they are the sums of: an expression for each column, and where the rows are. */
  recomputed: { values: readonly string[]; from: string }[];
}

const TOTAL = IN_TOTAL.join(' + ');

/** As text; what is zero throughout is as good as nothing. */
function figures(row: Record<string, unknown>, columns: readonly string[], names: readonly string[]): string {
  const values = names.map((name) => asBigInt(row[name]));
  if (values.every((value) => value === 0n)) return '';
  return columns.map((column, i) => `${column}=${values[i]}`).join(' ');
}
