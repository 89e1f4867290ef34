import { MAX_DAYS } from '@xeno/contracts';
import { BadInput } from '../../http/errors.ts';
import { IS_NOT_EMPTY } from '../measures.ts';
import { type Period, type Scope, within } from '../scope.ts';

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

/** JSON would round it. */
const MAY_BE_BEYOND_2_53 = /\d{16}/;

/** Columns of integers by day, in the store's currency; a day on which nothing was ever sold is not among them. */
export async function readDays<C extends string>(
  { db, tenantId, generation, currency }: Scope,
  period: Period,
  columns: readonly C[],
): Promise<Map<string, Record<C, string | number>>> {
  const range = within(period);
  const from = `FROM daily_sales WHERE tenant_id = ? AND generation = ? AND currency = ?${range.sql}`;
  const params = [BigInt(tenantId), generation, currency, ...range.params];
  if (db.dialect === 'sqlite') {
    // of a thousand rows most of the time goes into their way out of SQLite and its thread: one text takes half of it
    const [row] = await db.read<{ days: string }>(
      `SELECT json_group_array(json_array(local_date, ${columns.join(', ')})) AS days ${from}`,
      params,
    );
    if (!MAY_BE_BEYOND_2_53.test(row!.days)) return byDate(JSON.parse(row!.days) as [string, ...number[]][], columns);
  }
  const rows = await db.read<Record<C, string | number> & { local_date: string }>(
    `SELECT local_date, ${columns.join(', ')} ${from}`,
    params,
  );
  return new Map(rows.map((row) => [row.local_date, row]));
}

function byDate<C extends string>(
  rows: [string, ...number[]][],
  columns: readonly C[],
): Map<string, Record<C, number>> {
  const days = new Map<string, Record<C, number>>();
  for (const row of rows) {
    const day = {} as Record<C, number>;
    for (let i = 0; i < columns.length; i++) day[columns[i]!] = row[i + 1] as number;
    days.set(row[0], day);
  }
  return days;
}
