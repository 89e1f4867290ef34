import { sum, takeUnits, unitsLeft } from './amounts.ts';
import type { Product, Variant } from './catalog.ts';
import type { Checkout } from './checkouts.ts';
import { generateCustomer, type Customer } from './customers.ts';
import type { ShopEvent } from './events.ts';
import { applyDiscount, lineOf, taxesOn, taxRates } from './generate.ts';
import { decimalsOf, parseMoney } from './money.ts';
import type { Adjustment, Discount, Line, Order, RefundEvent } from './order.ts';
import { hash, Random } from './random.ts';
import { refundOf, refundOfAll } from './refund.ts';
import type { SettingName, Shop } from './shop.ts';

/**
 * The one place where a shop's data changes, and where it is told what happened. Amounts are decimals in the shop's
 * currency, times ISO 8601.
 */

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
  /** What is bought, in place of lines. */
  checkout?: Checkout;
}

const time = (text: string | undefined, otherwise: number): number => {
  if (text === undefined) return otherwise;
  const at = Date.parse(text);
  if (Number.isNaN(at)) throw new Error(`"${text}" is not a time`);
  return at;
};

/** Any that is for sale. */
function someProduct(shop: Shop, random: Random): Product | undefined {
  const first = random.int(shop.nextProduct);
  for (let i = 0; i < shop.nextProduct; i++) {
    const product = shop.product((first + i) % shop.nextProduct);
    if (product?.status === 'ACTIVE' && product.variants.length > 0 && !product.isGiftCard) return product;
  }
  return undefined;
}

function newLine(shop: Shop, wishes: LineWishes, random: Random, currency = shop.spec.currency): Line {
  const money = (amount: string | number) => parseMoney(amount, currency);
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
  const product = wishes.product === undefined ? someProduct(shop, random) : shop.product(wishes.product);
  if (!product) throw new Error(`there is no product ${wishes.product ?? 'that can be sold'}`);
  const variant = wishes.variant === undefined ? product.variants[0]! : product.variants[wishes.variant];
  if (!variant) throw new Error(`product ${wishes.product} has no variant ${wishes.variant}`);
  const line = lineOf(product, variant, quantity);
  if (wishes.price !== undefined) line.unitPrice = money(wishes.price);
  if (wishes.title !== undefined) line.title = wishes.title;
  return line;
}

function newLines(shop: Shop, wishes: { lines?: LineWishes[]; lineCount?: number }, random: Random): Line[] {
  const wanted = wishes.lines ?? Array.from({ length: wishes.lineCount ?? random.between(1, 4) }, () => ({}));
  return wanted.map((line) => newLine(shop, line, random));
}

/** One who was there from the start, and still is if luck will have it. */
function someCustomer(shop: Shop, random: Random): number | null {
  const known = shop.source.customerKeys();
  return known.length === 0 ? null : known[random.int(known.length)]!;
}

export function createOrder(shop: Shop, wishes: OrderWishes, now: number): Order {
  const { spec } = shop;
  const index = shop.nextOrder;
  const random = new Random(hash(spec.seed, index, 71));
  let key = wishes.customer;
  if (key === 'new') key = createCustomer(shop, {}, now).key;
  if (key === undefined) key = someCustomer(shop, random);
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
    email: customer?.email ?? wishes.checkout?.email ?? null,
    phone: customer?.phone ?? null,
    address: customer?.address ?? null,
    checkout: wishes.checkout?.index ?? null,
    source: 'web',
    tags: wishes.tags ?? [],
    note: wishes.note ?? null,
    discounts: [],
    lines: wishes.checkout ? structuredClone(wishes.checkout.lines) : newLines(shop, wishes, random),
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
  save(shop, order, now);
  const stock = moveStock(
    shop,
    order.lines.map((line) => [line, -line.quantity]),
    now,
  );
  shop.tell(now, { topic: 'orders/create', order }, ...touchCustomer(shop, order.customer, now), ...stock);
  return order;
}

/** A customer's order changes what is told of the customer. */
function touchCustomer(shop: Shop, key: number | null, now: number): ShopEvent[] {
  const known = key === null ? null : shop.customer(key);
  if (!known) return [];
  const customer = { ...known, updatedAt: Math.max(now, known.updatedAt) };
  shop.putCustomer(customer.key, customer);
  return [{ topic: 'customers/update', customer }];
}

