import { amountsOf, charged, sum } from './amounts.ts';
import type { EditEvent, LineSlice, Order, RefundEvent, Tax } from './order.ts';

/** Shopify's own ledger of an order: who owes what, by event. Amounts of RETURN sales are negative. */
export interface Agreement {
  __typename: 'OrderAgreement' | 'OrderEditAgreement' | 'RefundAgreement' | 'ReturnAgreement';
  reason: 'ORDER' | 'ORDER_EDIT' | 'REFUND' | 'RETURN';
  at: number;
  /** Position of the event, or -1 for the placing of the order. */
  event: number;
  sales: Sale[];
}

export interface Sale {
  __typename:
    | 'AdditionalFeeSale'
    | 'AdjustmentSale'
    | 'DutySale'
    | 'GiftCardSale'
    | 'ProductSale'
    | 'ShippingLineSale'
    | 'TipSale';
  lineType: 'ADDITIONAL_FEE' | 'ADJUSTMENT' | 'DUTY' | 'GIFT_CARD' | 'PRODUCT' | 'SHIPPING' | 'TIP';
  actionType: 'ORDER' | 'RETURN' | 'UPDATE';
  /** Position of the line item, shipping line or fee it is about. */
  line: number;
  quantity: number | null;
  /** After taxes and discounts. */
  total: number;
  tax: number;
  taxes: { title: string; rate: number; amount: number }[];
  discountBeforeTaxes: number;
  discountAfterTaxes: number;
}

const LINE_SALES = {
  product: ['ProductSale', 'PRODUCT'],
  gift_card: ['GiftCardSale', 'GIFT_CARD'],
  tip: ['TipSale', 'TIP'],
} as const;

export function agreementsOf(order: Order): Agreement[] {
  const placed: Agreement = {
    __typename: 'OrderAgreement',
    reason: 'ORDER',
    at: order.processedAt,
    event: -1,
    sales: [],
  };
  order.lines.forEach((line, i) => {
    if (line.addedBy === null) addLine(order, i, placed.sales);
  });
  order.shipping.forEach((line, i) => {
    const amounts = amountsOf(order, line, line.price);
    const whole = { ...amounts, taxes: line.taxes.map((tax) => tax.amount), quantity: 1 };
    placed.sales.push(sale('ShippingLineSale', 'SHIPPING', 'ORDER', i, order, line.taxes, whole, 1));
  });
  order.fees.forEach((fee, i) => placed.sales.push(plain('AdditionalFeeSale', 'ADDITIONAL_FEE', i, fee.amount, 1)));
  return [
    placed,
    ...order.events.map((event, i) => (event.kind === 'edit' ? edited(order, event, i) : refunded(order, event, i))),
  ];
}

function edited(order: Order, event: EditEvent, position: number): Agreement {
  const sales: Sale[] = [];
  for (const line of event.added) addLine(order, line, sales);
  for (const slice of event.removed) sales.push(taken(order, slice));
  return { __typename: 'OrderEditAgreement', reason: 'ORDER_EDIT', at: event.at, event: position, sales };
}

function refunded(order: Order, event: RefundEvent, position: number): Agreement {
  const sales: Sale[] = event.lines.map((slice) => taken(order, slice));
  for (const back of event.shipping) {
    const line = order.shipping[back.line]!;
    sales.push(
      sale('ShippingLineSale', 'SHIPPING', 'RETURN', back.line, order, line.taxes, { ...back, quantity: 1 }, -1),
    );
  }
  for (const duty of event.duties) sales.push(plain('DutySale', 'DUTY', duty.line, duty.amount, -1));
  for (const fee of event.fees) sales.push(plain('AdditionalFeeSale', 'ADDITIONAL_FEE', fee.fee, fee.amount, -1));
  for (const adjustment of event.adjustments) {
    sales.push({
      ...plain('AdjustmentSale', 'ADJUSTMENT', -1, adjustment.amount, 1),
      actionType: 'RETURN',
      quantity: null,
    });
  }
  const isReturn = event.cause === 'return';
  return {
    __typename: isReturn ? 'ReturnAgreement' : 'RefundAgreement',
    reason: isReturn ? 'RETURN' : 'REFUND',
    at: event.at,
    event: position,
    sales,
  };
}

function addLine(order: Order, index: number, sales: Sale[]): void {
  const line = order.lines[index]!;
  const amounts = amountsOf(order, line, line.unitPrice * line.quantity);
  const whole = { ...amounts, taxes: line.taxes.map((tax) => tax.amount), quantity: line.quantity };
  const [type, lineType] = LINE_SALES[line.kind];
  sales.push(sale(type, lineType, 'ORDER', index, order, line.taxes, whole, 1));
  if (line.duty !== 0) sales.push(plain('DutySale', 'DUTY', index, line.duty, 1));
}

function taken(order: Order, slice: LineSlice): Sale {
  const line = order.lines[slice.line]!;
  const [type, lineType] = LINE_SALES[line.kind];
  return sale(type, lineType, 'RETURN', slice.line, order, line.taxes, slice, -1);
}

function sale(
  typename: Sale['__typename'],
  lineType: Sale['lineType'],
  actionType: Sale['actionType'],
  line: number,
  order: Order,
  taxes: Tax[],
  part: Omit<LineSlice, 'line'>,
  sign: 1 | -1,
): Sale {
  // 0 - n, for -1 * 0 would be a negative zero
  const signed = (n: number) => (sign === 1 ? n : 0 - n);
  return {
    __typename: typename,
    lineType,
    actionType,
    line,
    quantity: signed(part.quantity),
    total: signed(charged(order, part)),
    tax: signed(sum(part.taxes)),
    taxes: taxes.map((tax, i) => ({ title: tax.title, rate: tax.rate, amount: signed(part.taxes[i]!) })),
    discountBeforeTaxes: signed(part.discountBeforeTaxes),
    discountAfterTaxes: signed(part.discountAfterTaxes),
  };
}

/** A sale without taxes and discounts. */
function plain(
  typename: Sale['__typename'],
  lineType: Sale['lineType'],
  line: number,
  amount: number,
  sign: 1 | -1,
): Sale {
  return {
    __typename: typename,
    lineType,
    actionType: sign === 1 ? 'ORDER' : 'RETURN',
    line,
    quantity: sign,
    total: sign * amount,
    tax: 0,
    taxes: [],
    discountBeforeTaxes: 0,
    discountAfterTaxes: 0,
  };
}
