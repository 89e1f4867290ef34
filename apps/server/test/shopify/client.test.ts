import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createShopifyClient, type ShopifyClientOptions } from '../../src/shopify/client.ts';
import {
  PartialData,
  ReconnectNeeded,
  ScopeMissing,
  ShopifyRefused,
  ShopifyUnreachable,
  ShopUnavailable,
} from '../../src/shopify/errors.ts';
import {
  WebhookUnsubscribeDocument,
  BulkRunDocument,
  OrdersCountDocument,
} from '../../src/shopify/operations/generated.ts';
import type { AccessTokens } from '../../src/shopify/token-source.ts';
import { cost, fakeClock, json, networkError, scriptedFetch, staticTokens } from './doubles.ts';

let shops = 0;
/** Each client its own shop: the throttle is shared by all clients of a shop in the process. */
function client(fetch: typeof globalThis.fetch, options: Partial<ShopifyClientOptions> = {}) {
  const clock = fakeClock();
  const shop = `client-${++shops}.myshopify.com`;
  return {
    clock,
    shop,
    client: createShopifyClient({ shop, tokens: staticTokens, fetch, clock, random: () => 1, ...options }),
  };
}

const DATA = { data: { ordersCount: { count: 7, precision: 'EXACT' } } };
const ok = () => json({ ...DATA, extensions: cost(10, 1990) }, { headers: { date: 'Sun, 01 Nov 2026 11:59:58 GMT' } });
const throttled = (requested: number, available: number, rate: number) =>
  json({
    errors: [{ message: 'Throttled', extensions: { code: 'THROTTLED' } }],
    extensions: cost(requested, available, rate),
  });
const status = (code: number, headers: Record<string, string> = {}) => new Response('no', { status: code, headers });

afterEach(() => vi.restoreAllMocks());

describe('query', () => {
  it('posts the operation with the token and gives data, cost and the time at Shopify', async () => {
    const { fetch, sent } = scriptedFetch(ok());
    const { client: shopify, shop } = client(fetch);
    expect(await shopify.query(OrdersCountDocument, { query: 'test:false' })).toEqual({
      ...DATA,
      cost: { requested: 10, actual: 10 },
      date: new Date('2026-11-01T11:59:58Z'),
    });
    expect(sent[0]?.url).toBe(`https://${shop}/admin/api/2026-10/graphql.json`);
    expect(sent[0]?.headers.get('x-shopify-access-token')).toBe('shpat_static');
    expect(sent[0]?.body).toMatchObject({ operationName: 'OrdersCount', variables: { query: 'test:false' } });
  });

  it('asks the stand-in when one is set', async () => {
    const { fetch, sent } = scriptedFetch(ok());
    const { client: shopify, shop } = client(fetch, { sandboxUrl: 'http://127.0.0.1:5' });
    await shopify.query(OrdersCountDocument, {});
    expect(sent[0]?.url).toBe(`http://127.0.0.1:5/${shop}/admin/api/2026-10/graphql.json`);
  });

  it('tells once that Shopify fell forward to another version', async () => {
    const told: string[] = [];
    const { fetch } = scriptedFetch(json(DATA, { headers: { 'x-shopify-api-version': '2027-01' } }));
    const log = { debug: () => {}, warn: (_fields: object, message: string) => told.push(message) };
    const { client: shopify } = client(fetch, { log });
    expect(shopify.fallenForwardTo).toBeNull();
    await shopify.query(OrdersCountDocument, {});
    await shopify.query(OrdersCountDocument, {});
    expect(shopify.fallenForwardTo).toBe('2027-01');
    expect(told).toEqual(['shopify answers with another api version']);
  });

  it('without a Date header takes our clock when the request was sent', async () => {
    const { fetch } = scriptedFetch(json(DATA));
    const { client: shopify, clock } = client(fetch);
    expect((await shopify.query(OrdersCountDocument, {})).date).toEqual(new Date(clock.time));
  });
});

