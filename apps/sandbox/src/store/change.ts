import { sum, takeUnits, unitsLeft } from './amounts.ts';
import type { Product } from './catalog.ts';
import { generateCustomer, type Customer } from './customers.ts';
import { applyDiscount, lineOf, taxesOn, taxRates } from './generate.ts';
import { decimalsOf, parseMoney } from './money.ts';
import type { Adjustment, Discount, Line, Order, RefundEvent } from './order.ts';
import { hash, Random } from './random.ts';
import { refundOf, refundOfAll } from './refund.ts';
import type { Shop } from './shop.ts';

/** The one place where a shop's data changes. Amounts are decimals in the shop's currency, times ISO 8601. */

export interface LineWishes {
  /** Position of a product and of one of its variants; a line without a product is a custom one. */
  product?: number;
  variant?: number;
  title?: string;
  sku?: string | null;
  quantity?: number;
  price?: string | number;
  giftCard?: boolean;
}

export interface OrderWishes {
  /** Without lines, a few are chosen at random. */
  lines?: LineWishes[];
  lineCount?: number;
  /** Customer key, 'new', or null for a guest; by default some known customer. */
  customer?: number | 'new' | null;
  createdAt?: string;
  processedAt?: string;
  test?: boolean;
  paid?: boolean;
  discount?: { code?: string; percentage?: number; amount?: string | number };
  shipping?: string | number;
  tip?: string | number;
  /** [title, rate]; by default what holds where the customer lives. */
  taxes?: [string, number][];
  tags?: string[];
  note?: string | null;
}

const time = (text: string | undefined, otherwise: number): number => {
  if (text === undefined) return otherwise;
  const at = Date.parse(text);
  if (Number.isNaN(at)) throw new Error(`"${text}" is not a time`);
  return at;
};

function newLine(shop: Shop, wishes: LineWishes, random: Random): Line {
  const money = (amount: string | number) => parseMoney(amount, shop.spec.currency);
  const quantity = wishes.quantity ?? 1;
  if (!Number.isInteger(quantity) || quantity < 1) throw new Error('quantity must be a whole number above 0');
  if (wishes.product === undefined && wishes.title !== undefined) {
    return {
      kind: wishes.giftCard ? 'gift_card' : 'product',
      product: null,
      variant: null,
      title: wishes.title,
      variantTitle: null,
      sku: wishes.sku ?? null,
      vendor: null,
      quantity,
      unitPrice: money(wishes.price ?? '10'),
      allocations: [],
      taxes: [],
      duty: 0,
      addedBy: null,
    };
  }
  const products = shop.products().filter((p) => p.status === 'ACTIVE' && p.variants.length > 0 && !p.isGiftCard);
  const product = wishes.product === undefined ? random.pick(products) : shop.product(wishes.product);
  if (!product) throw new Error(`there is no product ${wishes.product}`);
  const variant = wishes.variant === undefined ? product.variants[0]! : product.variants[wishes.variant];
  if (!variant) throw new Error(`product ${wishes.product} has no variant ${wishes.variant}`);
  const line = lineOf(product, variant, quantity);
  if (wishes.price !== undefined) line.unitPrice = money(wishes.price);
  if (wishes.title !== undefined) line.title = wishes.title;
  return line;
}

