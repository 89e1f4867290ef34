import type { Fault, FaultWishes } from './faults.ts';
import type { Lifetimes } from '../oauth/tokens.ts';
import * as change from '../store/change.ts';
import type { Customer } from '../store/customers.ts';
import { expectedOf, type Expected } from '../store/expected.ts';
import { idOf, positionOf } from '../store/ids.ts';
import { fixedDecimal } from '../store/money.ts';
import type { Order } from '../store/order.ts';
import type { Product } from '../store/catalog.ts';
import type { Shop } from '../store/shop.ts';
import type { ShopSpec, ShopWishes } from '../store/spec.ts';
import { totalsOf } from '../store/totals.ts';
import type { Checkout } from '../store/checkouts.ts';
import type { SettingName } from '../store/shop.ts';
import type { WebhookSettings } from '../webhooks/deliveries.ts';
import type { TrafficReport, TrafficWishes } from '../traffic.ts';
import type { Standing, World } from '../world.ts';
import { WebhookControl } from './webhooks.ts';

export interface OrderSummary {
  id: string;
  index: number;
  name: string;
  createdAt: string;
  updatedAt: string;
  cancelled: boolean;
  test: boolean;
  customer: string | null;
  lines: { title: string; quantity: number; price: string }[];
  totalPrice: string;
  currentTotalPrice: string;
}

export interface Settings {
  autoApprove?: boolean;
  /** Milliseconds. */
  bulkDelay?: number;
  clockOffset?: number;
  lifetimes?: Partial<Lifetimes>;
  complianceUrl?: string | null;
  /** What webhooks are signed with from now on; those under way keep their signature. */
  webhookSecret?: string;
  /** What strikes at random is drawn from it. */
  faultSeed?: number;
  webhooks?: Partial<WebhookSettings>;
}

/** Everything a test may do to the sandbox; `/_control` offers the same over HTTP. */
export class Control extends WebhookControl {
  readonly #world: World;

  constructor(world: World) {
    super(world);
    this.#world = world;
  }

  settings(wishes: Settings = {}): Omit<Required<Settings>, 'faultSeed' | 'webhookSecret'> {
    const world = this.#world;
    if (wishes.complianceUrl !== undefined) world.webhooks.complianceUrl = wishes.complianceUrl;
    if (wishes.webhookSecret !== undefined) world.webhooks.secret = wishes.webhookSecret;
    if (wishes.faultSeed !== undefined) world.faults.seed(wishes.faultSeed);
    if (wishes.autoApprove !== undefined) world.autoApprove = wishes.autoApprove;
    if (wishes.bulkDelay !== undefined) world.bulk.delay = wishes.bulkDelay;
    if (wishes.clockOffset !== undefined) world.clockOffset = wishes.clockOffset;
    Object.assign(world.tokens.lifetimes, wishes.lifetimes);
    const { autoApprove, clockOffset, tokens, bulk } = world;
    return {
      autoApprove,
      clockOffset,
      bulkDelay: bulk.delay,
      lifetimes: { ...tokens.lifetimes },
      complianceUrl: world.webhooks.complianceUrl,
      webhooks: this.webhookSettings(wishes.webhooks),
    };
  }

  shops(): string[] {
    return this.#world.shops().map((shop) => shop.spec.domain);
  }

