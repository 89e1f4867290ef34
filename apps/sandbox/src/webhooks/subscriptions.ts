import { graphqlTopic, scopeOfTopic } from './topics.ts';

export interface Subscription {
  __typename: 'WebhookSubscription';
  /** The digits of its gid. */
  number: number;
  shop: string;
  /** As in GraphQL: ORDERS_CREATE. */
  topic: string;
  uri: string;
  format: string;
  apiVersion: string;
  filter: string | null;
  name: string | null;
  includeFields: string[];
  metafieldNamespaces: string[];
  createdAt: number;
  updatedAt: number;
  /** When a delivery last succeeded. */
  lastSuccess: number;
}

export interface SubscriptionInput {
  uri?: string | null;
  callbackUrl?: string | null;
  format?: string | null;
  filter?: string | null;
  name?: string | null;
  includeFields?: string[] | null;
  metafieldNamespaces?: string[] | null;
}

export interface UserError {
  field: string[] | null;
  message: string;
}

export type Outcome = { subscription: Subscription; errors: [] } | { subscription: null; errors: UserError[] };

export const refused = (field: string[], message: string): Outcome => ({
  subscription: null,
  errors: [{ field, message }],
});

const FIRST = 1_100_000_000_000;

/** What the app wants to be told of, shop by shop. */
export class Subscriptions {
  readonly #all = new Map<number, Subscription>();
  #next = FIRST;
  /** Called after every change. */
  readonly #changed: () => void;

  constructor(changed: () => void) {
    this.#changed = changed;
  }

  of(shop: string): Subscription[] {
    return [...this.#all.values()].filter((subscription) => subscription.shop === shop);
  }

  /** Those to be told of a topic (orders/create). */
  to(shop: string, topic: string): Subscription[] {
    const name = graphqlTopic(topic);
    return this.of(shop).filter((subscription) => subscription.topic === name);
  }

  find(shop: string, number: number): Subscription | null {
    const found = this.#all.get(number);
    return found?.shop === shop ? found : null;
  }

  create(
    shop: string,
    topic: string,
    input: SubscriptionInput,
    { scopes, apiVersion, now }: { scopes: ReadonlySet<string>; apiVersion: string; now: number },
  ): Outcome {
    const scope = scopeOfTopic(topic);
    if (scope && !scopes.has(scope)) {
      return refused(['topic'], `Invalid topic specified. ${topic} needs the access scope ${scope}.`);
    }
    const checked = this.#address(shop, topic, input, null);
    if ('errors' in checked) return checked;
    const subscription: Subscription = {
      __typename: 'WebhookSubscription',
      number: this.#next++,
      shop,
      topic,
      uri: checked.uri,
      format: input.format ?? 'JSON',
      apiVersion,
      filter: input.filter ?? null,
      name: input.name ?? null,
      includeFields: input.includeFields ?? [],
      metafieldNamespaces: input.metafieldNamespaces ?? [],
      createdAt: now,
      updatedAt: now,
      lastSuccess: 0,
    };
    this.#all.set(subscription.number, subscription);
    this.#changed();
    return { subscription, errors: [] };
  }

  update(shop: string, number: number, input: SubscriptionInput, now: number): Outcome {
    const known = this.find(shop, number);
    if (!known) return refused(['id'], 'Webhook subscription does not exist');
    const { uri, callbackUrl, ...rest } = input;
    if (uri != null || callbackUrl != null) {
      const checked = this.#address(shop, known.topic, input, number);
      if ('errors' in checked) return checked;
      known.uri = checked.uri;
    }
    for (const [key, value] of Object.entries(rest)) if (value != null) Object.assign(known, { [key]: value });
    known.updatedAt = now;
    this.#changed();
    return { subscription: known, errors: [] };
  }

  /** As Shopify: https anywhere. Plain http is allowed to this machine, since nothing else can be reached from here. */
  #address(shop: string, topic: string, input: SubscriptionInput, self: number | null): { uri: string } | Outcome {
    const field = ['webhookSubscription', input.uri == null && input.callbackUrl != null ? 'callbackUrl' : 'uri'];
    const uri = (input.uri ?? input.callbackUrl ?? '').trim();
    if (uri === '') return refused(field, "Address can't be blank");
    const url = URL.canParse(uri) ? new URL(uri) : null;
    if (!url || !['http:', 'https:'].includes(url.protocol) || url.username || url.password) {
      return refused(field, 'Address is invalid');
    }
    const local = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url.hostname);
    if (url.protocol === 'http:' && !local) return refused(field, 'Address protocol http:// is not supported');
    const twin = this.of(shop).find((s) => s.topic === topic && s.uri === uri && s.number !== self);
    return twin ? refused(field, 'Address for this topic has already been taken') : { uri };
  }

  remove(shop: string, number: number): boolean {
    const removed = this.find(shop, number) !== null && this.#all.delete(number);
    if (removed) this.#changed();
    return removed;
  }

  removeAll(shop: string): void {
    for (const { number } of this.of(shop)) this.#all.delete(number);
    this.#changed();
  }

  state(): { next: number; all: Subscription[] } {
    return { next: this.#next, all: [...this.#all.values()] };
  }

  restore({ next, all }: { next: number; all: Subscription[] }): void {
    this.#next = next;
    this.#all.clear();
    for (const subscription of all) this.#all.set(subscription.number, subscription);
  }
}
