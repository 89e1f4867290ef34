import { inOrder, Unreadable } from '../map/fields.ts';
import type { OrderLine, OrderRecord, Refund, Sale, SaleEvent, SaleKind } from '../records.ts';
import {
  amountIn,
  type Body,
  currencyIn,
  idIn,
  idOfBody,
  instantIn,
  isTold,
  listIn,
  needed,
  objectIn,
  presentmentIn,
  setMoneyIn,
  shopMoneyIn,
  sumOf,
  textIn,
  Untold,
  wholeIn,
  wordIn,
  wordsIn,
} from './body.ts';

/** What a webhook tells of an order. */
export interface ToldOrder {
  /** Without events: a body knows of no agreements. */
  record: OrderRecord;
  /** The order as placed. */
  placed: SaleEvent;
  refunds: ToldRefund[];
  /** What of the order as placed only Shopify's agreements tell. */
  doubts: string[];
  checkoutId: string | null;
}

interface ToldRefund {
  /** Null where a body cannot tell what came back. */
  event: SaleEvent | null;
  refund: Refund;
  /** Whether a body can tell how much was paid back: Shopify gives it in the currency in which it was paid. */
  isAmountTold: boolean;
  doubts: string[];
}

/**
 * An order as a webhook tells it. Agreements are not in a body: their sales are derived from its lines and refunds, and
 * are the same for an order that was never edited, returned or adjusted.
 * @throws Unreadable, Untold
 */
export function mapOrderBody(body: Body): ToldOrder {
  const doubts: string[] = [];
  const id = idOfBody(body);
  const currency = needed(currencyIn(body, 'currency'), 'currency');
  const presentment = currencyIn(body, 'presentment_currency') ?? currency;
  const money = (name: string) => shopMoneyIn(body, name, currency);
  const shown = (name: string): number => {
    const amount = presentmentIn(body, name, presentment) ?? (presentment === currency ? money(name) : null);
    return needed(amount, `${name}_set.presentment_money`);
  };
  const createdAt = needed(instantIn(body, 'created_at'), 'created_at');
  const processedAt = instantIn(body, 'processed_at') ?? createdAt;
  if (!isTold(body, 'line_items')) throw new Untold('The body lacks line_items.');
  const address = objectIn(body, 'shipping_address') ?? objectIn(body, 'billing_address');
  const customer = objectIn(body, 'customer');
  const order = readOrder(body, currency, doubts);
  const refunds = listIn(body, 'refunds').map((refund) => mapRefund(refund, order));

  const record: OrderRecord = {
    id,
    name: needed(textIn(body, 'name'), 'name'),
    customerId: customer ? idOfBody(customer) : null,
    currency,
    totalPrice: needed(money('total_price'), 'total_price'),
    currentTotalPrice: needed(money('current_total_price'), 'current_total_price'),
    totalDiscounts: money('total_discounts') ?? 0,
    totalTax: money('total_tax') ?? 0,
    totalShipping:
      setMoneyIn(body, 'total_shipping_price_set', 'shop_money', currency) ??
      sumOf(listIn(body, 'shipping_lines'), (line) => shopMoneyIn(line, 'price', currency) ?? 0),
    totalRefunded: sumOf(refunds, ({ refund }) => refund.totalRefunded),
    presentmentCurrency: presentment,
    presentmentTotalPrice: shown('total_price'),
    presentmentCurrentTotalPrice: shown('current_total_price'),
    test: body.test === true,
    financialStatus: wordIn(body, 'financial_status'),
    fulfillmentStatus: fulfillmentIn(body),
    sourceName: textIn(body, 'source_name') || null,
    country: (address && wordIn(address, 'country_code')?.slice(0, 8)) ?? null,
    tags: wordsIn(body, 'tags') ?? [],
    discountCodes: listIn(body, 'discount_codes')
      .map((code) => needed(textIn(code, 'code'), 'code'))
      .sort(),
    createdAt,
    processedAt,
    updatedAt: needed(instantIn(body, 'updated_at'), 'updated_at'),
    cancelledAt: instantIn(body, 'cancelled_at'),
    cancelReason: wordIn(body, 'cancel_reason'),
    closedAt: instantIn(body, 'closed_at'),
    lines: inOrder(order.lines.map(({ line }) => line)),
    refunds: inOrder(refunds.map(({ refund }) => refund)),
    events: [],
  };
  doubts.push(...disagreements(body, order, record));
  return {
    record,
    placed: { id, type: 'order', happenedAt: processedAt, sales: salesOf(body, order) },
    refunds,
    doubts,
    checkoutId: idIn(body, 'checkout_id'),
  };
}

