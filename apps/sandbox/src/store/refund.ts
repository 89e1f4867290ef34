import { charged, shippingLeft, sum, takeUnits, unitsLeft } from './amounts.ts';
import type { Adjustment, Order, RefundEvent } from './order.ts';

export interface RefundWishes {
  at: number;
  cause: RefundEvent['cause'];
  lines: { line: number; quantity: number }[];
  /** Give back what is left of the shipping. */
  shipping?: boolean;
  fees?: boolean;
  adjustments?: Adjustment[];
  restock?: RefundEvent['lines'][number]['restock'];
  note?: string | null;
}

/** A refund of units (with their duties), shipping and adjustments, in the amounts that are left of them. */
export function refundOf(order: Order, wishes: RefundWishes): RefundEvent {
  const event: RefundEvent = {
    kind: 'refund',
    cause: wishes.cause,
    at: wishes.at,
    note: wishes.note ?? null,
    lines: [],
    shipping: [],
    duties: [],
    fees: [],
    adjustments: wishes.adjustments ?? [],
    paidBack: 0,
  };
  for (const { line, quantity } of wishes.lines) {
    const left = unitsLeft(order, line);
    const restock = wishes.restock ?? (wishes.cause === 'cancel' ? 'CANCEL' : 'RETURN');
    event.lines.push({ ...takeUnits(order, line, quantity, left), restock });
    const duty = order.lines[line]!.duty;
    if (duty !== 0 && quantity === left) event.duties.push({ line, amount: duty });
  }
  if (wishes.shipping) {
    order.shipping.forEach((_, i) => {
      const left = shippingLeft(order, i);
      if (left.listed !== 0) event.shipping.push(left);
    });
  }
  if (wishes.fees) order.fees.forEach((fee, i) => event.fees.push({ fee: i, amount: fee.amount }));
  const value =
    sum(event.lines.map((slice) => charged(order, slice))) +
    sum(event.shipping.map((back) => charged(order, back))) +
    sum(event.duties.map((duty) => duty.amount)) +
    sum(event.fees.map((fee) => fee.amount));
  event.paidBack = order.paid ? value - sum(event.adjustments.map((adjustment) => adjustment.amount)) : 0;
  return event;
}

/** Everything that is left of an order: what a cancellation takes back. */
export function refundOfAll(order: Order, at: number): RefundEvent {
  const lines = order.lines
    .map((_, line) => ({ line, quantity: unitsLeft(order, line) }))
    .filter(({ quantity }) => quantity > 0);
  return refundOf(order, { at, cause: 'cancel', lines, shipping: true, fees: true });
}
