import { expect, it } from 'vitest';
import { createShopifyClient } from '../../src/shopify/client.ts';
import { subscribe } from '../../src/shopify/subscriptions.ts';
import { fakeClock, json, scriptedFetch, staticTokens } from './doubles.ts';

const uri = 'https://xeno.example.com/api/shopify/webhooks/key';

it('asks again for a subscription whose answer was lost, and takes the one that is there for made', async () => {
  const made = new Map<string, string>();
  let lost = 0;
  const { fetch } = scriptedFetch(({ body: { operationName, variables } }) => {
    if (operationName === 'WebhookSubscriptions') {
      const nodes = [...made].map(([topic, id]) => ({ id, topic, uri }));
      return json({ data: { webhookSubscriptions: { nodes, pageInfo: { hasNextPage: false, endCursor: null } } } });
    }
    const topic = variables['topic'] as string;
    const isThere = made.has(topic);
    made.set(topic, `gid://shopify/WebhookSubscription/${made.size}`);
    if (topic === 'ORDERS_CREATE' && ++lost === 1) return new Response('Bad gateway', { status: 502 });
    const userErrors = isThere ? [{ field: ['uri'], message: 'Address for this topic has already been taken' }] : [];
    return json({ data: { webhookSubscriptionCreate: { webhookSubscription: null, userErrors } } });
  });
  const shop = 'subscriptions.myshopify.com';
  const client = createShopifyClient({ shop, tokens: staticTokens, fetch, clock: fakeClock() });
  const before: number[] = [];
  const again = () =>
    subscribe(client, { uri, scopes: ['read_orders'], beforeMaking: async () => void before.push(made.size) });
  const { created, refused } = await again();
  expect(lost).toBe(2);
  expect(refused).toEqual([]);
  expect([...created].sort()).toEqual([...made.keys()].sort());
  expect(created).toContain('ORDERS_CREATE');
  expect((await again()).created).toEqual([]);
  expect(before).toEqual([0]); // told before the first was made, and not where nothing is missing
});

it('what Shopify denies of one topic keeps no other from being made', async () => {
  const { fetch } = scriptedFetch(({ body: { operationName, variables } }) => {
    if (operationName === 'WebhookSubscriptions')
      return json({ data: { webhookSubscriptions: { nodes: [], pageInfo: { hasNextPage: false, endCursor: null } } } });
    const isDenied = variables['topic'] === 'CUSTOMERS_CREATE';
    const denial = {
      message: 'Access denied',
      path: ['webhookSubscriptionCreate'],
      extensions: { code: 'ACCESS_DENIED' },
    };
    return json({
      ...(isDenied
        ? { errors: [denial] }
        : { data: { webhookSubscriptionCreate: { webhookSubscription: null, userErrors: [] } } }),
    });
  });
  const shop = 'denied.myshopify.com';
  const client = createShopifyClient({ shop, tokens: staticTokens, fetch, clock: fakeClock() });
  const { created, refused } = await subscribe(client, { uri, scopes: ['read_customers', 'read_products'] });
  expect(refused.map(({ topic }) => topic)).toEqual(['CUSTOMERS_CREATE']);
  expect(created).toEqual(expect.arrayContaining(['CUSTOMERS_UPDATE', 'PRODUCTS_CREATE']));
});