/** Where the order's totals are not those of its lines, its sales cannot be told from them. */
function disagreements(body: Body, order: OrderBody, { totalDiscounts, totalTax }: OrderRecord): string[] {
  const charged = [...listIn(body, 'line_items'), ...listIn(body, 'shipping_lines')];
  const discounts = sumOf(charged, (item) => discountOn(item, order.currency));
  const tax = sumOf(charged, (item) => taxOn(item, order.currency));
  const tips = sumOf(order.lines, ({ sale, listed }) => (sale.kind === 'tip' ? listed : 0));
  return [
    ...(discounts === totalDiscounts ? [] : ['discounts that its lines do not give']),
    ...(tax === totalTax ? [] : ['a tax that its lines do not give']),
    ...(tips === (shopMoneyIn(body, 'total_tip_received', order.currency) ?? tips)
      ? []
      : ['tips that its lines do not give']),
  ];
}

const FULFILLMENT: Record<string, string> = {
  FULFILLED: 'FULFILLED',
  PARTIAL: 'PARTIALLY_FULFILLED',
  RESTOCKED: 'RESTOCKED',
};
const fulfillmentIn = (body: Body) => FULFILLMENT[wordIn(body, 'fulfillment_status') ?? ''] ?? 'UNFULFILLED';

/** What lines and refunds have to know of their order. */
interface OrderBody {
  currency: string;
  /** Prices hold their tax. */
  taxesIncluded: boolean;
  lines: SoldLine[];
  /** What is charged for all shipping, with the tax where prices hold it. */
  shipping: number;
  doubts: string[];
}

interface SoldLine {
  line: OrderLine;
  sale: Sale;
  /** Its price after discounts, with the tax where prices hold it. */
  listed: number;
}

function readOrder(body: Body, currency: string, doubts: string[]): OrderBody {
  const shipping = sumOf(
    listIn(body, 'shipping_lines'),
    (line) => (shopMoneyIn(line, 'price', currency) ?? 0) - discountOn(line, currency),
  );
  const order: OrderBody = { currency, taxesIncluded: body.taxes_included === true, lines: [], shipping, doubts };
  const codes = new Set(
    listIn(body, 'discount_applications').flatMap(({ type }, index) => (type === 'discount_code' ? [index] : [])),
  );
  order.lines = listIn(body, 'line_items').map((item) => mapLine(item, order, codes));
  return order;
}

function mapLine(item: Body, order: OrderBody, codes: ReadonlySet<number>): SoldLine {
  const { currency } = order;
  const quantity = needed(wholeIn(item, 'quantity'), 'line_items.quantity');
  const unitPrice = needed(shopMoneyIn(item, 'price', currency), 'line_items.price');
  const price = unitPrice * quantity;
  if (!Number.isSafeInteger(price)) throw new Unreadable(`${quantity} times ${unitPrice} is too large an amount.`);
  const exists = item.product_exists !== false;
  const line: OrderLine = {
    id: idOfBody(item),
    productId: exists ? idIn(item, 'product_id') : null,
    variantId: exists ? idIn(item, 'variant_id') : null,
    title: textIn(item, 'title') ?? '',
    variantTitle: textIn(item, 'variant_title') || null,
    sku: textIn(item, 'sku') || null,
    vendor: textIn(item, 'vendor') || null,
    quantity,
    currentQuantity: wholeIn(item, 'current_quantity') ?? quantity,
    unitPrice,
    // as GraphQL's discountedTotalSet: codes do not lower it
    discountedTotal: price - discountOn(item, currency, (index) => !codes.has(index)),
    giftCard: item.gift_card === true,
  };
  const kind = line.giftCard ? 'gift_card' : isTip(item) ? 'tip' : 'product';
  const sale: Sale = {
    action: 'ORDER',
    kind,
    lineId: line.id,
    quantity,
    ...worth(item, kind, price, order),
  };
  return { line, sale, listed: price - discountOn(item, currency) };
}

/** A tip is a line of the order that has the field for how it was paid, which may be null; other lines lack it. */
const isTip = (item: Body) => Object.hasOwn(item, 'tip_payment_gateway') || isTold(item, 'tip');

/** What is charged for a line, with the tax in it, and its discount before taxes. */
function worth(item: Body, kind: SaleKind, price: number, { currency, taxesIncluded, doubts }: OrderBody) {
  const tax = taxOn(item, currency);
  const discount = discountOn(item, currency);
  const listed = price - discount;
  if (!taxesIncluded) return { total: listed + tax, tax, discount };
  const rate = sumOf(listIn(item, 'tax_lines'), (line) => Number(line.rate) || 0);
  const taxOfDiscount = Math.floor((discount * rate) / (1 + rate) + 0.5);
  // how Shopify rounds the tax inside of a discount is nowhere told
  if (taxOfDiscount !== 0 && kind === 'product') doubts.push('a discount on prices that hold their tax');
  return { total: listed, tax, discount: discount - taxOfDiscount };
}

const taxOn = (item: Body, currency: string): number =>
  sumOf(listIn(item, 'tax_lines'), (line) => shopMoneyIn(line, 'price', currency) ?? 0);

const discountOn = (item: Body, currency: string, counts: (application: number) => boolean = () => true): number =>
  sumOf(listIn(item, 'discount_allocations'), (allocation) =>
    counts(Number(allocation.discount_application_index)) ? (shopMoneyIn(allocation, 'amount', currency) ?? 0) : 0,
  );