export function createOrder(shop: Shop, wishes: OrderWishes, now: number): Order {
  const { spec } = shop;
  const index = shop.nextOrder;
  const random = new Random(hash(spec.seed, index, 71));
  let key = wishes.customer;
  if (key === 'new') key = createCustomer(shop, {}, now).key;
  if (key === undefined) {
    const known = shop.source.customerKeys();
    key = known.length === 0 ? null : known[random.int(known.length)]!;
  }
  const customer = key === null ? null : shop.customer(key);
  if (key !== null && !customer && wishes.customer !== undefined) throw new Error(`there is no customer ${key}`);
  const createdAt = time(wishes.createdAt, now);
  const order: Order = {
    index,
    number: 1001 + index,
    name: `#${1001 + index}`,
    createdAt,
    processedAt: time(wishes.processedAt, createdAt),
    updatedAt: now,
    fulfilledAt: null,
    cancelledAt: null,
    cancelReason: null,
    test: wishes.test ?? false,
    taxesIncluded: spec.taxesIncluded,
    paid: wishes.paid ?? true,
    currency: spec.currency,
    presentmentCurrency: spec.currency,
    rate: 1,
    customer: customer ? customer.key : null,
    email: customer?.email ?? null,
    phone: customer?.phone ?? null,
    address: customer?.address ?? null,
    source: 'web',
    tags: wishes.tags ?? [],
    note: wishes.note ?? null,
    discounts: [],
    lines: (wishes.lines ?? Array.from({ length: wishes.lineCount ?? random.between(1, 4) }, () => ({}))).map((line) =>
      newLine(shop, line, random),
    ),
    shipping: [],
    fees: [],
    events: [],
  };
  if (wishes.shipping !== undefined) {
    const price = parseMoney(wishes.shipping, spec.currency);
    order.shipping.push({ title: 'Standard', code: 'standard', price, allocations: [], taxes: [] });
  }
  if (wishes.discount) {
    const { code, percentage, amount } = wishes.discount;
    const value = percentage !== undefined ? { percentage } : { amount: parseMoney(amount ?? '5', spec.currency) };
    const discount: Discount = {
      kind: code === undefined ? 'automatic' : 'code',
      title: code ?? 'Offer',
      target: 'LINE_ITEM',
      value,
    };
    applyDiscount(
      order,
      discount,
      order.lines.filter((line) => line.kind === 'product'),
    );
  }
  tax(shop, order, order.lines, wishes.taxes);
  for (const line of order.shipping)
    line.taxes = taxesOn(order, line, line.price, wishes.taxes ?? taxRates(spec, order.address));
  if (wishes.tip !== undefined) {
    order.lines.push({ ...newLine(shop, { title: 'Tip', price: wishes.tip }, random), kind: 'tip' });
  }
  return save(shop, order, now);
}

function tax(shop: Shop, order: Order, lines: Line[], rates = taxRates(shop.spec, order.address)): void {
  for (const line of lines)
    if (line.kind === 'product') line.taxes = taxesOn(order, line, line.unitPrice * line.quantity, rates);
}

function save(shop: Shop, order: Order, now: number): Order {
  order.updatedAt = Math.max(now, order.updatedAt);
  shop.overlay.orders.set(order.index, order);
  return order;
}

/** A copy that may be changed and saved. */
function draft(shop: Shop, index: number): Order {
  const order = shop.order(index);
  if (!order) throw new Error(`there is no order ${index}`);
  return structuredClone(order);
}

export function updateOrder(
  shop: Shop,
  index: number,
  wishes: Partial<Pick<Order, 'customer' | 'email' | 'note' | 'paid' | 'tags' | 'test'>>,
  now: number,
): Order {
  return save(shop, Object.assign(draft(shop, index), wishes), now);
}

export interface EditWishes {
  add?: LineWishes[];
  remove?: { line: number; quantity?: number }[];
  at?: string;
}

export function editOrder(shop: Shop, index: number, wishes: EditWishes, now: number): Order {
  const order = draft(shop, index);
  const random = new Random(hash(shop.spec.seed, index, order.events.length));
  const removed = (wishes.remove ?? []).map(({ line, quantity }) =>
    takeUnits(order, line, units(order, line, quantity)),
  );
  const added = (wishes.add ?? []).map((line) => {
    const created = { ...newLine(shop, line, random), addedBy: order.events.length };
    tax(shop, order, [created]);
    return order.lines.push(created) - 1;
  });
  order.events.push({ kind: 'edit', at: time(wishes.at, now), added, removed });
  return save(shop, order, now);
}

function units(order: Order, line: number, quantity: number | undefined): number {
  if (!order.lines[line]) throw new Error(`order ${order.name} has no line ${line}`);
  const left = unitsLeft(order, line);
  const wanted = quantity ?? left;
  if (wanted < 1 || wanted > left) throw new Error(`${wanted} units of line ${line} asked for, ${left} are left`);
  return wanted;
}

export interface RefundRequest {
  /** Without lines and without an adjustment, everything that is left. */
  lines?: { line: number; quantity?: number }[];
  shipping?: boolean;
  /** Negative: paid back beyond the goods' value; positive: kept by the shop. */
  adjustment?: string | number;
  cause?: RefundEvent['cause'];
  at?: string;
  note?: string;
}

