import type { OrdersByDate } from '@xeno/contracts';
import { head, type Period, type Scope, within } from '../scope.ts';
import { daysOf } from './days.ts';

/** Orders placed by day, in the store's currency; days without orders are zero. */
export async function ordersByDate(scope: Scope, asked: Period): Promise<OrdersByDate> {
  const { db, tenantId, generation, currency } = scope;
  const { period, days } = await daysOf(scope, asked);
  const range = within(period);
  const rows = await db.read<{ local_date: string; orders: number }>(
    `SELECT local_date, orders FROM daily_sales
     WHERE tenant_id = ? AND generation = ? AND currency = ?${range.sql}`,
    [BigInt(tenantId), generation, currency, ...range.params],
  );
  const byDate = new Map(rows.map((row) => [row.local_date, row.orders]));
  return { ...head(scope, period), data: days.map((date) => ({ date, orders: byDate.get(date) ?? 0 })) };
}
