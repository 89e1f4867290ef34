import type { ShopifyClient } from './client.ts';
import { ScopeMissing, ShopifyRefused } from './errors.ts';
import {
  type WebhookSubscriptionsQuery,
  type WebhookSubscriptionTopic,
  WebhookSubscribeDocument,
  WebhookSubscriptionsDocument,
  WebhookUnsubscribeDocument,
} from './operations/generated.ts';
import { mayRead } from './scopes.ts';

/** What there is to hear about, by what the app must be allowed to read for it; null: nothing. */
const TOPICS: readonly [subject: string | null, topics: readonly WebhookSubscriptionTopic[]][] = [
  [null, ['APP_UNINSTALLED', 'APP_SCOPES_UPDATE', 'SHOP_UPDATE', 'BULK_OPERATIONS_FINISH']],
  [
    'orders',
    [
      'ORDERS_CREATE',
      'ORDERS_UPDATED',
      'ORDERS_EDITED',
      'ORDERS_CANCELLED',
      'ORDERS_DELETE',
      'REFUNDS_CREATE',
      'CHECKOUTS_CREATE',
      'CHECKOUTS_UPDATE',
    ],
  ],
  ['customers', ['CUSTOMERS_CREATE', 'CUSTOMERS_UPDATE', 'CUSTOMERS_DELETE']],
  ['customer_merge', ['CUSTOMERS_MERGE']],
  ['products', ['PRODUCTS_CREATE', 'PRODUCTS_UPDATE', 'PRODUCTS_DELETE']],
  ['inventory', ['INVENTORY_LEVELS_UPDATE']],
];

export interface Subscribed {
  created: WebhookSubscriptionTopic[];
  removed: number;
  /** What Shopify refused, in its words. */
  refused: { topic: WebhookSubscriptionTopic; why: string }[];
}

/**
 * Makes the app's subscriptions in a shop be exactly one for each topic that the scopes allow, to `uri`: what is missing
 * is made, what goes elsewhere or is doubled is removed. Doing it again changes nothing. `beforeMaking` is waited for if
 * something is missing.
 */
export async function subscribe(
  client: ShopifyClient,
  {
    uri,
    scopes,
    signal,
    beforeMaking = async () => {},
  }: { uri: string; scopes: readonly string[]; signal?: AbortSignal; beforeMaking?: () => Promise<void> },
): Promise<Subscribed> {
  const wanted = new Set(
    TOPICS.flatMap(([subject, topics]) => (subject === null || mayRead(scopes, subject) ? topics : [])),
  );
  const surplus: string[] = [];
  for (const { id, topic, uri: address } of await subscriptions(client, signal)) {
    if (address !== uri || !wanted.delete(topic)) surplus.push(id);
  }
  if (wanted.size > 0) await beforeMaking();
  const result: Subscribed = { created: [], removed: surplus.length, refused: [] };
  for (const topic of wanted) {
    try {
      // sent twice, the second is refused since the first is there
      await client.query(WebhookSubscribeDocument, { topic, uri }, { signal, idempotent: true });
      result.created.push(topic);
    } catch (error) {
      if (!(error instanceof ShopifyRefused || error instanceof ScopeMissing)) throw error;
      const why = error instanceof ShopifyRefused ? error.userErrors.map(({ message }) => message).join('; ') : '';
      result.refused.push({ topic, why: why || error.message });
    }
  }
  if (result.refused.length > 0) {
    // another process may have made them at the same moment, or an earlier try of which nothing was heard
    const there = (await subscriptions(client, signal)).filter((one) => one.uri === uri).map(({ topic }) => topic);
    result.created.push(...there.filter((topic) => result.refused.some((refused) => refused.topic === topic)));
    result.refused = result.refused.filter(({ topic }) => !there.includes(topic));
  }
  // last, so that nothing goes unheard meanwhile
  for (const id of surplus) await remove(client, id, signal);
  return result;
}

/** A check that finds them missing makes them anew meanwhile. */
const UNSUBSCRIBE_PASSES = 3;

/** Removes all of the app's subscriptions in a shop, all at once: somebody waits for it. */
export async function unsubscribe(client: ShopifyClient, signal?: AbortSignal): Promise<void> {
  for (let pass = 0; pass < UNSUBSCRIBE_PASSES; pass++) {
    const all = await subscriptions(client, signal);
    if (all.length === 0) return;
    await Promise.all(all.map(({ id }) => remove(client, id, signal)));
  }
}

async function subscriptions(client: ShopifyClient, signal: AbortSignal | undefined) {
  const all: WebhookSubscriptionsQuery['webhookSubscriptions']['nodes'] = [];
  for (let after: string | null = null; ;) {
    const answer: { data: WebhookSubscriptionsQuery } = await client.query(
      WebhookSubscriptionsDocument,
      { after },
      { signal },
    );
    const { nodes, pageInfo } = answer.data.webhookSubscriptions;
    all.push(...nodes);
    if (!pageInfo.hasNextPage) return all;
    after = pageInfo.endCursor;
  }
}

async function remove(client: ShopifyClient, id: string, signal: AbortSignal | undefined): Promise<void> {
  try {
    await client.query(WebhookUnsubscribeDocument, { id }, { signal, idempotent: true });
  } catch (error) {
    if (!(error instanceof ShopifyRefused)) throw error; // refused: it is gone already
  }
}
