import { amountsOf, sum, unitsLeft } from '../../store/amounts.ts';
import { gid, idOf } from '../../store/ids.ts';
import { fixedDecimal } from '../../store/money.ts';
import type { Address, Allocation, Discount, Order, RefundEvent, RefundedShipping, Tax } from '../../store/order.ts';
import type { Shop } from '../../store/shop.ts';
import { financialStatus, fulfillmentStatus, totalsOf } from '../../store/totals.ts';
import { customerInOrder } from './customer.ts';
import { bareId, moneySet, zoned, zonedOrNull } from './fields.ts';

/** An order as Shopify's REST Admin API and its webhooks tell it. */
export function orderBody(shop: Shop, order: Order) {
  const { spec } = shop;
  const { placed, current } = totalsOf(order);
  const money = (minor: number) => fixedDecimal(minor, order.currency);
  const set = (minor: number) => moneySet(minor, order);
  const when = (instant: number) => zoned(instant, spec.timezone);
  const customer = order.customer === null ? null : shop.customer(order.customer);
  const goods = order.lines.filter((line) => line.addedBy === null && line.kind !== 'tip');
  const listPrices = sum(goods.map((line) => line.unitPrice * line.quantity));
  const address = order.address && addressBody(order.address);
  const fulfilled = fulfillmentStatus(order) === 'FULFILLED';
  return {
    id: bareId(idOf(spec, 'Order', order.index)),
    admin_graphql_api_id: gid(spec, 'Order', 'Order', order.index),
    app_id: bareId('580111'),
    browser_ip: null,
    buyer_accepts_marketing: customer?.marketing === 'SUBSCRIBED',
    cancel_reason: order.cancelReason?.toLowerCase() ?? null,
    cancelled_at: zonedOrNull(order.cancelledAt, spec.timezone),
    cart_token: null,
    checkout_id: order.checkout == null ? null : bareId(idOf(spec, 'Checkout', order.checkout)),
    checkout_token: order.checkout == null ? null : (shop.overlay.checkouts.get(order.checkout)?.token ?? null),
    client_details: null,
    closed_at: zonedOrNull(order.cancelledAt ?? order.fulfilledAt, spec.timezone),
    company: null,
    confirmation_number: (order.index + 7e7).toString(36).toUpperCase(),
    confirmed: true,
    contact_email: order.email,
    created_at: when(order.createdAt),
    currency: order.currency,
    current_shipping_price_set: set(current.shipping),
    current_subtotal_price: money(current.subtotal),
    current_subtotal_price_set: set(current.subtotal),
    current_total_additional_fees_set: placed.fees === 0 ? null : set(current.fees),
    current_total_discounts: money(current.discounts),
    current_total_discounts_set: set(current.discounts),
    current_total_duties_set: placed.duties === 0 ? null : set(current.duties),
    current_total_price: money(current.total),
    current_total_price_set: set(current.total),
    current_total_tax: money(current.tax),
    current_total_tax_set: set(current.tax),
    customer_locale: 'en',
    device_id: null,
    discount_codes: order.discounts.flatMap((discount, i) =>
      discount.kind === 'code'
        ? [{ code: discount.title, amount: money(allocated(order, i)), type: codeType(discount) }]
        : [],
    ),
    duties_included: false,
    email: order.email ?? '',
    estimated_taxes: false,
    financial_status: financialStatus(order, totalsOf(order)).toLowerCase(),
    fulfillment_status: fulfilled ? 'fulfilled' : null,
    landing_site: null,
    landing_site_ref: null,
    location_id: null,
    merchant_business_entity_id: 'MTU0ODM4MDAwOQ',
    merchant_of_record_app_id: null,
    name: order.name,
    note: order.note,
    note_attributes: [],
    number: order.number - 1000,
    order_number: order.number,
    order_status_url: `https://${spec.domain}/orders/${order.index}`,
    original_total_additional_fees_set: placed.fees === 0 ? null : set(placed.fees),
    original_total_duties_set: placed.duties === 0 ? null : set(placed.duties),
    payment_gateway_names: order.paid ? ['shopify_payments'] : ['manual'],
    phone: order.phone,
    po_number: null,
    presentment_currency: order.presentmentCurrency,
    processed_at: when(order.processedAt),
    reference: null,
    referring_site: null,
    source_identifier: null,
    source_name: order.source,
    source_url: null,
    subtotal_price: money(placed.subtotal),
    subtotal_price_set: set(placed.subtotal),
    tags: order.tags.join(', '),
    tax_exempt: false,
    tax_lines: orderTaxes(order).map((tax) => taxLine(order, tax)),
    taxes_included: order.taxesIncluded,
    test: order.test,
    token: idOf(spec, 'Order', order.index).padStart(32, 'f'),
    total_cash_rounding_payment_adjustment_set: set(0),
    total_cash_rounding_refund_adjustment_set: set(0),
    total_discounts: money(placed.discounts),
    total_discounts_set: set(placed.discounts),
    total_line_items_price: money(listPrices),
    total_line_items_price_set: set(listPrices),
    total_outstanding: money(order.paid ? 0 : current.total),
    total_price: money(placed.total),
    total_price_set: set(placed.total),
    total_shipping_price_set: set(sum(order.shipping.map((line) => line.price))),
    total_tax: money(placed.tax),
    total_tax_set: set(placed.tax),
    total_tip_received: money(placed.tips),
    total_weight: 0,
    updated_at: when(order.updatedAt),
    user_id: null,
    billing_address: address,
    customer: customer && customerInOrder(shop, customer),
    discount_applications: order.discounts.map((discount) => discountApplication(order, discount)),
    fulfillments: [],
    line_items: order.lines.map((_, line) => lineBody(shop, order, line)),
    payment_terms: null,
    refunds: order.events.flatMap((event, i) => (event.kind === 'refund' ? [refundBody(shop, order, event, i)] : [])),
    returns: [],
    line_item_groups: [],
    shipping_address: address,
    shipping_lines: order.shipping.map((_, line) => shippingBody(shop, order, line)),
  };
}

