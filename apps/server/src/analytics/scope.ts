import { toDecimal, type Money } from '@xeno/contracts';
import type { Database } from '../db/database.ts';
import { asDate, databaseNow } from '../db/values.ts';
import { BadInput } from '../http/errors.ts';
import { isDay } from '../http/instant.ts';

/** What every question about a store needs to know first. */
export interface Scope {
  db: Database;
  tenantId: string;
  generation: number;
  /** Null until the store's first sync has told. */
  timezone: string | null;
  currency: string | null;
  /** Up to when Shopify's changes are in, as far as Shopify has told of them; null until the first sync has succeeded. */
  asOf: string | null;
  /** Customers that exist. */
  customers: number;
  /** The store's current day. */
  today: string;
  /**
   * Changes with everything above, and with each commit that changes a figure or a customer: two answers to one question
   * are the same where their versions are. Null where there is nothing to tell it by.
   */
  version: string | null;
}

export interface Period {
  from: string | null;
  to: string | null;
}

const UNKNOWN_CURRENCY = 'XXX';

interface StateRow {
  generation: number;
  timezone: string;
  currency: string;
  customers: number;
  changes: string | number;
  now: unknown;
  events_applied_to: unknown;
  orders_applied_to: unknown;
  customers_applied_to: unknown;
  pending: unknown;
  are_more: number | null;
  doubted: unknown;
}

/**
 * Of so many webhooks that wait, the oldest is looked for: what failed is due later than what came after it, and what was
 * applied and is replayed says nothing new. Where more wait, webhooks do not tell up to when all is in.
 */
const LOOKED_AT = 1_000;

export async function readScope(db: Database, tenantId: string): Promise<Scope> {
  const id = BigInt(tenantId);
  const [row] = await db.readShared<StateRow>(
    `SELECT generation, timezone, currency, customers, changes, events_applied_to, ${databaseNow(db.dialect, 0)} AS now,
       (SELECT applied_to FROM stream_cursors WHERE tenant_id = ? AND stream = 'orders') AS orders_applied_to,
       (SELECT applied_to FROM stream_cursors WHERE tenant_id = ? AND stream = 'customers') AS customers_applied_to,
       (SELECT MIN(sent) FROM (SELECT COALESCE(triggered_at, received_at) AS sent, finished_at FROM webhook_events
        WHERE status = 'pending' AND tenant_id = ? ORDER BY due_at LIMIT ${LOOKED_AT}) AS first_due
        WHERE finished_at IS NULL) AS pending,
       (SELECT 1 FROM webhook_events
        WHERE status = 'pending' AND tenant_id = ? ORDER BY due_at LIMIT 1 OFFSET ${LOOKED_AT}) AS are_more,
       (SELECT MIN(marked_at) FROM fetch_marks WHERE tenant_id = ? AND stream = 'orders') AS doubted
     FROM tenant_state WHERE tenant_id = ?`,
    [id, id, id, id, id, id],
  );
  const known = row && row.currency !== UNKNOWN_CURRENCY;
  const timezone = known ? row.timezone : null;
  const facts = {
    generation: row?.generation ?? 1,
    timezone,
    currency: known ? row.currency : null,
    asOf: (row && asOf(row)?.toISOString()) ?? null,
    customers: row?.customers ?? 0,
    today: dayIn(timezone ?? 'UTC').format(row ? asDate(row.now)! : new Date()),
  };
  return { db, tenantId, ...facts, version: row ? `${row.changes} ${JSON.stringify(facts)}` : null };
}

/** To make one costs a hundred times what it costs to use it. */
function dayIn(timezone: string): Intl.DateTimeFormat {
  let format = formats.get(timezone);
  if (!format) formats.set(timezone, (format = new Intl.DateTimeFormat('en-CA', { timeZone: timezone })));
  return format;
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** The cursors of the syncs, or further on when webhooks are: up to the oldest that waits, or whose order is doubted. */
function asOf(row: StateRow): Date | null {
  const earliestOf = (instants: Date[]) =>
    instants.reduce((earliest, instant) => (instant < earliest ? instant : earliest));
  const dates = (...values: unknown[]) => values.flatMap((value) => asDate(value) ?? []);
  const [orders] = dates(row.orders_applied_to);
  if (!orders) return null;
  const synced = earliestOf([orders, ...dates(row.customers_applied_to)]);
  const [told] = row.are_more === null ? dates(row.events_applied_to) : [];
  const sure = told && earliestOf([told, ...dates(row.pending, row.doubted)]);
  return sure && sure > synced ? sure : synced;
}

export const head = (scope: Scope, { from, to }: Period) => ({
  tenantId: scope.tenantId,
  from,
  to,
  timezone: scope.timezone,
  currencyCode: scope.currency,
  asOf: scope.asOf,
});

/** @throws BadInput naming the field, for a day that no calendar has, or a beginning after the end */
export function readPeriod(query: { from?: string; to?: string }): Period {
  for (const path of ['from', 'to'] as const) {
    const date = query[path];
    if (date !== undefined && !isDay(date)) {
      throw new BadInput([{ path, message: 'must be a day of the calendar, as YYYY-MM-DD' }]);
    }
  }
  const [from, to] = [query.from ?? null, query.to ?? null];
  if (from !== null && to !== null && from > to) {
    throw new BadInput([{ path: 'from', message: 'must not be after to' }]);
  }
  return { from, to };
}

/** The part of a WHERE clause that a period makes of a day column, with its parameters. */
export function within({ from, to }: Period): { sql: string; params: string[] } {
  return {
    sql: `${from === null ? '' : ' AND local_date >= ?'}${to === null ? '' : ' AND local_date <= ?'}`,
    params: [from, to].filter((date) => date !== null),
  };
}

export const money = (minor: bigint | number, currency: string): Money => ({
  amount: toDecimal(minor, currency),
  currencyCode: currency,
});
