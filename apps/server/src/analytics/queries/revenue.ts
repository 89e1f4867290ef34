import type { Revenue } from '@xeno/contracts';
import { DAY_COLUMNS, measuresOf } from '../measures.ts';
import { head, type Period, type Scope } from '../scope.ts';
import { daysOf, readDays } from './days.ts';

/** Every measure of the ledger by day, in the store's currency; days without sales are zero. */
export async function revenue(scope: Scope, asked: Period): Promise<Revenue> {
  const { period, days } = await daysOf(scope, asked);
  const sold = await readDays(scope, period, DAY_COLUMNS);
  return {
    ...head(scope, period),
    data: days.map((date) => ({ date, ...measuresOf(sold.get(date), scope.currency ?? 'USD') })),
  };
}