const DISCOUNT_TYPES = { code: 'discount_code', automatic: 'automatic', manual: 'manual' };

function discountApplication(order: Order, { kind, title, target, value }: Discount) {
  return {
    target_type: target.toLowerCase(),
    type: DISCOUNT_TYPES[kind],
    value: 'percentage' in value ? value.percentage.toFixed(1) : fixedDecimal(value.amount, order.currency),
    value_type: 'percentage' in value ? 'percentage' : 'fixed_amount',
    allocation_method: 'across',
    target_selection: 'all',
    ...(kind === 'code' ? { code: title } : { title }),
    ...(kind === 'manual' ? { description: title } : {}),
  };
}

const codeType = ({ target, value }: Discount) =>
  target === 'SHIPPING_LINE' ? 'shipping' : 'percentage' in value ? 'percentage' : 'fixed_amount';

const allocated = (order: Order, discount: number) =>
  sum(
    [...order.lines, ...order.shipping].flatMap((line) =>
      line.allocations.flatMap((allocation) => (allocation.discount === discount ? [allocation.amount] : [])),
    ),
  );

const allocationBody = (order: Order, { amount, discount }: Allocation) => ({
  amount: fixedDecimal(amount, order.currency),
  amount_set: moneySet(amount, order),
  discount_application_index: discount,
});

/** Of the order as placed, by title. */
function orderTaxes(order: Order): Tax[] {
  const byTitle = new Map<string, Tax>();
  for (const line of [...order.lines.filter((l) => l.addedBy === null), ...order.shipping]) {
    for (const tax of line.taxes) {
      const known = byTitle.get(tax.title);
      if (known) known.amount += tax.amount;
      else byTitle.set(tax.title, { ...tax });
    }
  }
  return [...byTitle.values()];
}

const taxLine = (order: Order, { title, rate, amount }: Tax) => ({
  channel_liable: false,
  price: fixedDecimal(amount, order.currency),
  price_set: moneySet(amount, order),
  rate,
  title,
});

