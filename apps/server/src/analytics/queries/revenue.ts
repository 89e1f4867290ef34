import type { Revenue } from '@xeno/contracts';
import { dayColumns, type DayRow, measuresOf } from '../measures.ts';
import { head, type Period, type Scope, within } from '../scope.ts';
import { daysOf } from './days.ts';

/** Every measure of the ledger by day, in the store's currency; days without sales are zero. */
export async function revenue(scope: Scope, asked: Period): Promise<Revenue> {
  const { db, tenantId, generation, currency } = scope;
  const { period, days } = await daysOf(scope, asked);
  const range = within(period);
  const rows = await db.read<DayRow & { local_date: string }>(
    `SELECT local_date, ${dayColumns()} FROM daily_sales
     WHERE tenant_id = ? AND generation = ? AND currency = ?${range.sql}`,
    [BigInt(tenantId), generation, currency, ...range.params],
  );
  const byDate = new Map(rows.map((row) => [row.local_date, row]));
  return {
    ...head(scope, period),
    data: days.map((date) => ({ date, ...measuresOf(byDate.get(date), currency ?? 'USD') })),
  };
}
