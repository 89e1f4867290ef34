import { createHmac, timingSafeEqual } from 'node:crypto';
import { shopUrl, type ShopifyOrigin } from './origin.ts';
import { networkReason, retryAfterMs } from './retry.ts';
import { parseShopDomain } from './shop-domain.ts';

export interface AppCredentials extends ShopifyOrigin {
  apiKey: string;
  apiSecret: string;
}

/** Offline tokens of one shop. Expiring ones have dates and a refresh token, old permanent ones have none. */
export interface ShopTokens {
  accessToken: string;
  scopes: string[];
  expiresAt: Date | null;
  refreshToken: string | null;
  refreshExpiresAt: Date | null;
}

/** Where to send the browser so that the shop's user grants access (authorization code grant, offline token). */
export function authorizeUrl(
  request: ShopifyOrigin & {
    apiKey: string;
    shop: string;
    scopes: readonly string[];
    redirectUri: string;
    state: string;
  },
): string {
  const url = shopUrl(request, request.shop, '/admin/oauth/authorize');
  url.search = new URLSearchParams({
    client_id: request.apiKey,
    scope: request.scopes.join(','),
    redirect_uri: request.redirectUri,
    state: request.state,
  }).toString();
  return url.toString();
}

export type CallbackVerdict =
  | { ok: true; shop: string; code: string; state: string; timestamp: Date }
  | {
      ok: false;
      reason: 'malformed' | 'repeated_parameter' | 'missing_parameter' | 'bad_hmac' | 'bad_shop' | 'expired';
    };

/**
 * Judges the query of Shopify's redirect to the callback. `query` holds decoded values, as a query parser gives them;
 * a parameter that came twice or as an array is refused. `secrets` are tried in their order, the newest first.
 * The state is returned, not judged: it belongs to the user's session.
 */
export function verifyCallback(
  query: Readonly<Record<string, unknown>>,
  secrets: readonly string[],
  { now, maxAgeSeconds = 86_400 }: { now: number; maxAgeSeconds?: number },
): CallbackVerdict {
  const values = new Map<string, string>();
  for (const [key, value] of Object.entries(query)) {
    if (Array.isArray(value) || key.includes('[')) return { ok: false, reason: 'repeated_parameter' };
    if (typeof value !== 'string') return { ok: false, reason: 'malformed' };
    values.set(key, value);
  }
  const [code, hmac, shop, state, timestamp] = ['code', 'hmac', 'shop', 'state', 'timestamp'].map((key) =>
    values.get(key),
  );
  if (!code || !hmac || !shop || !state || !timestamp) return { ok: false, reason: 'missing_parameter' };

  const messages = signedMessages(values);
  // All are computed and compared, so that the time tells nothing about which secret it was.
  const signed = secrets.flatMap((secret) =>
    messages.map((message) => sameDigest(hmac, createHmac('sha256', secret).update(message).digest('hex'))),
  );
  if (!signed.includes(true)) return { ok: false, reason: 'bad_hmac' };

  const domain = parseShopDomain(shop);
  if (!domain.ok || domain.shop !== shop) return { ok: false, reason: 'bad_shop' };
  if (!/^\d{1,12}$/.test(timestamp)) return { ok: false, reason: 'malformed' };
  const at = Number(timestamp) * 1000;
  if (Math.abs(now - at) > maxAgeSeconds * 1000) return { ok: false, reason: 'expired' };
  return { ok: true, shop, code, state, timestamp: new Date(at) };
}

/**
 * Shopify signs `key=value` pairs sorted by key and joined by `&`. The documentation escapes only `%`, `&` and a key's
 * `=`, the official library percent-encodes everything: values as Shopify sends them come out the same. Both are taken,
 * since neither lets one parameter pass for two.
 */
function signedMessages(values: ReadonlyMap<string, string>): string[] {
  const pairs = [...values].filter(([key]) => key !== 'hmac' && key !== 'signature');
  pairs.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  const escape = (text: string) => text.replaceAll('%', '%25').replaceAll('&', '%26');
  return [
    new URLSearchParams(pairs).toString().replaceAll('+', '%20'),
    pairs.map(([key, value]) => `${escape(key).replaceAll('=', '%3D')}=${escape(value)}`).join('&'),
  ];
}

