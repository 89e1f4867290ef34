import { amountsOf, sum, unitsLeft } from '../../store/amounts.ts';
import { gid, idOf } from '../../store/ids.ts';
import { roundHalfUp } from '../../store/money.ts';
import type { Address, Discount, RefundEvent, Tax } from '../../store/order.ts';
import { financialStatus, fulfillmentStatus } from '../../store/totals.ts';
import type { Resolvers } from '../context.ts';
import { bag, moneyScalar, time, timeOrNull, type Bag, type OrderView } from '../views.ts';
import { customerById } from './customer.ts';
import { productByIndex, variantByIndex } from './product.ts';

export interface LineSource {
  view: OrderView;
  line: number;
}

export interface ShippingSource {
  view: OrderView;
  shipping: number;
}

export interface RefundSource {
  view: OrderView;
  /** Position in the order's events. */
  event: number;
  refund: RefundEvent;
}

export const orderGid = (view: OrderView) => gid(view.shop.spec, 'Order', 'Order', view.facts.index);

export const lineSource = (view: OrderView, line: number): LineSource => ({ view, line });

export function refundsOf(view: OrderView): RefundSource[] {
  return view.facts.events.flatMap((refund, event) => (refund.kind === 'refund' ? [{ view, event, refund }] : []));
}

export const taxLine = (view: OrderView, tax: Tax) => ({
  title: tax.title,
  rate: tax.rate,
  ratePercentage: Math.round(tax.rate * 1e7) / 1e5,
  source: 'Shopify',
  channelLiable: false,
  price: () => moneyScalar(view, tax.amount),
  priceSet: bag(view, tax.amount),
});

function orderTaxLines(view: OrderView) {
  const byTitle = new Map<string, Tax>();
  for (const line of [...view.facts.lines.filter((l) => l.addedBy === null), ...view.facts.shipping]) {
    for (const tax of line.taxes) {
      const known = byTitle.get(tax.title);
      if (known) known.amount += tax.amount;
      else byTitle.set(tax.title, { ...tax });
    }
  }
  return [...byTitle.values()].map((tax) => taxLine(view, tax));
}

const address = (view: OrderView, value: Address | null) =>
  value && {
    ...value,
    id: gid(view.shop.spec, 'MailingAddress', 'MailingAddress', view.facts.index, 1),
    name: `${value.firstName} ${value.lastName}`.trim(),
    countryCodeV2: value.countryCode,
    address2: null,
    company: null,
    formatted: [value.address1, `${value.city} ${value.zip}`.trim(), value.country],
  };

const TYPES = {
  code: 'DiscountCodeApplication',
  automatic: 'AutomaticDiscountApplication',
  manual: 'ManualDiscountApplication',
};

function discountApplication(view: OrderView, discount: Discount, index: number) {
  const { value } = discount;
  return {
    __typename: TYPES[discount.kind],
    index,
    code: discount.title,
    title: discount.title,
    description: discount.kind === 'manual' ? discount.title : null,
    allocationMethod: 'ACROSS',
    targetSelection: 'ALL',
    targetType: discount.target,
    value:
      'percentage' in value
        ? { __typename: 'PricingPercentageValue', percentage: value.percentage }
        : { __typename: 'MoneyV2', minor: value.amount, currency: view.facts.currency },
  };
}

const allocations = (view: OrderView, list: { discount: number; amount: number }[]) =>
  list.map(({ discount, amount }) => ({
    allocatedAmount: { minor: amount, currency: view.facts.currency },
    allocatedAmountSet: bag(view, amount),
    discountApplication: discountApplication(view, view.facts.discounts[discount]!, discount),
  }));

interface Transaction {
  view: OrderView;
  part: number;
  kind: 'SALE' | 'REFUND';
  at: number;
  amount: number;
}

export function transactionsOf(view: OrderView, event?: number): Transaction[] {
  const { facts, totals } = view;
  const all: Transaction[] = [];
  const paid = totals.placed.total;
  if (facts.paid && event === undefined) all.push({ view, part: 0, kind: 'SALE', at: facts.processedAt, amount: paid });
  facts.events.forEach((e, i) => {
    if (e.kind !== 'refund' || e.paidBack === 0 || (event !== undefined && event !== i)) return;
    all.push({ view, part: i + 1, kind: 'REFUND', at: e.at, amount: e.paidBack });
  });
  return all;
}

