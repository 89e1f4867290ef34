import type { Agreement, Sale } from '../../store/agreements.ts';
import { sum } from '../../store/amounts.ts';
import { gid, idOf } from '../../store/ids.ts';
import type { LineSlice, RefundLine } from '../../store/order.ts';
import type { Resolvers } from '../context.ts';
import { bag, moneyScalar, time, type OrderView } from '../views.ts';
import { duty, lineSource, taxLine, transactionsOf, type RefundSource, type ShippingSource } from './order.ts';

interface AgreementSource {
  __typename: string;
  view: OrderView;
  agreement: Agreement;
}

interface SaleSource {
  __typename: string;
  view: OrderView;
  agreement: Agreement;
  sale: Sale;
  position: number;
}

// positions within an order's range of sale ids: 4096 sales for each of up to 32 agreements
const salePart = (event: number, position: number) => (event + 1) * 4096 + position;

const refundFor = ({ view, agreement }: AgreementSource): RefundSource => {
  const refund = view.facts.events[agreement.event]!;
  if (refund.kind !== 'refund') throw new Error('not a refund');
  return { view, event: agreement.event, refund };
};

export const agreementResolvers: Resolvers<AgreementSource> = {
  id: (a) => gid(a.view.shop.spec, a.__typename, 'SalesAgreement', a.view.facts.index, a.agreement.event + 1),
  happenedAt: (a) => time(a.agreement.at),
  reason: (a) => a.agreement.reason,
  order: (a) => a.view,
  refund: refundFor,
  return: refundFor,
  sales: (a) =>
    a.agreement.sales.map((sale, position): SaleSource => ({
      __typename: sale.__typename,
      view: a.view,
      agreement: a.agreement,
      sale,
      position,
    })),
};

export const saleResolvers: Resolvers<SaleSource> = {
  id: (s) => gid(s.view.shop.spec, s.__typename, 'Sale', s.view.facts.index, salePart(s.agreement.event, s.position)),
  actionType: (s) => s.sale.actionType,
  lineType: (s) => s.sale.lineType,
  quantity: (s) => s.sale.quantity,
  totalAmount: (s) => bag(s.view, s.sale.total),
  totalTaxAmount: (s) => bag(s.view, s.sale.tax),
  totalDiscountAmountBeforeTaxes: (s) => bag(s.view, s.sale.discountBeforeTaxes),
  totalDiscountAmountAfterTaxes: (s) => bag(s.view, s.sale.discountAfterTaxes),
  taxes: (s) =>
    s.sale.taxes.map((tax, i) => ({
      id:
        gid(s.view.shop.spec, 'SaleTax', 'Sale', s.view.facts.index, salePart(s.agreement.event, s.position)) + `${i}`,
      amount: bag(s.view, tax.amount),
      taxLine: taxLine(s.view, tax),
    })),
  lineItem: (s) => lineSource(s.view, s.sale.line),
  shippingLine: (s): ShippingSource => ({ view: s.view, shipping: s.sale.line }),
  duty: (s) => duty(lineSource(s.view, s.sale.line)),
  additionalFee: (s) => {
    const fee = s.view.facts.fees[s.sale.line]!;
    const id = gid(s.view.shop.spec, 'SaleAdditionalFee', 'AdditionalFee', s.view.facts.index, s.sale.line);
    return { id, name: fee.title, price: bag(s.view, fee.amount) };
  },
};

interface RefundLineSource extends RefundSource {
  position: number;
  slice: RefundLine;
}

const beforeTaxes = (view: OrderView, slice: LineSlice) =>
  slice.listed - (view.facts.taxesIncluded ? sum(slice.taxes) : 0);

export const refundResolvers: Resolvers<RefundSource> = {
  id: (r) => gid(r.view.shop.spec, 'Refund', 'Refund', r.view.facts.index, r.event),
  legacyResourceId: (r) => idOf(r.view.shop.spec, 'Refund', r.view.facts.index, r.event),
  createdAt: (r) => time(r.refund.at),
  processedAt: (r) => time(r.refund.at),
  updatedAt: (r) => time(r.refund.at),
  note: (r) => r.refund.note,
  order: (r) => r.view,
  return: (r) => (r.refund.cause === 'return' ? r : null),
  totalRefundedSet: (r) => bag(r.view, r.refund.paidBack),
  totalRefunded: (r) => ({ minor: r.refund.paidBack, currency: r.view.facts.currency }),
  duties: (r) =>
    r.refund.duties.map(({ line, amount }) => ({
      amountSet: bag(r.view, amount),
      originalDuty: duty(lineSource(r.view, line)),
    })),
  refundLineItems: (r) => r.refund.lines.map((slice, position): RefundLineSource => ({ ...r, slice, position })),
  refundShippingLines: (r) =>
    r.refund.shipping.map((back) => ({
      id: gid(r.view.shop.spec, 'RefundShippingLine', 'Refund', r.view.facts.index, r.event) + `${back.line}`,
      shippingLine: { view: r.view, shipping: back.line },
      subtotalAmountSet: bag(r.view, back.listed - (r.view.facts.taxesIncluded ? sum(back.taxes) : 0)),
      taxAmountSet: bag(r.view, sum(back.taxes)),
    })),
  orderAdjustments: (r) =>
    r.refund.adjustments.map((adjustment, i) => ({
      id: gid(r.view.shop.spec, 'OrderAdjustment', 'Refund', r.view.facts.index, r.event) + `${i}`,
      amountSet: bag(r.view, adjustment.amount),
      taxAmountSet: bag(r.view, 0),
      reason: adjustment.reason,
    })),
  transactions: (r) => transactionsOf(r.view, r.event),
};

export const refundLineResolvers: Resolvers<RefundLineSource> = {
  id: (l) =>
    gid(l.view.shop.spec, 'RefundLineItem', 'RefundLineItem', l.view.facts.index, salePart(l.event, l.position)),
  lineItem: (l) => lineSource(l.view, l.slice.line),
  quantity: (l) => l.slice.quantity,
  restockType: (l) => l.slice.restock,
  restocked: (l) => l.slice.restock !== 'NO_RESTOCK',
  priceSet: (l) => bag(l.view, l.view.facts.lines[l.slice.line]!.unitPrice),
  price: (l) => moneyScalar(l.view, l.view.facts.lines[l.slice.line]!.unitPrice),
  // what the units are worth without tax
  subtotalSet: (l) => bag(l.view, beforeTaxes(l.view, l.slice)),
  subtotal: (l) => moneyScalar(l.view, beforeTaxes(l.view, l.slice)),
  totalTaxSet: (l) => bag(l.view, sum(l.slice.taxes)),
  totalTax: (l) => moneyScalar(l.view, sum(l.slice.taxes)),
};

export const returnResolvers: Resolvers<RefundSource> = {
  id: (r) => gid(r.view.shop.spec, 'Return', 'Return', r.view.facts.index, r.event),
  name: (r) => `${r.view.facts.name}-R${r.event + 1}`,
  status: () => 'CLOSED',
  createdAt: (r) => time(r.refund.at),
  closedAt: (r) => time(r.refund.at),
  order: (r) => r.view,
  refunds: (r) => [r],
  totalQuantity: (r) => sum(r.refund.lines.map((slice) => slice.quantity)),
};
