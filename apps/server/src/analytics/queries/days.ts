import { MAX_DAYS } from '@xeno/contracts';
import { BadInput } from '../../http/errors.ts';
import { IS_NOT_EMPTY } from '../measures.ts';
import type { Period, Scope } from '../scope.ts';

const DAY_MS = 86_400_000;

/**
 * Every day of a period, which without bounds is from the store's first day with sales to today; none where nothing
 * was ever sold. @throws BadInput for more than MAX_DAYS
 */
export async function daysOf(scope: Scope, period: Period): Promise<{ period: Period; days: string[] }> {
  let { from, to } = period;
  if (from === null) {
    const first = await firstDay(scope);
    if (first === null && to === null) return { period: { from: null, to: null }, days: [] };
    to ??= scope.today;
    from = first !== null && first < to ? first : to;
  }
  to ??= from > scope.today ? from : scope.today;
  const first = Date.parse(from);
  const length = (Date.parse(to) - first) / DAY_MS + 1;
  if (length > MAX_DAYS) {
    const message =
      period.from === null
        ? `is needed: the first sales, of ${from}, are more than ${MAX_DAYS} days before ${to}`
        : `must not be more than ${MAX_DAYS} days before to`;
    throw new BadInput([{ path: 'from', message }]);
  }
  const days = Array.from({ length }, (_, i) => new Date(first + i * DAY_MS).toISOString().slice(0, 10));
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