function lineBody(shop: Shop, order: Order, index: number) {
  const { spec } = shop;
  const line = order.lines[index]!;
  const { discount } = amountsOf(order, line, line.unitPrice * line.quantity);
  const product = line.product === null ? null : shop.product(line.product);
  const left = unitsLeft(order, index);
  const fulfilled = order.fulfilledAt !== null && line.addedBy === null;
  return {
    id: bareId(idOf(spec, 'LineItem', order.index, index)),
    admin_graphql_api_id: gid(spec, 'LineItem', 'LineItem', order.index, index),
    attributed_staffs: [],
    current_quantity: left,
    fulfillable_quantity: fulfilled || line.kind === 'tip' ? 0 : left,
    fulfillment_service: line.kind === 'gift_card' ? 'gift_card' : 'manual',
    fulfillment_status: fulfilled ? 'fulfilled' : null,
    gift_card: line.kind === 'gift_card',
    grams: 0,
    name: line.variantTitle === null ? line.title : `${line.title} - ${line.variantTitle}`,
    price: fixedDecimal(line.unitPrice, order.currency),
    price_set: moneySet(line.unitPrice, order),
    product_exists: product !== null,
    product_id: product && bareId(idOf(spec, 'Product', product.index)),
    properties: [],
    quantity: line.quantity,
    requires_shipping: line.kind === 'product',
    sales_line_item_group_id: null,
    sku: line.sku,
    taxable: line.taxes.length > 0,
    title: line.title,
    total_discount: fixedDecimal(discount, order.currency),
    total_discount_set: moneySet(discount, order),
    variant_id: product && line.variant !== null ? bareId(idOf(spec, 'ProductVariant', line.variant)) : null,
    variant_inventory_management: product ? 'shopify' : null,
    variant_title: line.variantTitle,
    vendor: line.vendor,
    ...(line.kind === 'tip' ? { tip_payment_gateway: 'shopify_payments', tip_payment_method: 'Visa' } : {}),
    tax_lines: line.taxes.map((tax) => taxLine(order, tax)),
    duties:
      line.duty === 0
        ? []
        : [
            {
              id: bareId(idOf(spec, 'Duty', order.index, index)),
              admin_graphql_api_id: gid(spec, 'Duty', 'Duty', order.index, index),
              country_code_of_origin: null,
              harmonized_system_code: null,
              shop_money: moneySet(line.duty, order).shop_money,
              presentment_money: moneySet(line.duty, order).presentment_money,
              tax_lines: [],
            },
          ],
    discount_allocations: line.allocations.map((allocation) => allocationBody(order, allocation)),
  };
}

/** A refund tells a little less of a line than its order does. */
function lineInRefund(shop: Shop, order: Order, index: number) {
  const { attributed_staffs, current_quantity, sales_line_item_group_id, ...line } = lineBody(shop, order, index);
  return line;
}

function shippingBody(shop: Shop, order: Order, index: number) {
  const line = order.shipping[index]!;
  const { listed } = amountsOf(order, line, line.price);
  const back = order.events.flatMap((event) => (event.kind === 'refund' ? event.shipping : []));
  const left = listed - sum(back.filter((part) => part.line === index).map((part) => part.listed));
  return {
    id: bareId(idOf(shop.spec, 'ShippingLine', order.index, index)),
    carrier_identifier: null,
    code: line.code,
    current_discounted_price_set: moneySet(left, order),
    discounted_price: fixedDecimal(listed, order.currency),
    discounted_price_set: moneySet(listed, order),
    is_removed: false,
    phone: null,
    price: fixedDecimal(line.price, order.currency),
    price_set: moneySet(line.price, order),
    requested_fulfillment_service_id: null,
    source: 'shopify',
    title: line.title,
    tax_lines: line.taxes.map((tax) => taxLine(order, tax)),
    discount_allocations: line.allocations.map((allocation) => allocationBody(order, allocation)),
  };
}

const RESTOCK = { CANCEL: 'cancel', LEGACY_RESTOCK: 'legacy_restock', NO_RESTOCK: 'no_restock', RETURN: 'return' };

