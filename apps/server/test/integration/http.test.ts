import { analytics, auth, stores, type Route } from '@xeno/contracts';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { handle, registerRoutes } from '../../src/http/routes.ts';
import { databases } from '../harness/databases.ts';
import { type Account, addTenant, type Frame, register, startFrame } from './identity-server.ts';

const sqlite = databases[0]!;

let frame: Frame;
let account: Account;
let tenant: string;
beforeAll(async () => {
  frame = await startFrame(sqlite);
  account = await register(frame);
  tenant = await addTenant(frame, account.id);
});
afterAll(() => frame.close());

const problem = (answer: { headers: Record<string, unknown>; json: () => unknown }) => {
  expect(answer.headers['content-type']).toBe('application/problem+json');
  return answer.json() as { status: number; title: string; type: string; code: string; detail: string };
};

describe('problems', () => {
  test('an unknown path below /api, whatever the browser would like', async () => {
    const answer = await frame.app.inject({ url: '/api/nothing', headers: { accept: 'text/html' } });
    expect(answer.statusCode).toBe(404);
    expect(problem(answer)).toEqual({
      type: 'about:blank',
      title: 'Not Found',
      status: 404,
      code: 'not_found',
      detail: expect.any(String),
    });
  });

  test.each([
    ['PUT', '/api/auth/login', 'POST'],
    ['GET', '/api/auth/login', 'POST'],
    ['PATCH', '/api/tenants/12', 'DELETE'],
    ['POST', '/api/analytics/orders-by-date', 'GET, HEAD'],
  ])('%s %s: 405 names what is allowed', async (method, url, allow) => {
    const answer = await frame.app.inject({ method: method as 'GET', url });
    expect(answer.statusCode).toBe(405);
    expect(answer.headers.allow!.split(', ').sort().join(', ')).toBe(allow);
    expect(problem(answer).status).toBe(405);
  });

  test('an unknown error is logged and not told', async () => {
    const answer = await frame.app.inject({ url: '/api/boom' });
    expect(answer.statusCode).toBe(500);
    expect(problem(answer)).toMatchObject({ status: 500, code: 'internal' });
    expect(answer.body).not.toContain('canary');
    expect(frame.logged()).toContain('canary-message');
    expect(frame.logged()).toContain(answer.headers['x-request-id']);
    expect(frame.logged()).not.toMatch(/canary-sql|canary-parameter/);
  });

  test('a URL that cannot be decoded', async () => {
    for (const url of ['/api/%', '/api/tenants/%ff/sync', '/%E0%A4%A']) {
      const answer = await frame.app.inject({ url });
      expect([url, answer.statusCode < 500]).toEqual([url, true]);
      problem(answer);
    }
  });
});