function sameDigest(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given, 'utf8'), Buffer.from(expected, 'utf8')];
  return a.length === b.length && timingSafeEqual(a, b);
}

export type TokenAnswer =
  /** `date`: Shopify's clock when it answered, or ours where it does not tell. */
  | { kind: 'tokens'; tokens: ShopTokens; date: Date }
  /** Shopify refused for good: the code is used or wrong, or the refresh token is dead. */
  | { kind: 'refused'; reason: string }
  /** The shop is frozen (402) or locked (423); its tokens may well live. */
  | { kind: 'unavailable'; reason: 'frozen' | 'locked' }
  /** Shopify could not answer now; the same request may be sent again. */
  | { kind: 'retry'; reason: string; waitMs?: number | undefined };

interface TokenRequest extends AppCredentials {
  shop: string;
  fetch?: typeof fetch;
  /** Milliseconds since 1970; the tokens' dates count from the moment before the request, never later. */
  now: number;
  timeoutMs?: number;
  signal?: AbortSignal;
}

/** Exchanges the callback's code for tokens that expire. The code works once. */
export function exchangeCode(request: TokenRequest & { code: string }): Promise<TokenAnswer> {
  return requestTokens(request, { code: request.code, expiring: '1' });
}

/**
 * Exchanges the refresh token for a new pair. Both rotate; until the new refresh token is first used, the previous one
 * may be sent again and gives a pair again, so an answer that was lost is no harm.
 */
export function refreshTokens(request: TokenRequest & { refreshToken: string }): Promise<TokenAnswer> {
  return requestTokens(request, { grant_type: 'refresh_token', refresh_token: request.refreshToken });
}

async function requestTokens(request: TokenRequest, grant: Record<string, string>): Promise<TokenAnswer> {
  const timeout = AbortSignal.timeout(request.timeoutMs ?? 20_000);
  const signal = request.signal ? AbortSignal.any([request.signal, timeout]) : timeout;
  let response: Response;
  let text: string;
  try {
    response = await (request.fetch ?? fetch)(shopUrl(request, request.shop, '/admin/oauth/access_token'), {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
      body: new URLSearchParams({ client_id: request.apiKey, client_secret: request.apiSecret, ...grant }).toString(),
      redirect: 'manual',
      signal,
    });
    text = await response.text();
  } catch (error) {
    request.signal?.throwIfAborted();
    return { kind: 'retry', reason: timeout.aborted ? 'time-out' : networkReason(error) };
  }
  const { status } = response;
  // A dead token's answer is sometimes an HTML page: only the status counts.
  if ([400, 401, 403, 404].includes(status)) return { kind: 'refused', reason: `HTTP ${status}` };
  if (status === 402) return { kind: 'unavailable', reason: 'frozen' };
  if (status === 423) return { kind: 'unavailable', reason: 'locked' };
  if (status !== 200) return { kind: 'retry', reason: `HTTP ${status}`, waitMs: retryAfterMs(response) };
  const tokens = readTokens(text, request.now);
  if (!tokens) return { kind: 'retry', reason: 'an answer that is no token' };
  return { kind: 'tokens', tokens, date: new Date(response.headers.get('date') ?? request.now) };
}

function readTokens(text: string, now: number): ShopTokens | null {
  let answer: Record<string, unknown>;
  try {
    answer = JSON.parse(text) as Record<string, unknown>;
  } catch {
    return null;
  }
  if (typeof answer !== 'object' || answer === null) return null;
  const { access_token: accessToken, scope, refresh_token: refreshToken } = answer;
  // one that fits into no header would be told by the error that says so
  if (typeof accessToken !== 'string' || !/^[\x21-\x7e]+$/.test(accessToken)) return null;
  const after = (seconds: unknown) => (typeof seconds === 'number' ? new Date(now + seconds * 1000) : null);
  return {
    accessToken,
    scopes:
      typeof scope === 'string'
        ? scope
            .split(',')
            .map((s) => s.trim())
            .filter(Boolean)
        : [],
    expiresAt: after(answer.expires_in),
    refreshToken: typeof refreshToken === 'string' && refreshToken !== '' ? refreshToken : null,
    refreshExpiresAt: after(answer.refresh_token_expires_in),
  };
}
