import { randomUUID } from 'node:crypto';
import type { Faults } from '../control/faults.ts';
import { Poster, type Patience } from './post.ts';
import { signBody } from './sign.ts';
import type { Subscription } from './subscriptions.ts';

export type DeliveryStatus = 'delivered' | 'dropped' | 'failed' | 'pending';

export interface Attempt {
  at: string;
  ms: number;
  /** HTTP status, or why there is none. */
  status: number | null;
  error: string | null;
}

/** One event on its way to one address. */
export interface Delivery {
  /** X-Shopify-Webhook-Id: the same in all attempts. */
  id: string;
  eventId: string;
  shop: string;
  topic: string;
  uri: string;
  apiVersion: string;
  triggeredAt: string;
  /** The subscription's, or null where there is none: compliance topics, and what a test sends. */
  subscription: number | null;
  body: Buffer;
  /** Other headers than Shopify's usual ones, or instead of them. */
  headers: Record<string, string>;
  /** What it is signed with. */
  secret: string;
  status: DeliveryStatus;
  /** The fault that made it differ from what Shopify means to do. */
  fault: string | null;
  /** Forged ones are sent once. */
  retried: boolean;
  attempts: Attempt[];
  /** When it is sent next (ms), or null. */
  dueAt: number | null;
}

export interface WebhookSettings extends Patience {
  /** Over how long (ms) the 8 retries are spread. */
  retrySpan: number;
  /** Requests at once. */
  concurrency: number;
  /** Finished deliveries that are remembered. */
  kept: number;
}

export type Counts = Record<DeliveryStatus, number>;

/** Shopify: 8 retries over 4 hours, ever farther apart. */
const RETRIES = [30, 60, 180, 480, 1020, 2040, 3960, 6630].map((seconds) => seconds / 14_400);

const noCounts = (): Counts => ({ pending: 0, delivered: 0, failed: 0, dropped: 0 });

export interface DeliveryOptions {
  faults: Faults;
  subscription: (shop: string, number: number) => Subscription | null;
  /** All retries failed, and nothing else got through meanwhile. */
  exhausted: (shop: string, subscription: number) => void;
}

/** Sends webhooks, many at once and without keeping anybody waiting; what fails is sent again, as Shopify does. */
export class Deliveries {
  readonly settings: WebhookSettings = {
    connectWithin: 1000,
    answerWithin: 5000,
    retrySpan: 14_400_000,
    concurrency: 100,
    kept: 2000,
  };
  readonly #options: DeliveryOptions;
  readonly #poster = new Poster();
  readonly #ready: Delivery[] = [];
  #head = 0;
  #sending = 0;
  readonly #timers = new Map<Delivery, NodeJS.Timeout>();
  /** Held back until so many later ones of the shop were answered. */
  readonly #held = new Map<Delivery, number>();
  readonly #pending = new Set<Delivery>();
  #finished: Delivery[] = [];
  #counts = new Map<string, Counts>();
  #waiting: { shop: string | null; tell: () => void }[] = [];
  #closed = false;

  constructor(options: DeliveryOptions) {
    this.#options = options;
  }