/** A refund, inside of its order and as the body of refunds/create. */
export function refundBody(shop: Shop, order: Order, refund: RefundEvent, event: number) {
  const { spec } = shop;
  const set = (minor: number) => moneySet(minor, order);
  const id = idOf(spec, 'Refund', order.index, event);
  const orderId = bareId(idOf(spec, 'Order', order.index));
  const withoutTax = (part: { listed: number; taxes: number[] }) =>
    part.listed - (order.taxesIncluded ? sum(part.taxes) : 0);
  const returnId = idOf(spec, 'Return', order.index, event);
  return {
    id: bareId(id),
    admin_graphql_api_id: `gid://shopify/Refund/${id}`,
    created_at: zoned(refund.at, spec.timezone),
    note: refund.note,
    order_id: orderId,
    processed_at: zoned(refund.at, spec.timezone),
    restock: refund.lines.some(({ restock }) => restock !== 'NO_RESTOCK'),
    total_additional_fees_set: set(sum(refund.fees.map((fee) => fee.amount))),
    total_duties_set: set(sum(refund.duties.map((duty) => duty.amount))),
    user_id: null,
    return:
      refund.cause === 'return'
        ? { id: bareId(returnId), admin_graphql_api_id: `gid://shopify/Return/${returnId}` }
        : null,
    order_adjustments: refund.adjustments.map(({ amount, reason }, i) => ({
      id: bareId(`${id}${i}`),
      amount: fixedDecimal(amount, order.currency),
      amount_set: set(amount),
      kind: 'refund_discrepancy',
      order_id: orderId,
      reason: reason === 'REFUND_DISCREPANCY' ? 'Refund discrepancy' : sentence(reason),
      refund_id: bareId(id),
      tax_amount: fixedDecimal(0, order.currency),
      tax_amount_set: set(0),
    })),
    transactions:
      refund.paidBack === 0
        ? []
        : [
            {
              id: bareId(idOf(spec, 'OrderTransaction', order.index, event + 1)),
              admin_graphql_api_id: gid(spec, 'OrderTransaction', 'OrderTransaction', order.index, event + 1),
              // in the money that was paid with
              amount: set(refund.paidBack).presentment_money.amount,
              amount_rounding: null,
              authorization: null,
              created_at: zoned(refund.at, spec.timezone),
              currency: order.presentmentCurrency,
              device_id: null,
              error_code: null,
              gateway: 'shopify_payments',
              kind: 'refund',
              location_id: null,
              manual_payment_gateway: false,
              message: null,
              order_id: orderId,
              parent_id: bareId(idOf(spec, 'OrderTransaction', order.index)),
              payment_id: `${order.name}.${event + 1}`,
              processed_at: zoned(refund.at, spec.timezone),
              receipt: {},
              source_name: 'web',
              status: 'success',
              test: order.test,
              total_unsettled_set: {
                presentment_money: { amount: '0.0', currency: order.presentmentCurrency },
                shop_money: { amount: '0.0', currency: order.currency },
              },
              user_id: null,
            },
          ],
    refund_line_items: refund.lines.map((slice, position) => ({
      id: bareId(idOf(spec, 'RefundLineItem', order.index, (event + 1) * 4096 + position)),
      line_item_id: bareId(idOf(spec, 'LineItem', order.index, slice.line)),
      location_id: slice.restock === 'NO_RESTOCK' ? null : bareId('61000000001'),
      quantity: slice.quantity,
      restock_type: RESTOCK[slice.restock],
      // numbers, not text: as Shopify has it
      subtotal: Number(fixedDecimal(withoutTax(slice), order.currency)),
      subtotal_set: set(withoutTax(slice)),
      total_tax: Number(fixedDecimal(sum(slice.taxes), order.currency)),
      total_tax_set: set(sum(slice.taxes)),
      line_item: lineInRefund(shop, order, slice.line),
    })),
    refund_shipping_lines: refund.shipping.map((back: RefundedShipping) => ({
      id: bareId(`${id}${back.line}`),
      shipping_line: shippingBody(shop, order, back.line),
      subtotal_amount_set: set(withoutTax(back)),
      tax_amount_set: set(sum(back.taxes)),
    })),
    duties: refund.duties.map(({ line, amount }) => ({
      duty_id: bareId(idOf(spec, 'Duty', order.index, line)),
      amount_set: set(amount),
    })),
    additional_fees: refund.fees.map(({ fee, amount }) => ({
      id: bareId(idOf(spec, 'AdditionalFee', order.index, fee)),
      name: order.fees[fee]!.title,
      amount_set: set(amount),
    })),
  };
}

const sentence = (word: string) => word[0] + word.slice(1).toLowerCase();

/** orders/edited tells what was added and removed, and not the order. */
export function orderEditBody(shop: Shop, order: Order, event: number) {
  const { spec } = shop;
  const edit = order.events[event]!;
  if (edit.kind !== 'edit') throw new Error('not an edit');
  const delta = (line: number, units: number) => ({
    id: bareId(idOf(spec, 'LineItem', order.index, line)),
    delta: units,
  });
  return {
    order_edit: {
      id: bareId(idOf(spec, 'SalesAgreement', order.index, event + 1)),
      app_id: null,
      created_at: zoned(edit.at, spec.timezone),
      notify_customer: false,
      order_id: bareId(idOf(spec, 'Order', order.index)),
      staff_note: '',
      user_id: null,
      line_items: {
        additions: edit.added.map((line) => delta(line, order.lines[line]!.quantity)),
        removals: edit.removed.map(({ line, quantity }) => delta(line, quantity)),
      },
      discounts: { line_item: { additions: [], removals: [] } },
      shipping_lines: { additions: [], removals: [] },
      committed_at: zoned(edit.at, spec.timezone),
    },
  };
}

export function addressBody(address: Address) {
  return {
    first_name: address.firstName,
    last_name: address.lastName,
    company: null,
    address1: address.address1,
    address2: null,
    city: address.city,
    province: address.province,
    country: address.country,
    zip: address.zip,
    phone: address.phone,
    name: `${address.firstName} ${address.lastName}`.trim(),
    province_code: address.provinceCode,
    country_code: address.countryCode,
    latitude: null,
    longitude: null,
  };
}