export const orderResolvers: Resolvers<OrderView> = {
  id: orderGid,
  legacyResourceId: (v) => idOf(v.shop.spec, 'Order', v.facts.index),
  name: (v) => v.facts.name,
  number: (v) => v.facts.number,
  createdAt: (v) => time(v.facts.createdAt),
  processedAt: (v) => time(v.facts.processedAt),
  updatedAt: (v) => time(v.facts.updatedAt),
  cancelledAt: (v) => timeOrNull(v.facts.cancelledAt),
  cancelReason: (v) => v.facts.cancelReason,
  cancellation: (v) => (v.facts.cancelledAt === null ? null : { staffNote: null }),
  closed: (v) => v.facts.cancelledAt !== null || v.facts.fulfilledAt !== null,
  closedAt: (v) => timeOrNull(v.facts.cancelledAt ?? v.facts.fulfilledAt),
  confirmed: () => true,
  confirmationNumber: (v) => (v.facts.index + 7e7).toString(36).toUpperCase(),
  test: (v) => v.facts.test,
  edited: (v) => v.facts.events.some((event) => event.kind === 'edit'),
  taxesIncluded: (v) => v.facts.taxesIncluded,
  currencyCode: (v) => v.facts.currency,
  presentmentCurrencyCode: (v) => v.facts.presentmentCurrency,
  email: (v) => v.facts.email,
  phone: (v) => v.facts.phone,
  note: (v) => v.facts.note,
  tags: (v) => v.facts.tags,
  sourceName: (v) => v.facts.source,
  paymentGatewayNames: (v) => (v.facts.paid ? ['shopify_payments'] : ['manual']),
  customer: (v) => (v.facts.customer === null ? null : customerById(v.shop, v.facts.customer)),
  customerLocale: () => 'en',
  billingAddress: (v) => address(v, v.facts.address),
  shippingAddress: (v) => address(v, v.facts.address),
  displayAddress: (v) => address(v, v.facts.address),
  billingAddressMatchesShippingAddress: () => true,
  displayFinancialStatus: (v) => financialStatus(v.facts, v.totals),
  displayFulfillmentStatus: (v) => fulfillmentStatus(v.facts),
  returnStatus: (v) => (refundsOf(v).some(({ refund }) => refund.cause === 'return') ? 'RETURNED' : 'NO_RETURN'),
  fullyPaid: (v) => v.facts.paid,
  unpaid: (v) => !v.facts.paid,
  requiresShipping: (v) => v.facts.shipping.length > 0,
  refundable: (v) => v.totals.currentUnits > 0,
  discountCode: (v) => v.facts.discounts.find((discount) => discount.kind === 'code')?.title ?? null,
  discountCodes: (v) => v.facts.discounts.filter((discount) => discount.kind === 'code').map(({ title }) => title),
  discountApplications: (v) => v.facts.discounts.map((discount, i) => discountApplication(v, discount, i)),
  lineItems: (v) => v.facts.lines.map((_, i) => lineSource(v, i)),
  shippingLine: (v) => (v.facts.shipping.length === 0 ? null : { view: v, shipping: 0 }),
  shippingLines: (v) => v.facts.shipping.map((_, shipping) => ({ view: v, shipping })),
  taxLines: orderTaxLines,
  currentTaxLines: orderTaxLines,
  additionalFees: (v) =>
    v.facts.fees.map((fee, i) => ({
      id: gid(v.shop.spec, 'AdditionalFee', 'AdditionalFee', v.facts.index, i),
      name: fee.title,
      price: bag(v, fee.amount),
    })),
  agreements: (v) => v.ledger.map((agreement) => ({ __typename: agreement.__typename, view: v, agreement })),
  refunds: (v, { first }) => refundsOf(v).slice(0, (first as number | null) ?? undefined),
  returns: (v) => refundsOf(v).filter(({ refund }) => refund.cause === 'return'),
  transactions: (v, { first }) => transactionsOf(v).slice(0, (first as number | null) ?? undefined),
  transactionsCount: (v) => ({ count: transactionsOf(v).length, precision: 'EXACT' }),
  subtotalLineItemsQuantity: (v) => v.totals.units,
  currentSubtotalLineItemsQuantity: (v) => v.totals.currentUnits,
  originalTotalPriceSet: (v) => bag(v, v.totals.placed.total),
  totalPriceSet: (v) => bag(v, v.totals.placed.total),
  subtotalPriceSet: (v) => bag(v, v.totals.placed.subtotal),
  totalDiscountsSet: (v) => bag(v, v.totals.placed.discounts),
  cartDiscountAmountSet: (v) => bag(v, v.totals.placed.discounts),
  totalShippingPriceSet: (v) => bag(v, sum(v.facts.shipping.map((line) => line.price))),
  totalTaxSet: (v) => bag(v, v.totals.placed.tax),
  totalTipReceivedSet: (v) => bag(v, v.totals.placed.tips),
  totalTipReceived: (v) => ({ minor: v.totals.placed.tips, currency: v.facts.currency }),
  originalTotalDutiesSet: (v) => (v.totals.placed.duties === 0 ? null : bag(v, v.totals.placed.duties)),
  originalTotalAdditionalFeesSet: (v) => (v.totals.placed.fees === 0 ? null : bag(v, v.totals.placed.fees)),
  currentTotalPriceSet: (v) => bag(v, v.totals.current.total),
  currentSubtotalPriceSet: (v) => bag(v, v.totals.current.subtotal),
  currentTotalDiscountsSet: (v) => bag(v, v.totals.current.discounts),
  currentCartDiscountAmountSet: (v) => bag(v, v.totals.current.discounts),
  currentShippingPriceSet: (v) => bag(v, v.totals.current.shipping),
  currentTotalTaxSet: (v) => bag(v, v.totals.current.tax),
  currentTotalDutiesSet: (v) => (v.totals.placed.duties === 0 ? null : bag(v, v.totals.current.duties)),
  currentTotalAdditionalFeesSet: (v) => (v.totals.placed.fees === 0 ? null : bag(v, v.totals.current.fees)),
  totalRefundedSet: (v) => bag(v, v.totals.paidBack),
  totalRefundedShippingSet: (v) => bag(v, v.totals.refundedShipping),
  totalReceivedSet: (v) => bag(v, v.facts.paid ? v.totals.placed.total : 0),
  netPaymentSet: (v) => bag(v, v.facts.paid ? v.totals.placed.total - v.totals.paidBack : 0),
  totalOutstandingSet: (v) => bag(v, v.facts.paid ? 0 : v.totals.current.total),
  totalCapturableSet: (v) => bag(v, 0),
  refundDiscrepancySet: (v) => bag(v, 0),
  totalPrice: (v) => moneyScalar(v, v.totals.placed.total),
  subtotalPrice: (v) => moneyScalar(v, v.totals.placed.subtotal),
  totalTax: (v) => moneyScalar(v, v.totals.placed.tax),
  totalDiscounts: (v) => moneyScalar(v, v.totals.placed.discounts),
  totalShippingPrice: (v) => moneyScalar(v, sum(v.facts.shipping.map((line) => line.price))),
  totalRefunded: (v) => moneyScalar(v, v.totals.paidBack),
  totalReceived: (v) => moneyScalar(v, v.facts.paid ? v.totals.placed.total : 0),
  netPayment: (v) => moneyScalar(v, v.facts.paid ? v.totals.placed.total - v.totals.paidBack : 0),
  statusPageUrl: (v) => `https://${v.shop.spec.domain}/orders/${v.facts.index}`,
};

