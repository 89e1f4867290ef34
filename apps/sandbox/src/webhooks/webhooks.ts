import { randomUUID } from 'node:crypto';
import { API_VERSION } from '../graphql/schema.ts';
import type { Faults } from '../control/faults.ts';
import type { ShopEvent } from '../store/events.ts';
import type { Shop } from '../store/shop.ts';
import { bodyOf } from './bodies/index.ts';
import { Deliveries, type Delivery } from './deliveries.ts';
import { Subscriptions, type Subscription } from './subscriptions.ts';

export interface WebhookOptions {
  secret: string;
  faults: Faults;
  now: () => number;
  /** The subscriptions have changed. */
  changed: () => void;
}

/** Who is told of what happens in the shops, and how that gets there. */
export class Webhooks {
  readonly subscriptions: Subscriptions;
  readonly deliveries: Deliveries;
  /** Where compliance topics go; they are declared for the app and not for a shop. */
  complianceUrl: string | null = null;
  /** What they are signed with from now on: the client secret, until it is rotated. */
  secret: string;
  readonly #options: WebhookOptions;

  constructor(options: WebhookOptions) {
    this.#options = options;
    this.secret = options.secret;
    this.subscriptions = new Subscriptions(options.changed);
    this.deliveries = new Deliveries({
      faults: options.faults,
      subscription: (shop, number) => this.subscriptions.find(shop, number),
      exhausted: (shop, number) => void this.subscriptions.remove(shop, number),
    });
  }

  /** Everything that one action brought about has one event id. Bodies tell the shop as it is now. */
  tell(shop: Shop, events: ShopEvent[], at: number): void {
    const eventId = randomUUID();
    for (const event of events) {
      const subscriptions = this.subscriptions.to(shop.spec.domain, event.topic);
      if (subscriptions.length === 0) continue;
      const body = Buffer.from(JSON.stringify(bodyOf(shop, event, at)));
      for (const subscription of subscriptions) {
        this.deliveries.send(this.#delivery(shop.spec.domain, event.topic, body, { subscription, eventId, at }));
      }
    }
  }

  /** A compliance topic, to the address of the app. */
  comply(shop: Shop, event: ShopEvent, at: number): Delivery {
    if (this.complianceUrl === null) throw new Error('there is no complianceUrl');
    const body = Buffer.from(JSON.stringify(bodyOf(shop, event, at)));
    const uri = this.complianceUrl;
    const delivery = this.#delivery(shop.spec.domain, event.topic, body, { uri, eventId: randomUUID(), at });
    this.deliveries.send(delivery);
    return delivery;
  }

  /** Any body, to an address or to the subscriptions to its topic. */
  send(shop: string, { topic, body, uri, headers, secret }: WebhookWishes): Delivery[] {
    const bytes = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
    const targets: Target[] =
      uri === undefined ? this.subscriptions.to(shop, topic).map((subscription) => ({ subscription })) : [{ uri }];
    const at = this.#options.now();
    const eventId = randomUUID();
    return targets.map((target) => {
      const delivery = this.#delivery(shop, topic, bytes, { ...target, eventId, at });
      delivery.headers = headers ?? {};
      delivery.secret = secret ?? delivery.secret;
      this.deliveries.send(delivery);
      return delivery;
    });
  }

  #delivery(
    shop: string,
    topic: string,
    body: Buffer,
    { subscription, uri, eventId, at }: Target & { eventId: string; at: number },
  ): Delivery {
    return {
      id: randomUUID(),
      eventId,
      shop,
      topic,
      uri: subscription?.uri ?? uri!,
      apiVersion: subscription?.apiVersion ?? API_VERSION,
      // Shopify tells nanoseconds
      triggeredAt: new Date(at).toISOString().replace('Z', '041743Z'),
      subscription: subscription?.number ?? null,
      body,
      headers: {},
      secret: this.secret,
      status: 'pending',
      fault: null,
      retried: true,
      attempts: [],
      dueAt: null,
    };
  }

  close(): void {
    this.deliveries.close();
  }
}

type Target = { subscription: Subscription; uri?: undefined } | { subscription?: undefined; uri: string };

export interface WebhookWishes {
  topic: string;
  /** Text is sent as it is. */
  body: unknown;
  uri?: string;
  headers?: Record<string, string>;
  secret?: string;
}
