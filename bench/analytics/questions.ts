import { ordersByDate } from '../../apps/server/src/analytics/queries/orders-by-date.ts';
import { overview } from '../../apps/server/src/analytics/queries/overview.ts';
import { revenue } from '../../apps/server/src/analytics/queries/revenue.ts';
import { topCustomers } from '../../apps/server/src/analytics/queries/top-customers.ts';
import type { Scope } from '../../apps/server/src/analytics/scope.ts';
import { FIRST_DAY, LAST_DAY } from './fill.ts';

export interface Question {
  name: string;
  /** What the usual implementation asks at each click. */
  naive(tenantId: string): string;
  /** What Xeno asks. */
  xeno(scope: Scope): Promise<unknown>;
  /** A figure that both must agree on. */
  check: { naive(rows: Record<string, unknown>[]): number; xeno(answer: never): number };
}

const A_YEAR_AGO = '2025-07-01';
const A_QUARTER_AGO = '2026-04-02';
const A_MONTH_AGO = '2026-06-01';
const ALL_TIME = { from: null, to: null };
const since = (from: string) => ({ from, to: LAST_DAY });

const between = (tenantId: string, from: string, orders = 'orders') =>
  `FROM ${orders} WHERE tenant_id = ${tenantId} AND created_at >= '${from}' AND created_at < '2026-07-01'`;

const sumOf = (rows: Record<string, unknown>[], column: string) =>
  rows.reduce((sum, row) => sum + Number(row[column]), 0);
const pence = (money: { amount: string }) => Math.round(Number(money.amount) * 100);

type Days = { data: { revenue: { amount: string }; orders: number }[] };
type Top = { data: { totalSpent: { amount: string } }[] };
type Totals = { totals: { customers: number } };

const revenueSince = (name: string, from: string): Question => ({
  name,
  naive: (tenantId) =>
    `SELECT DATE(created_at) AS day, COUNT(*) AS orders, SUM(total_price) AS revenue ${between(tenantId, from)} GROUP BY DATE(created_at) ORDER BY day`,
  xeno: (scope) => revenue(scope, since(from)),
  check: {
    naive: (rows) => sumOf(rows, 'revenue'),
    xeno: ({ data }: Days) => data.reduce((sum, day) => sum + pence(day.revenue), 0),
  },
});

const topSince = (name: string, period: { from: string | null; to: string | null }): Question => ({
  name,
  naive: (tenantId) =>
    `SELECT c.shopify_customer_id, c.name, c.email, COUNT(*) AS orders, SUM(o.total_price) AS spent
     FROM orders o JOIN customers c ON c.tenant_id = o.tenant_id AND c.shopify_customer_id = o.customer_id
     WHERE o.tenant_id = ${tenantId}${period.from === null ? '' : ` AND o.created_at >= '${period.from}' AND o.created_at < '2026-07-01'`}
     GROUP BY c.shopify_customer_id, c.name, c.email ORDER BY spent DESC LIMIT 5`,
  xeno: (scope) => topCustomers(scope, period, 5),
  check: {
    naive: (rows) => sumOf(rows, 'spent'),
    xeno: ({ data }: Top) => data.reduce((sum, customer) => sum + pence(customer.totalSpent), 0),
  },
});

export const QUESTIONS: Question[] = [
  revenueSince('revenue per day, a year', A_YEAR_AGO),
  revenueSince('revenue per day, three years', FIRST_DAY),
  {
    name: 'totals with customers',
    naive: (tenantId) =>
      `SELECT COUNT(*) AS orders, SUM(total_price) AS revenue, COUNT(DISTINCT customer_id) AS customers FROM orders WHERE tenant_id = ${tenantId}`,
    xeno: (scope) => overview(scope, ALL_TIME),
    check: { naive: (rows) => sumOf(rows, 'customers'), xeno: ({ totals }: Totals) => totals.customers },
  },
  topSince('top 5 customers, all time', ALL_TIME),
  {
    name: 'orders per day, a year',
    naive: (tenantId) =>
      `SELECT DATE(created_at) AS day, COUNT(*) AS orders ${between(tenantId, A_YEAR_AGO)} GROUP BY DATE(created_at) ORDER BY day`,
    xeno: (scope) => ordersByDate(scope, since(A_YEAR_AGO)),
    check: {
      naive: (rows) => sumOf(rows, 'orders'),
      xeno: ({ data }: Days) => data.reduce((sum, day) => sum + day.orders, 0),
    },
  },
  topSince('top 5 customers, 30 days', since(A_MONTH_AGO)),
  {
    name: 'totals with customers, 90 days',
    naive: (tenantId) =>
      `SELECT COUNT(*) AS orders, SUM(total_price) AS revenue, COUNT(DISTINCT customer_id) AS customers ${between(tenantId, A_QUARTER_AGO)}`,
    xeno: (scope) => overview(scope, since(A_QUARTER_AGO)),
    check: { naive: (rows) => sumOf(rows, 'customers'), xeno: ({ totals }: Totals) => totals.customers },
  },
];

/** With it the naive statements need not look at the orders themselves. */
export const COVERING_INDEX = 'CREATE INDEX bench_covering ON orders (tenant_id, created_at, total_price, customer_id)';

/** What a dashboard asks over HTTP, and a control that asks no database. */
export const requestsOf = (tenantId: string): { name: string; path: string }[] => [
  { name: 'control, no database', path: '/healthz' },
  { name: 'overview', path: `/api/analytics/overview?tenant_id=${tenantId}` },
  {
    name: 'revenue per day, a year',
    path: `/api/analytics/revenue?tenant_id=${tenantId}&from=${A_YEAR_AGO}&to=${LAST_DAY}`,
  },
  {
    name: 'revenue per day, 30 days',
    path: `/api/analytics/revenue?tenant_id=${tenantId}&from=${A_MONTH_AGO}&to=${LAST_DAY}`,
  },
  {
    name: 'orders per day, a year',
    path: `/api/analytics/orders-by-date?tenant_id=${tenantId}&from=${A_YEAR_AGO}&to=${LAST_DAY}`,
  },
  { name: 'top 5 customers', path: `/api/analytics/top-customers?tenant_id=${tenantId}` },
];
