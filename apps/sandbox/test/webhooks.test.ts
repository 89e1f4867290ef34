import { createHmac } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { ALL_SCOPES, clientOf, sandboxWith, type Json } from './helper.ts';
import { startReceiver, type Received } from './receiver.ts';

const SHOP = 'demo.myshopify.com';
const CREATE = `mutation ($topic: WebhookSubscriptionTopic!, $input: WebhookSubscriptionInput!) {
  webhookSubscriptionCreate(topic: $topic, webhookSubscription: $input) {
    webhookSubscription { id topic uri format legacyResourceId apiVersion { handle } endpoint { ... on WebhookHttpEndpoint { callbackUrl } } }
    userErrors { field message } } }`;

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function start(answer?: (received: Received) => number | Promise<number>, size = 60) {
  const world = await sandboxWith({ size });
  closers.push(() => world.sandbox.close());
  const app = await startReceiver(answer);
  closers.push(app.close);
  const client = world.client(SHOP, [...ALL_SCOPES, 'read_customer_merge']);
  const subscribe = async (topic: string, path = '/hooks'): Promise<Json> => {
    const { data } = await client.ask(CREATE, { topic, input: { uri: `${app.url}${path}`, format: 'JSON' } });
    return data.webhookSubscriptionCreate;
  };
  return { ...world, app, client, subscribe };
}

/** Ids beyond 2^53 as text. */
const lossless = (body: Buffer): Json =>
  JSON.parse(body.toString().replace(/"((?:\w+_)?id)":(\d+)/g, '"$1":"$2"')) as Json;

describe('subscriptions', () => {
  it('are made, found, changed and removed by GraphQL', async () => {
    const { client, subscribe, app } = await start();
    const { webhookSubscription: made, userErrors } = await subscribe('ORDERS_CREATE');
    expect(userErrors).toEqual([]);
    expect(made).toMatchObject({
      topic: 'ORDERS_CREATE',
      uri: `${app.url}/hooks`,
      format: 'JSON',
      apiVersion: { handle: '2026-10' },
      endpoint: { callbackUrl: `${app.url}/hooks` },
    });
    await subscribe('BULK_OPERATIONS_FINISH');
    const { data } = await client.ask(
      `query ($id: ID!) {
        webhookSubscription(id: $id) { id }
        webhookSubscriptions(first: 1) { nodes { topic } pageInfo { hasNextPage endCursor } }
        finish: webhookSubscriptions(first: 5, topics: [BULK_OPERATIONS_FINISH]) { nodes { topic } }
        webhookSubscriptionsCount { count precision } }`,
      { id: made.id },
    );
    expect(data.webhookSubscription).toEqual({ id: made.id });
    expect(data.webhookSubscriptions).toMatchObject({
      nodes: [{ topic: 'ORDERS_CREATE' }],
      pageInfo: { hasNextPage: true },
    });
    expect(data.finish.nodes).toEqual([{ topic: 'BULK_OPERATIONS_FINISH' }]);
    expect(data.webhookSubscriptionsCount).toEqual({ count: 2, precision: 'EXACT' });

    const changed = await client.ask(
      `mutation ($id: ID!, $uri: String!) { webhookSubscriptionUpdate(id: $id, webhookSubscription: { uri: $uri }) {
        webhookSubscription { uri } userErrors { field message } } }`,
      { id: made.id, uri: `${app.url}/other` },
    );
    expect(changed.data.webhookSubscriptionUpdate.webhookSubscription).toEqual({ uri: `${app.url}/other` });
    const remove = `mutation ($id: ID!) { webhookSubscriptionDelete(id: $id) {
      deletedWebhookSubscriptionId userErrors { field message } } }`;
    const gone = await client.ask(remove, { id: made.id });
    expect(gone.data.webhookSubscriptionDelete).toEqual({ deletedWebhookSubscriptionId: made.id, userErrors: [] });
    const again = await client.ask(remove, { id: made.id });
    expect(again.data.webhookSubscriptionDelete.userErrors).toEqual([
      { field: ['id'], message: 'Webhook subscription does not exist' },
    ]);
  });

  it('are refused as Shopify refuses them', async () => {
    const { client, sandbox, subscribe, control } = await start();
    await subscribe('ORDERS_CREATE');
    expect((await subscribe('ORDERS_CREATE')).userErrors).toEqual([
      { field: ['webhookSubscription', 'uri'], message: 'Address for this topic has already been taken' },
    ]);
    const refusal = async (uri: string, by = client): Promise<string> => {
      const { data } = await by.ask(CREATE, { topic: 'ORDERS_UPDATED', input: { uri, format: 'JSON' } });
      return data.webhookSubscriptionCreate.userErrors[0]?.message;
    };
    expect(await refusal('http://example.com/hooks')).toBe('Address protocol http:// is not supported');
    expect(await refusal('nonsense')).toBe('Address is invalid');
    expect(await refusal('')).toBe("Address can't be blank");
    expect(await refusal('https://example.com/hooks')).toBeUndefined();
    const poor = clientOf(sandbox, SHOP, control.issueToken(SHOP, ['read_products']).access_token);
    expect(await refusal('https://example.com/two', poor)).toMatch(/read_orders/);
    expect(control.subscriptions('other.myshopify.com')).toEqual([]);
  });

  it('end with an uninstall, of which the app is told', async () => {
    const { control, subscribe, app } = await start();
    await subscribe('APP_UNINSTALLED');
    await subscribe('ORDERS_CREATE');
    control.uninstall(SHOP);
    control.createOrder(SHOP);
    await control.idle();
    expect(app.topics()).toEqual(['app/uninstalled']);
    expect(lossless(app.received[0]!.body)).toMatchObject({ myshopify_domain: SHOP, domain: SHOP });
    expect(control.subscriptions(SHOP)).toEqual([]);
  });
});