describe('A18: bodies', () => {
  const post = (body: string | Buffer, type = 'application/json', headers: Record<string, string> = {}) =>
    frame.app.inject({ method: 'POST', url: '/api/auth/login', body, headers: { 'content-type': type, ...headers } });
  const right = () => JSON.stringify({ email: account.email, password: account.password });

  test.each<[string, string | Buffer, number, string]>([
    ['cut off', '{"email":', 400, 'malformed_json'],
    ['of nonsense', 'email=a&password=b', 400, 'malformed_json'],
    ['with a NUL in it', '{"email":"a\0","password":"b"}', 400, 'malformed_json'],
    ['that is not UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]), 400, 'bad_input'],
    ['with __proto__', '{"__proto__":{"admin":true},"email":"a","password":"b"}', 400, 'malformed_json'],
    [
      'with a constructor’s prototype',
      '{"constructor":{"prototype":{"a":1}},"email":"a","password":"b"}',
      400,
      'malformed_json',
    ],
    ['nested deeply', '['.repeat(400_000) + ']'.repeat(400_000), 400, 'bad_input'],
    [
      'nested deeply in a field',
      `{"email":${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)},"password":"b"}`,
      400,
      'bad_input',
    ],
    ['that is null', 'null', 400, 'bad_input'],
    ['that is a list', '[]', 400, 'bad_input'],
    ['that is empty', '', 400, 'bad_input'],
    [
      'that is too large',
      JSON.stringify({ email: 'a', password: 'b', x: 'y'.repeat(1_100_000) }),
      413,
      'body_too_large',
    ],
  ])('a body %s', async (_case, body, status, code) => {
    const answer = await post(body);
    expect(answer.statusCode).toBe(status);
    expect(problem(answer)).toMatchObject({ status, code });
  });

  test.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/xml',
    '',
  ])('a body as %s: 415', async (type) => {
    const answer = await post(right(), type);
    expect(answer.statusCode).toBe(415);
    expect(problem(answer)).toMatchObject({ code: 'unsupported_media_type' });
  });

  test('a compressed body is refused, not inflated', async () => {
    const bomb = gzipSync(Buffer.alloc(50_000_000));
    expect(problem(await post(bomb, 'application/json', { 'content-encoding': 'gzip' })).status).toBe(415);
  });

  test('a body in chunks without end is cut at the limit', async () => {
    await frame.app.listen({ host: '127.0.0.1', port: 0 });
    const { port } = frame.app.server.address() as AddressInfo;
    const chunk = `${(65_536).toString(16)}\r\n${'x'.repeat(65_536)}\r\n`;
    const { answer, sent } = await new Promise<{ answer: string; sent: number }>((resolve) => {
      let answer = '';
      let sent = 0;
      const socket = connect(port, '127.0.0.1');
      socket.write(
        'POST /api/auth/login HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n',
      );
      const more = () => {
        if (socket.destroyed || sent > 64 * 65_536) return;
        sent += 65_536;
        socket.write(chunk, () => setImmediate(more));
      };
      more();
      socket.on('data', (data) => (answer += data.toString()));
      socket.on('error', () => undefined);
      socket.on('close', () => resolve({ answer, sent }));
    });
    expect(answer).toMatch(/^HTTP\/1.1 413 /);
    expect(sent).toBeLessThan(64 * 65_536);
  });

  test('A19: both a length and chunks: refused before any route', async () => {
    const { port } = frame.app.server.address() as AddressInfo;
    const answer = await new Promise<string>((resolve) => {
      let text = '';
      const socket = connect(port, '127.0.0.1');
      socket.write(
        'POST /api/auth/login HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\nGET /healthz HTTP/1.1\r\nhost: x\r\n\r\n',
      );
      socket.on('data', (data) => (text += data.toString()));
      socket.on('close', () => resolve(text));
    });
    expect(answer).toMatch(/^HTTP\/1.1 400 /);
    expect(answer).not.toContain('HTTP/1.1 200');
  });
});

describe('routes', () => {
  test('a body may be left out where the contract says so', async () => {
    const sync = (payload?: string, type?: string) =>
      frame.app.inject({
        method: 'POST',
        url: `/api/tenants/${tenant}/sync`,
        payload,
        headers: { ...account.bearer, ...(type && { 'content-type': type }) },
      });
    for (const answer of [await sync(), await sync('', 'application/json'), await sync('{}', 'application/json')]) {
      expect(answer.json()).toMatchObject({ run: { kind: 'incremental' } });
      expect(answer.statusCode).toBe(202);
    }
    expect((await sync('{"kind":"full"}', 'application/json')).json()).toMatchObject({ run: { kind: 'full' } });
    const wrong = await sync('{"kind":"all"}', 'application/json');
    expect(wrong.json()).toMatchObject({
      errors: [{ path: 'kind', message: 'must be one of incremental, full' }],
    });
  });

  test.each([
    ['', '5', null],
    ['&limit=100', '100', null],
    ['&limit=0', null, 'must be at least 1'],
    ['&limit=101', null, 'must be at most 100'],
    ['&limit=3.5', null, 'must be an integer'],
    ['&limit=1e1', null, 'must be an integer'],
    ['&limit=0x5', null, 'must be an integer'],
    ['&limit=', null, 'must be an integer'],
    ['&limit=5;DROP TABLE users', null, 'must be an integer'],
    ['&limit=5&limit=6', null, 'must be an integer'],
  ])('a number in the query: %s', async (query, limit, message) => {
    const url = `/api/analytics/top-customers?tenant_id=${tenant}${query.replaceAll(' ', '%20')}`;
    const answer = await frame.app.inject({ url, headers: account.bearer });
    if (message === null) expect(answer.json()).toMatchObject({ timezone: limit });
    else expect(answer.json()).toMatchObject({ status: 400, errors: [{ path: 'limit', message }] });
  });

  test('an empty answer is empty', async () => {
    const store = await addTenant(frame, account.id);
    const answer = await frame.app.inject({ method: 'DELETE', url: `/api/tenants/${store}`, headers: account.bearer });
    expect([answer.statusCode, answer.body, answer.headers['content-type']]).toEqual([204, '', undefined]);
  });

  test('one without an access policy, or about no tenant, stops the start', () => {
    const { access: _access, ...open } = stores.listTenants;
    const authenticate = () => Promise.reject(new Error());
    const start = (route: Route) => () => registerRoutes(frame.app, [handle(route, () => null)], authenticate);
    expect(start(open as unknown as Route)).toThrow('declares no access policy');
    expect(start({ ...stores.listTenants, access: 'metrics:read' })).toThrow('names none');
  });
});

