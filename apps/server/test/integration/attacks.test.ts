import { type AddressInfo, connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { databases } from '../harness/databases.ts';
import { type Frame, startFrame } from './identity-server.ts';
import { type Browser, onEachDatabase, startWorld, type World } from './world.ts';

/** An operation of the OpenAPI document, as far as these tests read it. */
interface Operation {
  method: string;
  path: string;
  parameters: { name: string; in: string; schema: { type?: string } }[];
  /** The fields of its body; null where it takes none. */
  fields: string[] | null;
}

async function operationsOf(browser: Browser): Promise<Operation[]> {
  interface Told {
    parameters?: Operation['parameters'];
    requestBody?: { content: Record<string, { schema: { properties?: object } }> };
  }
  const { paths } = await browser.get<{ paths: Record<string, Record<string, Told>> }>('/api/docs/json');
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { parameters = [], requestBody }]) => {
      const schema = requestBody?.content['application/json']?.schema;
      const fields = requestBody ? Object.keys(schema?.properties ?? {}) : null;
      return { method: method.toUpperCase(), path, parameters, fields };
    }),
  );
}

const SQL = [
  "' OR '1'='1",
  "'; DROP TABLE users; --",
  '1 OR 1=1',
  '1) UNION SELECT password, email, 1, 1 FROM users --',
  "1' AND (SELECT 1 FROM (SELECT SLEEP(5))x) --",
  '"; DELETE FROM memberships; --',
  "2026-01-01' OR '1'=\"1",
  '1700000000000-1 OR 1=1',
  '%27%20OR%201=1',
  '\\',
  '/**/',
];