export function refundOrder(shop: Shop, index: number, wishes: RefundRequest, now: number): Order {
  const order = draft(shop, index);
  const all = wishes.lines === undefined && wishes.adjustment === undefined;
  const chosen = all
    ? order.lines.map((_, line) => ({ line, quantity: unitsLeft(order, line) })).filter(({ quantity }) => quantity > 0)
    : (wishes.lines ?? []).map(({ line, quantity }) => ({ line, quantity: units(order, line, quantity) }));
  const adjustments: Adjustment[] =
    wishes.adjustment === undefined
      ? []
      : [{ amount: parseMoney(wishes.adjustment, shop.spec.currency), reason: 'REFUND_DISCREPANCY' }];
  const refund = refundOf(order, {
    at: time(wishes.at, now),
    cause: wishes.cause ?? 'refund',
    lines: chosen,
    shipping: wishes.shipping ?? all,
    adjustments,
    note: wishes.note,
  });
  order.events.push(refund);
  return save(shop, order, now);
}

export function cancelOrder(
  shop: Shop,
  index: number,
  wishes: { at?: string; reason?: Order['cancelReason'] },
  now: number,
): Order {
  const order = draft(shop, index);
  if (order.cancelledAt !== null) throw new Error(`order ${order.name} is cancelled already`);
  const at = time(wishes.at, now);
  order.cancelledAt = at;
  order.cancelReason = wishes.reason ?? 'CUSTOMER';
  const refund = refundOfAll(order, at);
  if (refund.lines.length + refund.shipping.length + sum(refund.fees.map((fee) => fee.amount)) > 0)
    order.events.push(refund);
  return save(shop, order, now);
}

export function deleteOrder(shop: Shop, index: number): void {
  draft(shop, index);
  shop.overlay.orders.set(index, null);
}

export type CustomerWishes = Partial<Omit<Customer, 'createdAt' | 'key' | 'updatedAt'>>;

export function createCustomer(shop: Shop, wishes: CustomerWishes, now: number): Customer {
  const key = shop.nextCustomer;
  const customer: Customer = { ...generateCustomer(shop.spec, key), ...wishes, key, createdAt: now, updatedAt: now };
  shop.overlay.customers.set(key, customer);
  return customer;
}

export function updateCustomer(shop: Shop, key: number, wishes: CustomerWishes, now: number): Customer {
  const known = shop.customer(key);
  if (!known) throw new Error(`there is no customer ${key}`);
  const customer = { ...known, ...wishes, key, updatedAt: now };
  shop.overlay.customers.set(key, customer);
  return customer;
}

/** Their orders stay, without a customer. */
export function deleteCustomer(shop: Shop, key: number): void {
  if (!shop.customer(key)) throw new Error(`there is no customer ${key}`);
  shop.overlay.customers.set(key, null);
}

export interface ProductWishes {
  title?: string;
  vendor?: string;
  status?: Product['status'];
  tags?: string[];
  /** Of all its variants. */
  price?: string | number;
  inventory?: number;
}

export function createProduct(shop: Shop, wishes: ProductWishes, now: number): Product {
  const index = shop.nextProduct;
  // variants of new products get positions behind all that the source's catalogue has
  const variant = shop.source.catalog.variants.length + index;
  const product: Product = {
    index,
    title: 'New product',
    vendor: 'Sandbox',
    type: '',
    handle: `new-product-${index}`,
    description: '',
    tags: [],
    status: 'ACTIVE',
    isGiftCard: false,
    createdAt: now,
    updatedAt: now,
    variants: [
      {
        index: variant,
        product: index,
        title: 'Default Title',
        sku: `NEW-${index}`,
        price: 10 * 10 ** decimalsOf(shop.spec.currency),
        inventory: 0,
        options: [['Title', 'Default Title']],
      },
    ],
  };
  shop.overlay.products.set(index, product);
  return updateProduct(shop, index, wishes, now);
}

export function updateProduct(shop: Shop, index: number, wishes: ProductWishes, now: number): Product {
  const known = shop.product(index);
  if (!known) throw new Error(`there is no product ${index}`);
  const { price, inventory, ...fields } = wishes;
  const product: Product = { ...structuredClone(known), ...fields, index, updatedAt: now };
  for (const variant of product.variants) {
    if (price !== undefined) variant.price = parseMoney(price, shop.spec.currency);
    if (inventory !== undefined) variant.inventory = inventory;
  }
  shop.overlay.products.set(index, product);
  return product;
}

/** Orders keep what they say of it, but no longer point to it. */
export function deleteProduct(shop: Shop, index: number): void {
  if (!shop.product(index)) throw new Error(`there is no product ${index}`);
  shop.overlay.products.set(index, null);
}
