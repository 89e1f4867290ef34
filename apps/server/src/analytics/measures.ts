import { MEASURES } from '../db/measures.ts';
import type { Money } from '@xeno/contracts';
import { asBigInt } from '../db/values.ts';
import { money } from './scope.ts';

export const DAY_COLUMNS = ['orders', 'units', ...MEASURES] as const;

export type DayRow = Record<(typeof DAY_COLUMNS)[number], string | number>;

/** SQL that is true where a day has anything at all: days that were emptied stay behind as zeros. */
export const IS_NOT_EMPTY = `(${DAY_COLUMNS.map((column) => `${column} <> 0`).join(' OR ')})`;

export interface DayMeasures {
  orders: number;
  units: number;
  revenue: Money;
  gross: Money;
  discounts: Money;
  returns: Money;
  net: Money;
  shipping: Money;
  tax: Money;
  duties: Money;
  fees: Money;
  adjustments: Money;
  giftCards: Money;
  tips: Money;
}

/** Minor units: a number, or a bigint where a number would not be exact. */
type Minor = number | bigint;

function amountsOf(row: DayRow | undefined): Record<(typeof MEASURES)[number], Minor> {
  const amounts = {} as Record<(typeof MEASURES)[number], Minor>;
  for (const column of MEASURES) {
    const value = row?.[column] ?? 0;
    const number = Number(value);
    amounts[column] = Number.isSafeInteger(number) ? number : asBigInt(value);
  }
  return amounts;
}

function plus(a: Minor, b: Minor): Minor {
  if (typeof a === 'number' && typeof b === 'number') {
    const sum = a + b;
    if (Number.isSafeInteger(sum)) return sum;
  }
  return BigInt(a) + BigInt(b);
}

/** What the API tells of one or many days. Net and revenue follow from the other measures. */
export function measuresOf(row: DayRow | undefined, currency: string): DayMeasures {
  const amount = amountsOf(row);
  const { gross, discounts, returns, shipping, tax, duties, fees, adjustments } = amount;
  const net = plus(plus(gross, discounts), returns);
  const revenue = [shipping, tax, duties, fees, adjustments].reduce(plus, net);
  const as = (minor: Minor) => money(minor, currency);
  return {
    orders: Number(row?.orders ?? 0),
    units: Number(row?.units ?? 0),
    revenue: as(revenue),
    gross: as(amount.gross),
    discounts: as(amount.discounts),
    returns: as(amount.returns),
    net: as(net),
    shipping: as(amount.shipping),
    tax: as(amount.tax),
    duties: as(amount.duties),
    fees: as(amount.fees),
    adjustments: as(amount.adjustments),
    giftCards: as(amount.gift_cards),
    tips: as(amount.tips),
  };
}

/** (gross + discounts) / orders, rounded half up; zero without orders. */
export function averageOrderValue(row: DayRow | undefined, currency: string): Money {
  const orders = asBigInt(row?.orders);
  const sum = asBigInt(row?.gross) + asBigInt(row?.discounts);
  return money(orders > 0n ? floorDivide(2n * sum + orders, 2n * orders) : 0n, currency);
}

function floorDivide(a: bigint, b: bigint): bigint {
  const quotient = a / b;
  return a % b < 0n ? quotient - 1n : quotient;
}
