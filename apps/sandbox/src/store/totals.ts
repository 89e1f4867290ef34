import { amountsOf, sum } from './amounts.ts';
import type { Order } from './order.ts';

/** What the order's money fields say, in minor units of the shop's currency. */
export interface Totals {
  subtotal: number;
  discounts: number;
  shipping: number;
  tax: number;
  duties: number;
  fees: number;
  tips: number;
  total: number;
}

export interface OrderTotals {
  /** When placed. */
  placed: Totals;
  /** After edits, refunds and cancellation. */
  current: Totals;
  paidBack: number;
  refundedShipping: number;
  units: number;
  currentUnits: number;
}

const zero = (): Totals => ({
  subtotal: 0,
  discounts: 0,
  shipping: 0,
  tax: 0,
  duties: 0,
  fees: 0,
  tips: 0,
  total: 0,
});

function withTotal(order: Order, t: Totals): Totals {
  t.total = t.subtotal + t.shipping + (order.taxesIncluded ? 0 : t.tax) + t.duties + t.fees + t.tips;
  return t;
}

/** Totals from the lines and what was taken back: independent of agreements.ts, whose sums tests compare with it. */
export function totalsOf(order: Order): OrderTotals {
  const placed = zero();
  const current = zero();
  let units = 0;
  let currentUnits = 0;
  let paidBack = 0;
  let refundedShipping = 0;

  for (const line of order.lines) {
    const amounts = amountsOf(order, line, line.unitPrice * line.quantity);
    for (const t of line.addedBy === null ? [placed, current] : [current]) {
      if (line.kind === 'tip') t.tips += amounts.listed;
      else t.subtotal += amounts.listed;
      t.discounts += amounts.discount;
      t.tax += amounts.tax;
      t.duties += line.duty;
    }
    if (line.kind !== 'tip') {
      if (line.addedBy === null) units += line.quantity;
      currentUnits += line.quantity;
    }
  }
  for (const line of order.shipping) {
    const amounts = amountsOf(order, line, line.price);
    for (const t of [placed, current]) {
      t.shipping += amounts.listed;
      t.discounts += amounts.discount;
      t.tax += amounts.tax;
    }
  }
  for (const fee of order.fees) {
    placed.fees += fee.amount;
    current.fees += fee.amount;
  }

  for (const event of order.events) {
    for (const taken of event.kind === 'refund' ? event.lines : event.removed) {
      const tip = order.lines[taken.line]!.kind === 'tip';
      if (tip) current.tips -= taken.listed;
      else current.subtotal -= taken.listed;
      current.discounts -= order.taxesIncluded ? taken.discountAfterTaxes : taken.discountBeforeTaxes;
      current.tax -= sum(taken.taxes);
      if (!tip) currentUnits -= taken.quantity;
    }
    if (event.kind !== 'refund') continue;
    for (const back of event.shipping) {
      current.shipping -= back.listed;
      current.tax -= sum(back.taxes);
      refundedShipping += back.listed;
    }
    for (const duty of event.duties) current.duties -= duty.amount;
    for (const fee of event.fees) current.fees -= fee.amount;
    paidBack += event.paidBack;
  }
  return {
    placed: withTotal(order, placed),
    current: withTotal(order, current),
    paidBack,
    refundedShipping,
    units,
    currentUnits,
  };
}

export function financialStatus(order: Order, totals: OrderTotals): string {
  if (!order.paid) return order.cancelledAt === null ? 'PENDING' : 'VOIDED';
  if (totals.paidBack === 0) return 'PAID';
  return totals.paidBack >= totals.placed.total ? 'REFUNDED' : 'PARTIALLY_REFUNDED';
}

export function fulfillmentStatus(order: Order): string {
  return order.fulfilledAt === null ? 'UNFULFILLED' : 'FULFILLED';
}
