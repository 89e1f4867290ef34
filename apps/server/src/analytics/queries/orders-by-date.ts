import type { OrdersByDate } from '@xeno/contracts';
import { head, type Period, type Scope } from '../scope.ts';
import { daysOf, readDays } from './days.ts';

/** Orders placed by day, in the store's currency; days without orders are zero. */
export async function ordersByDate(scope: Scope, asked: Period): Promise<OrdersByDate> {
  const { period, days } = await daysOf(scope, asked);
  const sold = await readDays(scope, period, ['orders']);
  return { ...head(scope, period), data: days.map((date) => ({ date, orders: Number(sold.get(date)?.orders ?? 0) })) };
}