  /** Takes an event to an address, if no fault prevents it. */
  send(delivery: Delivery): void {
    const { faults } = this.#options;
    const struck = (kind: Parameters<Faults['take']>[0]) => faults.take(kind, delivery.shop, undefined, delivery.topic);

    if (struck('webhook_drop')) {
      delivery.fault = 'webhook_drop';
      this.#finish(delivery, 'dropped');
      return;
    }
    const stale = struck('webhook_stale');
    if (stale) this.#post(this.#copy(delivery, 'webhook_stale', { id: randomUUID() }), stale.delayMs ?? 2000);
    const twice = struck('webhook_duplicate');
    const copies = twice ? (twice.copies ?? 1) : 0;
    for (let i = 1; i <= copies; i++) {
      this.#post(this.#copy(delivery, 'webhook_duplicate'), ((twice!.delayMs ?? 0) * i) / copies);
    }
    if (struck('webhook_bad_signature')) {
      const forged = { id: randomUUID(), secret: `not ${delivery.secret}`, retried: false };
      this.#post(this.#copy(delivery, 'webhook_bad_signature', forged), 0);
    }
    const wrongShop = struck('webhook_wrong_shop');
    if (wrongShop) {
      const headers = { 'X-Shopify-Shop-Domain': wrongShop.domain ?? 'other-shop.myshopify.com' };
      const forged = { id: randomUUID(), headers, retried: false };
      this.#post(this.#copy(delivery, 'webhook_wrong_shop', forged), 0);
    }
    const late = struck('webhook_delay');
    const overtaken = struck('webhook_reorder');
    if (late || overtaken) delivery.fault = late ? 'webhook_delay' : 'webhook_reorder';
    this.#post(delivery, late ? (late.delayMs ?? 5000) : overtaken ? (overtaken.delayMs ?? 3000) : 0);
    if (overtaken && !late) this.#held.set(delivery, overtaken.behind ?? 1);
  }