  /** Makes a shop (anew) as wished. */
  createShop(domain: string, wishes: ShopWishes = {}): ShopSpec {
    if (!this.#world.isShop(domain)) throw new Error(`"${domain}" is not a shop's domain`);
    return this.#world.create(domain, wishes).spec;
  }

  shop(domain: string): ShopSpec {
    return this.#shop(domain).spec;
  }

  /** Forgets a shop and what was changed in it; tokens stay. */
  resetShop(domain: string): void {
    this.#world.reset(domain);
  }

  #shop(domain: string): Shop {
    if (!this.#world.isShop(domain)) throw new Error(`"${domain}" is not a shop's domain`);
    return this.#world.shop(domain);
  }

  throttle(domain: string, wishes: { maximumAvailable?: number; restoreRate?: number; empty?: boolean }) {
    const bucket = this.#world.bucket(domain);
    if (wishes.maximumAvailable !== undefined) bucket.maximumAvailable = wishes.maximumAvailable;
    if (wishes.restoreRate !== undefined) bucket.restoreRate = wishes.restoreRate;
    bucket.status();
    if (wishes.empty) bucket.empty();
    return bucket.status();
  }

  withholdScopes(domain: string, scopes: string[]): void {
    this.#world.withhold(domain, scopes);
  }

  /** Figures per local day in minor units; see expected.ts. `visible` leaves out what is older than 60 days. */
  expected(
    domain: string,
    { visible = false, currency }: { visible?: boolean; currency?: string } = {},
  ): Promise<Expected> {
    const { now } = this.#world;
    return expectedOf(this.#shop(domain), {
      createdSince: visible ? now - 60 * 864e5 : undefined,
      currency,
      now,
    });
  }

