import { roundHalfUp, sliceOfUnits } from './money.ts';
import type { Allocation, LineSlice, Order, RefundedShipping, Tax } from './order.ts';

/** The money of a whole line or shipping line. */
export interface Amounts {
  /** After discounts, as listed: tax inside where prices include it. */
  listed: number;
  tax: number;
  discount: number;
  discountBeforeTaxes: number;
  discountAfterTaxes: number;
}

export function amountsOf(
  order: { taxesIncluded: boolean },
  line: { allocations: Allocation[]; taxes: Tax[] },
  price: number,
): Amounts {
  let discount = 0;
  for (const allocation of line.allocations) discount += allocation.amount;
  let tax = 0;
  let rate = 0;
  for (const part of line.taxes) {
    tax += part.amount;
    rate += part.rate;
  }
  return {
    listed: price - discount,
    tax,
    discount,
    discountBeforeTaxes: order.taxesIncluded ? discount - roundHalfUp((discount * rate) / (1 + rate)) : discount,
    discountAfterTaxes: order.taxesIncluded ? discount : discount + roundHalfUp(discount * rate),
  };
}

/** Units of a line still there: not refunded, not removed. */
export function unitsLeft(order: Order, line: number): number {
  let left = order.lines[line]!.quantity;
  for (const event of order.events) {
    for (const taken of event.kind === 'refund' ? event.lines : event.removed) {
      if (taken.line === line) left -= taken.quantity;
    }
  }
  return left;
}

/** The next `quantity` units of a line with their share of its money; all slices of a line sum to the line. */
export function takeUnits(order: Order, index: number, quantity: number, left = unitsLeft(order, index)): LineSlice {
  const line = order.lines[index]!;
  const all = amountsOf(order, line, line.unitPrice * line.quantity);
  const from = line.quantity - left;
  const slice = (total: number) => sliceOfUnits(total, from, quantity, line.quantity);
  return {
    line: index,
    quantity,
    listed: slice(all.listed),
    taxes: line.taxes.map((tax) => slice(tax.amount)),
    discountBeforeTaxes: slice(all.discountBeforeTaxes),
    discountAfterTaxes: slice(all.discountAfterTaxes),
  };
}

/** What of a shipping line has not been refunded yet. */
export function shippingLeft(order: Order, index: number): RefundedShipping {
  const line = order.shipping[index]!;
  const all = amountsOf(order, line, line.price);
  const left: RefundedShipping = {
    line: index,
    listed: all.listed,
    taxes: line.taxes.map((tax) => tax.amount),
    discountBeforeTaxes: all.discountBeforeTaxes,
    discountAfterTaxes: all.discountAfterTaxes,
  };
  for (const event of order.events) {
    if (event.kind !== 'refund') continue;
    for (const back of event.shipping) {
      if (back.line !== index) continue;
      left.listed -= back.listed;
      back.taxes.forEach((tax, i) => (left.taxes[i]! -= tax));
      left.discountBeforeTaxes -= back.discountBeforeTaxes;
      left.discountAfterTaxes -= back.discountAfterTaxes;
    }
  }
  return left;
}

export function sum(values: readonly number[]): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}

/** What is charged for goods or shipping: listed, plus the tax where prices do not include it. */
export function charged(order: { taxesIncluded: boolean }, part: { listed: number; taxes: number[] }): number {
  return order.taxesIncluded ? part.listed : part.listed + sum(part.taxes);
}
