import { systemClock, type Clock } from './clock.ts';
import {
  PartialData,
  ReconnectNeeded,
  ScopeMissing,
  ShopifyRefused,
  ShopifyUnreachable,
  ShopUnavailable,
  type GraphqlError,
  type UserError,
} from './errors.ts';
import type { TypedDocumentString } from './operations/generated.ts';
import { shopUrl, type ShopifyOrigin } from './origin.ts';
import { backoff, networkReason, RETRY_TABLE, retryAfterMs, type RetryKind } from './retry.ts';
import { throttleFor, type ThrottleStatus } from './throttle.ts';
import type { AccessTokens } from './token-source.ts';

export const API_VERSION = '2026-10';

/** What the client tells a logger of pino's shape. Tokens and answers are never part of it. */
export interface ShopifyLog {
  debug(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

export interface ShopifyClientOptions extends ShopifyOrigin {
  shop: string;
  tokens: AccessTokens;
  fetch?: typeof fetch;
  clock?: Clock;
  random?: () => number;
  log?: ShopifyLog;
  /** Milliseconds for one request, its body included. */
  timeoutMs?: number;
  /** Milliseconds for one query with all its waits and tries. */
  maxTotalMs?: number;
}

export interface QueryCost {
  requested: number;
  actual: number | null;
}

export interface QueryOptions {
  signal?: AbortSignal;
  /** Expected points, if better known than from the operation's last answer. */
  cost?: number;
  /** A mutation that may be carried out twice without harm is also retried when it is unknown whether it was. */
  idempotent?: boolean;
}

export interface QueryAnswer<T> {
  data: T;
  cost: QueryCost | null;
  /** Shopify's clock (the `Date` header, in whole seconds); without one, ours when the request was sent. */
  date: Date;
}

export interface ShopifyClient {
  readonly shop: string;
  readonly origin: ShopifyOrigin;
  readonly clock: Clock;
  readonly fetch: typeof fetch;
  readonly random: () => number;
  /** The API version that Shopify answers in instead of the one asked for (it falls forward silently); null: none. */
  readonly fallenForwardTo: string | null;
  /**
   * Sends one operation and gives its complete answer, or throws one of the errors in `errors.ts` (or the signal's
   * reason): data beside errors is never handed out as if it were whole.
   */
  query<TResult, TVariables>(
    document: TypedDocumentString<TResult, TVariables>,
    variables: TVariables,
    options?: QueryOptions,
  ): Promise<QueryAnswer<TResult>>;
}

interface Answer {
  data?: Record<string, unknown> | null;
  errors?: GraphqlError[] | string;
  extensions?: {
    cost?: { requestedQueryCost?: number; actualQueryCost?: number | null; throttleStatus?: ThrottleStatus };
  };
}

/** What one request came to: a complete answer, or a reason to send it again. */
type Outcome =
  | { kind: 'answer'; data: unknown; cost: QueryCost | null; date: Date }
  | { kind: 'unauthorized' }
  | { kind: 'retry'; why: RetryKind; detail: string; waitMs?: number; error?: unknown; cost?: QueryCost };

/** A client of the GraphQL Admin API for one shop: paced by Shopify's throttle status, retrying by a table. */
export function createShopifyClient(options: ShopifyClientOptions): ShopifyClient {
  const { shop, tokens, log, timeoutMs = 30_000, maxTotalMs = 300_000 } = options;
  const clock = options.clock ?? systemClock;
  const random = options.random ?? Math.random;
  const send = options.fetch ?? fetch;
  const origin = { sandboxUrl: options.sandboxUrl };
  const url = shopUrl(origin, shop, `/admin/api/${API_VERSION}/graphql.json`);
  const throttle = throttleFor(url.toString());
  let fallenForwardTo: string | null = null;

  async function query<TResult, TVariables>(
    document: TypedDocumentString<TResult, TVariables>,
    variables: TVariables,
    { signal, cost: expectedCost, idempotent = false }: QueryOptions = {},
  ): Promise<QueryAnswer<TResult>> {
    const text = document.toString();
    const [, type, operation = 'anonymous'] = /^\s*(query|mutation)\s+(\w+)/.exec(text) ?? [];
    const mayRepeat = type !== 'mutation' || idempotent;
    const body = JSON.stringify({ query: text, variables, operationName: operation });
    const began = clock.now();
    const attempts: Partial<Record<RetryKind, number>> = {};
    let renewed = false;

    for (;;) {
      await throttle.acquire(expectedCost ?? throttle.costs.get(operation) ?? 0, clock, signal);
      const token = await tokens.get();
      const outcome = await request(body, token, signal);
      if ('cost' in outcome && outcome.cost) throttle.costs.set(operation, outcome.cost.requested);

      if (outcome.kind === 'unauthorized') {
        if (renewed) throw new ReconnectNeeded(shop, 'Shopify does not accept the access token.');
        renewed = true;
        await tokens.renew(token);
        continue;
      }
      if (outcome.kind === 'answer') {
        return { data: outcome.data as TResult, cost: outcome.cost, date: outcome.date };
      }

      const { why, detail, error } = outcome;
      const attempt = (attempts[why] = (attempts[why] ?? 0) + 1);
      const waitMs = outcome.waitMs ?? backoff(why, attempt, random);
      const outOfTime = clock.now() + waitMs - began > maxTotalMs;
      const unsafe = !mayRepeat && !RETRY_TABLE[why].notDone && !neverSent(error);
      if (attempt >= RETRY_TABLE[why].tries || outOfTime || unsafe) {
        if (error instanceof PartialData) throw error;
        throw new ShopifyUnreachable(shop, `${detail} (${operation}, try ${attempt}).`, {
          maybeDone: unsafe,
          cause: error,
        });
      }
      log?.warn(
        { shop, operation, why, detail, attempt, waitMs: Math.round(waitMs) },
        'shopify request is tried again',
      );
      await clock.sleep(waitMs, signal);
    }
  }

  async function request(body: string, token: string, signal: AbortSignal | undefined): Promise<Outcome> {
    const timeout = AbortSignal.timeout(timeoutMs);
    const sentAt = clock.now();
    let response: Response;
    let text: string;
    try {
      response = await send(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'application/json', 'x-shopify-access-token': token },
        body,
        redirect: 'manual', // the token must not travel to wherever an answer points
        signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
      });
      text = await response.text();
    } catch (error) {
      signal?.throwIfAborted();
      if (timeout.aborted) return { kind: 'retry', why: 'timeout', detail: `no answer in ${timeoutMs} ms`, error };
      return { kind: 'retry', why: 'network', detail: networkReason(error), error };
    }
    noteVersion(response.headers.get('x-shopify-api-version'));

    switch (response.status) {
      case 200:
        break;
      case 401:
        return { kind: 'unauthorized' };
      case 402:
        throw new ShopUnavailable(shop, 'frozen');
      case 403:
        throw new ScopeMissing(shop, 'HTTP 403.');
      case 404:
        throw new ShopUnavailable(shop, 'gone');
      case 423:
        throw new ShopUnavailable(shop, 'locked');
      case 429:
        return { kind: 'retry', why: 'rate_limited', detail: 'HTTP 429', waitMs: retryAfterMs(response) };
      case 430:
        return { kind: 'retry', why: 'rejected', detail: 'HTTP 430', waitMs: retryAfterMs(response) };
      default:
        if (response.status >= 500) {
          return {
            kind: 'retry',
            why: 'server_error',
            detail: `HTTP ${response.status}`,
            waitMs: retryAfterMs(response),
          };
        }
        throw new ShopifyRefused(shop, `HTTP ${response.status}`);
    }

    // what it says may go into logs and before people's eyes
    const answer = parseAnswer(text.replaceAll(token, '[hidden]'));
    if (!answer) return { kind: 'retry', why: 'server_error', detail: 'an answer that is not GraphQL' };
    const cost = answer.extensions?.cost;
    if (cost?.throttleStatus) throttle.learn(cost.throttleStatus, clock.now());
    const incomplete = judge(answer);
    if (incomplete) return incomplete;
    const date = Date.parse(response.headers.get('date') ?? '');
    return {
      kind: 'answer',
      data: answer.data,
      cost:
        cost?.requestedQueryCost === undefined
          ? null
          : { requested: cost.requestedQueryCost, actual: cost.actualQueryCost ?? null },
      date: new Date(Number.isNaN(date) ? sentAt : date),
    };
  }

