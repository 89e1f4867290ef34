/** Why a request to Shopify is sent again. */
export type RetryKind = 'throttled' | 'rate_limited' | 'rejected' | 'server_error' | 'timeout' | 'network' | 'partial';

interface RetryRule {
  /** How often the request is sent at most, the first time included. */
  tries: number;
  /** Milliseconds before the second try; doubled with each further one up to `cap`. Shopify's own figure goes first. */
  base: number;
  cap: number;
  /** Whether Shopify certainly did not carry the request out, so that a mutation may be sent again. */
  notDone: boolean;
}

/** Nine tries wait 45 s at least: a short outage on either side is no reason to fail. */
export const RETRY_TABLE: Readonly<Record<RetryKind, RetryRule>> = {
  throttled: { tries: 30, base: 1_000, cap: 30_000, notDone: true }, // HTTP 200 with code THROTTLED
  rate_limited: { tries: 8, base: 2_000, cap: 60_000, notDone: true }, // 429
  rejected: { tries: 6, base: 5_000, cap: 60_000, notDone: true }, // 430
  server_error: { tries: 9, base: 500, cap: 30_000, notDone: false }, // 5xx, and what a broken proxy answers
  timeout: { tries: 4, base: 1_000, cap: 30_000, notDone: false },
  network: { tries: 9, base: 500, cap: 30_000, notDone: false },
  partial: { tries: 3, base: 1_000, cap: 10_000, notDone: false }, // data beside errors
};

/** Full jitter on the upper half: between 50% and 100% of the doubled base, so that clients do not come back together. */
export function backoff(kind: RetryKind, attempt: number, random: () => number): number {
  const { base, cap } = RETRY_TABLE[kind];
  return Math.min(cap, base * 2 ** (attempt - 1)) * (0.5 + random() / 2);
}

/** How long Shopify asks to wait (ms): its Retry-After is in seconds, sometimes with decimals. Ten minutes at most. */
export function retryAfterMs(response: Response): number | undefined {
  const seconds = Number.parseFloat(response.headers.get('retry-after') ?? '');
  return seconds >= 0 ? Math.min(seconds, 600) * 1000 : undefined;
}

/** Why no answer came: the system's code, such as ECONNREFUSED, or what the error says. */
export function networkReason(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (!(cause instanceof Error)) return String(cause);
  return (cause as { code?: string }).code ?? cause.message;
}
