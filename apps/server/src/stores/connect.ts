import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { Op } from 'sequelize';
import type { Database } from '../db/database.ts';
import { newId } from '../db/ids.ts';
import { isUniqueViolation } from '../db/database.ts';
import { BadInput, Conflict } from '../http/errors.ts';
import { authorizeUrl, exchangeCode, type TokenAnswer, verifyCallback } from '../shopify/oauth.ts';
import { mayRead } from '../shopify/scopes.ts';
import type { Sealer } from '../shopify/seal.ts';
import { parseShopDomain } from '../shopify/shop-domain.ts';
import { newWebhookKey } from './subscriptions.ts';
import { startRun } from './sync.ts';
import { sealedTokens } from './tokens.ts';

export interface ConnectDeps {
  db: Database;
  sealer: Sealer;
  shopify: { apiKey: string; apiSecrets: string[]; scopes: string[]; sandboxUrl: string | null };
}

const STATE_MINUTES = 15;
const CALLBACK = '/api/shopify/callback';

const digest = (text: string) => createHash('sha256').update(text).digest('hex');

/**
 * Begins a connection: remembers a state, single use, bound to the user, the shop and the browser. `browser` is the
 * secret of the browser's cookie. A store that another user has connected is refused here already.
 */
export async function beginConnect(
  { db, shopify }: ConnectDeps,
  request: { userId: string; shop: string; browser: string; appUrl: string },
): Promise<{ authorizeUrl: string }> {
  const domain = parseShopDomain(request.shop);
  if (!domain.ok) throw new BadInput([{ path: 'shop', message: domain.reason }]);
  const { shop } = domain;
  if ((await ownership(db, shop, request.userId)) === 'other') {
    throw new Conflict(OWNED_BY_ANOTHER, 'shop_owned_by_another');
  }
  const state = randomBytes(24).toString('base64url');
  await db.models.OauthState.destroy({ where: { expiresAt: { [Op.lt]: new Date() } } });
  await db.models.OauthState.create({
    stateHash: digest(state),
    userId: request.userId,
    shopDomain: shop,
    browserHash: digest(request.browser),
    expiresAt: new Date(Date.now() + STATE_MINUTES * 60_000),
  });
  return {
    authorizeUrl: authorizeUrl({
      sandboxUrl: shopify.sandboxUrl ?? undefined,
      apiKey: shopify.apiKey,
      scopes: shopify.scopes,
      shop,
      state,
      redirectUri: request.appUrl + CALLBACK,
    }),
  };
}

const OWNED_BY_ANOTHER =
  'This store is connected to another account here, which keeps it. Ask the owner of that account.';

/** Why a connection did not come about; the dashboard explains each. */
export type ConnectFailure =
  | 'access_denied'
  | 'hmac_invalid'
  | 'timestamp_old'
  | 'state_invalid'
  | 'shop_mismatch'
  | 'shop_owned_by_another'
  | 'exchange_failed'
  | 'scopes_missing';

export type ConnectOutcome =
  { ok: true; tenantId: string; runId: string } | { ok: false; code: ConnectFailure; shop: string | null };

/**
 * Finishes a connection when Shopify has sent the browser back: verifies the signature, then the state, then who owns the
 * shop, and only then exchanges the code. The tenant, its admin, its tokens and its queued back-fill come into being in
 * one transaction.
 */
export async function finishConnect(
  deps: ConnectDeps,
  query: Record<string, unknown>,
  browser: string | null,
): Promise<ConnectOutcome> {
  const { db, shopify } = deps;
  const failed = (code: ConnectFailure, shop: string | null = null): ConnectOutcome => ({ ok: false, code, shop });
  if (query.error === 'access_denied') return failed('access_denied');

  const verdict = verifyCallback(query, shopify.apiSecrets, { now: Date.now() });
  if (!verdict.ok) return failed(verdict.reason === 'expired' ? 'timestamp_old' : 'hmac_invalid');
  const { shop, code, state } = verdict;

  const known = await db.models.OauthState.findByPk(digest(state));
  if (!known || known.usedAt !== null || known.expiresAt < new Date()) return failed('state_invalid', shop);
  if (browser === null || !sameText(digest(browser), known.browserHash)) return failed('state_invalid', shop);
  if (known.shopDomain !== shop) return failed('shop_mismatch', shop);
  const [used] = await db.models.OauthState.update(
    { usedAt: new Date() },
    { where: { stateHash: known.stateHash, usedAt: null } },
  );
  if (used === 0) return failed('state_invalid', shop);

  const { userId } = known;
  if ((await ownership(db, shop, userId)) === 'other') return failed('shop_owned_by_another', shop);

  const answer = await exchangeCode({
    sandboxUrl: shopify.sandboxUrl ?? undefined,
    apiKey: shopify.apiKey,
    apiSecret: shopify.apiSecrets[0]!,
    shop,
    code,
    now: Date.now(),
  });
  if (answer.kind !== 'tokens') return failed('exchange_failed', shop);
  if (!mayRead(answer.tokens.scopes, 'orders')) return failed('scopes_missing', shop);

  try {
    return await saveTenant(deps, userId, shop, answer);
  } catch (error) {
    // two users finished at once: the other one was first
    if (isUniqueViolation(error)) return failed('shop_owned_by_another', shop);
    throw error;
  }
}

async function saveTenant(
  { db, sealer }: ConnectDeps,
  userId: string,
  shop: string,
  { tokens, date }: Extract<TokenAnswer, { kind: 'tokens' }>,
): Promise<ConnectOutcome> {
  return db.transaction(async (tx) => {
    const { transaction } = tx;
    const fields = {
      ...sealedTokens(sealer, shop, tokens),
      scopes: tokens.scopes.join(','),
      status: 'connected' as const,
      statusReason: null,
      apiVersion: null,
      installedAt: date,
    };
    let tenant = await db.models.Tenant.findOne({ where: { shopDomain: shop }, transaction, lock: true });
    if (tenant) {
      const member = await db.models.Membership.findOne({
        where: { tenantId: tenant.id, userId, role: 'admin' },
        transaction,
      });
      if (!member) return { ok: false, code: 'shop_owned_by_another', shop };
      await tenant.update({ ...fields, webhookKey: tenant.webhookKey ?? newWebhookKey() }, { transaction });
    } else {
      tenant = await db.models.Tenant.create(
        {
          id: newId(),
          userId,
          shopDomain: shop,
          storeName: shop.replace('.myshopify.com', ''),
          currency: null,
          timezone: null,
          webhookKey: newWebhookKey(),
          ...fields,
        },
        { transaction },
      );
      await db.models.Membership.create({ tenantId: tenant.id, userId, role: 'admin' }, { transaction });
    }
    // filled in by the first run, before anything is written under it; one whose data was erased has none either
    await tx.insert(
      'tenant_state',
      ['tenant_id', 'generation', 'timezone', 'currency', 'customers', 'products'],
      [[BigInt(tenant.id), 1, 'UTC', 'XXX', 0, 0]],
      { keys: ['tenant_id'] },
    );
    const runId = await startRun(tx, db, tenant.id, 'backfill');
    return { ok: true, tenantId: tenant.id, runId };
  });
}

/** Whether a shop is connected, by this user (as its admin) or by another one. */
async function ownership(db: Database, shop: string, userId: string): Promise<'none' | 'own' | 'other'> {
  const tenant = await db.models.Tenant.findOne({ where: { shopDomain: shop } });
  if (!tenant) return 'none';
  const member = await db.models.Membership.findOne({ where: { tenantId: tenant.id, userId, role: 'admin' } });
  return member ? 'own' : 'other';
}

function sameText(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
}