  /** Null if the answer is complete; a reason to ask again; or throws. */
  function judge({ data, errors, extensions }: Answer): Extract<Outcome, { kind: 'retry' }> | null {
    if (errors === undefined || errors.length === 0) {
      if (!data) return { kind: 'retry', why: 'server_error', detail: 'an answer without data' };
      const userErrors = Object.values(data).flatMap(
        (value) => (value as { userErrors?: UserError[] } | null)?.userErrors ?? [],
      );
      if (userErrors.length > 0)
        throw new ShopifyRefused(shop, userErrors.map((error) => error.message).join('; '), userErrors);
      return null;
    }
    if (typeof errors === 'string') throw new ShopifyRefused(shop, errors);

    const codes = new Set(errors.map((error) => error.extensions?.code));
    if (codes.has('THROTTLED')) {
      const { requestedQueryCost, throttleStatus } = extensions?.cost ?? {};
      const told = requestedQueryCost !== undefined && throttleStatus !== undefined;
      // (requested - available) / restoreRate; at least a moment, in case the figures already suffice
      const waitMs = told ? Math.max(100, throttle.waitFor(requestedQueryCost, clock.now())) : undefined;
      const cost = told ? { requested: requestedQueryCost, actual: null } : undefined;
      return { kind: 'retry', why: 'throttled', detail: 'throttled', waitMs, cost };
    }
    if (codes.has('SHOP_INACTIVE')) throw new ShopUnavailable(shop, 'frozen');
    const hasData = data !== null && data !== undefined && Object.values(data).some((value) => value !== null);
    if (hasData) {
      const partial = new PartialData(shop, errors);
      if (!partial.retryable) throw partial;
      return { kind: 'retry', why: 'partial', detail: partial.message, error: partial };
    }
    const messages = errors.map((error) => error.message).join('; ');
    if (codes.has('ACCESS_DENIED')) throw new ScopeMissing(shop, messages);
    if (codes.has('INTERNAL_SERVER_ERROR') || codes.has('TIMEOUT')) {
      return { kind: 'retry', why: 'server_error', detail: messages };
    }
    throw new ShopifyRefused(shop, messages);
  }

  function noteVersion(answered: string | null): void {
    if (fallenForwardTo !== null || answered === null || answered === API_VERSION) return;
    fallenForwardTo = answered;
    log?.warn({ shop, asked: API_VERSION, answered }, 'shopify answers with another api version');
  }

  return {
    shop,
    origin,
    clock,
    random,
    fetch: send,
    query,
    get fallenForwardTo() {
      return fallenForwardTo;
    },
  };
}

function parseAnswer(text: string): Answer | null {
  try {
    const answer = JSON.parse(text) as Answer | null;
    return typeof answer === 'object' && answer !== null && ('data' in answer || 'errors' in answer) ? answer : null;
  } catch {
    return null;
  }
}

const CONNECT_FAILURES = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT']);

/** True if no connection came about, so that Shopify cannot have seen the request. */
function neverSent(error: unknown): boolean {
  const cause = error instanceof Error ? (error.cause as { code?: string } | undefined) : undefined;
  return cause?.code !== undefined && CONNECT_FAILURES.has(cause.code);
}
