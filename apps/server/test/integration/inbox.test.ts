import type { WebhookSummary } from '@xeno/contracts';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createWebhookEndpoint } from '../../src/inbox/endpoint.ts';
import { createReceiver } from '../../src/inbox/receive.ts';
import { dropOldBodies, forgetEvents } from '../../src/inbox/retention.ts';
import { webhooksNaming } from '../../src/ingest/redactions.ts';
import { pendingKeys } from '../../src/ingest/webhook/inbox.ts';
import { createInboxWriter } from '../../src/inbox/writer.ts';
import type { Log } from '../../src/observe/log.ts';
import { addressOf } from './webhooks.ts';
import { type Browser, onEachDatabase, startWorld, type World } from './world.ts';

const SHOP = 'inbox.myshopify.com';
const OLD_SECRET = 'the-secret-before';

onEachDatabase('inbox', (engine) => {
  let world: World;
  let ada: Browser;
  let id: string;
  let key: string;
  let sent = 0;

  beforeAll(async () => {
    world = await startWorld(engine, { env: { SHOPIFY_WEBHOOK_SECRET: `xeno-sandbox-secret,${OLD_SECRET}` } });
    world.sandbox.control.createShop(SHOP, { orders: 20 });
    ada = await world.register();
    id = await ada.fill(SHOP);
    const [row] = await world.db.read<{ webhook_key: string }>('SELECT webhook_key FROM tenants');
    key = row!.webhook_key;
  });
  afterAll(() => world.close());

  /** Sends a webhook to the store's own address, or to `path`; `headers` of null are left out. */
  const send = async (
    body: string | Buffer,
    { origin = world.url, path = `/${key}`, headers = {}, secret = 'xeno-sandbox-secret' } = {} as {
      origin?: string;
      path?: string;
      headers?: Record<string, string | null>;
      secret?: string;
    },
  ) => {
    const all: Record<string, string | null> = {
      'content-type': 'application/json',
      'x-shopify-topic': 'products/delete',
      'x-shopify-hmac-sha256': createHmac('sha256', secret).update(body).digest('base64'),
      'x-shopify-shop-domain': SHOP,
      'x-shopify-webhook-id': `test-${++sent}`,
      'x-shopify-triggered-at': '2026-03-01T10:00:00.123456789Z',
      ...headers,
    };
    const given = Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== null);
    const response = await fetch(`${origin}/api/shopify/webhooks${path}`, { method: 'POST', body, headers: given });
    await response.text();
    return response.status;
  };
  const stored = async (webhookId: string) =>
    Number(
      (
        await world.db.read<{ count: number }>('SELECT COUNT(*) AS count FROM webhook_events WHERE webhook_id = ?', [
          webhookId,
        ])
      )[0]!.count,
    );
  const harmless = '{"id": 999000999}';

  test('F1: a webhook that comes fifty times at once is stored once, and each is answered 200', async () => {
    const headers = { 'x-shopify-webhook-id': 'fifty' };
    const answers = await Promise.all(Array.from({ length: 50 }, () => send(harmless, { headers })));
    expect(new Set(answers)).toEqual(new Set([200]));
    expect(await stored('fifty')).toBe(1);
  });

  test('F6: one that was sent a day ago is taken', async () => {
    const headers = { 'x-shopify-triggered-at': new Date(Date.now() - 86_400_000).toISOString() };
    expect(await send(harmless, { headers })).toBe(200);
  });

  test('A15: a signature that is forged, missing, empty or short is 401', async () => {
    const forged = createHmac('sha256', 'another secret').update(harmless).digest('base64');
    const right = createHmac('sha256', 'xeno-sandbox-secret').update(harmless).digest('base64');
    for (const hmac of [forged, null, '', 'AAAA', right.slice(0, -2), `${right} `.repeat(2), 'ü'.repeat(44)]) {
      const headers = { 'x-shopify-hmac-sha256': hmac, 'x-shopify-webhook-id': 'forged' };
      if (hmac === 'ü'.repeat(44)) continue; // no client sends such a header
      expect([hmac, await send(harmless, { headers })]).toEqual([hmac, 401]);
    }
    expect(await stored('forged')).toBe(0);
    expect(await send('', { headers: { 'x-shopify-hmac-sha256': null } })).toBe(401);
  });

  test('both secrets hold while one is being rotated', async () => {
    expect(await send(harmless, { secret: OLD_SECRET })).toBe(200);
    expect(await send(harmless, { secret: 'a third' })).toBe(401);
  });

  test('A16: a body changed by a byte, or sent in the name of another shop, is 401', async () => {
    const hmac = createHmac('sha256', 'xeno-sandbox-secret').update(harmless).digest('base64');
    expect(await send('{"id": 999000998}', { headers: { 'x-shopify-hmac-sha256': hmac } })).toBe(401);
    for (const shop of ['other.myshopify.com', 'x', null, `${SHOP}.evil.com`, '']) {
      expect([shop, await send(harmless, { headers: { 'x-shopify-shop-domain': shop } })]).toEqual([shop, 401]);
    }
    expect(await send(harmless, { path: '/nobody-has-this-key' })).toBe(401);
    expect(await send(harmless, { headers: { 'x-shopify-shop-domain': SHOP.toUpperCase() } })).toBe(200);
  });

  test('A17: what is replayed with a right signature changes nothing', async () => {
    const before = await ada.overview(id);
    const headers = { 'x-shopify-webhook-id': 'again' };
    for (let i = 0; i < 3; i++) expect(await send(harmless, { headers })).toBe(200);
    expect(await stored('again')).toBe(1);
    expect((await ada.overview(id)).totals).toEqual(before.totals);
  });

  test('A18: too large, in chunks, compressed, deeply nested, __proto__', async () => {
    const large = JSON.stringify({ id: 1, note: 'x'.repeat(4_900_000) });
    expect(await send(large)).toBe(200);
    expect(await send(`${large}${' '.repeat(1_000_000)}`)).toBe(413);
    expect(await send(harmless, { headers: { 'content-encoding': 'gzip' } })).toBe(415);
    const nested = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    expect(await send(nested, { path: '', headers: { 'x-shopify-topic': 'shop/redact' } })).toBe(401);
    expect(await send('{"__proto__": {"admin": true}, "id": 5}')).toBe(200);
    expect(await send('not JSON at all', { headers: { 'content-type': 'text/plain' } })).toBe(200);
    expect(await sendInChunksWithoutEnd()).toBe(413);
  });

  const sendInChunksWithoutEnd = () =>
    new Promise<number>((resolve) => {
      const sending = request(`${world.url}/api/shopify/webhooks/${key}`, { method: 'POST' });
      const chunk = Buffer.alloc(256 * 1024, ' ');
      const more = setInterval(() => sending.write(chunk), 5);
      sending.on('response', (response) => resolve(response.statusCode!));
      sending.on('error', () => {});
      sending.on('close', () => clearInterval(more));
    });

  test('a path that is spelled otherwise leads to the same; refusals are problems, with all headers', async () => {
    const spelled = ['', '?x=1', '?'].map((end) => `/${key}${end}`);
    for (const path of [...spelled, `/%${key.charCodeAt(0).toString(16)}${key.slice(1)}`]) {
      expect([path, await send(harmless, { path })]).toEqual([path, 200]);
      expect([path, await send(`${harmless}${' '.repeat(6_000_000)}`, { path })]).toEqual([path, 413]);
      const refused = await fetch(`${world.url}/api/shopify/webhooks${path}`, { method: 'POST', body: harmless });
      expect([path, refused.status]).toEqual([path, 401]);
      expect(await refused.json()).toMatchObject({ status: 401, code: 'bad_signature', title: 'Unauthorized' });
      const { headers } = refused;
      expect(headers.get('content-type')).toBe('application/problem+json');
      expect(headers.get('www-authenticate')).toBe('HMAC');
      expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
    }
    for (const method of ['GET', 'PUT', 'DELETE']) {
      const refused = await fetch(`${world.url}/api/shopify/webhooks/${key}`, { method });
      expect([method, refused.status, refused.headers.get('allow')]).toEqual([method, 405, 'POST']);
    }
    expect(await send(harmless, { path: `/${key}/more` })).toBe(404);
    expect(await send(harmless, { headers: { 'content-encoding': '' } })).toBe(200);
  });

  test('headers that are missing or too long refuse nothing that is signed', async () => {
    const none = { 'x-shopify-webhook-id': null, 'x-shopify-triggered-at': 'yesterday' };
    const count = async () =>
      (
        await world.db.read<{ count: number }>(
          "SELECT COUNT(*) AS count FROM webhook_events WHERE webhook_id LIKE 'body-%'",
        )
      )[0]!.count;
    expect([await send('{"id": 31}', { headers: none }), await send('{"id": 31}', { headers: none })]).toEqual([
      200, 200,
    ]);
    expect(Number(await count())).toBe(1);
    expect(await send(harmless, { headers: { 'x-shopify-webhook-id': 'x'.repeat(500) } })).toBe(200);
    expect(await send(harmless, { headers: { 'x-shopify-topic': null } })).toBe(400);
    expect(await send(harmless, { headers: { 'x-shopify-topic': 'no topic' } })).toBe(400);
  });

  test('at the app’s own address: compliance topics by the shop in the body, and no others that name none', async () => {
    const compliance = (topic: string, shop: string, header = shop) =>
      send(JSON.stringify({ shop_id: 1, shop_domain: shop, customer: { id: 424242 }, orders_to_redact: [] }), {
        path: '',
        headers: { 'x-shopify-topic': topic, 'x-shopify-shop-domain': header },
      });
    expect(await compliance('customers/redact', SHOP)).toBe(200);
    expect(await compliance('customers/data_request', 'unknown.myshopify.com')).toBe(200);
    expect(await compliance('customers/redact', SHOP, 'unknown.myshopify.com')).toBe(401);
    expect(await send(harmless, { path: '' })).toBe(401);
    // carried out, and their bodies, which name people, are gone
    const carriedOut = async () =>
      world.db.read<{ body: string | null }>(
        "SELECT body FROM webhook_events WHERE topic LIKE 'customers/%' AND status = 'done'",
      );
    while ((await carriedOut()).length < 2) await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await carriedOut()).toEqual([{ body: null }, { body: null }]);
    const shop = JSON.stringify({ id: 1, myshopify_domain: SHOP });
    expect(await send(shop, { path: '', headers: { 'x-shopify-topic': 'shop/update' } })).toBe(200);
    // of a shop that is none of ours there is nothing to keep
    const headers = {
      'x-shopify-topic': 'shop/update',
      'x-shopify-shop-domain': 'unknown.myshopify.com',
      'x-shopify-webhook-id': 'unknown-shop',
    };
    expect(await send('{"myshopify_domain": "unknown.myshopify.com"}', { path: '', headers })).toBe(200);
    expect(await stored('unknown-shop')).toBe(0);
  });

  test('of a store that was disconnected, no more is taken than that it is uninstalled', async () => {
    const shop = 'left.myshopify.com';
    world.sandbox.control.createShop(shop, { orders: 2 });
    const left = await ada.fill(shop);
    const path = `/${new URL(addressOf(world, shop)).pathname.split('/').at(-1)}`;
    expect((await ada.call('DELETE', `/api/tenants/${left}`)).status).toBe(204);
    const sending = (topic: string) =>
      send(harmless, { path, headers: { 'x-shopify-shop-domain': shop, 'x-shopify-topic': topic } });
    // what was known of it before holds for a while
    await expect.poll(() => sending('orders/create'), { timeout: 20_000, interval: 500 }).toBe(409);
    const replay = await ada.call('POST', `/api/tenants/${left}/webhooks/replay`, { status: 'dead' });
    expect(replay.body).toMatchObject({ status: 409, code: 'not_connected' });
    // what is asked for on behalf of people is, all the same
    const columns = [
      'shop_domain',
      'webhook_id',
      'tenant_id',
      'topic',
      'received_at',
      'status',
      'tries',
      'due_at',
      'body',
    ];
    const now = new Date();
    const asked = [shop, 'asked', BigInt(left), 'customers/data_request', now, 'dead', 9, now, harmless];
    const other = [shop, 'other', BigInt(left), 'orders/create', now, 'dead', 9, now, harmless];
    await world.db.transaction((tx) => tx.insert('webhook_events', columns, [asked, other], null));
    const again = await ada.call('POST', `/api/tenants/${left}/webhooks/replay`, { status: 'dead' });
    expect(again.body).toEqual({ replayed: 1 });
    expect(await sending('app/uninstalled')).toBe(200);
    expect(await ada.connect(shop)).toBe(left);
    expect(await sending('orders/delete')).toBe(200);
    await ada.settled(left);
  });

  test('F8: a database that does not commit in time gives 503, never 200; what is sent again is there once', async () => {
    const { promise: stalled, resolve: goOn } = Promise.withResolvers<void>();
    const writer = createInboxWriter({ ...world.db, insert: (insert) => stalled.then(() => world.db.insert(insert)) });
    const secrets = ['xeno-sandbox-secret'];
    const receive = createReceiver({ db: world.db, writer, secrets, answerSeconds: 0.5, hint: () => {} });
    const silent = { debug() {}, warn() {}, error() {} } as unknown as Log;
    const endpoint = createWebhookEndpoint({ receive, log: silent, level: 'debug', headers: {} });
    const server = createServer((asked, answer) => void endpoint.takes(asked, answer)).listen(0, '127.0.0.1');
    try {
      await once(server, 'listening');
      const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      expect(await send('{"id":1}', { origin, headers: { 'x-shopify-webhook-id': 'late' } })).toBe(503);
      expect(await stored('late')).toBe(0);
      goOn();
      await expect.poll(() => stored('late')).toBe(1);
      expect(await send('{"id":1}', { headers: { 'x-shopify-webhook-id': 'late' } })).toBe(200);
      expect(await stored('late')).toBe(1);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });

  test('one bad row hurts no other of its group', async () => {
    const writer = createInboxWriter(world.db);
    const results = await Promise.allSettled(
      ['good-1', 'good-2', 'bad', 'good-3'].map((webhookId) =>
        writer.write(event(webhookId, webhookId === 'bad' ? null! : 'products/delete')),
      ),
    );
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
    expect(await Promise.all(['good-1', 'good-2', 'bad', 'good-3'].map(stored))).toEqual([1, 1, 0, 1]);
  });

  const event = (webhookId: string, topic = 'products/delete') => ({
    shopDomain: SHOP,
    webhookId,
    tenantId: id,
    topic,
    eventId: null,
    apiVersion: null,
    triggeredAt: null,
    receivedAt: Date.now() + 3_600_000,
    body: harmless,
  });

  test('are listed page by page, counted, and shown to members only; bodies to admins', async () => {
    const first = await ada.get<{ data: { webhookId: string }[]; nextCursor: string }>(
      `/api/tenants/${id}/webhooks?limit=3&topic=products/delete`,
    );
    expect(first.data).toHaveLength(3);
    const second = await ada.get<{ data: { webhookId: string }[] }>(
      `/api/tenants/${id}/webhooks?limit=3&topic=products/delete&cursor=${first.nextCursor}`,
    );
    expect(first.data.map((one) => one.webhookId)).not.toContain(second.data[0]!.webhookId);
    const summary = await ada.get<WebhookSummary>(`/api/tenants/${id}/webhooks/summary`);
    expect(summary.receivedLastDay).toBeGreaterThan(10);
    const detail = await ada.get<{ body: string }>(`/api/tenants/${id}/webhooks/fifty`);
    expect(detail.body).toBe(harmless);
    const eve = await world.register();
    for (const path of ['webhooks', 'webhooks/summary', 'webhooks/fifty']) {
      expect((await eve.call('GET', `/api/tenants/${id}/${path}`)).status).toBe(404);
    }
  });

  test('one that was applied keeps when it first was, however often it is replayed', async () => {
    const headers = { 'x-shopify-webhook-id': 'applied' };
    expect(await send(harmless, { headers })).toBe(200);
    type Event = { status: string; finishedAt: string | null; lagSeconds: number | null };
    const event = () => ada.get<Event>(`/api/tenants/${id}/webhooks/applied`);
    const done = async () => {
      await expect.poll(async () => (await event()).status, { timeout: 20_000 }).toBe('done');
      return event();
    };
    const first = await done();
    expect(first.finishedAt).not.toBeNull();
    await ada.call('POST', `/api/tenants/${id}/webhooks/replay`, { webhookIds: ['applied'] });
    expect(await done()).toMatchObject({ finishedAt: first.finishedAt, lagSeconds: first.lagSeconds });
  });

  test('are replayed by id, by status and by period', async () => {
    await world.db.transaction((tx) =>
      tx.run(
        "UPDATE webhook_events SET status = 'dead', finished_at = received_at WHERE webhook_id IN ('fifty', 'again')",
      ),
    );
    const replay = async (body: object) => (await ada.call('POST', `/api/tenants/${id}/webhooks/replay`, body)).body;
    expect(await replay({ webhookIds: ['again', 'never-came'] })).toEqual({ replayed: 1 });
    expect(await replay({ status: 'dead' })).toEqual({ replayed: 1 });
    expect(await replay({ from: '2020-01-01T00:00:00Z', to: '2020-02-01T00:00:00Z' })).toEqual({ replayed: 0 });
    const refused = async (body: object) => {
      const answer = await ada.call<{ errors: object[] }>('POST', `/api/tenants/${id}/webhooks/replay`, body);
      expect(answer.status).toBe(400);
      return answer.body.errors;
    };
    expect(await refused({})).toMatchObject([{ path: 'webhookIds' }]);
    expect(await refused({ webhookIds: [] })).toEqual([{ path: 'webhookIds', message: 'must not be empty' }]);
    expect(await refused({ from: 'monday' })).toMatchObject([{ path: 'from' }]);
    const backwards = { from: '2020-02-01T00:00:00Z', to: '2020-01-01T00:00:00Z' };
    expect(await refused(backwards)).toEqual([{ path: 'from', message: 'must not be after to' }]);
  });

  test('a long period is replayed whole, piece by piece', async () => {
    const at = (second: number) => new Date(Date.UTC(2019, 0, 1, 0, 0, Math.floor(second / 3))); // some at one instant
    await world.db.transaction((tx) =>
      tx.insert(
        'webhook_events',
        ['shop_domain', 'webhook_id', 'tenant_id', 'topic', 'received_at', 'status', 'tries', 'due_at', 'body'],
        Array.from({ length: 1_203 }, (_, i) => [
          SHOP,
          `old-${i}`,
          BigInt(id),
          'themes/publish',
          at(i),
          'done',
          0,
          at(i),
          '{}',
        ]),
        null,
      ),
    );
    const period = { from: '2019-01-01T00:00:00Z', to: '2019-02-01T00:00:00Z' };
    const answer = await ada.call('POST', `/api/tenants/${id}/webhooks/replay`, period);
    expect(answer.body).toEqual({ replayed: 1_203 });
  });

  test('those that are due are found behind a thousand stores whose events are not', async () => {
    const at = new Date();
    const later = new Date(at.getTime() + 3_600_000);
    const first = 7_000_000n;
    const columns = [
      'shop_domain',
      'webhook_id',
      'tenant_id',
      'topic',
      'received_at',
      'status',
      'tries',
      'due_at',
      'body',
    ];
    const rows = Array.from({ length: 1_100 }, (_, i) => {
      const [tries, dueAt] = i < 1_050 ? [1, later] : [0, at];
      return [
        `many-${i}.myshopify.com`,
        `m${i}`,
        first + BigInt(i),
        'orders/create',
        at,
        'pending',
        tries,
        dueAt,
        '{}',
      ];
    });
    const found = await world.db.transaction(async (tx) => {
      await tx.insert('webhook_events', columns, rows, null);
      // nobody else sees them, who would work on them at once
      const keys = await pendingKeys({ ...world.db, read: (sql, params) => tx.query(sql, params) });
      await tx.run("DELETE FROM webhook_events WHERE shop_domain LIKE 'many-%'");
      return keys.filter((key) => /^\d+$/.test(key)).map(BigInt);
    });
    for (let i = 1_050n; i < 1_100n; i++) expect(found).toContain(first + i);
  });

  test('bodies go after a while, then the events; what is pending stays', async () => {
    // nobody is working on them any more
    await expect
      .poll(
        () =>
          world.db.read("SELECT 1 FROM webhook_events WHERE webhook_id LIKE 'good-%' AND status = 'pending' LIMIT 1"),
        { timeout: 30_000 },
      )
      .toEqual([]);
    await world.db.transaction((tx) =>
      tx.run(
        "UPDATE webhook_events SET status = 'done', finished_at = received_at WHERE webhook_id IN ('good-1', 'good-2')",
      ),
    );
    await world.db.insert({
      table: 'webhook_events',
      columns: ['shop_domain', 'webhook_id', 'tenant_id', 'topic', 'received_at', 'status', 'tries', 'due_at', 'body'],
      rows: [[SHOP, 'good-dead', BigInt(id), 'orders/create', new Date(), 'dead', 5, new Date(), '{}']],
      onConflict: null,
    });
    await world.db.transaction((tx) =>
      tx.run("UPDATE webhook_events SET status = 'pending', tries = 1, due_at = ? WHERE webhook_id = 'good-3'", [
        new Date(Date.now() + 3_600_000), // so that nobody processes it meanwhile
      ]),
    );
    const future = new Date(Date.now() + 7_200_000);
    expect(await dropOldBodies(world.db, future)).toBe(false);
    const bodies = await world.db.read<{ webhook_id: string; body: string | null }>(
      "SELECT webhook_id, body FROM webhook_events WHERE webhook_id LIKE 'good-%' ORDER BY webhook_id",
    );
    const kept = bodies.filter(({ body }) => body !== null).map(({ webhook_id }) => webhook_id);
    expect(kept).toEqual(['good-3', 'good-dead']);
    expect(await forgetEvents(world.db, future)).toBe(false);
    expect(await Promise.all(['good-1', 'good-2', 'good-3', 'good-dead'].map(stored))).toEqual([0, 0, 1, 0]);
  });

  test('whom they name is found in all of them, however many there are', async () => {
    const writer = createInboxWriter(world.db);
    const bodyOf = (i: number) => ({ customer: { id: 7_000_000 + i, email: `Person${i}@example.com` } });
    await Promise.all(
      Array.from({ length: 450 }, (_, i) => writer.write({ ...event(`many-${i}`), body: JSON.stringify(bodyOf(i)) })),
    );
    const named = async (ids: string[], contacts: string[] = []) =>
      (await webhooksNaming(world.db, id, { ids, contacts })).map((found) => found.webhook_id).sort();
    expect(await named(['7000000', '7000449'])).toEqual(['many-0', 'many-449']);
    expect(await named(['700000'])).toEqual([]);
    expect(await named([], ['PERSON77@example.com'])).toEqual(['many-77']);
  });
});