  // orders are named by id (digits or gid), by name (#1001) or by position
  #orderIndex(shop: Shop, which: string | number): number {
    return position(shop, 'Order', which, () => {
      for (let index = shop.nextOrder - 1; index >= 0; index--) if (shop.order(index)?.name === which) return index;
      return null;
    });
  }

  order(domain: string, which: string | number): OrderSummary {
    const shop = this.#shop(domain);
    const order = shop.order(this.#orderIndex(shop, which));
    if (!order) throw new Error(`there is no order ${which}`);
    return summary(shop, order);
  }

  #change<T>(domain: string, act: (shop: Shop, now: number) => T): T {
    return act(this.#shop(domain), this.#world.now);
  }

  updateShop(domain: string, wishes: Partial<Record<SettingName, string>>): ShopSpec {
    return this.#change(domain, (shop, now) => {
      change.updateShop(shop, wishes, now);
      return shop.spec;
    });
  }

  createOrder(domain: string, wishes: WithCustomer<change.OrderWishes> = {}): OrderSummary {
    return this.#change(domain, (shop, now) => summary(shop, change.createOrder(shop, byKey(shop, wishes), now)));
  }

  updateOrder(domain: string, which: string | number, wishes: WithCustomer<change.OrderUpdate>): OrderSummary {
    return this.#change(domain, (shop, now) =>
      summary(shop, change.updateOrder(shop, this.#orderIndex(shop, which), byKey(shop, wishes), now)),
    );
  }

  editOrder(domain: string, which: string | number, wishes: change.EditWishes): OrderSummary {
    return this.#change(domain, (shop, now) =>
      summary(shop, change.editOrder(shop, this.#orderIndex(shop, which), wishes, now)),
    );
  }

  refundOrder(domain: string, which: string | number, wishes: change.RefundRequest = {}): OrderSummary {
    return this.#change(domain, (shop, now) =>
      summary(shop, change.refundOrder(shop, this.#orderIndex(shop, which), wishes, now)),
    );
  }

  cancelOrder(
    domain: string,
    which: string | number,
    wishes: Parameters<typeof change.cancelOrder>[2] = {},
  ): OrderSummary {
    return this.#change(domain, (shop, now) =>
      summary(shop, change.cancelOrder(shop, this.#orderIndex(shop, which), wishes, now)),
    );
  }

  deleteOrder(domain: string, which: string | number): void {
    this.#change(domain, (shop, now) => change.deleteOrder(shop, this.#orderIndex(shop, which), now));
  }

  createCustomer(domain: string, wishes: change.CustomerWishes = {}) {
    return this.#change(domain, (shop, now) => customerSummary(shop, change.createCustomer(shop, wishes, now)));
  }

  updateCustomer(domain: string, which: string | number, wishes: change.CustomerWishes) {
    return this.#change(domain, (shop, now) =>
      customerSummary(shop, change.updateCustomer(shop, position(shop, 'Customer', which), wishes, now)),
    );
  }

  deleteCustomer(domain: string, which: string | number): void {
    this.#change(domain, (shop, now) => change.deleteCustomer(shop, position(shop, 'Customer', which), now));
  }

  /** The orders of one customer become those of `into`, and it is gone. */
  mergeCustomers(domain: string, which: string | number, into: string | number) {
    return this.#change(domain, (shop, now) => {
      const [merged, kept] = [position(shop, 'Customer', which), position(shop, 'Customer', into)];
      return customerSummary(shop, change.mergeCustomers(shop, merged, kept, now));
    });
  }

  createProduct(domain: string, wishes: change.ProductWishes = {}) {
    return this.#change(domain, (shop, now) => productSummary(shop, change.createProduct(shop, wishes, now)));
  }

  updateProduct(domain: string, which: string | number, wishes: change.ProductWishes) {
    return this.#change(domain, (shop, now) =>
      productSummary(shop, change.updateProduct(shop, position(shop, 'Product', which), wishes, now)),
    );
  }

  deleteProduct(domain: string, which: string | number): void {
    this.#change(domain, (shop, now) => change.deleteProduct(shop, position(shop, 'Product', which), now));
  }

  setInventory(domain: string, which: string | number, wishes: { variant?: number; available: number }) {
    return this.#change(domain, (shop, now) =>
      productSummary(shop, change.setInventory(shop, position(shop, 'Product', which), wishes, now)),
    );
  }

  checkouts(domain: string) {
    const shop = this.#shop(domain);
    return shop.checkouts().map((checkout) => checkoutSummary(shop, checkout));
  }

  createCheckout(domain: string, wishes: WithCustomer<change.CheckoutWishes> = {}) {
    return this.#change(domain, (shop, now) =>
      checkoutSummary(shop, change.createCheckout(shop, byKey(shop, wishes), now)),
    );
  }

  updateCheckout(domain: string, which: string | number, wishes: Parameters<typeof change.updateCheckout>[2]) {
    return this.#change(domain, (shop, now) =>
      checkoutSummary(shop, change.updateCheckout(shop, position(shop, 'Checkout', which), wishes, now)),
    );
  }

  /** The order it becomes. */
  completeCheckout(domain: string, which: string | number): OrderSummary {
    return this.#change(domain, (shop, now) =>
      summary(shop, change.completeCheckout(shop, position(shop, 'Checkout', which), now)),
    );
  }

  /** The merchant removes the app. */
  uninstall(domain: string): void {
    this.#world.uninstall(this.#shop(domain).spec.domain);
  }

  changeScopes(domain: string, scopes: string[]): void {
    this.#world.changeScopes(this.#shop(domain).spec.domain, scopes);
  }

  setStanding(domain: string, standing: Standing): void {
    if (!['frozen', 'locked', 'open'].includes(standing)) throw new Error(`"${String(standing)}" is no standing`);
    this.#world.setStanding(domain, standing);
  }

  /** One of the topics that an app declares in its TOML; of a customer unless it is about the shop. */
  requestCompliance(domain: string, topic: ComplianceTopic, which?: string | number) {
    const shop = this.#shop(domain);
    const { webhooks, now } = this.#world;
    if (topic === 'shop/redact') return webhooks.comply(shop, { topic }, now).id;
    if (topic !== 'customers/redact' && topic !== 'customers/data_request')
      throw new Error(`no topic "${String(topic)}"`);
    if (which === undefined) throw new Error(`${topic} is about a customer`);
    const key = position(shop, 'Customer', which);
    // it may have been deleted since: then only its id is known
    const customer = shop.customer(key) ?? { ...shop.source.customer(key), updatedAt: now, email: null, phone: null };
    return webhooks.comply(shop, { topic, customer, orders: shop.ordersOf(key) }, now).id;
  }

  /** Changes to a shop, so many a second. */
  startTraffic(domain: string, wishes: TrafficWishes): void {
    this.#world.traffic.start(this.#shop(domain).spec.domain, wishes);
  }

  stopTraffic(domain: string): void {
    this.#world.traffic.stop(domain);
  }

  traffic(): Record<string, TrafficReport> {
    return this.#world.traffic.report();
  }

  /** The app's tokens of a shop end; nothing is sent. */
  revokeTokens(domain: string): void {
    this.#world.tokens.revoke(domain);
    this.#world.changed();
  }

  expireAccessTokens(domain: string): void {
    this.#world.tokens.expireAccess(domain);
    this.#world.changed();
  }

  killRefreshTokens(domain: string): void {
    this.#world.tokens.killRefresh(domain);
    this.#world.changed();
  }

  /** An access token without the consent page, for scripts. */
  issueToken(domain: string, scopes: string[], { expiring = false } = {}) {
    if (!this.#world.isShop(domain)) throw new Error(`"${domain}" is not a shop's domain`);
    const answer = this.#world.tokens.redeem(this.#world.tokens.issueCode(domain, scopes), domain, expiring)!;
    this.#world.installed(domain);
    return answer;
  }

  faults(): readonly Fault[] {
    return this.#world.faults.all;
  }

  setFault(wishes: FaultWishes): Fault {
    return this.#world.faults.set(wishes);
  }

  clearFaults(id?: number): void {
    this.#world.faults.clear(id);
  }
}

