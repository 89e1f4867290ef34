import { MAX_DAYS } from '@xeno/contracts';
import { BadInput } from '../../http/errors.ts';
import { IS_NOT_EMPTY } from '../measures.ts';
import type { Period, Scope } from '../scope.ts';

const DAY_MS = 86_400_000;

const dayAt = (instant: number) => new Date(instant).toISOString().slice(0, 10);

/**
 * Every day of a period, which without bounds is from the store's first day with sales to today, but the last MAX_DAYS at
 * most: one wrong date of long ago must not keep all others from being shown. None where nothing was ever sold.
 * @throws BadInput for more than MAX_DAYS
 */
export async function daysOf(scope: Scope, period: Period): Promise<{ period: Period; days: string[] }> {
  let { from, to } = period;
  if (from === null) {
    const first = await firstDay(scope);
    if (first === null && to === null) return { period: { from: null, to: null }, days: [] };
    to ??= scope.today;
    const earliest = dayAt(Date.parse(to) - (MAX_DAYS - 1) * DAY_MS);
    from = first === null || first > to ? to : first > earliest ? first : earliest;
  }
  to ??= from > scope.today ? from : scope.today;
  const start = Date.parse(from);
  const length = (Date.parse(to) - start) / DAY_MS + 1;
  if (length > MAX_DAYS) {
    throw new BadInput([{ path: 'from', message: `must not be more than ${MAX_DAYS} days before to` }]);
  }
  const days = Array.from({ length }, (_, i) => dayAt(start + i * DAY_MS));
  return { period: { from, to }, days };
}

async function firstDay({ db, tenantId, generation, currency }: Scope): Promise<string | null> {
  const [row] = await db.read<{ first: string | null }>(
    `SELECT MIN(local_date) AS first FROM daily_sales
     WHERE tenant_id = ? AND generation = ? AND currency = ? AND ${IS_NOT_EMPTY}`,
    [BigInt(tenantId), generation, currency],
  );
  return row?.first ?? null;
}
