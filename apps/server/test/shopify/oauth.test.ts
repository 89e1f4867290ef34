import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { authorizeUrl, exchangeCode, refreshTokens, verifyCallback } from '../../src/shopify/oauth.ts';
import { json, networkError, scriptedFetch } from './doubles.ts';
import { official } from './official.ts';

const GOLDEN = {
  code: '0907a61c0c8d55e99db179b68161bc00',
  shop: 'some-shop.myshopify.com',
  state: '0.6784241404160823',
  timestamp: '1337178173',
  hmac: '700e2dadb827fcc8609e9d5ce208b2e9cdaab9df07390d2cbca10d7c328fc4bf',
};
const at = { now: 1337178173_000 };

function sign(query: Record<string, string>, secret = 'hush'): Record<string, string> {
  const pairs = Object.entries(query).sort(([a], [b]) => (a < b ? -1 : 1));
  const text = new URLSearchParams(pairs).toString().replaceAll('+', '%20');
  return { ...query, hmac: createHmac('sha256', secret).update(text).digest('hex') };
}

afterEach(() => vi.useRealTimers());

describe('verifyCallback', () => {
  it("accepts Shopify's own example", () => {
    expect(verifyCallback(GOLDEN, ['hush'], at)).toEqual({
      ok: true,
      shop: GOLDEN.shop,
      code: GOLDEN.code,
      state: GOLDEN.state,
      timestamp: new Date(at.now),
    });
  });

  it('tries several secrets, and none is not enough', () => {
    expect(verifyCallback(GOLDEN, ['new', 'hush'], at).ok).toBe(true);
    expect(verifyCallback(GOLDEN, ['new'], at)).toEqual({ ok: false, reason: 'bad_hmac' });
    expect(verifyCallback(GOLDEN, [], at)).toEqual({ ok: false, reason: 'bad_hmac' });
  });

  it.each(['code', 'shop', 'state', 'timestamp'] as const)('A11: refuses a changed %s', (key) => {
    expect(verifyCallback({ ...GOLDEN, [key]: `${GOLDEN[key]}1` }, ['hush'], at)).toEqual({
      ok: false,
      reason: 'bad_hmac',
    });
  });

  it('refuses an added parameter, and a forged, short or missing hmac', () => {
    expect(verifyCallback({ ...GOLDEN, host: 'x' }, ['hush'], at)).toEqual({ ok: false, reason: 'bad_hmac' });
    for (const hmac of ['0'.repeat(64), GOLDEN.hmac.slice(1), GOLDEN.hmac.toUpperCase(), 'ü'.repeat(32)]) {
      expect(verifyCallback({ ...GOLDEN, hmac }, ['hush'], at)).toEqual({ ok: false, reason: 'bad_hmac' });
    }
    for (const key of ['code', 'shop', 'state', 'timestamp', 'hmac']) {
      const { [key]: _, ...rest } = GOLDEN as Record<string, string>;
      expect(verifyCallback(rest, ['hush'], at)).toEqual({ ok: false, reason: 'missing_parameter' });
    }
  });

  it('A11: refuses parameters that came twice, as arrays or as objects', () => {
    expect(verifyCallback({ ...GOLDEN, shop: [GOLDEN.shop, 'evil.myshopify.com'] }, ['hush'], at)).toEqual({
      ok: false,
      reason: 'repeated_parameter',
    });
    expect(verifyCallback({ ...GOLDEN, 'shop[]': 'evil.myshopify.com' }, ['hush'], at)).toEqual({
      ok: false,
      reason: 'repeated_parameter',
    });
    expect(verifyCallback({ ...GOLDEN, shop: { a: 'b' } }, ['hush'], at)).toEqual({ ok: false, reason: 'malformed' });
  });

  it('does not take one parameter for two', () => {
    const { hmac } = sign({ code: 'a', shop: 'b.myshopify.com', state: 's', timestamp: '1337178173' });
    const merged = {
      code: 'a&shop=b.myshopify.com',
      shop: 'b.myshopify.com',
      state: 's',
      timestamp: '1337178173',
      hmac,
    };
    expect(verifyCallback(merged, ['hush'], at)).toEqual({ ok: false, reason: 'bad_hmac' });
  });

  it('refuses what is older than a day, or than the setting, or from the future', () => {
    const day = 86_400_000;
    expect(verifyCallback(GOLDEN, ['hush'], { now: at.now + day }).ok).toBe(true);
    expect(verifyCallback(GOLDEN, ['hush'], { now: at.now + day + 1 })).toEqual({ ok: false, reason: 'expired' });
    expect(verifyCallback(GOLDEN, ['hush'], { now: at.now - day - 1 })).toEqual({ ok: false, reason: 'expired' });
    expect(verifyCallback(GOLDEN, ['hush'], { now: at.now + 61_000, maxAgeSeconds: 60 }).ok).toBe(false);
  });

  it('refuses a shop that is none, even well signed', () => {
    for (const shop of ['evil.com', 'a.myshopify.com.evil', 'SOME.myshopify.com', 'name', 'a.myshopify.com\n']) {
      expect(verifyCallback(sign({ ...GOLDEN, shop, hmac: '' }), ['hush'], at).ok).toBe(false);
      const { hmac: _, ...rest } = GOLDEN;
      expect(verifyCallback(sign({ ...rest, shop }), ['hush'], at)).toEqual({ ok: false, reason: 'bad_shop' });
    }
  });

  it('takes what the official library takes, whatever the values, and nothing tampered with', async () => {
    vi.useFakeTimers({ now: at.now, toFake: ['Date'] });
    const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 12 }).filter((value) => value.isWellFormed());
    await fc.assert(
      fc.asyncProperty(text, text, text, text, async (code, state, host, other) => {
        const query = sign({ code, state, host, shop: GOLDEN.shop, timestamp: GOLDEN.timestamp });
        expect(await official.utils.validateHmac(query)).toBe(true);
        expect(verifyCallback(query, ['hush'], at).ok).toBe(true);
        for (const key of ['code', 'state', 'host'].filter((name) => query[name] !== other)) {
          const tampered = { ...query, [key]: other };
          expect(await official.utils.validateHmac(tampered)).toBe(false);
          expect(verifyCallback(tampered, ['hush'], at)).toEqual({ ok: false, reason: 'bad_hmac' });
        }
      }),
      { numRuns: 500 },
    );
  });

  it('takes values signed as documented, with only the separators escaped', () => {
    const text = 'code=a%26b%25c&host=YWI=&shop=some-shop.myshopify.com&state=s +/=&timestamp=1337178173';
    const hmac = createHmac('sha256', 'hush').update(text).digest('hex');
    const { shop, timestamp } = GOLDEN;
    const query = { code: 'a&b%c', host: 'YWI=', shop, state: 's +/=', timestamp, hmac };
    expect(verifyCallback(query, ['hush'], at)).toMatchObject({ ok: true, code: 'a&b%c', state: 's +/=' });
    expect(verifyCallback({ ...query, code: 'a', b: 'c' }, ['hush'], at).ok).toBe(false);
  });
});