describe('throttling', () => {
  it('waits (requested - available) / restoreRate when throttled', async () => {
    const { fetch, sent } = scriptedFetch(throttled(500, 100, 50), ok());
    const { client: shopify, clock } = client(fetch);
    await shopify.query(OrdersCountDocument, {});
    expect(clock.slept).toEqual([8000]);
    expect(sent).toHaveLength(2);
  });

  it('backs off when a throttled answer brings no figures', async () => {
    const { fetch } = scriptedFetch(
      json({ errors: [{ message: 'Throttled', extensions: { code: 'THROTTLED' } }] }),
      ok(),
    );
    const { client: shopify, clock } = client(fetch);
    await shopify.query(OrdersCountDocument, {});
    expect(clock.slept).toEqual([1000]);
  });

  it('paces itself by the last answer, so that it is not throttled at all', async () => {
    const { fetch } = scriptedFetch(json({ ...DATA, extensions: cost(300, 100, 100) }), ok());
    const { client: shopify, clock } = client(fetch);
    await shopify.query(OrdersCountDocument, {});
    await shopify.query(OrdersCountDocument, {});
    expect(clock.slept).toEqual([2000]);
  });

  it('F31: does so too when the clock was set back meanwhile', async () => {
    const { fetch } = scriptedFetch(json({ ...DATA, extensions: cost(300, 100, 100) }), ok());
    const { client: shopify, clock } = client(fetch);
    await shopify.query(OrdersCountDocument, {});
    clock.time -= 3_600_000;
    await shopify.query(OrdersCountDocument, {});
    expect(clock.slept).toEqual([2000]);
  });

  it('learns what an operation costs from being throttled, and waits the next time', async () => {
    const { fetch, sent } = scriptedFetch(throttled(500, 100, 50), ok());
    const { client: shopify, shop } = client(fetch, { maxTotalMs: 1_000 });
    await expect(shopify.query(OrdersCountDocument, {})).rejects.toThrow('throttled');
    const next = client(fetch, { shop });
    await next.client.query(OrdersCountDocument, {});
    expect(next.clock.slept).toEqual([8000]);
    expect(sent).toHaveLength(2);
  });

  it('shares the bucket among the clients of a shop, and holds up no other shop', async () => {
    const { fetch } = scriptedFetch(json({ ...DATA, extensions: cost(300, 100, 100) }), ok());
    const first = client(fetch);
    const second = client(fetch, { shop: first.shop });
    const other = client(fetch);
    await first.client.query(OrdersCountDocument, {});
    second.clock.time = first.clock.time;
    await second.client.query(OrdersCountDocument, {}, { cost: 400 });
    await other.client.query(OrdersCountDocument, {}, { cost: 400 });
    expect(second.clock.slept).toEqual([3000]);
    expect(other.clock.slept).toEqual([]);
  });

  it('counts what is under way: parallel queries do not all spend the same points', async () => {
    const { fetch } = scriptedFetch(json({ ...DATA, extensions: cost(100, 250, 100) }), json(DATA));
    const { client: shopify, clock } = client(fetch);
    await shopify.query(OrdersCountDocument, {});
    await Promise.all(Array.from({ length: 4 }, () => shopify.query(OrdersCountDocument, {}, { cost: 100 })));
    expect(clock.slept).toEqual([500, 1000]);
  });

  it('sends a query dearer than the whole bucket once the bucket is full', async () => {
    const { fetch } = scriptedFetch(json({ ...DATA, extensions: cost(10, 900, 100, 1000) }), ok());
    const { client: shopify, clock } = client(fetch);
    await shopify.query(OrdersCountDocument, {});
    await shopify.query(OrdersCountDocument, {}, { cost: 5000 });
    expect(clock.slept).toEqual([1000]);
  });
});