onEachDatabase('attacks', (engine) => {
  let world: World;
  let ada: Browser;
  let bob: Browser;
  let id: string;
  let operations: Operation[];

  beforeAll(async () => {
    world = await startWorld(engine, { sandbox: { size: 40 } });
    [ada, bob] = [await world.register(), await world.register()];
    id = await ada.fill('attacked.myshopify.com');
    operations = await operationsOf(ada);
  });
  afterAll(() => world?.close());

  /** Where an operation is asked about the store of these tests. */
  const addressOf = ({ path, parameters }: Operation, query: Record<string, string> = {}) => {
    const named = parameters.some((parameter) => parameter.in === 'query' && parameter.name === 'tenant_id');
    const search = new URLSearchParams({ ...(named && { tenant_id: id }), ...query }).toString();
    return `${path.replace('{id}', id).replaceAll(/\{\w+\}/g, '1')}${search && `?${search}`}`;
  };
  const isStream = ({ path }: Operation) => path.endsWith('/events');
  const reads = () => operations.filter((operation) => operation.method === 'GET' && !isStream(operation));

  test('A13: no redirect leads to another origin, whatever the callback or a path says', async () => {
    const own = new URL(world.url).origin;
    const evil = 'https://evil.example/';
    const queries = ['shop', 'state', 'code', 'host', 'return_to', 'redirect', 'redirect_uri', 'next', 'error'].flatMap(
      (name) =>
        [evil, '//evil.example', '/\\evil.example', 'evil.example#.myshopify.com', 'a\r\nlocation: x'].map(
          (value) => `/api/shopify/callback?${new URLSearchParams({ [name]: value }).toString()}`,
        ),
    );
    for (const path of queries) {
      const { status, headers } = await ada.call('GET', path);
      expect([path, status]).toEqual([path, 302]);
      const location = headers.get('location')!;
      expect(location).toMatch(/^\/stores\/connect-error\?/);
      expect(new URL(location, own).origin).toBe(own);
    }
    for (const path of [
      '//evil.example',
      '//evil.example/..',
      '/%5cevil.example',
      '/%2f%2fevil.example/',
      '/api/docs//evil.example/..',
    ]) {
      const answer = await fetch(own + path, { redirect: 'manual', headers: { accept: 'text/html' } });
      const location = answer.headers.get('location');
      expect([path, location === null || new URL(location, own).origin === own]).toEqual([path, true]);
    }
  });

  test('A20: SQL in filters, cursors, dates and ids is data, or refused', async () => {
    const counts = () =>
      world.db.read(
        `SELECT (SELECT COUNT(*) FROM users) AS users, (SELECT COUNT(*) FROM memberships) AS members,
                (SELECT COUNT(*) FROM orders) AS orders, (SELECT COUNT(*) FROM tenants) AS tenants`,
      );
    const before = await counts();
    let tried = 0;
    for (const operation of reads()) {
      for (const parameter of operation.parameters) {
        for (const payload of SQL) {
          const path =
            parameter.in === 'path'
              ? addressOf({
                  ...operation,
                  path: operation.path.replace(`{${parameter.name}}`, encodeURIComponent(payload)),
                })
              : addressOf(operation, { [parameter.name]: payload });
          const since = performance.now();
          const answer = await ada.call<{ data?: unknown[] }>('GET', path);
          tried++;
          expect([path, [200, 400, 404].includes(answer.status)]).toEqual([path, true]);
          // a filter by a text that is nowhere finds nothing
          const found = /csv/.test(answer.headers.get('content-type') ?? '')
            ? answer.text.trim().split('\n').slice(1)
            : answer.body.data;
          if (answer.status === 200) expect([path, found]).toEqual([path, []]);
          expect(performance.now() - since).toBeLessThan(4_500);
        }
      }
    }
    for (const operation of operations.filter(({ fields }) => fields !== null && fields.length > 0)) {
      for (const payload of SQL) {
        const body = Object.fromEntries(operation.fields!.map((field) => [field, payload]));
        const answer = await ada.call(operation.method, addressOf(operation), body);
        tried++;
        // a name may be anything, and is kept as it is
        if (operation.path === '/api/auth/me') {
          expect(answer.body).toMatchObject({ user: { name: payload.trim() } });
          continue;
        }
        expect([operation.path, payload, answer.status < 500, answer.status >= 400]).toEqual([
          operation.path,
          payload,
          true,
          true,
        ]);
      }
    }
    expect(tried).toBeGreaterThan(200);
    expect(await counts()).toEqual(before);
  });

  test('A21: fields and parameters that a route does not know are refused, those that would grant something above all', async () => {
    const granting = ['id', 'tenant_id', 'tenantId', 'user_id', 'userId', 'role', 'isAdmin', 'status', 'access_token'];
    const taking = operations.filter(
      ({ fields, path }) => fields !== null && !path.startsWith('/api/shopify/webhooks'),
    );
    expect(taking.length).toBeGreaterThan(3);
    for (const operation of taking) {
      const foreign = granting.filter((name) => !operation.fields!.includes(name));
      const send = (names: string[]) =>
        ada.call<{ errors: { path: string; message: string }[] }>(
          operation.method,
          addressOf(operation),
          Object.fromEntries(names.map((name) => [name, 'admin'])),
        );
      for (const name of foreign) {
        const answer = await send([...operation.fields!, name]);
        expect([operation.path, answer.status]).toEqual([operation.path, 400]);
        expect(answer.body.errors).toContainEqual({ path: name, message: 'is not known here' });
      }
      // no number of wrong fields gets one through
      const many = Array.from({ length: 50 }, (_, i) => `x${i}`);
      expect([operation.path, (await send([...many, ...operation.fields!])).status]).toEqual([operation.path, 400]);
    }
    for (const operation of reads().filter(({ parameters }) => parameters.some((one) => one.in === 'query'))) {
      for (const name of ['role', 'user_id', 'tenant_id[]', 'admin', '__proto__[a]']) {
        if (operation.parameters.some((known) => known.name === name)) continue;
        const path = addressOf(operation, { [name]: '1' });
        expect([path, (await ada.call('GET', path)).status]).toEqual([path, 400]);
      }
    }
  });

  test('A22: what merchants write is given as JSON that no browser takes for a page', async () => {
    const name = '<img src=x onerror=alert(1)><script>alert(2)</script>';
    await world.db.transaction(async (tx) => {
      await tx.run('UPDATE tenants SET store_name = ? WHERE id = ?', [name, BigInt(id)]);
    });
    const answer = await ada.call<{ storeName: string }>('GET', `/api/tenants/${id}`, undefined, {
      accept: 'text/html',
    });
    expect(answer.body.storeName).toBe(name);
    expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    expect(answer.headers.get('content-security-policy')).toMatch(/default-src 'none'; script-src 'self';/);
    expect(answer.headers.get('content-security-policy')).not.toMatch(/unsafe/);
    // nor does an error give back what it was sent
    const echo = await ada.call('GET', `/api/tenants/${encodeURIComponent(name)}`, undefined, { accept: 'text/html' });
    expect([echo.status, echo.text.includes('onerror')]).toEqual([404, false]);
  });

  test('A24: no other origin may read an answer, and none is told that it may ask', async () => {
    for (const origin of ['null', 'https://evil.example', `${new URL(world.url).origin}.evil.example`, 'file://']) {
      for (const { path, method } of operations) {
        const preflight = await fetch(world.url + path.replaceAll(/\{\w+\}/g, '1'), {
          method: 'OPTIONS',
          headers: {
            origin,
            'access-control-request-method': method,
            'access-control-request-headers': 'authorization',
          },
        });
        await preflight.arrayBuffer();
        expect([path, preflight.ok]).toEqual([path, false]);
        for (const [header] of preflight.headers) expect(header).not.toMatch(/^access-control-/);
      }
      const answer = await ada.call('GET', `/api/tenants/${id}`, undefined, { origin });
      for (const [header] of answer.headers) expect(header).not.toMatch(/^access-control-/);
    }
  });

  test('A28: every answer of the API is kept by nobody, sniffed by nobody and framed by nobody', async () => {
    for (const operation of reads()) {
      for (const browser of [ada, bob]) {
        const { headers } = await browser.call('GET', addressOf(operation));
        expect([operation.path, headers.get('cache-control')]).toEqual([operation.path, 'no-store']);
        expect(headers.get('x-content-type-options')).toBe('nosniff');
        expect(headers.get('x-frame-options')).toBe('DENY');
        expect(headers.get('referrer-policy')).toBe('no-referrer');
        expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
      }
    }
    const { status, headers } = await ada.call('POST', '/api/shopify/webhooks', { id: 1 });
    expect([status, headers.get('cache-control')]).toEqual([401, 'no-store']);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
  });

  test('A31: what one user was given is never given to another, not even as “unchanged”', async () => {
    const routes = reads().filter(({ path, parameters }) => {
      return path.includes('{id}') || parameters.some(({ name }) => name === 'tenant_id');
    });
    expect(routes.length).toBeGreaterThan(5);
    for (const operation of routes) {
      const path = addressOf(operation);
      const mine = await ada.call('GET', path);
      expect([mine.headers.get('etag'), mine.headers.get('last-modified')]).toEqual([null, null]);
      const theirs = await bob.call('GET', path, undefined, {
        'if-none-match': '*',
        'if-modified-since': new Date().toUTCString(),
      });
      expect([path, theirs.status]).toEqual([path, 404]);
      if (mine.status === 200) expect((await ada.call('GET', path)).status).toBe(200);
    }
  });
});