describe('headers', () => {
  test('A28: what the API says is kept by nobody and framed by nobody', async () => {
    for (const url of ['/api/config', '/api/auth/me', '/api/nothing', `/api/tenants`]) {
      const { headers } = await frame.app.inject({ url, headers: account.bearer });
      expect(headers).toMatchObject({
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'referrer-policy': 'no-referrer',
        'x-request-id': expect.stringMatching(/^[0-9a-f-]{36}$/),
        'content-security-policy': expect.stringContaining("default-src 'none'; script-src 'self'; style-src 'self';"),
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-resource-policy': 'same-origin',
        'permissions-policy': expect.stringContaining('camera=()'),
      });
      expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
      expect(headers).not.toHaveProperty('access-control-allow-origin');
      expect(headers).not.toHaveProperty('x-powered-by');
    }
  });

  test('A28: with https as its address, the cookie and the transport are secured', async () => {
    const secure = await startFrame(sqlite, { APP_URL: 'https://xeno.example.com' });
    const answer = await secure.app.inject({
      method: 'POST',
      url: '/api/auth/register',
      headers: { origin: 'https://xeno.example.com' },
      payload: { name: 'A', email: 'a@example.com', password: 'long enough' },
    });
    expect(answer.cookies[0]).toMatchObject({ name: 'xeno_refresh', secure: true });
    expect(answer.headers['strict-transport-security']).toMatch('max-age');
    await secure.close();
  });

  test('a proxy is believed only when it is trusted', async () => {
    const forwarded = { 'x-forwarded-proto': 'https', 'x-forwarded-for': '203.0.113.9' };
    const payload = { email: account.email, password: account.password };
    const login = await frame.app.inject({ method: 'POST', url: '/api/auth/login', headers: forwarded, payload });
    expect(login.cookies[0]).not.toHaveProperty('secure');
    const addresses = await frame.db.read<{ address: string }>('SELECT address FROM sessions');
    expect(addresses.map(({ address }) => address)).not.toContain('203.0.113.9');
  });
});

test('A25: a limit for all of the API, and for nothing else', async () => {
  const limited = await startFrame(sqlite, { API_REQUESTS_PER_MINUTE: '3' });
  const statuses: number[] = [];
  for (let i = 0; i < 4; i++) statuses.push((await limited.app.inject({ url: '/api/config' })).statusCode);
  expect(statuses).toEqual([200, 200, 200, 429]);
  const answer = await limited.app.inject({ url: '/api/config' });
  expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
  expect(problem(answer)).toMatchObject({ status: 429, code: 'too_many_requests' });
  expect((await limited.app.inject({ url: '/healthz' })).statusCode).toBe(200);
  await limited.close();
});

describe('health', () => {
  test('alive and ready', async () => {
    expect((await frame.app.inject({ url: '/healthz' })).json()).toEqual({ status: 'ok' });
    const ready = await frame.app.inject({ url: '/readyz' });
    expect(ready.json()).toEqual({ status: 'ready', checks: { database: 'ok', migrations: 'ok' } });
  });

  test('not ready says which check failed, and no more', async () => {
    const behind = await startFrame(sqlite);
    await behind.db.transaction((tx) => tx.run("DELETE FROM migrations WHERE name LIKE '0001%'"));
    const answer = await behind.app.inject({ url: '/readyz' });
    expect(answer.statusCode).toBe(503);
    expect(answer.json()).toEqual({ status: 'not ready', checks: { database: 'ok', migrations: 'failed' } });
    expect((await behind.app.inject({ url: '/healthz' })).statusCode).toBe(200);
    await behind.close();
  });
});

