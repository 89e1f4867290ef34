import type { AbandonedCheckouts } from '@xeno/contracts';
import { asBigInt } from '../../db/values.ts';
import { head, money, type Period, type Scope, within } from '../scope.ts';
import { daysOf } from './days.ts';

const ABANDONED_AFTER_MS = 3_600_000;

interface Row {
  local_date: string;
  checkouts: string | number;
  completed: string | number;
  abandoned: string | number;
  value: string | number;
}

/**
 * Checkouts by the day they began, in the store's currency; days without are zero. One is abandoned when there is a way
 * to write to whoever began it and it is not completed after an hour.
 */
export async function abandonedCheckouts(scope: Scope, asked: Period): Promise<AbandonedCheckouts> {
  const { db, tenantId, currency } = scope;
  const { period, days } = await daysOf(scope, asked);
  const range = within(period);
  const isAbandoned = 'completed_at IS NULL AND contact <> 0 AND created_at <= ?';
  const before = new Date(Date.now() - ABANDONED_AFTER_MS);
  const rows = await db.read<Row>(
    `SELECT local_date, COUNT(*) AS checkouts, COUNT(completed_at) AS completed,
       SUM(CASE WHEN ${isAbandoned} THEN 1 ELSE 0 END) AS abandoned,
       SUM(CASE WHEN ${isAbandoned} THEN total_price ELSE 0 END) AS value
     FROM checkouts WHERE tenant_id = ? AND currency = ?${range.sql} GROUP BY local_date`,
    [before, before, BigInt(tenantId), currency, ...range.params],
  );
  const byDate = new Map(rows.map((row) => [row.local_date, row]));
  return {
    ...head(scope, period),
    data: days.map((date) => {
      const row = byDate.get(date);
      return {
        date,
        checkouts: Number(row?.checkouts ?? 0),
        completed: Number(row?.completed ?? 0),
        abandoned: Number(row?.abandoned ?? 0),
        value: money(asBigInt(row?.value), currency ?? 'USD'),
      };
    }),
  };
}
