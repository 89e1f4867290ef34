import { type Outcome, refused, type Subscription, type SubscriptionInput } from '../../webhooks/subscriptions.ts';
import { listingOf, type Listing } from '../connections.ts';
import type { Args, Context, Resolvers } from '../context.ts';
import { API_VERSION } from '../schema.ts';
import { idMatches, matches, parseSearch, textMatches, timeMatches } from '../search.ts';
import { time } from '../views.ts';
import { counted } from './orders.ts';

const numberOf = (id: unknown): number => Number(/(\d+)$/.exec(String(id))?.[1]);

export const subscriptionById = ({ shop, webhooks }: Context, id: unknown): Subscription | null =>
  webhooks?.subscriptions.find(shop.spec.domain, numberOf(id)) ?? null;

function searched({ shop, webhooks, now }: Context, query: string): Subscription[] {
  const search = parseSearch(query);
  const { domain, timezone } = shop.spec;
  return (webhooks?.subscriptions.of(domain) ?? []).filter((subscription) =>
    matches(search, subscription, {
      id: (s, term) => idMatches(String(s.number), term),
      topic: (s, term) => textMatches(s.topic, { ...term, value: term.value.replace('/', '_') }),
      uri: (s, term) => textMatches(s.uri, term),
      endpoint: (s, term) => textMatches(s.uri, term),
      callback_url: (s, term) => textMatches(s.uri, term),
      created_at: (s, term) => timeMatches(s.createdAt, term, timezone, now),
      updated_at: (s, term) => timeMatches(s.updatedAt, term, timezone, now),
    }),
  );
}

export function subscriptionListing(context: Context, args: Args): Listing<Subscription> {
  const topics = args.topics as string[] | null | undefined;
  const uri = (args.uri ?? args.callbackUrl) as string | null | undefined;
  const all = searched(context, (args.query as string | null) ?? '').filter(
    (subscription) =>
      (!topics || topics.length === 0 || topics.includes(subscription.topic)) &&
      (uri == null || subscription.uri === uri) &&
      (args.format == null || subscription.format === args.format),
  );
  return listingOf(args.reverse === true ? all.toReversed() : all);
}

export const countSubscriptions = (context: Context, args: Args) =>
  counted(args, searched(context, (args.query as string | null) ?? ''));

const payload = ({ subscription, errors }: Outcome) => ({ webhookSubscription: subscription, userErrors: errors });

export const webhookMutations: Resolvers<undefined> = {
  webhookSubscriptionCreate: (_, { topic, webhookSubscription }, { shop, scopes, webhooks, refusesTopic, now }) =>
    payload(
      refusesTopic(String(topic))
        ? refused(
            ['topic'],
            `You do not have permission to subscribe to ${String(topic)}: it contains protected customer data.`,
          )
        : webhooks!.subscriptions.create(shop.spec.domain, String(topic), webhookSubscription as SubscriptionInput, {
            scopes,
            apiVersion: API_VERSION,
            now,
          }),
    ),
  webhookSubscriptionUpdate: (_, { id, webhookSubscription }, { shop, webhooks, now }) =>
    payload(
      webhooks!.subscriptions.update(shop.spec.domain, numberOf(id), webhookSubscription as SubscriptionInput, now),
    ),
  webhookSubscriptionDelete: (_, { id }, { shop, webhooks }) =>
    webhooks!.subscriptions.remove(shop.spec.domain, numberOf(id))
      ? { deletedWebhookSubscriptionId: id, userErrors: [] }
      : {
          deletedWebhookSubscriptionId: null,
          userErrors: [{ field: ['id'], message: 'Webhook subscription does not exist' }],
        },
};

export const subscriptionResolvers: Resolvers<Subscription> = {
  id: (s) => `gid://shopify/WebhookSubscription/${s.number}`,
  legacyResourceId: (s) => String(s.number),
  callbackUrl: (s) => s.uri,
  endpoint: (s) => ({ __typename: 'WebhookHttpEndpoint', callbackUrl: s.uri }),
  apiVersion: (s) => ({ handle: s.apiVersion, displayName: s.apiVersion, supported: true }),
  createdAt: (s) => time(s.createdAt),
  updatedAt: (s) => time(s.updatedAt),
};
