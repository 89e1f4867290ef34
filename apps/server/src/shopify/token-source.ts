import { failPoint } from '../observe/fail-points.ts';
import { systemClock, type Clock } from './clock.ts';
import { ReconnectNeeded, ShopifyUnreachable, ShopUnavailable } from './errors.ts';
import type { ShopTokens, TokenAnswer } from './oauth.ts';

export interface TokenSourcePorts {
  /** The stored tokens, or null if the shop is not (or no longer) connected. */
  load(shop: string): Promise<ShopTokens | null>;
  /**
   * Stores the pair; the new tokens are used only after this resolved. False, and nothing is stored, if the stored ones are
   * no longer `instead`: somebody has connected the shop again, or disconnected it.
   */
  save(shop: string, tokens: ShopTokens, instead: ShopTokens): Promise<boolean>;
  refresh(shop: string, refreshToken: string): Promise<TokenAnswer>;
  /** Runs `work` while no other process runs one for the same shop. */
  lock?<T>(shop: string, work: () => Promise<T>): Promise<T>;
  clock?: Clock;
  random?: () => number;
}

/** Access tokens of one shop, always valid ones. */
export interface AccessTokens {
  get(): Promise<string>;
  /** A token other than `rejected`, which Shopify answered with 401. */
  renew(rejected: string): Promise<string>;
}

/** The token that is good now, for what is to be said to Shopify after the stored ones were destroyed. */
export async function heldToken(shop: string, tokens: AccessTokens): Promise<AccessTokens> {
  const token = await tokens.get();
  return {
    get: () => Promise.resolve(token),
    renew: () => Promise.reject(new ReconnectNeeded(shop, 'Its connection has ended.')),
  };
}

/** Refreshed this long before expiry, so that no request is under way with a token that ends. */
const MARGIN_MS = 120_000;
const REFRESH_TRIES = 5;

/**
 * Gives access tokens and keeps them fresh. Make one for the process: refreshes of a shop are made one at a time in it,
 * and across processes if `lock` is given.
 *
 * Killed between Shopify's answer and `save`, the old pair is still stored, and Shopify accepts its refresh token again
 * until the new one is first used: the next call just refreshes once more.
 */
export function createTokenSource(ports: TokenSourcePorts): { forShop(shop: string): AccessTokens } {
  const clock = ports.clock ?? systemClock;
  const random = ports.random ?? Math.random;
  const lock = ports.lock ?? ((_shop, work) => work());
  const underWay = new Map<string, Promise<string>>();

  const isFresh = (tokens: ShopTokens, marginMs: number) =>
    tokens.expiresAt === null || tokens.expiresAt.getTime() - marginMs > clock.now();

  async function stored(shop: string): Promise<ShopTokens> {
    const tokens = await ports.load(shop);
    if (!tokens) throw new ReconnectNeeded(shop, 'The store is not connected.');
    return tokens;
  }

  function refreshOnce(shop: string, rejected: string | null): Promise<string> {
    const running = underWay.get(shop);
    if (running) return running;
    const run = lock(shop, () => refresh(shop, rejected)).finally(() => underWay.delete(shop));
    underWay.set(shop, run);
    return run;
  }

  async function refresh(shop: string, rejected: string | null): Promise<string> {
    for (let attempt = 1; ; attempt++) {
      // Read inside the lock and before each try: another process may have refreshed, or a user reconnected.
      const tokens = await stored(shop);
      if (tokens.accessToken !== rejected && isFresh(tokens, MARGIN_MS)) return tokens.accessToken;
      if (!tokens.refreshToken) throw new ReconnectNeeded(shop, 'Shopify no longer accepts the access token.');

      const answer = await ports.refresh(shop, tokens.refreshToken);
      if (answer.kind === 'tokens') {
        const renewed = { ...answer.tokens, refreshToken: answer.tokens.refreshToken ?? tokens.refreshToken };
        failPoint('tokens.answered');
        if (await ports.save(shop, renewed, tokens)) return renewed.accessToken;
      }
      if (answer.kind === 'tokens' || answer.kind === 'refused') {
        const now = await stored(shop);
        const replaced = now.refreshToken !== tokens.refreshToken; // meanwhile, by a user who connected again
        if (replaced && attempt < REFRESH_TRIES) continue;
      }
      if (answer.kind === 'tokens') throw new ShopifyUnreachable(shop, 'its tokens were replaced again and again');
      if (answer.kind === 'refused') {
        throw new ReconnectNeeded(shop, `Shopify no longer accepts the refresh token (${answer.reason}).`);
      }
      if (answer.kind === 'unavailable') throw new ShopUnavailable(shop, answer.reason);
      // Refreshing comes early on purpose: until the old token really ends there is no need to fail.
      if (tokens.accessToken !== rejected && isFresh(tokens, 0)) return tokens.accessToken;
      if (attempt >= REFRESH_TRIES)
        throw new ShopifyUnreachable(shop, `the token could not be refreshed: ${answer.reason}`);
      await clock.sleep(answer.waitMs ?? 500 * 2 ** attempt * (0.5 + random()));
    }
  }

  return {
    forShop: (shop) => ({
      async get() {
        const tokens = await stored(shop);
        return isFresh(tokens, MARGIN_MS) ? tokens.accessToken : refreshOnce(shop, null);
      },
      async renew(rejected) {
        const tokens = await stored(shop);
        const token =
          tokens.accessToken !== rejected && isFresh(tokens, MARGIN_MS)
            ? tokens.accessToken
            : await refreshOnce(shop, rejected);
        // The flight that was joined may have begun without knowing of the rejection.
        return token === rejected ? refreshOnce(shop, rejected) : token;
      },
    }),
  };
}
