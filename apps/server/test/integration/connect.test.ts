import { createHmac } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createSealer } from '../../src/db/seal.ts';
import type { ShopTokens } from '../../src/shopify/oauth.ts';
import { tokenStore } from '../../src/stores/tokens.ts';
import {
  type Answer,
  Browser,
  consent,
  expectExact,
  onEachDatabase,
  startWorld,
  wentWell,
  type World,
} from './world.ts';

interface Problem {
  status: number;
  code: string;
  detail: string;
  errors: { path: string; message: string }[];
}

onEachDatabase('connecting a store', (engine) => {
  let world: World;
  let ada: Browser;
  let bob: Browser;
  let shops = 0;

  beforeAll(async () => {
    world = await startWorld(engine, { sandbox: { size: 60 } });
    [ada, bob] = [await world.register(), await world.register()];
  });
  afterAll(() => world?.close());

  const newShop = () => `shop-${++shops}.myshopify.com`;
  const tokensOf = async (shop: string): Promise<ShopTokens> =>
    (await tokenStore(world.db, createSealer(world.config.encryptionKeys), () => Promise.resolve(null)).load(shop))!;
  const landing = (answer: Answer) => {
    expect(answer.status).toBe(302);
    return answer.headers.get('location')!;
  };
  /** Where the browser lands when a connection does not come about. */
  const failure = (answer: Answer) => {
    const url = new URL(landing(answer), 'http://xeno');
    expect(url.pathname).toBe('/stores/connect-error');
    return url.searchParams.get('code');
  };
  const nobodyConnected = async (shop: string) =>
    expect(
      (await ada.get<{ data: { shopDomain: string }[] }>('/api/tenants')).data.map((t) => t.shopDomain),
    ).not.toContain(shop);

  test('from the first click to a filled store', async () => {
    const shop = newShop();
    const authorizeUrl = new URL(await ada.begin(shop.replace('.myshopify.com', '')));
    expect(authorizeUrl.origin + authorizeUrl.pathname).toBe(`${world.sandbox.url}/${shop}/admin/oauth/authorize`);
    expect(Object.fromEntries(authorizeUrl.searchParams)).toMatchObject({
      client_id: world.config.shopify.apiKey,
      redirect_uri: `${world.url}/api/shopify/callback`,
      scope: expect.stringContaining('read_orders') as string,
      state: expect.stringMatching(/^[\w-]{32,}$/) as string,
    });
    const [, id] = /^\/stores\/(\d+)$/.exec(landing(await ada.call('GET', await consent(authorizeUrl.href))))!;
    expect(await ada.tenant(id!)).toMatchObject({
      id,
      shopDomain: shop,
      role: 'admin',
      status: 'connected',
      isActive: true,
    });
    const run = wentWell(await ada.settled(id!));
    expect(run.kind).toBe('backfill');
    expect((await ada.tenant(id!)).lastSyncAt).toBe(run.finishedAt);
    await expectExact(world, ada, id!, shop);
  });

  test('A27: tokens are sealed in the database', async () => {
    const shop = newShop();
    await ada.fill(shop);
    const { accessToken, refreshToken } = await tokensOf(shop);
    expect([accessToken, refreshToken]).toEqual([expect.stringMatching(/^shpat_/), expect.stringMatching(/^shprt_/)]);
    const [row] = await world.db.read<Record<string, unknown>>('SELECT * FROM tenants WHERE shop_domain = ?', [shop]);
    const stored = JSON.stringify(row);
    expect(stored).not.toMatch(/shpat_|shprt_/);
    for (const token of [accessToken, refreshToken!]) {
      expect(stored).not.toContain(token);
      expect(stored).not.toContain(Buffer.from(token).toString('base64').slice(0, -4));
    }
  });

  test.each([
    ['no cookie', (url: string) => new Browser(() => world.url, world.said).call('GET', url)],
    [
      'another browser’s cookie',
      async (url: string) => {
        await bob.begin(newShop());
        return bob.call('GET', url);
      },
    ],
  ])('A10: a callback with %s is refused, and the right browser may still finish', async (_case, elsewhere) => {
    const shop = newShop();
    const callback = await consent(await ada.begin(shop));
    const asked = await world.tokenRequests(shop, async () =>
      expect(failure(await elsewhere(callback))).toBe('state_invalid'),
    );
    expect(asked).toBe(0);
    await nobodyConnected(shop);
    expect(landing(await ada.call('GET', callback))).toMatch(/^\/stores\/\d+$/);
  });

  test('A10: a state ends with the session that began it', async () => {
    const eve = await world.register();
    const shop = newShop();
    const callback = await consent(await eve.begin(shop));
    expect((await eve.call('DELETE', '/api/auth/sessions')).status).toBe(204);
    expect(failure(await eve.call('GET', callback))).toBe('state_invalid');
    await nobodyConnected(shop);
  });

  test('A10: a state works once', async () => {
    const shop = newShop();
    const callback = await consent(await ada.begin(shop));
    expect(landing(await ada.call('GET', callback))).toMatch(/^\/stores\/\d+$/);
    const asked = await world.tokenRequests(shop, async () => {
      expect(failure(await ada.call('GET', callback))).toBe('state_invalid');
    });
    expect(asked).toBe(0);
  });

  test('A10: a state that comes back several times at once works once', async () => {
    const shop = newShop();
    const callback = await consent(await ada.begin(shop));
    const tries = await Promise.all(Array.from({ length: 5 }, async () => landing(await ada.call('GET', callback))));
    expect(tries.filter((place) => /^\/stores\/\d+$/.test(place))).toHaveLength(1);
    expect(tries.filter((place) => place.includes('code=state_invalid'))).toHaveLength(4);
    await ada.settled(tries.find((place) => /\d+$/.test(place) && !place.includes('code'))!.slice('/stores/'.length));
  });

  test('A10: a state works for a quarter of an hour', async () => {
    const shop = newShop();
    const callback = await consent(await ada.begin(shop));
    await world.db.transaction((tx) =>
      tx.run('UPDATE oauth_states SET expires_at = ? WHERE shop_domain = ?', [new Date(Date.now() - 1000), shop]),
    );
    expect(failure(await ada.call('GET', callback))).toBe('state_invalid');
    await nobodyConnected(shop);
  });

  test('A10: a state nobody gave, or another shop’s', async () => {
    const [shop, other] = [newShop(), newShop()];
    await ada.begin(shop);
    const { state } = Object.fromEntries(new URL(await ada.begin(other)).searchParams);
    expect(failure(await ada.call('GET', signed(world, { shop, state: 'made-up', code: 'c' })))).toBe('state_invalid');
    expect(failure(await ada.call('GET', signed(world, { shop, state: state!, code: 'c' })))).toBe('shop_mismatch');
    await nobodyConnected(shop);
  });

  test('A11: a callback changed in any way is refused', async () => {
    const shop = newShop();
    const callback = new URL(await consent(await ada.begin(shop)));
    const changed = [...callback.searchParams.keys()].flatMap((name) => {
      const value = callback.searchParams.get(name)!;
      const other = new URL(callback);
      other.searchParams.set(name, (value[0] === 'a' ? 'b' : 'a') + value.slice(1));
      const without = new URL(callback);
      without.searchParams.delete(name);
      const doubled = new URL(callback);
      doubled.searchParams.append(name, value);
      const listed = new URL(callback);
      listed.searchParams.append(`${name}[]`, value);
      return [other, without, doubled, listed];
    });
    changed.push(new URL('?', callback), new URL('?extra=1', callback), new URL(`${callback.href}&extra=1`));
    const asked = await world.tokenRequests(shop, async () => {
      for (const url of changed)
        expect([url.search, failure(await ada.call('GET', url.href))]).toEqual([url.search, 'hmac_invalid']);
    });
    expect(changed.length).toBeGreaterThan(20);
    expect(asked).toBe(0);
    expect(landing(await ada.call('GET', callback.href))).toMatch(/^\/stores\/\d+$/);
  });

  test('A11: an old callback, and one signed with another secret', async () => {
    const shop = newShop();
    const { state } = Object.fromEntries(new URL(await ada.begin(shop)).searchParams);
    const twoDaysAgo = String(Math.floor(Date.now() / 1000) - 2 * 86_400);
    const old = signed(world, { shop, state: state!, code: 'c', timestamp: twoDaysAgo });
    expect(failure(await ada.call('GET', old))).toBe('timestamp_old');
    const forged = signed(world, { shop, state: state!, code: 'c' }, 'another secret');
    expect(failure(await ada.call('GET', forged))).toBe('hmac_invalid');
  });

  test('a merchant who says no', async () => {
    const shop = newShop();
    expect(failure(await ada.call('GET', await consent(await ada.begin(shop), 'cancel')))).toBe('access_denied');
    await nobodyConnected(shop);
  });

  test('a code is offered again where Shopify is in trouble for a moment', async () => {
    const shop = newShop();
    world.sandbox.control.setFault({ kind: 'http_status', on: 'token', shop, status: 503, times: 2 });
    await ada.connect(shop);
  });

  test('a code that Shopify refuses, and orders that it does not grant', async () => {
    const [shop, poor] = [newShop(), newShop()];
    const { state } = Object.fromEntries(new URL(await ada.begin(shop)).searchParams);
    expect(failure(await ada.call('GET', signed(world, { shop, state: state!, code: 'none' })))).toBe(
      'exchange_failed',
    );
    world.sandbox.control.withholdScopes(poor, ['read_orders', 'read_all_orders']);
    expect(failure(await ada.call('GET', await consent(await ada.begin(poor))))).toBe('scopes_missing');
    await nobodyConnected(shop);
    await nobodyConnected(poor);
  });

  test.each([
    '',
    ' ',
    '.myshopify.com',
    '-a.myshopify.com',
    'a.myshopify.com.evil.example',
    'a.myshopify.com@evil.example',
    'evil.example/a.myshopify.com',
    'evil.example#a.myshopify.com',
    'evil.example?a.myshopify.com',
    'a.b.myshopify.com',
    'https://a.myshopify.com',
    'a.myshopify.com/admin',
    'a.myshopify.com:443',
    '127.0.0.1',
    '[::1]',
    'localhost:80',
    'а.myshopify.com',
    'a.myshopify.com\n',
    'a\r\nhost: evil',
    '../admin',
    '%2e%2e',
    'a_b',
    'a.myshopify.io',
    'x'.repeat(300),
    null,
    5,
    ['a'],
    { shop: 'a' },
  ])('A12: %j is not a shop', async (shop) => {
    const states = 'SELECT COUNT(*) AS states FROM oauth_states';
    const before = await world.db.read(states);
    const answer = await ada.call<Problem>('POST', '/api/shopify/auth', { shop });
    expect(answer.status, answer.text).toBe(400);
    expect(answer.body.errors.map(({ path }) => path)).toEqual(['shop']);
    expect(await world.db.read(states)).toEqual(before);
  });

  test('someone else’s store: refused with a clear message, before the code is exchanged', async () => {
    const shop = newShop();
    const early = await consent(await bob.begin(shop));
    const id = await ada.fill(shop);
    const before = await tokensOf(shop);

    const asked = await world.tokenRequests(shop, async () => {
      for (const callback of [early, await consent(await bob.begin(shop))]) {
        expect(failure(await bob.call('GET', callback))).toBe('shop_owned_by_another');
      }
    });
    expect(asked).toBe(0);
    expect(await tokensOf(shop)).toEqual(before);
    expect((await ada.tenant(id)).role).toBe('admin');
    expect((await bob.get<{ data: unknown[] }>('/api/tenants')).data).toEqual([]);
    await ada.synced(id);
  });

  test('A9: whoever types the name of a store is not told whether it is connected, nor by whom', async () => {
    const [shop, free] = [newShop(), newShop()];
    await ada.connect(shop);
    const begun = async (name: string) => {
      const { status, text, headers } = await bob.call('POST', '/api/shopify/auth', { shop: name });
      const names = [...headers.keys()].filter((header) => header !== 'set-cookie');
      return { status, text: text.replace(/state=[\w-]+/, 'state=').replaceAll(name, 'shop'), names };
    };
    await begun(free);
    expect(await begun(shop)).toEqual(await begun(free));
    // nor by a callback that Shopify has not signed
    const { state } = Object.fromEntries(new URL(await bob.begin(shop)).searchParams);
    const forged = await bob.call('GET', signed(world, { shop, state: state!, code: 'c' }, 'another secret'));
    expect(landing(forged)).toBe('/stores/connect-error?code=hmac_invalid');
    const unsigned = new URL(signed(world, { shop, state: state!, code: 'c' }));
    unsigned.searchParams.delete('hmac');
    expect(landing(await bob.call('GET', unsigned.href))).toBe('/stores/connect-error?code=hmac_invalid');
    await ada.settled((await ada.get<{ data: { id: string; shopDomain: string }[] }>('/api/tenants')).data.at(-1)!.id);
  });

  test('F40: two users at once: one of them has it', async () => {
    const shop = newShop();
    const callbacks = await Promise.all([ada, bob].map(async (user) => consent(await user.begin(shop))));
    const landings = await Promise.all(
      [ada, bob].map(async (user, i) => landing(await user.call('GET', callbacks[i]!))),
    );
    expect(landings.map((place) => /^\/stores\/\d+$/.test(place)).sort()).toEqual([false, true]);
    expect(landings.find((place) => place.includes('error'))).toContain('shop_owned_by_another');
    const [{ members }] = (await world.db.read<{ members: unknown }>(
      'SELECT COUNT(*) AS members FROM memberships m JOIN tenants t ON t.id = m.tenant_id WHERE t.shop_domain = ?',
      [shop],
    )) as [{ members: unknown }];
    expect(Number(members)).toBe(1);
    const [owner, place] = landings[0]!.includes('error') ? [bob, landings[1]!] : [ada, landings[0]!];
    const id = place.slice('/stores/'.length);
    wentWell(await owner.settled(id));
    await owner.call('DELETE', `/api/tenants/${id}`);
  });

  test('its owner may connect it again: the same store with new tokens', async () => {
    const shop = newShop();
    const id = await ada.fill(shop);
    const before = await tokensOf(shop);
    expect(await ada.connect(shop)).toBe(id);
    expect((await tokensOf(shop)).accessToken).not.toBe(before.accessToken);
    wentWell(await ada.settled(id));
    await expectExact(world, ada, id, shop);
  });

  test('it may be connected again while a run of it is being queued', async () => {
    const shop = newShop();
    const id = await ada.fill(shop);
    const before = await tokensOf(shop);
    const callback = await consent(await ada.begin(shop));
    let back!: ReturnType<typeof ada.call>;
    await world.db.transaction(async ({ transaction }) => {
      await world.db.models.SyncRun.create(
        { tenantId: id, id: '77', kind: 'incremental', status: 'queued' },
        { transaction },
      );
      back = ada.call('GET', callback);
      await delay(1_000);
    });
    expect(landing(await back)).toBe(`/stores/${id}`);
    expect((await tokensOf(shop)).accessToken).not.toBe(before.accessToken);
    wentWell(await ada.settled(id));
  });

  test('disconnected: no tokens, no syncs, all data; connected again it goes on', async () => {
    const shop = newShop();
    const id = await ada.fill(shop);
    for (const _again of [1, 2]) {
      const answer = await ada.call('DELETE', `/api/tenants/${id}`);
      expect([answer.status, answer.text]).toEqual([204, '']);
    }
    expect(await tokensOf(shop)).toBe(null);
    expect(await ada.tenant(id)).toMatchObject({ status: 'disconnected', isActive: false, activeRun: null });
    const refused = await ada.call<Problem>('POST', `/api/tenants/${id}/sync`);
    expect(refused.body).toMatchObject({ status: 409, code: 'not_connected' });
    expect(refused.body.detail).toMatch(/not connected\. Connect it again/);
    await expectExact(world, ada, id, shop);

    world.sandbox.control.createOrder(shop);
    expect(await ada.fill(shop)).toBe(id);
    expect(await ada.tenant(id)).toMatchObject({ status: 'connected', statusReason: null, isActive: true });
    await expectExact(world, ada, id, shop);
  });

  test('disconnected while it is being filled', async () => {
    const shop = newShop();
    world.sandbox.control.settings({ bulkDelay: 20_000 });
    const id = await ada.connect(shop);
    while ((await ada.tenant(id)).activeRun?.status !== 'running');
    expect((await ada.call('DELETE', `/api/tenants/${id}`)).status).toBe(204);
    world.sandbox.control.settings({ bulkDelay: 40 });
    expect(await ada.settled(id)).toMatchObject({ status: 'cancelled', error: 'The store was disconnected.' });
    expect(await ada.tenant(id)).toMatchObject({ status: 'disconnected', lastSyncAt: null });
    await ada.fill(shop);
    await expectExact(world, ada, id, shop);
  });

  // last: by now every answer has been given at least once
  test('A26: no answer ever held a token', async () => {
    const rows = await world.db.read<{ shop_domain: string }>(
      'SELECT shop_domain FROM tenants WHERE access_token IS NOT NULL',
    );
    expect(rows.length).toBeGreaterThan(5);
    const all = world.said.join('\n');
    expect(all.length).toBeGreaterThan(10_000);
    for (const { shop_domain } of rows) {
      const { accessToken, refreshToken } = await tokensOf(shop_domain);
      expect(all.includes(accessToken) || all.includes(refreshToken!)).toBe(false);
    }
    expect(all).not.toMatch(/shpat_|shprt_|access_?token"\s*:\s*"shp/i);
  });
});

/** A callback as Shopify signs it. */
function signed(
  world: World,
  parameters: Record<string, string>,
  secret = world.config.shopify.apiSecrets[0]!,
): string {
  const all: Record<string, string> = { timestamp: String(Math.floor(Date.now() / 1000)), ...parameters };
  const message = Object.keys(all)
    .sort()
    .map((name) => `${name}=${all[name]}`)
    .join('&');
  const hmac = createHmac('sha256', secret).update(message).digest('hex');
  return `${world.url}/api/shopify/callback?${new URLSearchParams({ ...all, hmac }).toString()}`;
}
