import { randomBytes, timingSafeEqual } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Role } from '@xeno/contracts';
import { audit } from '../db/audit.ts';
import { type Database, isUniqueViolation, type Tx } from '../db/database.ts';
import { deleteSome } from '../db/delete-some.ts';
import { newId } from '../db/ids.ts';
import type { Tenant } from '../db/models/tenant.ts';
import { hashToken } from '../db/secret-tokens.ts';
import { BadInput } from '../http/errors.ts';
import { authorizeUrl, exchangeCode, type TokenAnswer, verifyCallback } from '../shopify/oauth.ts';
import { mayRead } from '../shopify/scopes.ts';
import type { Sealer } from '../db/seal.ts';
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
const EXCHANGES = 3;
const EXCHANGE_PAUSE_MS = 500;
const SAVES = 3;
const CALLBACK = '/api/shopify/callback';

/**
 * Begins a connection: remembers a state, single use, bound to the user's session, the shop and the browser. `browser` is
 * the secret of the browser's cookie. Whether the store is connected already is not told: whoever types a name has shown
 * nothing to Shopify.
 */
export async function beginConnect(
  { db, shopify }: ConnectDeps,
  request: { userId: string; sessionId: string | null; shop: string; browser: string; appUrl: string },
): Promise<{ authorizeUrl: string }> {
  const domain = parseShopDomain(request.shop);
  if (!domain.ok) throw new BadInput([{ path: 'shop', message: domain.reason }]);
  const { shop } = domain;
  const state = randomBytes(24).toString('base64url');
  await db.transaction(async ({ transaction }) => {
    const begun = {
      stateHash: hashToken(state),
      userId: request.userId,
      sessionId: request.sessionId,
      shopDomain: shop,
      browserHash: hashToken(request.browser),
      expiresAt: new Date(Date.now() + STATE_MINUTES * 60_000),
    };
    await db.models.OauthState.create(begun, { transaction });
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

/** Why a connection did not come about; the dashboard explains each. */
export type ConnectFailure =
  | 'access_denied'
  | 'hmac_invalid'
  | 'timestamp_old'
  | 'state_invalid'
  | 'shop_mismatch'
  | 'shop_owned_by_another'
  | 'admin_needed'
  | 'confirmation_pending'
  | 'being_erased'
  | 'exchange_failed'
  | 'scopes_missing';

export type ConnectOutcome =
  | { ok: true; tenantId: string; runId: string }
  /** `ask`: the masked address of an admin who could invite. */
  | { ok: false; code: ConnectFailure; shop: string | null; ask?: string | null };

/**
 * Finishes a connection when Shopify has sent the browser back: verifies the signature, then the state, then who owns the
 * shop, and only then exchanges the code. The tenant, its admin, its tokens and its queued back-fill come into being in
 * one transaction.
 */
export async function finishConnect(
  deps: ConnectDeps,
  query: Record<string, unknown>,
  { browser, address }: { browser: string | null; address: string },
): Promise<ConnectOutcome> {
  const { db, shopify } = deps;
  const failed = (code: ConnectFailure, shop: string | null = null): ConnectOutcome => ({ ok: false, code, shop });
  if (query.error === 'access_denied') return failed('access_denied');

  const verdict = verifyCallback(query, shopify.apiSecrets, { now: Date.now() });
  if (!verdict.ok) return failed(verdict.reason === 'expired' ? 'timestamp_old' : 'hmac_invalid');
  const { shop, code, state } = verdict;

  const known = await db.models.OauthState.findByPk(hashToken(state));
  if (!known || known.usedAt !== null || known.expiresAt < new Date()) return failed('state_invalid', shop);
  if (browser === null || !sameText(hashToken(browser), known.browserHash)) return failed('state_invalid', shop);
  if (known.shopDomain !== shop) return failed('shop_mismatch', shop);
  if (!(await isOpen(db, known.sessionId))) return failed('state_invalid', shop);
  const [used] = await db.transaction(({ transaction }) =>
    db.models.OauthState.update(
      { usedAt: new Date() },
      { where: { stateHash: known.stateHash, usedAt: null }, transaction },
    ),
  );
  if (used === 0) return failed('state_invalid', shop);

  const { userId } = known;
  const claim = await claimOf(db, shop, userId);
  const refusal = refusalOf(claim, shop);
  if (refusal) return refusal;

  const answer = await exchange(deps, shop, code);
  if (answer.kind !== 'tokens') return failed('exchange_failed', shop);
  if (!mayRead(answer.tokens.scopes, 'orders')) return failed('scopes_missing', shop);

  for (let tries = 1; ; tries++) {
    try {
      return await saveTenant(deps, { userId, shop, address }, answer);
    } catch (error) {
      // another user finished at the same moment, or a run was begun: the next try sees what they have written
      if (!isUniqueViolation(error) || tries === SAVES) throw error;
    }
  }
}

/** A few times, where Shopify is in trouble for a moment: somebody waits for the answer. */
async function exchange({ shopify }: ConnectDeps, shop: string, code: string): Promise<TokenAnswer> {
  const [apiSecret] = shopify.apiSecrets;
  const request = { sandboxUrl: shopify.sandboxUrl ?? undefined, apiKey: shopify.apiKey, apiSecret: apiSecret! };
  for (let tries = 1; ; tries++) {
    const answer = await exchangeCode({ ...request, shop, code, now: Date.now() });
    if (answer.kind !== 'retry' || answer.reason === 'time-out' || tries === EXCHANGES) return answer;
    await sleep(EXCHANGE_PAUSE_MS * tries);
  }
}

async function isOpen(db: Database, sessionId: string | null): Promise<boolean> {
  const session = sessionId === null ? null : await db.models.Session.findByPk(sessionId);
  return session !== null && session.endedAt === null && session.expiresAt > new Date();
}

async function saveTenant(
  { db, sealer }: ConnectDeps,
  { userId, shop, address }: { userId: string; shop: string; address: string },
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
    // once more, now that nobody else can change it
    const claim = await claimOf(db, shop, userId, tx);
    const refusal = refusalOf(claim, shop);
    if (refusal) return refusal;
    if (tenant) {
      await joinAs(db, tx, { tenantId: tenant.id, userId, claim });
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
    // filled in by the first run, before anything is written under it; one whose data was erased has none either, and
    // its changes are not counted from where they were once before
    await tx.insert(
      'tenant_state',
      ['tenant_id', 'generation', 'timezone', 'currency', 'customers', 'products', 'changes'],
      [[BigInt(tenant.id), 1, 'UTC', 'XXX', 0, 0, Date.now()]],
      { keys: ['tenant_id'] },
    );
    await audit(tx, db.dialect, {
      tenantId: tenant.id,
      userId,
      action: 'store.connected',
      subject: tenant.id,
      detail: { as: claim.as, ...(claim.as === 'invited' && { role: claim.role }) },
      address,
    });
    if (claim.as === 'successor') await letIn(db, tx, tenant, { userId, address });
    const runId = await startRun(tx, db, tenant.id, claim.as === 'invited' ? 'incremental' : 'backfill');
    return { ok: true, tenantId: tenant.id, runId };
  });
}

/**
 * What whoever can agree to an installation in Shopify may be in a store here. Founder: nobody has connected it. Successor:
 * it was uninstalled, or has no admin; older members wait for the successor to confirm them, since the store may have been
 * sold. Invited: an admin has. Member: is in it already, with a role that does not connect stores. Waiting: was in it before
 * a successor came. Stranger: others have it, and `ask` is the masked address of whom to ask. Nobody can be anything in it
 * while its data is being erased.
 */
type Claim =
  | { as: 'founder' | 'admin' | 'successor' | 'member' | 'waiting' | 'nobody' }
  | { as: 'invited'; role: Role; email: string }
  | { as: 'stranger'; ask: string | null };

/** Why somebody with this claim does not connect the store; null if they do. */
function refusalOf(claim: Claim, shop: string): ConnectOutcome | null {
  switch (claim.as) {
    case 'member':
      return { ok: false, code: 'admin_needed', shop };
    case 'waiting':
      return { ok: false, code: 'confirmation_pending', shop };
    case 'nobody':
      return { ok: false, code: 'being_erased', shop };
    case 'stranger':
      return { ok: false, code: 'shop_owned_by_another', shop, ask: claim.ask };
    default:
      return null;
  }
}

async function claimOf(db: Database, shop: string, userId: string, tx?: Tx): Promise<Claim> {
  const transaction = tx?.transaction;
  const { Tenant, Membership, User } = db.models;
  const tenant = await Tenant.findOne({ where: { shopDomain: shop }, transaction });
  if (!tenant) return { as: 'founder' };
  if (tenant.status === 'erasing') return { as: 'nobody' };
  const admins = await Membership.findAll({
    where: { tenantId: tenant.id, role: 'admin', waitingSince: null },
    order: [['createdAt', 'ASC']],
    transaction,
  });
  if (tenant.status === 'uninstalled' || admins.length === 0) return { as: 'successor' };
  if (admins.some((admin) => admin.userId === userId)) return { as: 'admin' };
  const { email } = await User.findByPk(userId, { rejectOnEmpty: true, transaction });
  const [invitation] = await (tx ? tx.query<{ role: Role }> : db.read<{ role: Role }>)(
    `SELECT role FROM invitations WHERE tenant_id = ? AND email = ? AND ended_at IS NULL AND expires_at > ?
     ORDER BY created_at DESC LIMIT 1`,
    [BigInt(tenant.id), email, new Date()],
  );
  if (invitation) return { as: 'invited', role: invitation.role, email };
  const member = await Membership.findOne({ where: { tenantId: tenant.id, userId }, transaction });
  if (member) return { as: member.waitingSince === null ? 'member' : 'waiting' };
  const first = await User.findByPk(admins[0]!.userId, { transaction });
  return { as: 'stranger', ask: first && maskEmail(first.email) };
}

async function joinAs(
  db: Database,
  tx: Tx,
  { tenantId, userId, claim }: { tenantId: string; userId: string; claim: Claim },
): Promise<void> {
  const { transaction } = tx;
  const { Membership, Tenant } = db.models;
  if (claim.as === 'successor') {
    await Membership.update({ waitingSince: new Date() }, { where: { tenantId, waitingSince: null }, transaction });
    await Tenant.update({ userId }, { where: { id: tenantId }, transaction });
    await tx.run(
      "UPDATE invitations SET ended_at = ?, end_reason = 'revoked' WHERE tenant_id = ? AND ended_at IS NULL",
      [new Date(), BigInt(tenantId)],
    );
  }
  if (claim.as === 'invited') {
    await tx.run(
      "UPDATE invitations SET ended_at = ?, end_reason = 'accepted' WHERE tenant_id = ? AND email = ? AND ended_at IS NULL",
      [new Date(), BigInt(tenantId), claim.email],
    );
  }
  const role = claim.as === 'invited' ? claim.role : claim.as === 'successor' ? 'admin' : null;
  if (role === null) return;
  const member = await Membership.findOne({ where: { tenantId, userId }, transaction });
  if (member) await member.update({ role, waitingSince: null }, { transaction });
  else await Membership.create({ tenantId, userId, role }, { transaction });
}

/** A successor without a second factor would be locked out by the store's demand for one: it ends then. */
async function letIn(
  db: Database,
  tx: Tx,
  tenant: Tenant,
  { userId, address }: { userId: string; address: string },
): Promise<void> {
  const { transaction } = tx;
  const { totpConfirmedAt } = await db.models.User.findByPk(userId, { rejectOnEmpty: true, transaction });
  if (!tenant.requiresSecondFactor || totpConfirmedAt) return;
  await tenant.update({ requiresSecondFactor: false }, { transaction });
  const action = 'store.second_factor_not_demanded';
  await audit(tx, db.dialect, { tenantId: tenant.id, userId, action, subject: tenant.id, detail: {}, address });
}

/** ada@example.com as a•••@e•••.com: known to who knows it. */
function maskEmail(email: string): string {
  const [name = '', host = ''] = email.split('@');
  const dot = host.lastIndexOf('.');
  return `${name.slice(0, 1)}•••@${host.slice(0, 1)}•••${dot > 0 ? host.slice(dot) : ''}`;
}

function sameText(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
}

/** Removes the states of connections that were finished or given up; whether there may be more. */
export const pruneStates = (db: Database): Promise<boolean> =>
  deleteSome(db, 'oauth_states', ['state_hash'], 'expires_at < ?', [new Date()]);
