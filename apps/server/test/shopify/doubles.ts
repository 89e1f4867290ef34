import type { ShopTokens } from '../../src/shopify/oauth.ts';
import type { AccessTokens } from '../../src/shopify/token-source.ts';

/** A clock that stands still except while someone sleeps; it keeps what was slept. */
export function fakeClock(start = Date.parse('2026-11-01T12:00:00Z')) {
  const clock = {
    time: start,
    slept: [] as number[],
    now: () => clock.time,
    async sleep(ms: number, signal?: AbortSignal) {
      signal?.throwIfAborted();
      clock.slept.push(ms);
      clock.time += ms;
      await Promise.resolve();
    },
  };
  return clock;
}

export const staticTokens: AccessTokens = {
  get: async () => 'shpat_static',
  renew: async () => 'shpat_static',
};

export function tokens(accessToken: string, refreshToken: string | null, expiresAt: number | null): ShopTokens {
  return {
    accessToken,
    scopes: ['read_orders'],
    expiresAt: expiresAt === null ? null : new Date(expiresAt),
    refreshToken,
    refreshExpiresAt: null,
  };
}

export interface Sent {
  url: string;
  headers: Headers;
  body: { query: string; variables: Record<string, unknown>; operationName: string };
}

type Reply = Response | Error | ((sent: Sent) => Response | Promise<Response>);

/** A `fetch` that answers from a script, the last reply again and again, and keeps what was sent. */
export function scriptedFetch(...replies: Reply[]) {
  const sent: Sent[] = [];
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const text = init?.body as string | undefined;
    const body = (text?.startsWith('{') ? JSON.parse(text) : text) as Sent['body'];
    const request: Sent = { url: String(input), headers: new Headers(init?.headers), body };
    sent.push(request);
    const reply = replies[Math.min(sent.length, replies.length) - 1];
    if (reply instanceof Error) throw reply;
    if (typeof reply === 'function') return reply(request);
    if (!reply) throw new Error('nothing scripted');
    const { status, headers } = reply;
    return new Response(await reply.clone().arrayBuffer(), { status, headers });
  };
  return { fetch, sent };
}

export const json = (body: unknown, init: ResponseInit = {}): Response =>
  new Response(JSON.stringify(body), {
    status: 200,
    ...init,
    headers: { 'content-type': 'application/json', 'x-shopify-api-version': '2026-10', ...init.headers },
  });

export const cost = (requested: number, available: number, restoreRate = 100, maximumAvailable = 2000) => ({
  cost: {
    requestedQueryCost: requested,
    actualQueryCost: requested,
    throttleStatus: { maximumAvailable, currentlyAvailable: available, restoreRate },
  },
});

export const networkError = (code: string): Error =>
  new TypeError('fetch failed', { cause: Object.assign(new Error(code), { code }) });
