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
    expect(Date.now() - began).toBeLessThan(400);
    await expect(control.idle({ timeoutMs: 200 })).rejects.toThrow('1 webhooks are still pending');
    hang = false;
    await control.idle();
    const [delivery] = control.deliveries();
    expect(delivery!.attempts[0]).toMatchObject({ status: null, error: 'no answer within 60 ms' });
    expect(delivery!.status).toBe('delivered');
  });
});

describe('what went wrong with them', () => {
  const ids = (received: Received[]) => received.map(({ headers }) => String(headers['x-shopify-webhook-id']));

  it('a duplicate: many times the same, at once', async () => {
    const { control, subscribe, app } = await start();
    await subscribe('ORDERS_CREATE');
    control.setFault({ kind: 'webhook_duplicate', copies: 49 });
    control.createOrder(SHOP);
    control.createOrder(SHOP);
    await control.idle();
    expect(app.received).toHaveLength(51);
    expect(new Set(ids(app.received)).size).toBe(2);
  });

  it('reordered: the update comes before the order', async () => {
    const { control, subscribe, app } = await start();
    await subscribe('ORDERS_CREATE');
    await subscribe('ORDERS_UPDATED');
    control.setFault({ kind: 'webhook_reorder', match: 'orders/create' });
    const { id } = control.createOrder(SHOP);
    control.updateOrder(SHOP, id, { note: 'x' });
    await control.idle();
    expect(app.topics()).toEqual(['orders/updated', 'orders/create']);
  });

  it('late, dropped, and stale', async () => {
    const { control, subscribe, app } = await start();
    await subscribe('CUSTOMERS_UPDATE');
    const customer = control.createCustomer(SHOP, { firstName: 'One' });
    control.setFault({ kind: 'webhook_delay', delayMs: 150 });
    control.updateCustomer(SHOP, customer.id, { firstName: 'Two' });
    control.setFault({ kind: 'webhook_drop' });
    control.updateCustomer(SHOP, customer.id, { firstName: 'Three' });
    control.setFault({ kind: 'webhook_stale', delayMs: 300 });
    control.updateCustomer(SHOP, customer.id, { firstName: 'Four' });
    control.updateCustomer(SHOP, customer.id, { firstName: 'Five' });
    expect(control.deliveryCounts(SHOP)).toMatchObject({ dropped: 1, pending: 4 });
    await control.idle();
    expect(app.received.map(({ body }) => (JSON.parse(body.toString()) as Json).first_name)).toEqual([
      'Four',
      'Five',
      'Two',
      'Four',
    ]);
    expect(new Set(ids(app.received)).size).toBe(4);
  });

  it('forged: not signed by Shopify, or in the name of another shop; sent once, beside the true one', async () => {
    const { control, subscribe, app } = await start(({ headers, body }) => {
      const signature = createHmac('sha256', 'xeno-sandbox-secret').update(body).digest('base64');
      const good = headers['x-shopify-hmac-sha256'] === signature && headers['x-shopify-shop-domain'] === SHOP;
      return good ? 200 : 401;
    });
    await subscribe('ORDERS_CREATE');
    control.setFault({ kind: 'webhook_bad_signature' });
    control.setFault({ kind: 'webhook_wrong_shop' });
    control.createOrder(SHOP);
    await control.idle();
    expect(app.received).toHaveLength(3);
    const told = Object.fromEntries(
      control.deliveries().map((d) => [d.fault ?? 'none', d.attempts.map((a) => a.status)]),
    );
    expect(told).toEqual({ webhook_bad_signature: [401], webhook_wrong_shop: [401], none: [200] });
    expect(control.subscriptions(SHOP)).toHaveLength(1);
  });

  it('at random, the same again from the same seed', async () => {
    const { control, subscribe, app } = await start();
    await subscribe('CUSTOMERS_CREATE');
    const round = async () => {
      control.forgetDeliveries();
      control.settings({ faultSeed: 7 });
      const dropped: number[] = [];
      for (let i = 0; i < 60; i++) {
        const { dropped: before } = control.deliveryCounts();
        control.createCustomer(SHOP);
        if (control.deliveryCounts().dropped > before) dropped.push(i);
      }
      await control.idle();
      return dropped;
    };
    control.setFault({ kind: 'webhook_drop', probability: 0.2 });
    const first = await round();
    expect(first.length).toBeGreaterThan(4);
    expect(first.length).toBeLessThan(25);
    expect(await round()).toEqual(first);
    expect(app.received).toHaveLength(120 - 2 * first.length);
  });
});