describe('documentation', () => {
  interface Operation {
    security?: object[];
    responses: Record<string, { content?: Record<string, { schema: object }> }>;
  }
  let document: {
    openapi: string;
    paths: Record<string, Record<string, Operation>>;
    components: { securitySchemes: object };
  };
  beforeAll(async () => void (document = (await frame.app.inject({ url: '/api/docs/json' })).json()));

  test('is OpenAPI 3.1 and lists the contracts, and nothing else', () => {
    expect(document.openapi).toBe('3.1.0');
    const told = Object.entries(document.paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const served = [...Object.values(auth), ...Object.values(stores), ...Object.values(analytics)].filter(
      (value) => 'path' in value && frame.app.hasRoute({ method: value.method, url: value.path }),
    ) as Route[];
    expect(served.length).toBeGreaterThan(10);
    expect(told.sort()).toEqual(
      served.map(({ method, path }) => `${method} ${path.replace(/:(\w+)/g, '{$1}')}`).sort(),
    );
  });

  test('tells for each what may go wrong and what it needs', () => {
    for (const [path, operations] of Object.entries(document.paths)) {
      for (const operation of Object.values(operations)) {
        const problems = Object.entries(operation.responses).filter(([status]) => Number(status) >= 400);
        expect(problems.length, path).toBeGreaterThan(2);
        for (const [, { content }] of problems) expect(Object.keys(content!)).toEqual(['application/problem+json']);
      }
    }
    const orders = document.paths['/api/analytics/orders-by-date']!.get!;
    expect(orders.security).toEqual([{ accessToken: [] }, { apiToken: [] }]);
    expect(Object.keys(orders.responses)).toEqual(expect.arrayContaining(['200', '400', '401', '404', '429', '500']));
    expect(document.paths['/api/auth/login']!.post!.security).toEqual([]);
    expect(document.components.securitySchemes).toHaveProperty('accessToken.scheme', 'bearer');
    expect(JSON.stringify(document)).not.toContain('"nullable"');
  });

  test('A28: is a page that its content security policy lets run', async () => {
    const page = await frame.app.inject({ url: '/api/docs', headers: { accept: 'text/html' } });
    expect(page.statusCode).toBe(200);
    expect(page.body).not.toMatch(/<script>|<script [^>]*>[^<\s]/);
    for (const [, url] of page.body.matchAll(/(?:src|href)="([^"]+)"/g)) {
      const target = new URL(url!, 'http://localhost/api/docs').pathname;
      expect([target, (await frame.app.inject({ url: target })).statusCode]).toEqual([target, 200]);
    }
  });
});

describe('the dashboard', () => {
  const get = (url: string, headers: Record<string, string> = { accept: 'text/html,*/*' }) =>
    frame.app.inject({ url, headers });
  let dist: string;
  beforeAll(async () => {
    dist = (await frame.db.read<{ file: string }>('PRAGMA database_list'))[0]!.file.replace('xeno.db', 'dist');
  });

  test('says what to do while it is not built', async () => {
    const page = await get('/');
    expect(page.statusCode).toBe(503);
    expect(page.body).toContain('npm start');
  });

  test('A28: answers at the address of any page with a nonce of its own, and asks again each time', async () => {
    await mkdir(`${dist}/assets`, { recursive: true });
    await writeFile(`${dist}/index.html`, '<!doctype html><title>Xeno</title><meta nonce="{{nonce}}">');
    const nonces = new Set<string>();
    await writeFile(`${dist}/assets/app-1a2b.js`, 'export {}');
    for (const url of ['/', '/index.html', '/stores/12?from=2026-01-01', '/login']) {
      const page = await get(url);
      expect([url, page.statusCode, page.headers['cache-control']]).toEqual([url, 200, 'no-cache']);
      expect(page.body).toContain('<title>Xeno</title>');
      const policy = page.headers['content-security-policy'] as string;
      const nonce = /style-src 'self' 'nonce-([\w+/]{22}==)'/.exec(policy)![1]!;
      expect(page.body).toContain(`<meta nonce="${nonce}">`);
      expect(policy).not.toMatch(/unsafe|\*|script-src[^;]*nonce/);
      nonces.add(nonce);
    }
    expect(nonces.size).toBe(4);
    const asset = await get('/assets/app-1a2b.js');
    expect(asset.headers['cache-control']).toBe('public, max-age=31536000, immutable');
    expect(asset.headers['content-type']).toMatch('javascript');
    await rm(dist, { recursive: true });
  });

  test('is no answer to a missing asset, to a program, or to the way out of its folder', async () => {
    expect((await get('/assets/old.js')).statusCode).toBe(404);
    expect((await get('/stores/12', { accept: 'application/json' })).statusCode).toBe(404);
    expect((await get('/..%2fxeno.db', {})).statusCode).toBe(404);
    expect((await get('/%2e%2e/secrets.json', {})).statusCode).toBe(404);
  });
});
