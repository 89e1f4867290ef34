import { randomBytes } from 'node:crypto';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { World } from '../world.ts';
import { transportFault } from '../control/strike.ts';
import { consentPage, messagePage } from './consent.ts';
import { sameText, signParameters } from './hmac.ts';

interface Ask {
  shop: string;
  scopes: string[];
  redirectUri: string;
  state: string | undefined;
  at: number;
}

type Query = Record<string, string | string[] | undefined>;
type Parameters = { Params: { shop: string }; Querystring: Query; Body: Query | undefined };

const single = (value: string | string[] | undefined) => (Array.isArray(value) ? value[0] : value);

/** Loopback over http, anything over https, without user, password or fragment. */
function acceptableRedirect(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  if (url.username || url.password || url.hash) return false;
  return (
    url.protocol === 'https:' ||
    (url.protocol === 'http:' && /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url.hostname))
  );
}

/** Authorization code grant: the consent page, the way back to the app, and the exchange of codes and refresh tokens. */
export function oauthRoutes(app: FastifyInstance, world: World): void {
  const asks = new Map<string, Ask>();
  const html = (reply: FastifyReply, status: number, text: string) =>
    reply.status(status).type('text/html; charset=utf-8').header('cache-control', 'no-store').send(text);
  const problem = (reply: FastifyReply, message: string) =>
    html(reply, 400, messagePage('This app can’t be installed', message));

  function verdict(shop: string, query: Query): { ok: true; ask: Ask } | { ok: false; message: string } {
    if (!world.isShop(shop)) return { ok: false, message: `“${shop}” is not a shop’s domain.` };
    if (single(query.client_id) !== world.clientId) {
      return { ok: false, message: 'The parameter client_id names no app that this sandbox knows.' };
    }
    const redirectUri = single(query.redirect_uri);
    if (!redirectUri || !acceptableRedirect(redirectUri)) {
      return {
        ok: false,
        message: 'The parameter redirect_uri is missing or is neither https nor a loopback address.',
      };
    }
    const scopes = (single(query.scope) ?? '').split(/[\s,]+/).filter(Boolean);
    return { ok: true, ask: { shop, scopes, redirectUri, state: single(query.state), at: Date.now() } };
  }

  function back(reply: FastifyReply, ask: Ask, extra: Record<string, string>) {
    const parameters: Record<string, string> = {
      ...extra,
      host: Buffer.from(`admin.shopify.com/store/${ask.shop.split('.')[0]}`).toString('base64url'),
      shop: ask.shop,
      timestamp: String(Math.floor(Date.now() / 1000)),
    };
    if (ask.state !== undefined) parameters.state = ask.state;
    parameters.hmac = signParameters(parameters, world.clientSecret);
    const url = new URL(ask.redirectUri);
    for (const [key, value] of Object.entries(parameters)) url.searchParams.set(key, value);
    return reply.header('cache-control', 'no-store').redirect(url.href, 302);
  }

  const install = (reply: FastifyReply, ask: Ask) =>
    back(reply, ask, { code: world.tokens.issueCode(ask.shop, world.granted(ask.shop, ask.scopes)) });

  app.get<Parameters>('/:shop/admin/oauth/authorize', (request, reply) => {
    const checked = verdict(request.params.shop, request.query);
    if (!checked.ok) return problem(reply, checked.message);
    if (world.autoApprove || single(request.query.auto_approve) === '1') return install(reply, checked.ask);
    for (const [nonce, { at }] of asks) if (at < Date.now() - 36e5) asks.delete(nonce);
    const nonce = randomBytes(16).toString('hex');
    asks.set(nonce, checked.ask);
    return html(
      reply,
      200,
      consentPage(world.shop(request.params.shop).spec, world.clientId, checked.ask.scopes, nonce),
    );
  });

  app.post<Parameters>('/:shop/admin/oauth/authorize', (request, reply) => {
    const nonce = single(request.body?.request) ?? '';
    const ask = asks.get(nonce);
    if (!ask || ask.shop !== request.params.shop)
      return problem(reply, 'This request is too old. Go back to the app and start again.');
    asks.delete(nonce);
    if (single(request.body?.decision) === 'install') return install(reply, ask);
    return back(reply, ask, { error: 'access_denied', error_description: 'The merchant cancelled the installation.' });
  });

  app.post<Parameters>('/:shop/admin/oauth/access_token', async (request, reply) => {
    const { shop } = request.params;
    if (!world.isShop(shop)) return reply.status(404).send({ errors: 'Not Found' });
    if (await transportFault(world, shop, 'token', '', reply)) return reply;
    const body = request.body ?? {};
    const wrong = (status: number, error: string, description: string) =>
      reply.status(status).send({ error, error_description: description });
    const known =
      sameText(single(body.client_id) ?? '', world.clientId) &&
      sameText(single(body.client_secret) ?? '', world.clientSecret);
    if (!known) return wrong(400, 'invalid_client', 'Unknown client_id or wrong client_secret.');
    reply.header('cache-control', 'no-store');

    if (single(body.grant_type) === 'refresh_token') {
      if (world.faults.take('refresh_dead', shop)) world.tokens.killRefresh(shop);
      const answer = world.tokens.refresh(single(body.refresh_token) ?? '', shop);
      world.changed();
      return answer ?? wrong(401, 'invalid_grant', 'This refresh token is invalid or expired.');
    }
    const answer = world.tokens.redeem(single(body.code) ?? '', shop, String(single(body.expiring)) === '1');
    if (answer) world.installed(shop);
    return answer ?? wrong(400, 'invalid_request', 'The authorization code was not found or was already used');
  });
}
