import type { FullAgreement, FullOrder } from '../../shopify/fetch-orders.ts';
import type { LineItemFieldsFragment, SaleFieldsFragment } from '../../shopify/operations/generated.ts';
import type { OrderLine, OrderRecord, Sale, SaleEvent, SaleKind } from '../records.ts';
import {
  byId,
  idOf,
  idOrNull,
  inOrder,
  instantOf,
  instantOrNull,
  minorIn,
  minorOf,
  textOf,
  textOrNull,
  textsOf,
  wordOrNull,
} from './fields.ts';

interface ShopMoney {
  shopMoney: { amount: string };
}

/** An order as GraphQL tells it, from a bulk result or by id. @throws Unreadable */
export function mapOrder({ order, lineItems, agreements }: FullOrder): OrderRecord {
  const currency = order.currencyCode;
  const presentment = order.presentmentCurrencyCode;
  const shopMoney = (bag: ShopMoney) => minorIn(bag.shopMoney.amount, currency);
  const shopMoneyOrZero = (bag: ShopMoney | null | undefined) => (bag ? shopMoney(bag) : 0);
  return {
    id: idOf(order.id),
    name: textOf(order.name),
    customerId: idOrNull(order.customer),
    currency,
    totalPrice: minorOf(order.totalPriceSet.shopMoney, currency),
    currentTotalPrice: shopMoney(order.currentTotalPriceSet),
    totalDiscounts: shopMoneyOrZero(order.totalDiscountsSet),
    totalTax: shopMoneyOrZero(order.totalTaxSet),
    totalShipping: shopMoney(order.totalShippingPriceSet),
    totalRefunded: shopMoney(order.totalRefundedSet),
    presentmentCurrency: presentment,
    presentmentTotalPrice: minorOf(order.totalPriceSet.presentmentMoney, presentment),
    presentmentCurrentTotalPrice: minorIn(order.currentTotalPriceSet.presentmentMoney.amount, presentment),
    test: order.test,
    financialStatus: wordOrNull(order.displayFinancialStatus),
    fulfillmentStatus: fulfillmentOf(order.displayFulfillmentStatus),
    sourceName: textOrNull(order.sourceName),
    country: (order.shippingAddress ?? order.billingAddress)?.countryCodeV2 ?? null,
    tags: textsOf(order.tags),
    discountCodes: textsOf(order.discountCodes),
    createdAt: instantOf(order.createdAt),
    processedAt: instantOf(order.processedAt),
    updatedAt: instantOf(order.updatedAt),
    cancelledAt: instantOrNull(order.cancelledAt),
    cancelReason: wordOrNull(order.cancelReason),
    closedAt: instantOrNull(order.closedAt),
    lines: inOrder(lineItems.map((line) => mapLine(line, currency))),
    refunds: inOrder(
      order.refunds.map((refund) => ({
        id: idOf(refund.id),
        totalRefunded: shopMoney(refund.totalRefundedSet),
        note: textOrNull(refund.note),
        createdAt: instantOrNull(refund.createdAt),
        processedAt: instantOrNull(refund.processedAt),
      })),
    ),
    events: mapEvents(idOf(order.id), agreements, currency),
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
    unitPrice: minorIn(line.originalUnitPriceSet.shopMoney.amount, currency),
    discountedTotal: minorIn(line.discountedTotalSet.shopMoney.amount, currency),
    giftCard: line.isGiftCard,
  };
}

/** What a webhook can tell of it too: whether goods were sent. How far a parcel has come changes no order. */
const SENT = new Set(['FULFILLED', 'PARTIALLY_FULFILLED', 'RESTOCKED']);
const fulfillmentOf = (status: string | null | undefined): string =>
  status !== null && status !== undefined && SENT.has(status) ? status : 'UNFULFILLED';

const EVENT_TYPES: Record<string, SaleEvent['type']> = {
  OrderAgreement: 'order',
  OrderEditAgreement: 'edit',
  RefundAgreement: 'refund',
  ReturnAgreement: 'return',
};

/** A refund that has several agreements gives its id to the first. */
function mapEvents(orderId: string, agreements: FullAgreement[], currency: string): SaleEvent[] {
  const taken = new Set<string>();
  return agreements
    .map(({ agreement, sales }) => ({
      id: idOf(agreement.id),
      type: EVENT_TYPES[agreement.__typename] ?? 'other',
      agreement,
      sales,
    }))
    .sort((a, b) => byId(a, b) || (a.type < b.type ? -1 : 1))
    .map(({ id: agreementId, type, agreement, sales }) => {
      const subject = type === 'order' ? orderId : 'refund' in agreement ? idOrNull(agreement.refund) : null;
      const id = subject === null || taken.has(`${type} ${subject}`) ? agreementId : subject;
      taken.add(`${type} ${id}`);
      return {
        id,
        type,
        happenedAt: instantOf(agreement.happenedAt),
        sales: sales
          .map((sale) => ({ id: idOf(sale.id), kind: KINDS[sale.lineType] ?? 'unknown', sale }))
          .sort((a, b) => byId(a, b) || (a.kind < b.kind ? -1 : 1))
          .filter(({ id, kind }, i, all) => id !== all[i + 1]?.id || kind !== all[i + 1]?.kind) // told twice
          .map(({ kind, sale }) => mapSale(sale, kind, currency)),
      };
    });
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

function mapSale(sale: SaleFieldsFragment, kind: SaleKind, currency: string): Sale {
  return {
    action: sale.actionType,
    kind,
    lineId: 'lineItem' in sale ? idOrNull(sale.lineItem) : null,
    quantity: sale.quantity ?? 0,
    total: minorIn(sale.totalAmount.shopMoney.amount, currency),
    tax: minorIn(sale.totalTaxAmount.shopMoney.amount, currency),
    discount: minorIn(sale.totalDiscountAmountBeforeTaxes.shopMoney.amount, currency),
  };
}