const lineOf = ({ view, line }: LineSource) => view.facts.lines[line]!;
const amountsOfLine = (s: LineSource) => amountsOf(s.view.facts, lineOf(s), lineOf(s).unitPrice * lineOf(s).quantity);
const lineBag = (s: LineSource, minor: number): Bag => bag(s.view, minor);
const perUnit = (s: LineSource) =>
  lineOf(s).quantity === 0 ? 0 : roundHalfUp(amountsOfLine(s).listed / lineOf(s).quantity);

export const lineItemResolvers: Resolvers<LineSource> = {
  id: (s) => gid(s.view.shop.spec, 'LineItem', 'LineItem', s.view.facts.index, s.line),
  title: (s) => lineOf(s).title,
  name: (s) => (lineOf(s).variantTitle === null ? lineOf(s).title : `${lineOf(s).title} - ${lineOf(s).variantTitle}`),
  variantTitle: (s) => lineOf(s).variantTitle,
  sku: (s) => lineOf(s).sku,
  vendor: (s) => lineOf(s).vendor,
  quantity: (s) => lineOf(s).quantity,
  currentQuantity: (s) => unitsLeft(s.view.facts, s.line),
  refundableQuantity: (s) => unitsLeft(s.view.facts, s.line),
  unfulfilledQuantity: (s) => (s.view.facts.fulfilledAt === null ? unitsLeft(s.view.facts, s.line) : 0),
  fulfillableQuantity: (s) => (s.view.facts.fulfilledAt === null ? unitsLeft(s.view.facts, s.line) : 0),
  isGiftCard: (s) => lineOf(s).kind === 'gift_card',
  requiresShipping: (s) => lineOf(s).kind === 'product',
  restockable: (s) => lineOf(s).kind === 'product',
  taxable: (s) => lineOf(s).taxes.length > 0,
  product: (s) => productByIndex(s.view.shop, lineOf(s).product),
  variant: (s) => variantByIndex(s.view.shop, lineOf(s).variant),
  originalUnitPriceSet: (s) => lineBag(s, lineOf(s).unitPrice),
  originalTotalSet: (s) => lineBag(s, lineOf(s).unitPrice * lineOf(s).quantity),
  originalUnitPrice: (s) => moneyScalar(s.view, lineOf(s).unitPrice),
  originalTotal: (s) => moneyScalar(s.view, lineOf(s).unitPrice * lineOf(s).quantity),
  // as Shopify: without the order's code discounts unless asked for
  discountedTotalSet: (s, { withCodeDiscounts }) => {
    const codes = lineOf(s).allocations.filter(({ discount }) => s.view.facts.discounts[discount]!.kind === 'code');
    const held = withCodeDiscounts ? 0 : sum(codes.map(({ amount }) => amount));
    return lineBag(s, amountsOfLine(s).listed + held);
  },
  discountedUnitPriceSet: (s) => lineBag(s, perUnit(s)),
  discountedUnitPriceAfterAllDiscountsSet: (s) => lineBag(s, perUnit(s)),
  priceAfterAllDiscountsBeforeTaxesSet: (s) =>
    lineBag(s, amountsOfLine(s).listed - (s.view.facts.taxesIncluded ? amountsOfLine(s).tax : 0)),
  totalDiscountSet: (s) => lineBag(s, amountsOfLine(s).discount),
  totalDiscount: (s) => moneyScalar(s.view, amountsOfLine(s).discount),
  discountedTotal: (s) => moneyScalar(s.view, amountsOfLine(s).listed),
  discountedUnitPrice: (s) => moneyScalar(s.view, perUnit(s)),
  unfulfilledDiscountedTotalSet: (s) => lineBag(s, 0),
  unfulfilledOriginalTotalSet: (s) => lineBag(s, 0),
  discountAllocations: (s) => allocations(s.view, lineOf(s).allocations),
  taxLines: (s) => lineOf(s).taxes.map((tax) => taxLine(s.view, tax)),
  duties: (s) => (lineOf(s).duty === 0 ? [] : [duty(s)]),
};