const WITHOUT_LINE = { lineId: null, tax: 0, discount: 0 };

function salesOf(body: Body, order: OrderBody): Sale[] {
  const { currency } = order;
  const charge = (kind: 'duty' | 'fee', name: string): Sale[] => {
    const total = setMoneyIn(body, name, 'shop_money', currency) ?? 0;
    return total === 0 ? [] : [{ ...WITHOUT_LINE, action: 'ORDER', kind, quantity: 1, total }];
  };
  const shipping = listIn(body, 'shipping_lines').map((line): Sale => {
    const price = needed(shopMoneyIn(line, 'price', currency), 'shipping_lines.price');
    return {
      ...WITHOUT_LINE,
      action: 'ORDER',
      kind: 'shipping',
      quantity: 1,
      ...worth(line, 'shipping', price, order),
    };
  });
  return [
    ...order.lines.map(({ sale }) => sale),
    ...shipping,
    ...charge('duty', 'original_total_duties_set'),
    ...charge('fee', 'original_total_additional_fees_set'),
  ];
}

function mapRefund(body: Body, order: OrderBody): ToldRefund {
  const { currency } = order;
  const doubts: string[] = [];
  const id = idOfBody(body);
  const createdAt = instantIn(body, 'created_at');
  const processedAt = instantIn(body, 'processed_at');
  const transactions = listIn(body, 'transactions').filter(
    ({ kind, status }) => kind === 'refund' && (status === 'success' || status === undefined),
  );
  const isAmountTold = transactions.every(
    (transaction) => (currencyIn(transaction, 'currency') ?? currency) === currency,
  );
  if (!isAmountTold) doubts.push('a refund in another currency');
  const refund: Refund = {
    id,
    totalRefunded: isAmountTold ? sumOf(transactions, (paid) => amountIn(paid, 'amount', currency) ?? 0) : 0,
    note: textIn(body, 'note') || null,
    createdAt,
    processedAt,
  };
  const happenedAt = processedAt ?? createdAt;
  const sales = isTold(body, 'return') || happenedAt === null ? null : salesBack(body, order, doubts);
  if (sales === null || happenedAt === null) {
    return { refund, isAmountTold, event: null, doubts: [...doubts, 'a return'] };
  }
  return { refund, isAmountTold, event: { id, type: 'refund', happenedAt, sales }, doubts };
}

/** What a refund took back; null where it names what the order has not. */
function salesBack(body: Body, order: OrderBody, doubts: string[]): Sale[] | null {
  const { currency } = order;
  const money = (item: Body, name: string) => shopMoneyIn(item, name, currency) ?? 0;

  const goods: Sale[] = [];
  for (const item of listIn(body, 'refund_line_items')) {
    const lineId = needed(idIn(item, 'line_item_id'), 'refund_line_items.line_item_id');
    const sold = order.lines.find(({ line }) => line.id === lineId);
    if (!sold) return null;
    const { sale, line } = sold;
    const quantity = needed(wholeIn(item, 'quantity'), 'refund_line_items.quantity');
    const share = line.quantity === 0 ? 0 : (sold.listed * quantity) / line.quantity;
    const amounts = takenBack(money(item, 'subtotal'), money(item, 'total_tax'), share, order);
    goods.push({ ...sale, action: 'RETURN', quantity: -quantity, discount: 0, ...amounts });
  }

  const adjustments = listIn(body, 'order_adjustments');
  const ofShipping = adjustments.filter(({ kind }) => kind === 'shipping_refund');
  if (adjustments.length > ofShipping.length) doubts.push('an adjusted refund');
  const shipping: [subtotal: number, tax: number][] =
    ofShipping.length > 0
      ? ofShipping.map((item) => [0 - money(item, 'amount'), 0 - money(item, 'tax_amount')])
      : listIn(body, 'refund_shipping_lines').map((item) => [
          money(item, 'subtotal_amount'),
          money(item, 'tax_amount'),
        ]);

  const back = { ...WITHOUT_LINE, action: 'RETURN' as const, quantity: -1 };
  const charges = (kind: 'duty' | 'fee', name: string) =>
    listIn(body, name).map((item): Sale => ({ ...back, kind, total: 0 - money(item, 'amount') }));
  return [
    ...goods,
    ...shipping.map(([subtotal, tax]): Sale => ({
      ...back,
      kind: 'shipping',
      ...takenBack(subtotal, tax, order.shipping, order),
    })),
    ...charges('duty', 'duties'),
    ...charges('fee', 'additional_fees'),
  ];
}

/**
 * Where prices hold their tax, the subtotal of a refund may hold it too or not: `share`, what was charged for the same,
 * tells which.
 */
function takenBack(subtotal: number, tax: number, share: number, { taxesIncluded }: OrderBody) {
  const holdsTax = taxesIncluded && Math.abs(subtotal - share) <= Math.abs(subtotal + tax - share);
  return { total: 0 - (holdsTax ? subtotal : subtotal + tax), tax: 0 - tax };
}
