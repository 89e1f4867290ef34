import { describe, expect, it } from 'vitest';
import { ReconnectNeeded, ShopifyUnreachable, ShopUnavailable } from '../../src/shopify/errors.ts';
import type { ShopTokens, TokenAnswer } from '../../src/shopify/oauth.ts';
import { createTokenSource, type TokenSourcePorts } from '../../src/shopify/token-source.ts';
import { fakeClock, tokens } from './doubles.ts';

const SHOP = 'a.myshopify.com';
const HOUR = 3_600_000;

/** A store and a Shopify whose refresh tokens rotate: the last one and its predecessor are accepted. */
function world(overrides: Partial<TokenSourcePorts> = {}) {
  const clock = fakeClock();
  const events: string[] = [];
  const state = { stored: tokens('at0', 'rt0', clock.now() + HOUR) as ShopTokens | null, issued: 0 };
  const ports: TokenSourcePorts = {
    clock,
    random: () => 0.5,
    async load() {
      return state.stored;
    },
    async save(_shop, saved, instead) {
      events.push(`save ${saved.accessToken}`);
      await new Promise((resolve) => setImmediate(resolve));
      if (state.stored?.refreshToken !== instead.refreshToken) return false;
      state.stored = saved;
      events.push(`saved ${saved.accessToken}`);
      return true;
    },
    async refresh(_shop, refreshToken): Promise<TokenAnswer> {
      events.push(`refresh ${refreshToken}`);
      await new Promise((resolve) => setImmediate(resolve));
      const n = Number(refreshToken.slice(2));
      if (n < state.issued - 1) return { kind: 'refused', reason: 'HTTP 401' };
      state.issued = n + 1;
      return { kind: 'tokens', tokens: tokens(`at${n + 1}`, `rt${n + 1}`, clock.now() + HOUR), date: new Date() };
    },
    ...overrides,
  };
  return { clock, events, state, source: createTokenSource(ports).forShop(SHOP), ports };
}

