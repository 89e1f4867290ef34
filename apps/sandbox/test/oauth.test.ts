import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signParameters } from '../src/oauth/hmac.ts';
import { sandboxWith, clientOf, type Json } from './helper.ts';

const SHOP = 'oauth.myshopify.com';
const BACK = 'http://localhost:3999/api/shopify/callback';
let world: Awaited<ReturnType<typeof sandboxWith>>;
beforeAll(async () => {
  world = await sandboxWith();
});
afterAll(() => world.sandbox.close());

const authorize = (parameters: Record<string, string>) =>
  fetch(`${world.sandbox.url}/${SHOP}/admin/oauth/authorize?${new URLSearchParams(parameters)}`, {
    redirect: 'manual',
  });
const ask = {
  client_id: 'xeno-sandbox-key',
  scope: 'read_orders,read_products',
  redirect_uri: BACK,
  state: 'nonce 1&2',
};

async function install(extra: Record<string, string> = {}): Promise<URL> {
  const answer = await authorize({ ...ask, ...extra, auto_approve: '1' });
  return new URL(answer.headers.get('location')!);
}

async function token(body: Record<string, string>, json = false): Promise<{ status: number; body: Json }> {
  const all = { client_id: 'xeno-sandbox-key', client_secret: 'xeno-sandbox-secret', ...body };
  const answer = await fetch(`${world.sandbox.url}/${SHOP}/admin/oauth/access_token`, {
    method: 'POST',
    headers: { 'content-type': json ? 'application/json' : 'application/x-www-form-urlencoded' },
    body: json ? JSON.stringify(all) : new URLSearchParams(all),
  });
  return { status: answer.status, body: await answer.json() };
}

const works = async (access: string) =>
  (await clientOf(world.sandbox, SHOP, access).post('{ shop { name } }')).status === 200;

describe('signing', () => {
  it('agrees with Shopify’s published example', () => {
    const parameters = {
      code: '0907a61c0c8d55e99db179b68161bc00',
      shop: 'some-shop.myshopify.com',
      state: '0.6784241404160823',
      timestamp: '1337178173',
      hmac: 'left out',
    };
    expect(signParameters(parameters, 'hush')).toBe('700e2dadb827fcc8609e9d5ce208b2e9cdaab9df07390d2cbca10d7c328fc4bf');
  });
});

describe('consent', () => {
  it('asks in words, and comes back signed', async () => {
    const page = await (await authorize(ask)).text();
    expect(page).toContain('See products and their variants');
    expect(page).toMatch(/<button[^>]*>Install app<\/button>/);
    const request = /name="request" value="(\w+)"/.exec(page)![1]!;
    const submit = (decision: string) =>
      fetch(`${world.sandbox.url}/${SHOP}/admin/oauth/authorize`, {
        method: 'POST',
        redirect: 'manual',
        body: new URLSearchParams({ request, decision }),
      });
    const answer = await submit('install');
    expect(answer.status).toBe(302);
    const back = new URL(answer.headers.get('location')!);
    expect(back.origin + back.pathname).toBe(BACK);
    const { hmac, ...rest } = Object.fromEntries(back.searchParams);
    expect(Object.keys(rest).sort()).toEqual(['code', 'host', 'shop', 'state', 'timestamp']);
    expect(rest).toMatchObject({ shop: SHOP, state: 'nonce 1&2' });
    expect(hmac).toBe(signParameters(rest, 'xeno-sandbox-secret'));
    expect((await submit('install')).status).toBe(400);
  });

  it('can be cancelled', async () => {
    const page = await (await authorize(ask)).text();
    const request = /name="request" value="(\w+)"/.exec(page)![1]!;
    const answer = await fetch(`${world.sandbox.url}/${SHOP}/admin/oauth/authorize`, {
      method: 'POST',
      redirect: 'manual',
      body: new URLSearchParams({ request, decision: 'cancel' }),
    });
    const back = new URL(answer.headers.get('location')!);
    expect(back.searchParams.get('error')).toBe('access_denied');
    expect(back.searchParams.get('code')).toBeNull();
  });

  it.each([
    ['an unknown app', { client_id: 'someone-else' }],
    ['a redirect to plain http elsewhere', { redirect_uri: 'http://evil.example/' }],
    ['a redirect with a user in it', { redirect_uri: 'https://localhost@evil.example/#x' }],
    ['no redirect', { redirect_uri: '' }],
  ])('refuses %s with a page', async (_what, wrong) => {
    const answer = await authorize({ ...ask, ...wrong });
    expect(answer.status).toBe(400);
    expect(await answer.text()).toContain('can’t be installed');
  });
});

describe('tokens', () => {
  it('trades a code once, for a token that does not expire unless asked', async () => {
    const code = (await install()).searchParams.get('code')!;
    const first = await token({ code }, true);
    expect(first.body).toEqual({ access_token: expect.stringMatching(/^shpat_/), scope: 'read_orders,read_products' });
    expect(await works(first.body.access_token)).toBe(true);
    expect((await token({ code })).status).toBe(400);
  });

  it('refuses a wrong secret', async () => {
    const code = (await install()).searchParams.get('code')!;
    expect((await token({ code, client_secret: 'guess' })).status).toBe(400);
    expect((await token({ code })).status).toBe(200);
  });

  it('rotates expiring pairs', async () => {
    const code = (await install()).searchParams.get('code')!;
    const { body: one } = await token({ code, expiring: '1' });
    expect(one).toMatchObject({ expires_in: 3600, refresh_token_expires_in: 7776000 });
    const refresh = (refresh_token: string) => token({ grant_type: 'refresh_token', refresh_token });

    const { body: two } = await refresh(one.refresh_token);
    expect(two.access_token).not.toBe(one.access_token);
    expect(two.refresh_token).not.toBe(one.refresh_token);
    // an answer that got lost can be asked for again, until the new pair is used
    expect((await refresh(one.refresh_token)).body).toMatchObject({
      access_token: two.access_token,
      refresh_token: two.refresh_token,
    });
    expect(await works(one.access_token)).toBe(true);
    expect(await works(two.access_token)).toBe(true);
    expect((await refresh(one.refresh_token)).status).toBe(401);
    const three = await refresh(two.refresh_token);
    expect(three.status).toBe(200);
    expect((await refresh('shprt_unknown')).status).toBe(401);

    world.control.expireAccessTokens(SHOP);
    expect(await works(two.access_token)).toBe(false);
    expect(await works(three.body.access_token)).toBe(false);
    expect((await refresh(three.body.refresh_token)).status).toBe(200);
  });

  it('belong to one shop, and end with an uninstall', async () => {
    const { access_token: access } = world.control.issueToken(SHOP, ['read_orders']);
    expect((await clientOf(world.sandbox, 'other.myshopify.com', access).post('{ shop { name } }')).status).toBe(401);
    world.control.revokeTokens(SHOP);
    expect(await works(access)).toBe(false);
  });

  it('lack the scopes that Shopify withholds', async () => {
    world.control.withholdScopes(SHOP, ['read_all_orders']);
    const code = (await install({ scope: 'read_orders,read_all_orders' })).searchParams.get('code')!;
    expect((await token({ code })).body.scope).toBe('read_orders');
  });
});