export type ComplianceTopic = 'customers/data_request' | 'customers/redact' | 'shop/redact';

/** Customers are named by key or by id. */
type WithCustomer<Wishes> = Omit<Wishes, 'customer'> & { customer?: number | string | null };

function byKey<Wishes extends { customer?: number | string | null }>(shop: Shop, wishes: Wishes) {
  const { customer, ...rest } = wishes;
  if (customer === undefined) return rest;
  return {
    ...rest,
    customer:
      typeof customer === 'string' && customer !== 'new' ? position(shop, 'Customer', customer) : (customer as 'new'),
  };
}

function position(
  shop: Shop,
  kind: 'Checkout' | 'Customer' | 'Order' | 'Product',
  which: string | number,
  byName: () => number | null = () => null,
): number {
  if (typeof which === 'number') return which;
  const digits = which.slice(which.lastIndexOf('/') + 1);
  const found = /^\d+$/.test(digits) ? positionOf(shop.spec, kind, digits) : null;
  const at = found?.part === 0 ? found.position : byName();
  if (at === null) throw new Error(`there is no ${kind.toLowerCase()} ${which}`);
  return at;
}

function summary(shop: Shop, order: Order): OrderSummary {
  const totals = totalsOf(order);
  return {
    id: idOf(shop.spec, 'Order', order.index),
    index: order.index,
    name: order.name,
    createdAt: new Date(order.createdAt).toISOString(),
    updatedAt: new Date(order.updatedAt).toISOString(),
    cancelled: order.cancelledAt !== null,
    test: order.test,
    customer: order.customer === null ? null : idOf(shop.spec, 'Customer', order.customer),
    lines: order.lines.map(({ title, quantity, unitPrice }) => ({
      title,
      quantity,
      price: fixedDecimal(unitPrice, order.currency),
    })),
    totalPrice: fixedDecimal(totals.placed.total, order.currency),
    currentTotalPrice: fixedDecimal(totals.current.total, order.currency),
  };
}

const customerSummary = (shop: Shop, customer: Customer) => ({
  id: idOf(shop.spec, 'Customer', customer.key),
  ...customer,
});
const productSummary = (shop: Shop, product: Product) => ({
  id: idOf(shop.spec, 'Product', product.index),
  ...product,
});
const checkoutSummary = (shop: Shop, checkout: Checkout) => ({
  ...checkout,
  id: idOf(shop.spec, 'Checkout', checkout.index),
  lines: checkout.lines.length,
});
