import { resolve } from 'node:path';
import { BulkOperations } from './bulk/operations.ts';
import { Faults } from './control/faults.ts';
import { Bucket } from './graphql/throttle.ts';
import { Tokens } from './oauth/tokens.ts';
import { SHOP_DOMAIN, specOf, type ShopSpec, type ShopWishes } from './store/spec.ts';
import { emptyOverlay, Shop, type Overlay, type ShopListener } from './store/shop.ts';
import { RealOrders } from './store/real-orders.ts';
import { NO_JOURNAL, type Journal } from './state.ts';
import { Traffic } from './traffic.ts';
import { Webhooks } from './webhooks/webhooks.ts';

export interface WorldOptions {
  clientId?: string;
  clientSecret?: string;
  /** Orders of a shop that nobody described (default 5,000). */
  size?: number;
  /** Mixed into every shop's seed. */
  dataSeed?: number;
  /** Least time (ms) a bulk operation takes (default 1,000). */
  bulkDelay?: number;
  /** The bucket of query cost: size and points a second. */
  maximumAvailable?: number;
  restoreRate?: number;
  /** Serve the orders of a file as this shop. */
  orders?: string;
  shop?: string;
  /** Time zone of that shop (default Europe/London). */
  timezone?: string;
  /** Where compliance webhooks go; none are sent without it. */
  complianceUrl?: string;
  /** Changes a second in every shop that has the app installed … */
  traffic?: number;
  /** … and a name that begins so. */
  trafficShops?: string;
}

/** A frozen shop has not paid, a locked one is being looked into. */
export type Standing = 'frozen' | 'locked' | 'open';

/** All that the sandbox holds: shops by domain, tokens, faults, bulk operations. */
export class World {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly tokens = new Tokens();
  readonly faults = new Faults();
  readonly bulk: BulkOperations;
  readonly webhooks: Webhooks;
  readonly traffic: Traffic;
  /** Install without asking. */
  autoApprove = false;
  /** Added to the clock (ms). */
  clockOffset = 0;
  /** Told of every change of what should survive a restart. */
  journal: Journal = NO_JOURNAL;
  readonly #options: WorldOptions;
  readonly #shops = new Map<string, Shop>();
  readonly #buckets = new Map<string, Bucket>();
  readonly #withheld = new Map<string, string[]>();
  readonly #standings = new Map<string, Standing>();
  readonly #listener: ShopListener;

  constructor(options: WorldOptions) {
    this.#options = options;
    this.clientId = options.clientId ?? 'xeno-sandbox-key';
    this.clientSecret = options.clientSecret ?? 'xeno-sandbox-secret';
    this.webhooks = new Webhooks({
      secret: this.clientSecret,
      faults: this.faults,
      now: () => this.now,
      changed: () => this.changed(),
    });
    this.traffic = new Traffic(
      (domain) => this.shop(domain),
      () => this.now,
    );
    this.webhooks.complianceUrl = options.complianceUrl ?? null;
    this.bulk = new BulkOperations(this.faults, options.bulkDelay ?? 1000, (operation) =>
      this.shop(operation.shop).tell(this.now, { topic: 'bulk_operations/finish', operation: { ...operation } }),
    );
    this.#listener = {
      stored: (shop, part, key, value) => this.journal.stored(shop.origin.domain, part, key, value),
      happened: (shop, events, at) => {
        this.journal.flush();
        this.webhooks.tell(shop, events, at);
      },
    };
  }

  /** The shop of the file that was given, unless it is known already. */
  openFile(): void {
    const { orders: file, shop: domain, timezone } = this.#options;
    if (!file) return;
    if (!domain || !this.isShop(domain)) throw new Error('--orders needs --shop NAME.myshopify.com');
    const path = resolve(file);
    if (this.#shops.get(domain)?.spec.file !== path) this.create(domain, { file: path, timezone });
  }

  get now(): number {
    return Date.now() + this.clockOffset;
  }

  isShop(domain: string): boolean {
    return SHOP_DOMAIN.test(domain);
  }

  /** The shop of any domain: one that nobody described is believable, and always the same. */
  shop(domain: string): Shop {
    return this.#shops.get(domain) ?? this.create(domain, {});
  }

  shops(): Shop[] {
    return [...this.#shops.values()];
  }

  /** Makes a shop anew. */
  create(domain: string, wishes: ShopWishes): Shop {
    const defaults = { orders: this.#options.size ?? 5000, seed: this.#options.dataSeed };
    let spec = specOf(domain, wishes, defaults, this.now);
    let source;
    if (spec.file !== null) {
      const real = new RealOrders(spec);
      const first = real.count === 0 ? spec.start : real.createdAt(0);
      const timezone = wishes.timezone ?? 'Europe/London';
      spec = {
        ...spec,
        currency: real.currency,
        timezone,
        country: 'GB',
        taxesIncluded: false,
        presentment: [],
        orders: real.count,
        start: first,
      };
      source = real;
    }
    this.journal.created(spec);
    return this.restoreShop(spec, emptyOverlay(), source);
  }

  restoreShop(spec: ShopSpec, overlay: Overlay, source?: Shop['source']): Shop {
    const shop = new Shop(spec, overlay, source);
    shop.listener = this.#listener;
    this.#shops.set(spec.domain, shop);
    return shop;
  }

  reset(domain: string): void {
    this.traffic.stop(domain);
    this.#shops.delete(domain);
    this.#buckets.delete(domain);
    this.#withheld.delete(domain);
    this.journal.gone(domain);
  }

  /** Tokens or subscriptions have changed. */
  changed(): void {
    this.journal.changed();
  }

  bucket(domain: string): Bucket {
    let bucket = this.#buckets.get(domain);
    if (!bucket) {
      bucket = new Bucket(this.#options.maximumAvailable ?? 2000, this.#options.restoreRate ?? 1000);
      this.#buckets.set(domain, bucket);
    }
    return bucket;
  }

  /** Scopes that Shopify does not grant to this shop's app, whatever it asks for. */
  withhold(domain: string, scopes: string[]): void {
    this.#withheld.set(domain, scopes);
  }

  granted(domain: string, asked: string[]): string[] {
    const withheld = this.#withheld.get(domain) ?? [];
    return asked.filter((scope) => !withheld.includes(scope));
  }

  /** The app has been given a token. */
  installed(domain: string): void {
    const { traffic: rate = 0, trafficShops: prefix = '' } = this.#options;
    if (rate > 0 && domain.startsWith(prefix) && !this.traffic.has(domain)) {
      this.traffic.start(domain, { rate, seed: this.shop(domain).nextOrder });
    }
    this.changed();
  }

  standing(domain: string): Standing {
    return this.#standings.get(domain) ?? 'open';
  }

  setStanding(domain: string, standing: Standing): void {
    this.#standings.set(domain, standing);
  }

  /** The merchant removes the app: its tokens and subscriptions end, and it is told of that as the last thing. */
  uninstall(domain: string): void {
    this.shop(domain).tell(this.now, { topic: 'app/uninstalled' });
    this.tokens.revoke(domain);
    this.webhooks.subscriptions.removeAll(domain);
    this.traffic.stop(domain);
    this.changed();
  }

  changeScopes(domain: string, current: string[]): void {
    const previous = this.tokens.scopesOf(domain);
    this.tokens.setScopes(domain, current);
    this.shop(domain).tell(this.now, { topic: 'app/scopes_update', previous, current, at: this.now });
    this.changed();
  }

  async close(): Promise<void> {
    this.traffic.close();
    this.webhooks.close();
    await this.bulk.close();
  }
}