describe('deliveries', () => {
  it('bear Shopify’s headers and a signature over the body', async () => {
    const { control, subscribe, app } = await start();
    await subscribe('ORDERS_CREATE');
    await subscribe('PRODUCTS_UPDATE', '/products');
    const order = control.createOrder(SHOP, { lines: [{ product: 0 }] });
    await control.idle();
    const create = app.received.find(({ path }) => path === '/hooks')!;
    const product = app.received.find(({ path }) => path === '/products')!;
    expect(create.headers).toMatchObject({
      'content-type': 'application/json',
      'x-shopify-topic': 'orders/create',
      'x-shopify-shop-domain': SHOP,
      'x-shopify-api-version': '2026-10',
      'x-shopify-webhook-id': expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
      'x-shopify-hmac-sha256': createHmac('sha256', 'xeno-sandbox-secret').update(create.body).digest('base64'),
    });
    expect(Date.parse(String(create.headers['x-shopify-triggered-at']))).toBeGreaterThan(Date.now() - 10_000);
    // one action has one event id
    expect(product.headers['x-shopify-event-id']).toBe(create.headers['x-shopify-event-id']);
    expect(product.headers['x-shopify-webhook-id']).not.toBe(create.headers['x-shopify-webhook-id']);
    expect(lossless(create.body).id).toBe(order.id);
  });

  it('are tried again under the same id with the same payload, and end with the subscription after 8 retries', async () => {
    const { control, subscribe, app } = await start(({ path }) => (path === '/dead' ? 302 : 200));
    control.settings({ webhooks: { retrySpan: 200 } });
    await subscribe('ORDERS_CREATE', '/dead');
    await subscribe('ORDERS_UPDATED', '/alive');
    const order = control.createOrder(SHOP);
    control.updateOrder(SHOP, order.id, { note: 'new' });
    await control.idle();
    const dead = app.received.filter(({ path }) => path === '/dead');
    expect(dead).toHaveLength(9);
    expect(
      new Set(dead.map(({ headers, body }) => `${String(headers['x-shopify-webhook-id'])}${body.toString()}`)).size,
    ).toBe(1);
    expect(control.subscriptions(SHOP).map(({ topic }) => topic)).toEqual(['orders/updated']);
    expect(control.deliveryCounts(SHOP)).toEqual({ pending: 0, delivered: 1, failed: 1, dropped: 0 });
  });

  it('do not wait for an app that is slow, and give it up in time', async () => {
    let hang = true;
    const { control, subscribe } = await start(async () => {
      if (hang) await new Promise((resolve) => setTimeout(resolve, 400));
      return 200;
    });
    control.settings({ webhooks: { answerWithin: 60, retrySpan: 14_400 } });
    await subscribe('ORDERS_CREATE');
    const began = Date.now();
    control.createOrder(SHOP);
    expect(Date.now() - began).toBeLessThan(50);
    await expect(control.idle({ timeoutMs: 200 })).rejects.toThrow('1 webhooks are still pending');
    hang = false;
    await control.idle();
    const [delivery] = control.deliveries();
    expect(delivery!.attempts[0]).toMatchObject({ status: null, error: 'no answer within 60 ms' });
    expect(delivery!.status).toBe('delivered');
  });
});