describe('a test', () => {
  it('sends again what was, and what never was', async () => {
    const { control, subscribe, app } = await start();
    await subscribe('ORDERS_CREATE');
    control.createOrder(SHOP);
    await control.idle();
    const [first] = control.deliveries();
    control.resend(first!.id, { times: 2 });
    control.resend(first!.id, { newId: true });
    control.sendWebhook(SHOP, { topic: 'orders/create', body: '{"id": nonsense' });
    control.sendWebhook(SHOP, {
      topic: 'made/up',
      body: { id: 1 },
      uri: `${app.url}/other`,
      headers: { 'X-More': '1' },
    });
    await control.idle();
    expect(app.received).toHaveLength(6);
    expect(app.received.filter(({ headers }) => headers['x-shopify-webhook-id'] === first!.id)).toHaveLength(3);
    const odd = app.received.find(({ path }) => path === '/other')!;
    expect(odd.headers).toMatchObject({ 'x-shopify-topic': 'made/up', 'x-more': '1' });
    expect(control.delivery(first!.id).body).toBe(app.received[0]!.body.toString());
  });

  it('rotates the secret that they are signed with', async () => {
    const { control, subscribe, app } = await start();
    await subscribe('CUSTOMERS_CREATE');
    control.createCustomer(SHOP);
    await control.idle();
    control.settings({ webhookSecret: 'rotated' });
    control.createCustomer(SHOP);
    await control.idle();
    const signedBy = ({ headers, body }: Received) =>
      ['xeno-sandbox-secret', 'rotated'].find(
        (secret) => createHmac('sha256', secret).update(body).digest('base64') === headers['x-shopify-hmac-sha256'],
      );
    expect(app.received.map(signedBy)).toEqual(['xeno-sandbox-secret', 'rotated']);
  });

  it('sees the last deliveries, and not all that ever were', async () => {
    const { control, subscribe } = await start();
    control.settings({ webhooks: { kept: 5 } });
    await subscribe('CUSTOMERS_CREATE');
    for (let i = 0; i < 40; i++) control.createCustomer(SHOP);
    await control.idle();
    expect(control.deliveries()).toHaveLength(5);
    expect(control.deliveries({ topic: 'customers/create', limit: 2 })).toHaveLength(2);
    expect(control.deliveryCounts().delivered).toBe(40);
  });

  it('does the same over HTTP', async () => {
    const { sandbox, subscribe, app } = await start();
    await subscribe('CHECKOUTS_CREATE');
    await subscribe('APP_SCOPES_UPDATE');
    const call = async (method: string, path: string, body?: object): Promise<Json> => {
      const answer = await fetch(`${sandbox.url}/_control${path}`, {
        method,
        headers: { 'content-type': 'application/json' },
        body: body && JSON.stringify(body),
      });
      return answer.status === 204 ? null : answer.json();
    };
    const checkout = await call('POST', `/shops/${SHOP}/checkouts`, { email: 'a@example.com' });
    await call('PUT', `/shops/${SHOP}/scopes`, ['read_orders']);
    expect(await call('POST', '/deliveries/idle', {})).toMatchObject({ delivered: 2, pending: 0 });
    const deliveries = await call('GET', `/deliveries?shop=${SHOP}&status=delivered`);
    expect(deliveries.map((d: Json) => d.topic)).toEqual(
      expect.arrayContaining(['checkouts/create', 'app/scopes_update']),
    );
    expect((await call('GET', `/deliveries/${deliveries[0].id}`)).headers['X-Shopify-Webhook-Id']).toBe(
      deliveries[0].id,
    );
    expect(JSON.parse(app.received[0]!.body.toString())).toHaveProperty('token', checkout.token);
    await call('DELETE', `/shops/${SHOP}/subscriptions`);
    expect(await call('GET', `/shops/${SHOP}/subscriptions`)).toEqual([]);
    expect(await call('POST', '/deliveries/nonsense/resend')).toHaveProperty('error');
  });
});