describe('retries', () => {
  it.each([
    ['429 with Retry-After in seconds', status(429, { 'retry-after': '2.0' }), 2000],
    ['429 without', status(429), 2000],
    ['430', status(430), 5000],
    ['500', status(500), 500],
    ['503 with Retry-After', status(503, { 'retry-after': '3' }), 3000],
    ['an answer that is no JSON', new Response('<html>'), 500],
    ['an answer without data', json({}), 500],
    ['a reset', networkError('ECONNRESET'), 500],
    [
      'an internal error told in GraphQL',
      json({ errors: [{ message: 'x', extensions: { code: 'INTERNAL_SERVER_ERROR' } }] }),
      500,
    ],
  ])('%s', async (_name, fault, waited) => {
    const { fetch } = scriptedFetch(fault, ok());
    const { client: shopify, clock } = client(fetch);
    expect(await shopify.query(OrdersCountDocument, {})).toMatchObject(DATA);
    expect(clock.slept).toEqual([waited]);
  });

  it('doubles the waits, with jitter, up to a number of tries, then says so', async () => {
    const { fetch, sent } = scriptedFetch(status(502));
    const { client: shopify, clock } = client(fetch);
    await expect(shopify.query(OrdersCountDocument, {})).rejects.toMatchObject({
      name: 'ShopifyUnreachable',
      code: 'SHOPIFY_UNREACHABLE',
      retryable: true,
      message: expect.stringContaining('HTTP 502'),
    });
    expect(clock.slept).toEqual([500, 1000, 2000, 4000, 8000, 16000, 30_000, 30_000]);
    expect(sent).toHaveLength(9);

    const least = client(fetch, { random: () => 0 });
    await expect(least.client.query(OrdersCountDocument, {})).rejects.toThrow(ShopifyUnreachable);
    expect(least.clock.slept[0]).toBe(250);
  });

  it('ends when the total time is over', async () => {
    const { fetch } = scriptedFetch(status(429, { 'retry-after': '40' }));
    const { client: shopify, clock } = client(fetch, { maxTotalMs: 100_000 });
    await expect(shopify.query(OrdersCountDocument, {})).rejects.toThrow(ShopifyUnreachable);
    expect(clock.slept).toEqual([40_000, 40_000]);
  });

  it('F12: gives up a request that hangs, and tries again', async () => {
    let calls = 0;
    const fetch: typeof globalThis.fetch = (_url, init) => {
      if (++calls > 1) return Promise.resolve(ok());
      return new Promise((_resolve, reject) =>
        init?.signal?.addEventListener('abort', () => reject(init.signal?.reason as Error)),
      );
    };
    const { client: shopify, clock } = client(fetch, { timeoutMs: 5 });
    expect(await shopify.query(OrdersCountDocument, {})).toMatchObject(DATA);
    expect(clock.slept).toEqual([1000]);
  });

  it('can be aborted, before, during and between requests', async () => {
    const reason = new Error('stopping');
    const { fetch, sent } = scriptedFetch(status(500));
    const { client: shopify, clock } = client(fetch);
    await expect(shopify.query(OrdersCountDocument, {}, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(sent).toHaveLength(0);

    const between = new AbortController();
    clock.sleep = async (_ms, signal) => {
      between.abort(reason);
      signal?.throwIfAborted();
    };
    await expect(shopify.query(OrdersCountDocument, {}, { signal: between.signal })).rejects.toBe(reason);

    const during = new AbortController();
    const hanging = client((_url, init) => {
      during.abort(reason);
      return Promise.reject(init?.signal?.reason as Error);
    });
    await expect(hanging.client.query(OrdersCountDocument, {}, { signal: during.signal })).rejects.toBe(reason);
  });
});

describe('mutations', () => {
  const done = () => json({ data: { bulkOperationRunQuery: { bulkOperation: { id: 'gid' }, userErrors: [] } } });

  it.each([
    ['THROTTLED', throttled(10, 0, 10)],
    ['429', status(429)],
    ['a refused connection', networkError('ECONNREFUSED')],
  ])('are sent again after %s: Shopify has not carried them out', async (_name, fault) => {
    const { fetch, sent } = scriptedFetch(fault, done());
    await client(fetch).client.query(BulkRunDocument, { query: '{}' });
    expect(sent).toHaveLength(2);
  });

  it.each([
    ['500', status(500)],
    ['a reset', networkError('ECONNRESET')],
  ])('are not sent again after %s: they may have been carried out', async (_name, fault) => {
    const { fetch, sent } = scriptedFetch(fault, done());
    const { client: shopify } = client(fetch);
    await expect(shopify.query(BulkRunDocument, { query: '{}' })).rejects.toMatchObject({ maybeDone: true });
    expect(sent).toHaveLength(1);
  });

  it('are sent again where doing them twice is no harm', async () => {
    const deleted = json({
      data: { webhookSubscriptionDelete: { deletedWebhookSubscriptionId: 'gid', userErrors: [] } },
    });
    const { fetch, sent } = scriptedFetch(status(500), deleted);
    await client(fetch).client.query(WebhookUnsubscribeDocument, { id: 'gid' }, { idempotent: true });
    expect(sent).toHaveLength(2);
  });

  it('that Shopify refuses with userErrors throw them', async () => {
    const userErrors = [{ code: 'INVALID', field: ['query'], message: 'Invalid bulk query' }];
    const { fetch } = scriptedFetch(json({ data: { bulkOperationRunQuery: { bulkOperation: null, userErrors } } }));
    await expect(client(fetch).client.query(BulkRunDocument, { query: '{}' })).rejects.toMatchObject({
      code: 'SHOPIFY_REFUSED',
      retryable: false,
      userErrors,
    });
  });
});

describe('refusals', () => {
  it.each([
    [status(402), ShopUnavailable, { reason: 'frozen', retryable: true }],
    [status(423), ShopUnavailable, { reason: 'locked', retryable: true }],
    [status(404), ShopUnavailable, { reason: 'gone', retryable: false }],
    [status(403), ScopeMissing, { retryable: false }],
    [status(400), ShopifyRefused, { retryable: false }],
    [status(301, { location: 'https://evil.example/' }), ShopifyRefused, { retryable: false }],
    [json({ errors: [{ message: 'no', extensions: { code: 'ACCESS_DENIED' } }] }), ScopeMissing, {}],
    [
      json({ data: { ordersCount: null }, errors: [{ message: 'no', extensions: { code: 'ACCESS_DENIED' } }] }),
      ScopeMissing,
      {},
    ],
    [json({ errors: [{ message: "Field 'x' doesn't exist on type 'QueryRoot'" }] }), ShopifyRefused, {}],
    [json({ errors: [{ message: 'cost', extensions: { code: 'MAX_COST_EXCEEDED' } }] }), ShopifyRefused, {}],
    [json({ errors: 'Not Found' }), ShopifyRefused, {}],
  ])('are named and not tried again (%#)', async (reply, type, fields) => {
    const { fetch, sent } = scriptedFetch(reply);
    const { client: shopify, shop } = client(fetch);
    const error: unknown = await shopify.query(OrdersCountDocument, {}).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(type);
    expect(error).toMatchObject({ shop, ...fields });
    expect(sent).toHaveLength(1);
  });

  it('a 401 renews the token once, then asks to reconnect', async () => {
    const renewed: string[] = [];
    let token = 'old';
    const tokens: AccessTokens = {
      get: async () => token,
      renew: async (rejected) => {
        renewed.push(rejected);
        return (token = 'new');
      },
    };
    const recovering = scriptedFetch(status(401), ok());
    await client(recovering.fetch, { tokens }).client.query(OrdersCountDocument, {});
    expect(recovering.sent.map(({ headers }) => headers.get('x-shopify-access-token'))).toEqual(['old', 'new']);

    const dead = scriptedFetch(status(401));
    await expect(client(dead.fetch, { tokens }).client.query(OrdersCountDocument, {})).rejects.toThrow(ReconnectNeeded);
    expect(dead.sent).toHaveLength(2);
    expect(renewed).toEqual(['old', 'new']);
  });
});

describe('data beside errors', () => {
  const partial = (code: string) =>
    json({
      data: { ordersCount: { count: 1, precision: 'EXACT' } },
      errors: [{ message: 'not this', path: ['ordersCount', 'precision'], extensions: { code } }],
    });

  it('is asked for again, and complete is what is given', async () => {
    const { fetch } = scriptedFetch(partial('INTERNAL_SERVER_ERROR'), ok());
    expect(await client(fetch).client.query(OrdersCountDocument, {})).toMatchObject(DATA);
  });

  it('is thrown with the paths if it stays so, and the data never given', async () => {
    const { fetch, sent } = scriptedFetch(partial('INTERNAL_SERVER_ERROR'));
    const error: unknown = await client(fetch)
      .client.query(OrdersCountDocument, {})
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(PartialData);
    expect(error).toMatchObject({
      paths: ['ordersCount.precision'],
      retryable: true,
    });
    expect(sent).toHaveLength(3);
  });

  it('is thrown at once where access is denied: asking again does not help', async () => {
    const { fetch, sent } = scriptedFetch(partial('ACCESS_DENIED'));
    await expect(client(fetch).client.query(OrdersCountDocument, {})).rejects.toMatchObject({
      code: 'PARTIAL_DATA',
      retryable: false,
    });
    expect(sent).toHaveLength(1);
  });
});

it('carries the token nowhere that an answer points to', async () => {
  const seen: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    seen.push(request.url);
    response.writeHead(307, { location: '/elsewhere' }).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const sandboxUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const { client: shopify, shop } = client(globalThis.fetch, { sandboxUrl });
    await expect(shopify.query(OrdersCountDocument, {})).rejects.toThrow(ShopifyRefused);
    expect(seen).toEqual([`/${shop}/admin/api/2026-10/graphql.json`]);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

it('tells the log and the errors nothing secret', async () => {
  const lines: unknown[] = [];
  const log = { debug: (...line: unknown[]) => lines.push(line), warn: (...line: unknown[]) => lines.push(line) };
  const { fetch } = scriptedFetch(status(500), networkError('ECONNRESET'), status(403));
  const secret: AccessTokens = { get: async () => 'shpat_canary', renew: async () => 'shpat_canary' };
  const error: unknown = await client(fetch, { log, tokens: secret })
    .client.query(OrdersCountDocument, { query: 'canary-query' })
    .catch((thrown: unknown) => thrown);
  expect(lines).toHaveLength(2);
  expect(JSON.stringify(lines) + String(error) + JSON.stringify(error)).not.toMatch(/canary/);
});