/** Units of lines that come to the stock of their variants, or go from it. */
function moveStock(shop: Shop, moves: [Line, number][], now: number): ShopEvent[] {
  const products = new Map<number, Product>();
  const variants = new Map<number, Variant>();
  for (const [line, by] of moves) {
    if (line.product === null) continue;
    const known = products.get(line.product) ?? shop.product(line.product);
    const product = products.get(line.product) ?? (known && structuredClone(known));
    const variant = product?.variants.find(({ index }) => index === line.variant);
    if (!product || !variant) continue;
    variant.inventory += by;
    product.updatedAt = Math.max(now, product.updatedAt);
    products.set(product.index, product);
    variants.set(variant.index, variant);
  }
  for (const product of products.values()) shop.putProduct(product.index, product);
  return [
    ...[...products.values()].map((product): ShopEvent => ({ topic: 'products/update', product })),
    ...[...variants.values()].map((variant): ShopEvent => ({ topic: 'inventory_levels/update', variant, at: now })),
  ];
}

function tax(shop: Shop, order: Order, lines: Line[], rates = taxRates(shop.spec, order.address)): void {
  for (const line of lines)
    if (line.kind === 'product') line.taxes = taxesOn(order, line, line.unitPrice * line.quantity, rates);
}

function save(shop: Shop, order: Order, now: number): Order {
  order.updatedAt = Math.max(now, order.updatedAt);
  shop.putOrder(order.index, order);
  return order;
}

/** A copy that may be changed and saved. */
function draft(shop: Shop, index: number): Order {
  const order = shop.order(index);
  if (!order) throw new Error(`there is no order ${index}`);
  return structuredClone(order);
}

export type OrderUpdate = Partial<
  Pick<Order, 'customer' | 'email' | 'note' | 'paid' | 'processedAt' | 'tags' | 'test'>
> & {
  /** Sent to the buyer, or not yet. */
  fulfilled?: boolean;
};

export function updateOrder(shop: Shop, index: number, { fulfilled, ...wishes }: OrderUpdate, now: number): Order {
  const order = Object.assign(draft(shop, index), wishes);
  if (fulfilled !== undefined) order.fulfilledAt = fulfilled ? now : null;
  save(shop, order, now);
  shop.tell(now, { topic: 'orders/updated', order });
  return order;
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
    const created = { ...newLine(shop, line, random, order.currency), addedBy: order.events.length };
    tax(shop, order, [created]);
    return order.lines.push(created) - 1;
  });
  const edit = order.events.push({ kind: 'edit', at: time(wishes.at, now), added, removed }) - 1;
  save(shop, order, now);
  const stock = moveStock(
    shop,
    [
      ...added.map((line): [Line, number] => [order.lines[line]!, -order.lines[line]!.quantity]),
      ...removed.map(({ line, quantity }): [Line, number] => [order.lines[line]!, quantity]),
    ],
    now,
  );
  shop.tell(now, { topic: 'orders/edited', order, edit }, { topic: 'orders/updated', order }, ...stock);
  return order;
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
      : [{ amount: parseMoney(wishes.adjustment, order.currency), reason: 'REFUND_DISCREPANCY' }];
  const refund = refundOf(order, {
    at: time(wishes.at, now),
    cause: wishes.cause ?? 'refund',
    lines: chosen,
    shipping: wishes.shipping ?? all,
    adjustments,
    note: wishes.note,
  });
  const position = order.events.push(refund) - 1;
  save(shop, order, now);
  const refunded: ShopEvent = { topic: 'refunds/create', order, refund: position };
  shop.tell(now, refunded, { topic: 'orders/updated', order }, ...restock(shop, order, refund, now));
  return order;
}

function restock(shop: Shop, order: Order, refund: RefundEvent, now: number): ShopEvent[] {
  const back = refund.lines.filter(({ restock: how }) => how !== 'NO_RESTOCK');
  return moveStock(
    shop,
    back.map(({ line, quantity }) => [order.lines[line]!, quantity]),
    now,
  );
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
  const events: ShopEvent[] = [
    { topic: 'orders/cancelled', order },
    { topic: 'orders/updated', order },
  ];
  if (refund.lines.length + refund.shipping.length + sum(refund.fees.map((fee) => fee.amount)) > 0) {
    events.push({ topic: 'refunds/create', order, refund: order.events.push(refund) - 1 });
  }
  save(shop, order, now);
  shop.tell(now, ...events, ...restock(shop, order, refund, now));
  return order;
}

