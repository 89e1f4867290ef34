import { createHmac } from 'node:crypto';
import { orderBody } from '../../apps/sandbox/src/webhooks/bodies/order.ts';
import { World } from '../../apps/sandbox/src/world.ts';

/** Where webhooks of a store go. */
export interface Delivery {
  path: string;
  shop: string;
}

export const SECRET = 'a secret of the benchmark';
export const CURRENCY = 'GBP';
export const TIMEZONE = 'Europe/London';
/** Different orders; webhooks beyond that tell one of them again, under another id. */
export const BODIES = 10_000;
const BODY_BYTES = 2_300;

/** What Xeno reads of an order and of its lines; a real body has three times as much around it. */
const FIELDS = `id name created_at processed_at updated_at cancelled_at currency presentment_currency total_price
  current_total_price total_discounts total_tax taxes_included test financial_status fulfillment_status source_name
  tags line_items shipping_lines customer`.split(/\s+/);
const LINE_FIELDS = `id product_id variant_id title sku quantity current_quantity price tax_lines
  discount_allocations`.split(/\s+/);
const CUSTOMER_FIELDS = ['id', 'email', 'first_name', 'last_name'];
const LINES = 2;

/** Bodies of new orders of two lines and a customer, of 2.3 KB of ASCII each. */
export function makeBodies(): string[] {
  const shop = new World({}).create('webhooks.myshopify.com', {
    orders: 10 * BODIES,
    currency: CURRENCY,
    country: 'GB',
    taxesIncluded: false,
  });
  const bodies: string[] = [];
  for (let index = 0; bodies.length < BODIES; index++) {
    const whole = orderBody(shop, shop.order(index)!);
    if (whole.line_items.length !== LINES || whole.refunds.length > 0 || whole.cancelled_at !== null) continue;
    if (whole.presentment_currency !== CURRENCY || whole.current_total_duties_set !== null) continue;
    if (whole.customer === null) continue;
    const lines = whole.line_items.map((line) => pick(line, LINE_FIELDS));
    const customer = pick(whole.customer, CUSTOMER_FIELDS);
    const body = { ...pick(whole, FIELDS), line_items: lines, customer, note: '' };
    const missing = BODY_BYTES - ascii(JSON.stringify(body)).length;
    if (missing >= 0) bodies.push(ascii(JSON.stringify({ ...body, note: 'x'.repeat(missing) })));
  }
  return bodies;
}

const pick = (from: object, names: readonly string[]) =>
  Object.fromEntries(names.map((name) => [name, (from as Record<string, unknown>)[name]]));

const ascii = (text: string) =>
  text.replace(/[^\x20-\x7e]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);

export const signatureOf = (body: string): string => createHmac('sha256', SECRET).update(body).digest('base64');

/** A request as Shopify sends it. */
export const requestOf = ({ path, shop }: Delivery, id: string, body: string, signature: string): string =>
  [
    `POST ${path} HTTP/1.1`,
    'host: 127.0.0.1',
    'content-type: application/json',
    `content-length: ${body.length}`,
    'user-agent: Shopify-Captain-Hook',
    'x-shopify-topic: orders/create',
    `x-shopify-hmac-sha256: ${signature}`,
    `x-shopify-shop-domain: ${shop}`,
    'x-shopify-api-version: 2026-10',
    `x-shopify-webhook-id: ${id}`,
    `x-shopify-event-id: event-${id}`,
    `x-shopify-triggered-at: ${new Date().toISOString()}`,
    '',
    body,
  ].join('\r\n');