describe('createTokenSource', () => {
  it('uses a token while it lives, and refreshes shortly before it ends', async () => {
    const { clock, events, source } = world();
    expect(await source.get()).toBe('at0');
    clock.time += HOUR - 121_000;
    expect(await source.get()).toBe('at0');
    expect(events).toEqual([]);
    clock.time += 2_000;
    expect(await source.get()).toBe('at1');
    expect(await source.get()).toBe('at1');
    expect(events).toEqual(['refresh rt0', 'save at1', 'saved at1']);
  });

  it('never refreshes a permanent token', async () => {
    const { clock, events, state, source } = world();
    state.stored = tokens('forever', null, null);
    clock.time += 1000 * HOUR;
    expect(await source.get()).toBe('forever');
    expect(events).toEqual([]);
    await expect(source.renew('forever')).rejects.toThrow(ReconnectNeeded);
  });

  it('refreshes once for many callers, and none gets the token before it is stored', async () => {
    const { clock, events, source } = world();
    clock.time += HOUR;
    const got = await Promise.all(
      Array.from({ length: 20 }, async () => {
        const token = await source.get();
        events.push('used');
        return token;
      }),
    );
    expect(new Set(got)).toEqual(new Set(['at1']));
    expect(events.slice(0, 4)).toEqual(['refresh rt0', 'save at1', 'saved at1', 'used']);
    expect(events.filter((event) => event.startsWith('refresh'))).toHaveLength(1);
  });

  it('does not use tokens that could not be stored; the old refresh token is sent again', async () => {
    let broken = true;
    const { clock, events, source, ports, state } = world();
    const failing = createTokenSource({
      ...ports,
      async save(shop, saved, instead) {
        if (broken) throw new Error('killed before saving');
        return ports.save(shop, saved, instead);
      },
    }).forShop(SHOP);
    clock.time += HOUR;
    await expect(failing.get()).rejects.toThrow('killed before saving');
    expect(state.stored?.refreshToken).toBe('rt0');
    broken = false;
    expect(await failing.get()).toBe('at1');
    expect(await source.get()).toBe('at1');
    expect(events.filter((event) => event.startsWith('refresh'))).toEqual(['refresh rt0', 'refresh rt0']);
  });

  it('holds the lock from reading to storing, and takes what another process refreshed meanwhile', async () => {
    const locked: string[] = [];
    const { clock, events, state, ports } = world();
    const source = createTokenSource({
      ...ports,
      async lock(shop, work) {
        locked.push(shop);
        state.stored = tokens('from-elsewhere', 'rt7', clock.now() + HOUR);
        return work();
      },
    }).forShop(SHOP);
    clock.time += HOUR;
    expect(await source.get()).toBe('from-elsewhere');
    expect(locked).toEqual([SHOP]);
    expect(events).toEqual([]);
  });

  it('after a 401 refreshes once, or takes the token that was stored meanwhile', async () => {
    const { events, state, clock, source } = world();
    expect(await source.renew('at0')).toBe('at1');
    expect(events.filter((event) => event.startsWith('refresh'))).toHaveLength(1);
    state.stored = tokens('reconnected', 'rt1', clock.now() + HOUR);
    expect(await source.renew('at1')).toBe('reconnected');
    expect(events.filter((event) => event.startsWith('refresh'))).toHaveLength(1);
  });

  it('says that the shop must be connected again: dead refresh token, or none stored', async () => {
    const { clock, state, source, events } = world();
    state.issued = 5;
    clock.time += HOUR;
    await expect(source.get()).rejects.toMatchObject({ code: 'RECONNECT_NEEDED', retryable: false, shop: SHOP });
    expect(events).toEqual(['refresh rt0']);
    state.stored = null;
    await expect(source.get()).rejects.toThrow(ReconnectNeeded);
  });

  it('a refusal of a token that was replaced meanwhile is no reason to reconnect', async () => {
    const { clock, state, ports } = world();
    const source = createTokenSource({
      ...ports,
      async refresh() {
        state.stored = tokens('reconnected', 'rt9', clock.now() + HOUR);
        return { kind: 'refused', reason: 'HTTP 401' };
      },
    }).forShop(SHOP);
    clock.time += HOUR;
    expect(await source.get()).toBe('reconnected');
  });

  it('a refreshed pair is not stored over the one of a user who connected again meanwhile, nor after a disconnection', async () => {
    for (const meanwhile of ['connected', 'disconnected']) {
      const { clock, state, ports } = world();
      const source = createTokenSource({
        ...ports,
        async refresh(shop, refreshToken) {
          const answer = await ports.refresh(shop, refreshToken);
          state.stored = meanwhile === 'connected' ? tokens('reconnected', 'rt9', clock.now() + HOUR) : null;
          return answer;
        },
      }).forShop(SHOP);
      clock.time += HOUR;
      if (meanwhile === 'connected') expect(await source.get()).toBe('reconnected');
      else await expect(source.get()).rejects.toThrow(ReconnectNeeded);
      expect(state.stored?.accessToken).toBe(meanwhile === 'connected' ? 'reconnected' : undefined);
    }
  });

  it('uses the old token until it ends while Shopify cannot refresh, then tries again, a bounded number of times', async () => {
    const answers: TokenAnswer[] = [];
    const { clock, ports, source: other } = world();
    let asked = 0;
    const source = createTokenSource({
      ...ports,
      async refresh(shop, refreshToken) {
        asked++;
        return answers.shift() ?? ports.refresh(shop, refreshToken);
      },
    }).forShop(SHOP);
    const fault: TokenAnswer = { kind: 'retry', reason: 'HTTP 503' };

    clock.time += HOUR - 60_000;
    answers.push(fault);
    expect(await source.get()).toBe('at0');
    expect(clock.slept).toEqual([]);

    clock.time += 60_000;
    answers.push(fault, { ...fault, waitMs: 7_000 });
    expect(await source.get()).toBe('at1');
    expect(clock.slept).toEqual([1000, 7000]);
    expect(await other.get()).toBe('at1');

    clock.time += 2 * HOUR;
    asked = 0;
    answers.push(...Array<TokenAnswer>(9).fill(fault));
    await expect(source.get()).rejects.toThrow(ShopifyUnreachable);
    expect(asked).toBe(5);
  });

  it('a frozen shop is not one to reconnect', async () => {
    const { clock, source } = world({ refresh: async () => ({ kind: 'unavailable', reason: 'frozen' }) });
    clock.time += HOUR;
    await expect(source.get()).rejects.toThrow(ShopUnavailable);
  });
});
