import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { sandboxWith, type Client, type Json } from './helper.ts';

const SHOP = 'faulty.myshopify.com';
const QUERY = '{ orders(first: 2) { nodes { id customer { id } } } }';
const BULK = '{ orders { edges { node { id lineItems { edges { node { id } } } } } } }';
let world: Awaited<ReturnType<typeof sandboxWith>>;
let client: Client;
beforeAll(async () => {
  world = await sandboxWith({ size: 100 });
});
afterAll(() => world.sandbox.close());
afterEach(() => world.control.clearFaults());

const set = (wishes: Parameters<typeof world.control.setFault>[0]) => {
  world.control.setFault({ shop: SHOP, ...wishes });
  client = world.client(SHOP);
};

describe('faults of requests', () => {
  it.each([
    [{ status: 429, retryAfter: 2 }, 429, '2.0'],
    [{ status: 503 }, 503, null],
    [{ status: 402 }, 402, null],
    [{ status: 423 }, 423, null],
    [{ status: 403 }, 403, null],
    [{ status: 430 }, 430, null],
  ])('answer %j', async (wishes, status, retryAfter) => {
    set({ kind: 'http_status', ...wishes });
    const answer = await client.post(QUERY);
    expect(answer.status).toBe(status);
    expect(answer.headers.get('retry-after')).toBe(retryAfter);
    expect((await client.post(QUERY)).status).toBe(200);
  });

  it('break the connection', async () => {
    set({ kind: 'reset' });
    await expect(client.post(QUERY)).rejects.toThrow();
    expect((await client.post(QUERY)).status).toBe(200);
  });

  it('say THROTTLED', async () => {
    set({ kind: 'throttled', times: 2 });
    for (const code of ['THROTTLED', 'THROTTLED', undefined]) {
      expect((await client.ask(QUERY)).errors?.[0].extensions.code).toBe(code);
    }
  });

  it('give data beside errors', async () => {
    set({ kind: 'partial_data', fields: ['Order.customer'] });
    const { data, errors } = await client.ask(QUERY);
    expect(data.orders.nodes).toHaveLength(2);
    expect(data.orders.nodes[0].customer).toBeNull();
    expect(errors[0].extensions.code).toBe('ACCESS_DENIED');
  });

  it('revoke the token', async () => {
    set({ kind: 'token_revoked' });
    expect((await client.post(QUERY)).status).toBe(401);
    expect((await client.post(QUERY)).status).toBe(401);
  });

  it('answer with another version', async () => {
    set({ kind: 'version_fallforward', version: '2027-04' });
    expect((await client.post(QUERY)).headers.get('x-shopify-api-version')).toBe('2027-04');
  });

  it('answer slowly', async () => {
    set({ kind: 'slow', delayMs: 60 });
    const started = performance.now();
    await client.ask(QUERY);
    expect(performance.now() - started).toBeGreaterThanOrEqual(55);
  });

  it('strike after some requests, one shop only, and where the text fits', async () => {
    set({ kind: 'http_status', status: 500, after: 1, match: 'products' });
    expect((await world.client('fine.myshopify.com').post('{ products(first: 1) { nodes { id } } }')).status).toBe(200);
    expect((await client.post(QUERY)).status).toBe(200);
    expect((await client.post('{ products(first: 1) { nodes { id } } }')).status).toBe(200);
    expect((await client.post('{ products(first: 1) { nodes { id } } }')).status).toBe(500);
  });

  it('reach the token endpoint', async () => {
    const pair = world.control.issueToken(SHOP, ['read_orders'], { expiring: true });
    const refresh = () =>
      fetch(`${world.sandbox.url}/${SHOP}/admin/oauth/access_token`, {
        method: 'POST',
        body: new URLSearchParams({
          client_id: 'xeno-sandbox-key',
          client_secret: 'xeno-sandbox-secret',
          grant_type: 'refresh_token',
          refresh_token: pair.refresh_token!,
        }),
      });
    set({ kind: 'http_status', status: 502, on: 'token' });
    expect((await refresh()).status).toBe(502);
    expect((await refresh()).status).toBe(200);
    set({ kind: 'refresh_dead' });
    expect((await refresh()).status).toBe(401);
  });
});

describe('faults of bulk operations', () => {
  const count = async (operation: Json) => (await client.lines(operation.url)).length;

  it('fail', async () => {
    set({ kind: 'bulk_failed', errorCode: 'TIMEOUT' });
    const operation = await client.bulk(BULK);
    expect(operation).toMatchObject({ status: 'FAILED', errorCode: 'TIMEOUT', url: null });
    expect(operation.partialDataUrl).toMatch(/^http/);
  });

  it('are cancelled or expire', async () => {
    set({ kind: 'bulk_canceled' });
    expect((await client.bulk(BULK)).status).toBe('CANCELED');
    set({ kind: 'bulk_expired' });
    expect((await client.bulk(BULK)).status).toBe('EXPIRED');
  });

  it('truncate the result', async () => {
    set({ kind: 'bulk_truncated' });
    const operation = await client.bulk(BULK);
    const text = await (await fetch(operation.url)).text();
    expect(operation.status).toBe('COMPLETED');
    expect(text.split('\n').length).toBeLessThan(Number(operation.objectCount));
  });

  it('count wrongly', async () => {
    set({ kind: 'bulk_count_mismatch' });
    const operation = await client.bulk(BULK);
    expect(await count(operation)).toBe(Number(operation.objectCount) - 3);
  });

  it('find rows but give none', async () => {
    set({ kind: 'bulk_zero_rows' });
    const operation = await client.bulk(BULK);
    expect(operation).toMatchObject({ status: 'COMPLETED', url: null });
    expect(Number(operation.objectCount)).toBeGreaterThan(0);
  });

  it('have all slots taken', async () => {
    set({ kind: 'bulk_slots_taken' });
    expect((await client.bulk(BULK)).userErrors[0].code).toBe('LIMIT_REACHED');
  });

  it('expire the address', async () => {
    set({ kind: 'bulk_url_expired' });
    const { url } = await client.bulk(BULK);
    expect((await fetch(url)).status).toBe(403);
    expect((await fetch(url)).status).toBe(200);
    expect((await fetch(url.replace(/[0-9a-f]{8}\.jsonl/, '00000000.jsonl'))).status).toBe(404);
  });

  it('cut the download', async () => {
    set({ kind: 'bulk_download_cut' });
    const { url } = await client.bulk(BULK);
    await expect(fetch(url).then((answer) => answer.text())).rejects.toThrow();
    expect((await fetch(url)).status).toBe(200);
  });
});
