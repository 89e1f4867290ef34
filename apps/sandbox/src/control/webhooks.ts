import {
  headersOf,
  type Attempt,
  type Counts,
  type Delivery,
  type DeliveryStatus,
  type WebhookSettings,
} from '../webhooks/deliveries.ts';
import type { WebhookWishes } from '../webhooks/webhooks.ts';
import { headerTopic } from '../webhooks/topics.ts';
import type { World } from '../world.ts';

export interface DeliverySummary {
  /** X-Shopify-Webhook-Id. */
  id: string;
  eventId: string;
  shop: string;
  topic: string;
  uri: string;
  triggeredAt: string;
  status: DeliveryStatus;
  fault: string | null;
  attempts: Attempt[];
  dueAt: string | null;
}

export interface SubscriptionSummary {
  id: string;
  topic: string;
  uri: string;
  apiVersion: string;
  createdAt: string;
}

/** What a test may see and do of webhooks. */
export abstract class WebhookControl {
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  protected webhookSettings(wishes: Partial<WebhookSettings> = {}): WebhookSettings {
    return { ...Object.assign(this.#world.webhooks.deliveries.settings, wishes) };
  }

  subscriptions(shop: string): SubscriptionSummary[] {
    return this.#world.webhooks.subscriptions.of(shop).map(({ number, topic, uri, apiVersion, createdAt }) => ({
      id: String(number),
      topic: headerTopic(topic),
      uri,
      apiVersion,
      createdAt: new Date(createdAt).toISOString(),
    }));
  }

  /** As Shopify does after 8 failures: the app is not told. */
  removeSubscriptions(shop: string, id?: string): void {
    const { subscriptions } = this.#world.webhooks;
    if (id === undefined) subscriptions.removeAll(shop);
    else if (!subscriptions.remove(shop, Number(id))) throw new Error(`${shop} has no subscription ${id}`);
  }

  deliveries({
    shop,
    topic,
    status,
    limit = Infinity,
  }: { shop?: string; topic?: string; status?: DeliveryStatus; limit?: number } = {}): DeliverySummary[] {
    const found = this.#world.webhooks.deliveries
      .list()
      .filter(
        (delivery) =>
          (shop === undefined || delivery.shop === shop) &&
          (topic === undefined || delivery.topic === topic) &&
          (status === undefined || delivery.status === status),
      );
    return found.slice(Math.max(0, found.length - limit)).map(summary);
  }

  deliveryCounts(shop?: string): Counts {
    return this.#world.webhooks.deliveries.counts(shop ?? null);
  }

  delivery(id: string): DeliverySummary & { headers: Record<string, string>; body: string } {
    const delivery = this.#find(id);
    return { ...summary(delivery), headers: headersOf(delivery), body: delivery.body.toString() };
  }

  #find(id: string): Delivery {
    const delivery = this.#world.webhooks.deliveries.find(id);
    if (!delivery) throw new Error(`there is no delivery ${id} (any more)`);
    return delivery;
  }

  resend(id: string, { times = 1, newId = false }: { times?: number; newId?: boolean } = {}): DeliverySummary[] {
    const delivery = this.#find(id);
    return Array.from({ length: times }, () => summary(this.#world.webhooks.deliveries.resend(delivery, newId)));
  }

  /** Sends any body; to the subscriptions to its topic unless an address is given. */
  sendWebhook(shop: string, wishes: WebhookWishes): DeliverySummary[] {
    return this.#world.webhooks.send(shop, wishes).map(summary);
  }

  /** Waits until nothing is on its way. @throws when that takes longer than `timeoutMs` */
  async idle({ shop, timeoutMs = 30_000 }: { shop?: string; timeoutMs?: number } = {}): Promise<Counts> {
    const { deliveries } = this.#world.webhooks;
    if (await deliveries.idle(shop ?? null, timeoutMs)) return deliveries.counts(shop ?? null);
    const { pending } = deliveries.counts(shop ?? null);
    throw new Error(`${pending} webhooks are still pending after ${timeoutMs} ms`);
  }

  forgetDeliveries(): void {
    this.#world.webhooks.deliveries.forget();
  }
}

const summary = (delivery: Delivery): DeliverySummary => ({
  id: delivery.id,
  eventId: delivery.eventId,
  shop: delivery.shop,
  topic: delivery.topic,
  uri: delivery.uri,
  triggeredAt: delivery.triggeredAt,
  status: delivery.status,
  fault: delivery.fault,
  attempts: delivery.attempts,
  dueAt: delivery.dueAt === null ? null : new Date(delivery.dueAt).toISOString(),
});