describe('broken and slow clients', () => {
  let frame: Frame;
  let port: number;
  beforeAll(async () => {
    frame = await startFrame(databases[0]!, { HEADERS_SECONDS: '1', REQUEST_SECONDS: '2' });
    await frame.app.listen({ host: '127.0.0.1', port: 0 });
    ({ port } = frame.app.server.address() as AddressInfo);
  });
  afterAll(() => frame.close());

  /** All that the server says until it closes the connection. `send` writes as it likes. */
  const converse = (send: (socket: Socket) => void) =>
    new Promise<string>((resolve) => {
      let said = '';
      const socket = connect(port, '127.0.0.1', () => send(socket));
      socket.on('data', (data) => (said += data.toString()));
      socket.on('error', () => {});
      socket.on('close', () => resolve(said));
    });
  /** Writes piece after piece, never quite ending. */
  const drip = (head: string) => (socket: Socket) => {
    socket.write(head);
    const timer = setInterval(() => socket.write('x'), 100);
    socket.on('close', () => clearInterval(timer));
  };
  const isUp = async () => (await fetch(`http://127.0.0.1:${port}/healthz`)).status;
  const POST = 'POST /api/auth/login HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n';

  test.each([
    ['the head', 'GET /api/config HTTP/1.1\r\nhost: x\r\nx-slow: '],
    ['the body', `${POST}content-length: 100000\r\n\r\n{`],
    ['the body in chunks', `${POST}transfer-encoding: chunked\r\n\r\n5\r\n{"a":\r\nffff\r\n`],
    ['a webhook', 'POST /api/shopify/webhooks/k HTTP/1.1\r\nhost: x\r\ncontent-length: 100000\r\n\r\n{'],
  ])('A19: who sends %s drop by drop is cut off', async (_what, head) => {
    const since = performance.now();
    const said = await converse(drip(head));
    expect(said === '' || /^HTTP\/1\.1 4\d\d /.test(said)).toBe(true);
    expect(performance.now() - since).toBeLessThan(15_000);
  });

  test('A19: hundreds of slow clients hinder nobody', async () => {
    const slow = Array.from({ length: 300 }, () => converse(drip('GET /api/config HTTP/1.1\r\nhost: x\r\nx-slow: ')));
    await delay(200);
    expect(await isUp()).toBe(200);
    for (const said of await Promise.all(slow)) expect(said === '' || said.startsWith('HTTP/1.1 408 ')).toBe(true);
  });

  const smuggled = 'GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n';
  test.each([
    ['a length and chunks', `${POST}content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n${smuggled}`],
    ['chunks and a length', `${POST}transfer-encoding: chunked\r\ncontent-length: 5\r\n\r\n0\r\n\r\n${smuggled}`],
    ['two lengths', `${POST}content-length: 0\r\ncontent-length: ${smuggled.length}\r\n\r\n${smuggled}`],
    ['a length with a sign', `${POST}content-length: +0\r\n\r\n${smuggled}`],
    ['an unknown encoding at the end', `${POST}transfer-encoding: chunked, x\r\n\r\n0\r\n\r\n${smuggled}`],
    ['a header in two lines', `${POST}x: a\r\n b: c\r\ntransfer-encoding : chunked\r\n\r\n0\r\n\r\n${smuggled}`],
    ['a chunk of a strange size', `${POST}transfer-encoding: chunked\r\n\r\n0x0\r\n\r\n${smuggled}`],
    ['no HTTP at all', '\x16\x03\x01\x02\x00\r\n\r\n'],
  ])('A19: %s: 400 as a problem, and nothing after it is a request', async (_case, text) => {
    const said = await converse((socket) => socket.write(text));
    expect(said).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
    expect(said).toContain('application/problem+json');
    expect(JSON.parse(said.slice(said.indexOf('\r\n\r\n') + 4))).toMatchObject({ status: 400 });
    expect(said.match(/HTTP\/1\.1 /g)).toHaveLength(1);
  });

  test('A18: headers without end: 431', async () => {
    const said = await converse((socket) => {
      socket.write(`GET /api/config HTTP/1.1\r\nhost: x\r\n${'x-header: y\r\n'.repeat(5_000)}`);
    });
    expect(said).toMatch(/^HTTP\/1\.1 431 /);
  });

  test('A18: many bodies without end at once cost no more memory than their limit', async () => {
    const chunk = `10000\r\n${'x'.repeat(65_536)}\r\n`;
    const endless = () =>
      converse((socket) => {
        socket.write(`${POST}transfer-encoding: chunked\r\n\r\n`);
        let left = 1_000;
        const more = () => !socket.destroyed && left-- > 0 && socket.write(chunk, () => setImmediate(more));
        more();
      });
    const before = process.memoryUsage().rss;
    for (const said of await Promise.all(Array.from({ length: 20 }, endless)))
      expect(said).toMatch(/^(HTTP\/1\.1 413 |$)/);
    expect(process.memoryUsage().rss - before).toBeLessThan(300 * 1024 * 1024);
    expect(await isUp()).toBe(200);
  });
});