  #copy(delivery: Delivery, fault: string, changes: Partial<Delivery> = {}): Delivery {
    return { ...delivery, ...changes, attempts: [], fault };
  }

  /** Sends as it is, now or later. */
  #post(delivery: Delivery, delay: number): void {
    if (this.#closed) return;
    this.#pending.add(delivery);
    this.#count(delivery.shop).pending++;
    this.#later(delivery, delay);
  }

  /** The same payload again. */
  resend(delivery: Delivery, newId: boolean): Delivery {
    const again = this.#copy(delivery, 'resent', newId ? { id: randomUUID() } : {});
    this.#post(again, 0);
    return again;
  }

  #later(delivery: Delivery, delay: number): void {
    delivery.status = 'pending';
    delivery.dueAt = Date.now() + delay;
    if (delay <= 0) {
      this.#ready.push(delivery);
      this.#pump();
    } else
      this.#timers.set(
        delivery,
        setTimeout(() => this.#release(delivery), delay),
      );
  }

  #release(delivery: Delivery): void {
    clearTimeout(this.#timers.get(delivery));
    this.#timers.delete(delivery);
    this.#held.delete(delivery);
    this.#ready.push(delivery);
    this.#pump();
  }

  #pump(): void {
    while (this.#sending < this.settings.concurrency && this.#head < this.#ready.length) {
      const delivery = this.#ready[this.#head++]!;
      this.#sending++;
      void this.#attempt(delivery).finally(() => {
        this.#sending--;
        this.#pump();
      });
    }
    if (this.#head > 1000 || this.#head === this.#ready.length) {
      this.#ready.splice(0, this.#head);
      this.#head = 0;
    }
  }

  async #attempt(delivery: Delivery): Promise<void> {
    if (!this.#pending.has(delivery)) return;
    const began = Date.now();
    const attempt: Attempt = { at: new Date(began).toISOString(), ms: 0, status: null, error: null };
    delivery.dueAt = null;
    try {
      attempt.status = await this.#poster.post(delivery.uri, headersOf(delivery), delivery.body, this.settings);
    } catch (error) {
      attempt.error = (error as Error).message;
    }
    attempt.ms = Date.now() - began;
    if (this.#closed || !this.#pending.has(delivery)) return;
    delivery.attempts.push(attempt);
    const subscription =
      delivery.subscription === null ? null : this.#options.subscription(delivery.shop, delivery.subscription);
    // 3xx is a failure, too
    if (attempt.status !== null && attempt.status >= 200 && attempt.status < 300) {
      if (subscription) subscription.lastSuccess = began;
      this.#finish(delivery, 'delivered');
    } else this.#again(delivery, subscription);
    this.#overtake(delivery.shop);
  }

  #again(delivery: Delivery, subscription: Subscription | null): void {
    const share = delivery.retried ? RETRIES[delivery.attempts.length - 1] : undefined;
    const gone = delivery.subscription !== null && !subscription && delivery.topic !== 'app/uninstalled';
    if (share !== undefined && !gone) {
      this.#later(delivery, Math.max(1, share * this.settings.retrySpan));
      return;
    }
    this.#finish(delivery, 'failed');
    const first = Date.parse(delivery.attempts[0]!.at);
    if (delivery.retried && subscription && subscription.lastSuccess < first) {
      this.#options.exhausted(delivery.shop, subscription.number);
    }
  }

  /** One of the shop's was answered: those held back behind it come nearer. */
  #overtake(shop: string): void {
    for (const [delivery, behind] of this.#held) {
      if (delivery.shop !== shop) continue;
      if (behind <= 1) this.#release(delivery);
      else this.#held.set(delivery, behind - 1);
    }
  }

  #finish(delivery: Delivery, status: DeliveryStatus): void {
    const counts = this.#count(delivery.shop);
    if (this.#pending.delete(delivery)) counts.pending--;
    counts[status]++;
    delivery.status = status;
    delivery.dueAt = null;
    this.#finished.push(delivery);
    if (this.#finished.length > 2 * this.settings.kept) this.#finished = this.#finished.slice(-this.settings.kept);
    this.#tellIdle();
  }

  #tellIdle(): void {
    const idle = ({ shop }: { shop: string | null }) => this.counts(shop).pending === 0;
    const done = this.#waiting.filter(idle);
    if (done.length === 0) return;
    this.#waiting = this.#waiting.filter((waiting) => !idle(waiting));
    for (const { tell } of done) tell();
  }

  #count(shop: string): Counts {
    let counts = this.#counts.get(shop);
    if (!counts) this.#counts.set(shop, (counts = noCounts()));
    return counts;
  }

  /** Since the start; of one shop or of all. */
  counts(shop: string | null): Counts {
    if (shop !== null) return { ...this.#count(shop) };
    const all = noCounts();
    for (const counts of this.#counts.values()) {
      for (const key of Object.keys(all) as DeliveryStatus[]) all[key] += counts[key];
    }
    return all;
  }

  /** The finished ones that are still remembered, and all that are pending. */
  list(): Delivery[] {
    return [...this.#finished.slice(-this.settings.kept), ...this.#pending];
  }

  find(id: string): Delivery | null {
    return this.list().find((delivery) => delivery.id === id) ?? null;
  }

  /** When nothing is pending, neither held back nor waiting for its retry; false if it takes longer. */
  async idle(shop: string | null, timeoutMs: number): Promise<boolean> {
    // a round, for what is only now being stored
    await new Promise(setImmediate);
    if (this.counts(shop).pending === 0) return true;
    return new Promise((resolve) => {
      const waiting = {
        shop,
        tell: () => {
          clearTimeout(timer);
          resolve(true);
        },
      };
      const timer = setTimeout(() => {
        this.#waiting = this.#waiting.filter((other) => other !== waiting);
        resolve(false);
      }, timeoutMs);
      this.#waiting.push(waiting);
    });
  }

  /** Forgets all, pending ones too. */
  forget(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
    this.#held.clear();
    this.#ready.length = 0;
    this.#head = 0;
    this.#pending.clear();
    this.#finished = [];
    this.#counts = new Map();
    this.#tellIdle();
  }

  close(): void {
    this.#closed = true;
    this.forget();
    this.#poster.close();
  }
}

/** The headers as they are sent. */
export function headersOf(delivery: Delivery): Record<string, string> {
  return {
    'Content-Type': 'application/json',
    'Content-Length': String(delivery.body.length),
    'User-Agent': 'Shopify-Captain-Hook',
    Accept: '*/*',
    'X-Shopify-Topic': delivery.topic,
    'X-Shopify-Shop-Domain': delivery.shop,
    'X-Shopify-API-Version': delivery.apiVersion,
    'X-Shopify-Webhook-Id': delivery.id,
    'X-Shopify-Event-Id': delivery.eventId,
    'X-Shopify-Triggered-At': delivery.triggeredAt,
    'X-Shopify-Hmac-Sha256': signBody(delivery.body, delivery.secret),
    ...delivery.headers,
  };
}
