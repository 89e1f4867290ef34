import type { Tx } from '../db/database.ts';
import type { Dialect } from '../db/types.ts';
import { asDate, instantText } from '../db/values.ts';
import type { TenantState } from './apply.ts';
import { MEASURES } from '../db/measures.ts';
import { IN_TOTAL } from './ledger.ts';
import { offsetSpans } from './local-date.ts';

/**
 * Gives every order and ledger line of a tenant its day anew, after the store's time zone or currency has changed, and
 * makes the rollups from them. Within the caller's transaction: readers see the former figures until it commits.
 */
export async function redate(tx: Tx, dialect: Dialect, state: TenantState): Promise<void> {
  const { tenant, generation, timezone, currency } = state;
  state.changed();
  for (const [table, column] of [
    ['orders', 'processed_at'],
    ['sales', 'happened_at'],
    ['checkouts', 'created_at'],
  ] as const) {
    const [span] = await tx.query<{ first: unknown; last: unknown }>(
      `SELECT MIN(${column}) AS first, MAX(${column}) AS last FROM ${table} WHERE tenant_id = ?`,
      [tenant],
    );
    const [first, last] = [asDate(span?.first), asDate(span?.last)];
    if (!first || !last) continue;
    const day = dayOf(dialect, column, offsetSpans(timezone, first.getTime(), last.getTime()));
    await tx.run(`UPDATE ${table} SET local_date = ${day} WHERE tenant_id = ?`, [tenant]);
  }

  const total = IN_TOTAL.join(' + ');
  const sums = MEASURES.map((measure) => `SUM(${measure})`).join(', ');
  await tx.run('DELETE FROM daily_sales WHERE tenant_id = ?', [tenant]);
  await tx.run('DELETE FROM customer_days WHERE tenant_id = ?', [tenant]);
  await tx.run('UPDATE customers SET orders_count = 0, total_spent = 0 WHERE tenant_id = ?', [tenant]);
  await tx.run(
    `INSERT INTO daily_sales (tenant_id, generation, currency, local_date, orders, units, ${MEASURES.join(', ')})
     SELECT ${tenant}, ${generation}, currency, local_date, SUM(orders), SUM(units), ${sums} FROM (
       SELECT currency, local_date, 1 AS orders, 0 AS units, ${MEASURES.map((m) => `0 AS ${m}`).join(', ')}
       FROM orders WHERE tenant_id = ${tenant} AND test = 0
       UNION ALL
       SELECT currency, local_date, 0, units, ${MEASURES.join(', ')} FROM sales WHERE tenant_id = ${tenant}
     ) AS rows_of_days GROUP BY currency, local_date`,
  );
  await tx.run(
    `INSERT INTO customer_days (tenant_id, generation, currency, local_date, customer_id, orders, spent)
     SELECT ${tenant}, ${generation}, currency, local_date, customer_id, SUM(orders), SUM(spent) FROM (
       SELECT currency, local_date, customer_id, 1 AS orders, 0 AS spent
       FROM orders WHERE tenant_id = ${tenant} AND test = 0 AND customer_id IS NOT NULL
       UNION ALL
       SELECT currency, local_date, customer_id, 0, ${total} FROM sales WHERE tenant_id = ${tenant} AND customer_id IS NOT NULL
     ) AS rows_of_customers GROUP BY currency, local_date, customer_id`,
  );
  const spenders = await tx.query<{ customer_id: string | number; orders: string | number; spent: string | number }>(
    `SELECT customer_id, SUM(orders) AS orders, SUM(spent) AS spent FROM customer_days
     WHERE tenant_id = ? AND generation = ? AND currency = ? GROUP BY customer_id`,
    [tenant, generation, currency],
  );
  await tx.insert(
    'customers',
    ['tenant_id', 'shopify_customer_id', 'orders_count', 'total_spent'],
    spenders.map((row) => [tenant, row.customer_id, row.orders, row.spent]),
    { keys: ['tenant_id', 'shopify_customer_id'], replace: ['orders_count', 'total_spent'] },
  );
}

/** The local day of an instant column, as SQL: its offset from UTC depends on the span of time it lies in. */
function dayOf(dialect: Dialect, column: string, spans: { until: number; minutes: number }[]): string {
  const shifted = (minutes: number) =>
    dialect === 'sqlite' ? `date(${column}, '${minutes} minutes')` : `DATE(${column} + INTERVAL ${minutes} MINUTE)`;
  const last = spans.at(-1)!;
  if (spans.length === 1) return shifted(last.minutes);
  const cases = spans
    .slice(0, -1)
    .map(({ until, minutes }) => `WHEN ${column} < '${instantText(dialect, until)}' THEN ${shifted(minutes)}`);
  return `CASE ${cases.join(' ')} ELSE ${shifted(last.minutes)} END`;
}
