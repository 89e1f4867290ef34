import { randomBytes } from 'node:crypto';

export interface Lifetimes {
  /** Seconds. */
  access: number;
  refresh: number;
  code: number;
}

interface AccessToken {
  shop: string;
  scopes: string[];
  /** ms; null for tokens that do not expire. */
  expiresAt: number | null;
}

interface RefreshToken {
  shop: string;
  scopes: string[];
  expiresAt: number;
  /** The pair it was traded for; it may be traded again for that until the new one is first used. */
  successor: { access: string; refresh: string } | null;
  dead: boolean;
}

export interface TokenState {
  access: [string, AccessToken][];
  refresh: [string, RefreshToken][];
}

export interface TokenAnswer {
  access_token: string;
  scope: string;
  expires_in?: number;
  refresh_token?: string;
  refresh_token_expires_in?: number;
}

const random = (prefix: string) => `${prefix}_${randomBytes(16).toString('hex')}`;

/** Codes and tokens the app was given. */
export class Tokens {
  lifetimes: Lifetimes = { access: 3600, refresh: 7_776_000, code: 600 };
  #codes = new Map<string, { shop: string; scopes: string[]; expiresAt: number }>();
  #access = new Map<string, AccessToken>();
  #refresh = new Map<string, RefreshToken>();

  issueCode(shop: string, scopes: string[]): string {
    const code = randomBytes(16).toString('hex');
    this.#codes.set(code, { shop, scopes, expiresAt: Date.now() + this.lifetimes.code * 1000 });
    return code;
  }

  /** A code is good once, for its shop; null if it is not. */
  redeem(code: string, shop: string, expiring: boolean): TokenAnswer | null {
    const found = this.#codes.get(code);
    this.#codes.delete(code);
    if (!found || found.shop !== shop || found.expiresAt < Date.now()) return null;
    if (!expiring) {
      const token = random('shpat');
      this.#access.set(token, { shop, scopes: found.scopes, expiresAt: null });
      return { access_token: token, scope: found.scopes.join(',') };
    }
    return this.#pair(shop, found.scopes);
  }

  #pair(shop: string, scopes: string[]): TokenAnswer {
    const now = Date.now();
    const access = random('shpat');
    const refresh = random('shprt');
    this.#access.set(access, { shop, scopes, expiresAt: now + this.lifetimes.access * 1000 });
    const expiresAt = now + this.lifetimes.refresh * 1000;
    this.#refresh.set(refresh, { shop, scopes, expiresAt, successor: null, dead: false });
    return this.#answer(access, refresh);
  }

  #answer(access: string, refresh: string): TokenAnswer {
    const left = (at: number) => Math.max(0, Math.round((at - Date.now()) / 1000));
    return {
      access_token: access,
      scope: this.#access.get(access)!.scopes.join(','),
      expires_in: left(this.#access.get(access)!.expiresAt!),
      refresh_token: refresh,
      refresh_token_expires_in: left(this.#refresh.get(refresh)!.expiresAt),
    };
  }

  /** A new pair, or null for a dead refresh token. */
  refresh(token: string, shop: string): TokenAnswer | null {
    const found = this.#refresh.get(token);
    if (!found || found.shop !== shop || found.dead || found.expiresAt < Date.now()) return null;
    if (found.successor) return this.#answer(found.successor.access, found.successor.refresh);
    const answer = this.#pair(shop, found.scopes);
    found.successor = { access: answer.access_token, refresh: answer.refresh_token! };
    this.#retirePredecessorOf(token);
    return answer;
  }

  /** First use of a pair ends the refresh token it was traded for. */
  #retirePredecessorOf(token: string): void {
    for (const old of this.#refresh.values()) {
      if (old.successor?.refresh === token || old.successor?.access === token) old.dead = true;
    }
  }

  /** What an access token allows; null if it is unknown, expired or another shop's. */
  check(token: string, shop: string): string[] | null {
    const found = this.#access.get(token);
    if (!found || found.shop !== shop || (found.expiresAt !== null && found.expiresAt < Date.now())) return null;
    this.#retirePredecessorOf(token);
    return found.scopes;
  }

  /** As after an uninstall. */
  revoke(shop: string): void {
    for (const [token, { shop: of }] of this.#access) if (of === shop) this.#access.delete(token);
    this.killRefresh(shop);
  }

  /** Scopes of the shop's newest token; none without one. */
  scopesOf(shop: string): string[] {
    return [...this.#access.values()].findLast((token) => token.shop === shop)?.scopes ?? [];
  }

  /** What all tokens of a shop allow from now on. */
  setScopes(shop: string, scopes: string[]): void {
    for (const token of [...this.#access.values(), ...this.#refresh.values()]) {
      if (token.shop === shop) token.scopes = scopes;
    }
  }

  killRefresh(shop: string): void {
    for (const token of this.#refresh.values()) if (token.shop === shop) token.dead = true;
  }

  /** Makes all access tokens of a shop expire now; refresh tokens live on. */
  expireAccess(shop: string): void {
    for (const token of this.#access.values()) {
      if (token.shop === shop && token.expiresAt !== null) token.expiresAt = Date.now() - 1;
    }
  }

  /** Shops that the app may come into, with a token that is good or can be refreshed. */
  shops(): string[] {
    const now = Date.now();
    const access = [...this.#access.values()].filter(({ expiresAt }) => expiresAt === null || expiresAt > now);
    const refresh = [...this.#refresh.values()].filter(({ dead, expiresAt }) => !dead && expiresAt > now);
    return [...new Set([...access, ...refresh].map(({ shop }) => shop))];
  }

  state(): TokenState {
    return { access: [...this.#access], refresh: [...this.#refresh] };
  }

  restore(state: TokenState): void {
    this.#access = new Map(state.access);
    this.#refresh = new Map(state.refresh);
  }
}
