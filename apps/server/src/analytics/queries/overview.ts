import type { Overview, Totals } from '@xeno/contracts';
import { averageOrderValue, DAY_COLUMNS, type DayRow, measuresOf } from '../measures.ts';
import { head, type Period, type Scope, within } from '../scope.ts';

/** Totals of a period, or of all time; by currency, never summed across. Customers of a period are those who ordered in it. */
export async function overview(scope: Scope, period: Period): Promise<Overview> {
  const { db, tenantId, generation, currency: home } = scope;
  const days = within(period);
  const key = [BigInt(tenantId), generation];
  const sums = await db.read<DayRow & { currency: string }>(
    `SELECT currency, ${DAY_COLUMNS.map((column) => `SUM(${column}) AS ${column}`).join(', ')}
     FROM daily_sales WHERE tenant_id = ? AND generation = ?${days.sql} GROUP BY currency ORDER BY currency`,
    [...key, ...days.params],
  );
  const isAllTime = period.from === null && period.to === null;
  const customersIn = async (currency: string): Promise<number> => {
    if (isAllTime && currency === home) return scope.customers;
    const [row] = await db.read<{ customers: string | number }>(
      `SELECT COUNT(DISTINCT customer_id) AS customers FROM customer_days
       WHERE tenant_id = ? AND generation = ? AND currency = ?${days.sql} AND orders > 0`,
      [...key, currency, ...days.params],
    );
    return Number(row?.customers ?? 0);
  };
  const totalsOf = async (currency: string): Promise<Totals> => {
    const row = sums.find((sum) => sum.currency === currency);
    return {
      customers: await customersIn(currency),
      averageOrderValue: averageOrderValue(row, currency),
      ...measuresOf(row, currency),
    };
  };
  const others = sums.map((sum) => sum.currency).filter((currency) => currency !== home);
  const otherCurrencies = await Promise.all(
    others.map(async (currencyCode) => ({ currencyCode, totals: await totalsOf(currencyCode) })),
  );
  return {
    ...head(scope, period),
    totals: await totalsOf(home ?? 'USD'),
    // currencies whose days were all emptied again are not worth telling
    otherCurrencies: otherCurrencies.filter(({ totals }) => totals.orders > 0 || Number(totals.revenue.amount) !== 0),
  };
}
