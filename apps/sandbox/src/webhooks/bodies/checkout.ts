import { sum } from '../../store/amounts.ts';
import type { Checkout } from '../../store/checkouts.ts';
import { idOf } from '../../store/ids.ts';
import { fixedDecimal } from '../../store/money.ts';
import type { Shop } from '../../store/shop.ts';
import { customerInOrder } from './customer.ts';
import { bareId, zoned, zonedOrNull } from './fields.ts';

export function checkoutBody(shop: Shop, checkout: Checkout) {
  const { spec } = shop;
  const money = (minor: number) => fixedDecimal(minor, checkout.currency);
  const total = sum(checkout.lines.map((line) => line.unitPrice * line.quantity));
  const customer = checkout.customer === null ? null : shop.customer(checkout.customer);
  return {
    id: bareId(idOf(spec, 'Checkout', checkout.index)),
    token: checkout.token,
    cart_token: null,
    email: checkout.email,
    gateway: null,
    buyer_accepts_marketing: false,
    buyer_accepts_sms_marketing: false,
    sms_marketing_phone: null,
    created_at: zoned(checkout.createdAt, spec.timezone),
    updated_at: zoned(checkout.updatedAt, spec.timezone),
    landing_site: null,
    note: '',
    note_attributes: [],
    referring_site: null,
    shipping_lines: [],
    taxes_included: checkout.taxesIncluded,
    total_weight: 0,
    currency: checkout.currency,
    completed_at: zonedOrNull(checkout.completedAt, spec.timezone),
    phone: checkout.phone,
    customer_locale: 'en',
    line_items: checkout.lines.map((line, i) => ({
      applied_discounts: [],
      discount_allocations: [],
      key: `${checkout.token}${i}`,
      destination_location_id: null,
      fulfillment_service: 'manual',
      gift_card: line.kind === 'gift_card',
      grams: 0,
      origin_location_id: null,
      presentment_title: line.title,
      presentment_variant_title: line.variantTitle ?? '',
      product_id: line.product === null ? null : bareId(idOf(spec, 'Product', line.product)),
      properties: null,
      quantity: line.quantity,
      requires_shipping: line.kind === 'product',
      sku: line.sku ?? '',
      tax_lines: [],
      taxable: true,
      title: line.title,
      variant_id: line.variant === null ? null : bareId(idOf(spec, 'ProductVariant', line.variant)),
      variant_title: line.variantTitle ?? '',
      variant_price: money(line.unitPrice),
      vendor: line.vendor ?? '',
      user_id: null,
      unit_price_measurement: null,
      rank: null,
      compare_at_price: null,
      line_price: money(line.unitPrice * line.quantity),
      price: money(line.unitPrice),
    })),
    name: `#${idOf(spec, 'Checkout', checkout.index)}`,
    source: null,
    abandoned_checkout_url: `https://${spec.domain}/checkouts/${checkout.token}/recover`,
    discount_codes: [],
    tax_lines: [],
    source_name: 'web',
    presentment_currency: checkout.currency,
    total_discounts: money(0),
    total_line_items_price: money(total),
    total_price: money(total),
    total_tax: money(0),
    total_duties: null,
    subtotal_price: money(total),
    user_id: null,
    source_identifier: null,
    source_url: null,
    device_id: null,
    location_id: null,
    closed_at: null,
    ...(customer ? { customer: customerInOrder(shop, customer) } : {}),
  };
}