describe('authorizeUrl', () => {
  it('asks for an offline token with the state, at Shopify or the stand-in', () => {
    const request = {
      apiKey: 'key',
      shop: 'a.myshopify.com',
      scopes: ['read_orders', 'read_customers'],
      redirectUri: 'https://xeno.example/api/shopify/callback',
      state: 's+t/a te',
    };
    const url = new URL(authorizeUrl(request));
    expect(url.origin + url.pathname).toBe('https://a.myshopify.com/admin/oauth/authorize');
    expect(Object.fromEntries(url.searchParams)).toEqual({
      client_id: 'key',
      scope: 'read_orders,read_customers',
      redirect_uri: request.redirectUri,
      state: request.state,
    });
    expect(authorizeUrl({ ...request, sandboxUrl: 'http://127.0.0.1:1' })).toMatch(
      /^http:\/\/127\.0\.0\.1:1\/a\.myshopify\.com\/admin\/oauth\/authorize\?/,
    );
  });
});

describe('exchanging for tokens', () => {
  const app = { apiKey: 'key', apiSecret: 'hush', shop: 'a.myshopify.com', now: 1_000_000 };
  const answer = {
    access_token: 'shpat_1',
    scope: 'read_orders,read_customers',
    expires_in: 3600,
    refresh_token: 'shprt_1',
    refresh_token_expires_in: 7_776_000,
  };

  it('sends forms and reads scopes and dates', async () => {
    const { fetch, sent } = scriptedFetch(json(answer));
    expect(await exchangeCode({ ...app, fetch, code: 'c' })).toEqual({
      kind: 'tokens',
      tokens: {
        accessToken: 'shpat_1',
        scopes: ['read_orders', 'read_customers'],
        expiresAt: new Date(1_000_000 + 3_600_000),
        refreshToken: 'shprt_1',
        refreshExpiresAt: new Date(1_000_000 + 7_776_000_000),
      },
      date: new Date(1_000_000),
    });
    await refreshTokens({ ...app, fetch, refreshToken: 'shprt_0' });
    expect(sent.map(({ url }) => url)).toEqual(Array(2).fill('https://a.myshopify.com/admin/oauth/access_token'));
    expect(sent[0]?.headers.get('content-type')).toBe('application/x-www-form-urlencoded');
    expect(String(sent[0]?.body)).toBe('client_id=key&client_secret=hush&code=c&expiring=1');
    expect(String(sent[1]?.body)).toBe(
      'client_id=key&client_secret=hush&grant_type=refresh_token&refresh_token=shprt_0',
    );
  });

  it('reads permanent tokens too', async () => {
    const { fetch } = scriptedFetch(json({ access_token: 'shpat_p', scope: 'read_orders' }));
    expect(await exchangeCode({ ...app, fetch, code: 'c' })).toMatchObject({
      kind: 'tokens',
      tokens: { expiresAt: null, refreshToken: null, refreshExpiresAt: null },
    });
  });

  it.each([
    [new Response('<html>no</html>', { status: 401 }), { kind: 'refused' }],
    [json({ error: 'invalid_request' }, { status: 400 }), { kind: 'refused' }],
    [new Response('', { status: 402 }), { kind: 'unavailable', reason: 'frozen' }],
    [new Response('', { status: 423 }), { kind: 'unavailable', reason: 'locked' }],
    [new Response('', { status: 429, headers: { 'retry-after': '2.0' } }), { kind: 'retry', waitMs: 2000 }],
    [new Response('', { status: 503 }), { kind: 'retry', waitMs: undefined }],
    [new Response('', { status: 302, headers: { location: 'https://evil.example/' } }), { kind: 'retry' }],
    [new Response('<html>hello</html>'), { kind: 'retry' }],
    [json({ scope: 'read_orders' }), { kind: 'retry' }],
    [json({ access_token: 'fits into\nno header', scope: 'read_orders' }), { kind: 'retry' }],
    [networkError('ECONNRESET'), { kind: 'retry', reason: 'ECONNRESET' }],
  ])('tells a dead token from a passing fault (%#)', async (reply, expected) => {
    const { fetch } = scriptedFetch(reply);
    expect(await refreshTokens({ ...app, fetch, refreshToken: 'r' })).toMatchObject(expected);
  });

  it('gives up a request that hangs', async () => {
    const fetch: typeof globalThis.fetch = (_url, init) =>
      new Promise((_resolve, reject) =>
        init?.signal?.addEventListener('abort', () => reject(init.signal?.reason as Error)),
      );
    expect(await refreshTokens({ ...app, fetch, refreshToken: 'r', timeoutMs: 5 })).toMatchObject({
      kind: 'retry',
      reason: 'time-out',
    });
  });
});