export function deleteOrder(shop: Shop, index: number, now: number): void {
  draft(shop, index);
  shop.putOrder(index, null);
  shop.tell(now, { topic: 'orders/delete', deleted: index });
}

export type CustomerWishes = Partial<Omit<Customer, 'createdAt' | 'key' | 'updatedAt'>>;

export function createCustomer(shop: Shop, wishes: CustomerWishes, now: number): Customer {
  const key = shop.nextCustomer;
  const customer: Customer = { ...generateCustomer(shop.origin, key), ...wishes, key, createdAt: now, updatedAt: now };
  shop.putCustomer(key, customer);
  shop.tell(now, { topic: 'customers/create', customer });
  return customer;
}

function knownCustomer(shop: Shop, key: number): Customer {
  const known = shop.customer(key);
  if (!known) throw new Error(`there is no customer ${key}`);
  return known;
}

export function updateCustomer(shop: Shop, key: number, wishes: CustomerWishes, now: number): Customer {
  const known = knownCustomer(shop, key);
  const customer = { ...known, ...wishes, key, updatedAt: Math.max(now, known.updatedAt) };
  shop.putCustomer(key, customer);
  shop.tell(now, { topic: 'customers/update', customer });
  return customer;
}

/** Their orders stay, without a customer. */
export function deleteCustomer(shop: Shop, key: number, now: number): void {
  knownCustomer(shop, key);
  shop.putCustomer(key, null);
  shop.tell(now, { topic: 'customers/delete', deleted: key });
}