export function duty({ view, line }: LineSource) {
  return {
    id: gid(view.shop.spec, 'Duty', 'Duty', view.facts.index, line),
    price: bag(view, view.facts.lines[line]!.duty),
    taxLines: [],
  };
}

const shippingOf = ({ view, shipping }: ShippingSource) => view.facts.shipping[shipping]!;
const shippingAmounts = (s: ShippingSource) => amountsOf(s.view.facts, shippingOf(s), shippingOf(s).price);

export const shippingLineResolvers: Resolvers<ShippingSource> = {
  id: (s) => gid(s.view.shop.spec, 'ShippingLine', 'ShippingLine', s.view.facts.index, s.shipping),
  title: (s) => shippingOf(s).title,
  code: (s) => shippingOf(s).code,
  source: () => 'shopify',
  originalPriceSet: (s) => bag(s.view, shippingOf(s).price),
  originalPrice: (s) => ({ minor: shippingOf(s).price, currency: s.view.facts.currency }),
  price: (s) => moneyScalar(s.view, shippingOf(s).price),
  discountedPriceSet: (s) => bag(s.view, shippingAmounts(s).listed),
  discountedPrice: (s) => ({ minor: shippingAmounts(s).listed, currency: s.view.facts.currency }),
  currentDiscountedPriceSet: (s) =>
    bag(s.view, shippingAmounts(s).listed - sum(shippingRefunds(s).map((back) => back.listed))),
  discountAllocations: (s) => allocations(s.view, shippingOf(s).allocations),
  taxLines: (s) => shippingOf(s).taxes.map((tax) => taxLine(s.view, tax)),
};

const shippingRefunds = (s: ShippingSource) =>
  refundsOf(s.view).flatMap(({ refund }) => refund.shipping.filter((back) => back.line === s.shipping));

export const transactionResolvers: Resolvers<Transaction> = {
  id: (t) => gid(t.view.shop.spec, 'OrderTransaction', 'OrderTransaction', t.view.facts.index, t.part),
  kind: (t) => t.kind,
  status: () => 'SUCCESS',
  gateway: () => 'shopify_payments',
  formattedGateway: () => 'Shopify Payments',
  createdAt: (t) => time(t.at),
  processedAt: (t) => time(t.at),
  amountSet: (t) => bag(t.view, t.amount),
  amountV2: (t) => ({ minor: t.amount, currency: t.view.facts.currency }),
  amount: (t) => moneyScalar(t.view, t.amount),
  test: (t) => t.view.facts.test,
  order: (t) => t.view,
  parentTransaction: (t) => (t.kind === 'REFUND' ? (transactionsOf(t.view)[0] ?? null) : null),
};
