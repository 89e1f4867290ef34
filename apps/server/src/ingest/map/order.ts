import type { FullAgreement, FullOrder } from '../../shopify/fetch-orders.ts';
import type { LineItemFieldsFragment, SaleFieldsFragment } from '../../shopify/operations/generated.ts';
import type { OrderLine, OrderRecord, Sale, SaleEvent, SaleKind } from '../records.ts';
import { byId, idOf, idOrNull, instantOf, instantOrNull, minorOf, textOf, textOrNull, wordOrNull } from './fields.ts';

/** An order as GraphQL tells it, from a bulk result or by id. @throws Unreadable */
export function mapOrder({ order, lineItems, agreements }: FullOrder): OrderRecord {
  const currency = order.currencyCode;
  const presentment = order.presentmentCurrencyCode;
  return {
    id: idOf(order.id),
    name: textOf(order.name),
    customerId: idOrNull(order.customer),
    currency,
    totalPrice: minorOf(order.totalPriceSet.shopMoney, currency),
    currentTotalPrice: minorOf(order.currentTotalPriceSet.shopMoney, currency),
    totalDiscounts: order.totalDiscountsSet ? minorOf(order.totalDiscountsSet.shopMoney, currency) : 0,
    totalTax: order.totalTaxSet ? minorOf(order.totalTaxSet.shopMoney, currency) : 0,
    totalShipping: minorOf(order.totalShippingPriceSet.shopMoney, currency),
    totalRefunded: minorOf(order.totalRefundedSet.shopMoney, currency),
    presentmentCurrency: presentment,
    presentmentTotalPrice: minorOf(order.totalPriceSet.presentmentMoney, presentment),
    presentmentCurrentTotalPrice: minorOf(order.currentTotalPriceSet.presentmentMoney, presentment),
    test: order.test,
    financialStatus: wordOrNull(order.displayFinancialStatus),
    fulfillmentStatus: wordOrNull(order.displayFulfillmentStatus),
    sourceName: textOrNull(order.sourceName),
    country: (order.shippingAddress ?? order.billingAddress)?.countryCodeV2 ?? null,
    tags: order.tags.map(textOf),
    discountCodes: order.discountCodes.map(textOf),
    createdAt: instantOf(order.createdAt),
    processedAt: instantOf(order.processedAt),
    updatedAt: instantOf(order.updatedAt),
    cancelledAt: instantOrNull(order.cancelledAt),
    cancelReason: wordOrNull(order.cancelReason),
    closedAt: instantOrNull(order.closedAt),
    lines: lineItems.map((line) => mapLine(line, currency)).sort(byId),
    refunds: order.refunds
      .map((refund) => ({
        id: idOf(refund.id),
        totalRefunded: minorOf(refund.totalRefundedSet.shopMoney, currency),
        note: textOrNull(refund.note),
        createdAt: instantOrNull(refund.createdAt),
        processedAt: instantOrNull(refund.processedAt),
      }))
      .sort(byId),
    events: agreements.map((agreement) => mapEvent(agreement, currency)).sort(byIdAnd('type')),
  };
}

function mapLine(line: LineItemFieldsFragment, currency: string): OrderLine {
  return {
    id: idOf(line.id),
    productId: idOrNull(line.product),
    variantId: idOrNull(line.variant),
    title: textOf(line.title),
    variantTitle: textOrNull(line.variantTitle),
    sku: textOrNull(line.sku),
    vendor: textOrNull(line.vendor),
    quantity: line.quantity,
    currentQuantity: line.currentQuantity,
    unitPrice: minorOf(line.originalUnitPriceSet.shopMoney, currency),
    discountedTotal: minorOf(line.discountedTotalSet.shopMoney, currency),
    giftCard: line.isGiftCard,
  };
}

/** Things of different types may share a number: their order must not depend on that of their arrival. */
const byIdAnd =
  <K extends string>(key: K) =>
  (a: { id: string } & Record<K, string>, b: { id: string } & Record<K, string>): number =>
    byId(a, b) || (a[key] < b[key] ? -1 : a[key] > b[key] ? 1 : 0);

const EVENT_TYPES: Record<string, SaleEvent['type']> = {
  OrderAgreement: 'order',
  OrderEditAgreement: 'edit',
  RefundAgreement: 'refund',
  ReturnAgreement: 'return',
};

function mapEvent({ agreement, sales }: FullAgreement, currency: string): SaleEvent {
  return {
    id: idOf(agreement.id),
    type: EVENT_TYPES[agreement.__typename] ?? 'other',
    happenedAt: instantOf(agreement.happenedAt),
    sales: sales.map((sale) => mapSale(sale, currency)).sort(byIdAnd('kind')),
  };
}

const KINDS: Record<SaleFieldsFragment['lineType'], SaleKind> = {
  PRODUCT: 'product',
  GIFT_CARD: 'gift_card',
  TIP: 'tip',
  SHIPPING: 'shipping',
  DUTY: 'duty',
  FEE: 'fee',
  ADDITIONAL_FEE: 'fee',
  ADJUSTMENT: 'adjustment',
  UNKNOWN: 'unknown',
};

function mapSale(sale: SaleFieldsFragment, currency: string): Sale {
  const line = 'lineItem' in sale ? sale.lineItem : null;
  return {
    id: idOf(sale.id),
    action: sale.actionType,
    kind: KINDS[sale.lineType] ?? 'unknown',
    lineId: idOrNull(line),
    productId: idOrNull(line?.product),
    variantId: idOrNull(line?.variant),
    quantity: sale.quantity ?? 0,
    total: minorOf(sale.totalAmount.shopMoney, currency),
    tax: minorOf(sale.totalTaxAmount.shopMoney, currency),
    discount: minorOf(sale.totalDiscountAmountBeforeTaxes.shopMoney, currency),
  };
}