/** The orders of one customer become another's, though they do not count as updated; the one is gone. */
export function mergeCustomers(shop: Shop, key: number, into: number, now: number): Customer {
  const merged = knownCustomer(shop, key);
  const kept = knownCustomer(shop, into);
  if (key === into) throw new Error('a customer cannot be merged into itself');
  for (const index of shop.ordersOf(key)) shop.putOrder(index, { ...shop.order(index)!, customer: into });
  for (const checkout of shop.checkouts()) {
    if (checkout.customer === key) shop.putCheckout({ ...checkout, customer: into });
  }
  shop.putCustomer(key, null);
  const customer: Customer = {
    ...kept,
    email: kept.email ?? merged.email,
    phone: kept.phone ?? merged.phone,
    tags: [...new Set([...kept.tags, ...merged.tags])],
    updatedAt: Math.max(now, kept.updatedAt),
  };
  shop.putCustomer(into, customer);
  shop.tell(now, { topic: 'customers/merge', kept: into, merged: key }, { topic: 'customers/update', customer });
  return customer;
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
  const blank: Product = {
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
  const product = withWishes(shop, blank, wishes);
  shop.putProduct(index, product);
  shop.tell(now, { topic: 'products/create', product });
  return product;
}

function withWishes(shop: Shop, known: Product, { price, inventory, ...fields }: ProductWishes): Product {
  const product: Product = { ...structuredClone(known), ...fields, index: known.index };
  for (const variant of product.variants) {
    if (price !== undefined) variant.price = parseMoney(price, shop.spec.currency);
    if (inventory !== undefined) variant.inventory = inventory;
  }
  return product;
}

export function updateProduct(shop: Shop, index: number, wishes: ProductWishes, now: number): Product {
  const known = knownProduct(shop, index);
  const product = { ...withWishes(shop, known, wishes), updatedAt: Math.max(now, known.updatedAt) };
  shop.putProduct(index, product);
  shop.tell(now, { topic: 'products/update', product });
  return product;
}

function knownProduct(shop: Shop, index: number): Product {
  const known = shop.product(index);
  if (!known) throw new Error(`there is no product ${index}`);
  return known;
}

/** Orders keep what they say of it, but no longer point to it. */
export function deleteProduct(shop: Shop, index: number, now: number): void {
  knownProduct(shop, index);
  shop.putProduct(index, null);
  shop.tell(now, { topic: 'products/delete', deleted: index });
}

export function setInventory(
  shop: Shop,
  index: number,
  { variant: position = 0, available }: { variant?: number; available: number },
  now: number,
): Product {
  const known = knownProduct(shop, index);
  const product = { ...structuredClone(known), updatedAt: Math.max(now, known.updatedAt) };
  const variant = product.variants[position];
  if (!variant) throw new Error(`product ${index} has no variant ${position}`);
  if (!Number.isSafeInteger(available)) throw new Error('available must be a whole number');
  variant.inventory = available;
  shop.putProduct(index, product);
  shop.tell(now, { topic: 'inventory_levels/update', variant, at: now }, { topic: 'products/update', product });
  return product;
}

export interface CheckoutWishes {
  lines?: LineWishes[];
  lineCount?: number;
  /** Customer key, or null for somebody unknown, who has left an e-mail address or has not. */
  customer?: number | null;
  email?: string | null;
  createdAt?: string;
}

export function createCheckout(shop: Shop, wishes: CheckoutWishes, now: number): Checkout {
  const index = shop.nextCheckout;
  const random = new Random(hash(shop.origin.seed, index, 81));
  const somebody = wishes.customer === undefined && wishes.email !== null;
  const key = somebody ? someCustomer(shop, random) : (wishes.customer ?? null);
  const customer = key === null ? null : shop.customer(key);
  const createdAt = time(wishes.createdAt, now);
  const checkout: Checkout = {
    index,
    token: hash(shop.origin.seed, index, 82).toString(16).padStart(8, '0').repeat(4),
    createdAt,
    updatedAt: Math.max(createdAt, now),
    completedAt: null,
    currency: shop.spec.currency,
    taxesIncluded: shop.spec.taxesIncluded,
    customer: customer ? customer.key : null,
    email: wishes.email === undefined ? (customer?.email ?? null) : wishes.email,
    phone: customer?.phone ?? null,
    lines: newLines(shop, wishes, random),
    order: null,
  };
  shop.putCheckout(checkout);
  shop.tell(now, { topic: 'checkouts/create', checkout });
  return checkout;
}

function openCheckout(shop: Shop, index: number): Checkout {
  const known = shop.overlay.checkouts.get(index);
  if (!known) throw new Error(`there is no checkout ${index}`);
  if (known.completedAt !== null) throw new Error(`checkout ${index} is completed already`);
  return known;
}

export function updateCheckout(
  shop: Shop,
  index: number,
  { lines, email }: { lines?: LineWishes[]; email?: string | null },
  now: number,
): Checkout {
  const known = openCheckout(shop, index);
  const random = new Random(hash(shop.origin.seed, index, 83));
  const checkout: Checkout = {
    ...known,
    email: email === undefined ? known.email : email,
    lines: lines ? newLines(shop, { lines }, random) : known.lines,
    updatedAt: Math.max(now, known.updatedAt),
  };
  shop.putCheckout(checkout);
  shop.tell(now, { topic: 'checkouts/update', checkout });
  return checkout;
}

/** The order it becomes. */
export function completeCheckout(shop: Shop, index: number, now: number): Order {
  const known = openCheckout(shop, index);
  const customer = known.customer !== null && shop.hasCustomer(known.customer) ? known.customer : null;
  const order = createOrder(shop, { customer, checkout: known }, now);
  const updatedAt = Math.max(now, known.updatedAt);
  const checkout: Checkout = { ...known, completedAt: now, updatedAt, order: order.index };
  shop.putCheckout(checkout);
  shop.tell(now, { topic: 'checkouts/update', checkout });
  return order;
}

/** What there is stays as it is: an order keeps its currency. */
export function updateShop(shop: Shop, wishes: Partial<Record<SettingName, string>>, now: number): void {
  for (const [name, value] of Object.entries(wishes)) {
    if (!(SETTINGS as readonly string[]).includes(name)) throw new Error(`a shop has no setting "${name}"`);
    if (name === 'timezone') new Intl.DateTimeFormat('en', { timeZone: value });
    if (name === 'currency' && !/^[A-Z]{3,4}$/.test(value)) throw new Error(`"${value}" is not a currency`);
    shop.putSetting(name as SettingName, value);
  }
  shop.tell(now, { topic: 'shop/update' });
}

const SETTINGS: readonly SettingName[] = ['currency', 'name', 'timezone'];
