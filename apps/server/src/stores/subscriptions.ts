import { randomBytes } from 'node:crypto';
import type { TenantStatus } from '@xeno/contracts';
import type { Database, Tx } from '../db/database.ts';
import { ENDED, type Tenant } from '../db/models/tenant.ts';
import { idParams, marks } from '../db/values.ts';
import { readNote } from '../jobs/recurring.ts';
import type { ShopifyClient } from '../shopify/client.ts';
import { ScopeMissing, ShopifyError, ShopifyRefused } from '../shopify/errors.ts';
import { subscribe, type Subscribed, unsubscribe } from '../shopify/subscriptions.ts';

export const SUBSCRIPTIONS = 'subscriptions';

/** Names a store in the address of its webhooks; not to be guessed, since headers are not signed. */
export const newWebhookKey = (): string => randomBytes(32).toString('base64url');

export interface SubscriptionDeps {
  db: Database;
  log: { info(fields: object, message: string): void; warn(fields: object, message: string): void };
  /** Origin at which Shopify reaches this installation; null where it does not. */
  webhookOrigin(): string | null;
  subscriptionsEverySeconds: number;
}

const UNREACHABLE =
  'Shopify cannot reach this installation, which has no public https address (APP_URL): changes come with the scheduled sync.';

/**
 * Sees to it that Shopify sends this store's webhooks here, and remembers whether it does. True where some were missing,
 * now or earlier: what happened meanwhile has to be fetched, until `forgetGap`. That is noted before they are made, and
 * seen to by the next check, whoever is killed; not if the caller `fetchesAll` anyway, from now on. What Shopify refuses
 * is told and stops nothing.
 */
export async function ensureSubscriptions(
  deps: SubscriptionDeps,
  tenant: Tenant,
  client: ShopifyClient,
  { scopes, signal, fetchesAll = false }: { scopes: readonly string[]; signal: AbortSignal; fetchesAll?: boolean },
): Promise<boolean> {
  const origin = deps.webhookOrigin();
  if (origin === null) {
    await remember(deps, tenant.id, { status: 'unavailable', reason: UNREACHABLE });
    return false;
  }
  if (tenant.webhookKey === null) await tenant.update({ webhookKey: newWebhookKey() });
  const uri = `${origin}/api/shopify/webhooks/${tenant.webhookKey}`;
  const fields = { tenantId: tenant.id, shop: tenant.shopDomain };
  let subscribed: Subscribed;
  let isNewGap = false;
  try {
    const beforeMaking = async () => {
      if (fetchesAll) return;
      const note = await readNote(deps.db, tenant.id, SUBSCRIPTIONS);
      isNewGap = note === null || !(JSON.parse(note) as NotedState).gap;
      await remember(deps, tenant.id, null, { gap: true });
    };
    subscribed = await subscribe(client, { uri, scopes, signal, beforeMaking });
  } catch (error) {
    const isOfWebhooks = error instanceof ShopifyRefused || error instanceof ScopeMissing;
    if (!isOfWebhooks) throw error;
    deps.log.warn({ ...fields, err: error }, 'webhooks cannot be subscribed to');
    const reason = `${error.message} Changes come with the scheduled sync.`;
    await remember(deps, tenant.id, { status: 'failing', reason }, { gap: true }); // some may have been made
    return false;
  }
  const { created, removed, refused } = subscribed;
  if (created.length > 0) deps.log.info({ ...fields, created, removed }, 'subscribed to webhooks');
  if (refused.length > 0) deps.log.warn({ ...fields, refused }, 'Shopify refused webhook subscriptions');
  // what is refused each time is no gap each time
  if (isNewGap && created.length === 0) await deps.db.transaction((tx) => forgetGap(tx, tenant.id));
  return remember(
    deps,
    tenant.id,
    refused.length === 0
      ? { status: 'active', reason: null }
      : {
          status: 'failing',
          reason: `Shopify sends no webhooks about ${refused.map(({ topic, why }) => `${topic} (${why})`).join(', ')}; such changes come with the scheduled sync.`,
        },
    { gap: created.length > 0 && !fetchesAll },
  );
}

/** Within the transaction that has the gap filled. */
export const forgetGap = (tx: Tx, tenantId: string): Promise<unknown> =>
  tx.run(`UPDATE upkeep SET note = REPLACE(note, '"gap":true', '"gap":false') WHERE tenant_id = ? AND job = ?`, [
    BigInt(tenantId),
    SUBSCRIPTIONS,
  ]);

/**
 * Where Shopify sends webhooks to: a public https address. A stand-in for Shopify is on this machine, or told otherwise,
 * and reaches the process itself.
 */
export function webhookOrigin(
  { appUrl, shopify }: { appUrl: string | null; shopify: { sandboxUrl: string | null } },
  ownUrl: string | null,
): string | null {
  if (shopify.sandboxUrl !== null) return appUrl ?? ownUrl;
  return appUrl?.startsWith('https://') ? appUrl : null;
}

/** Has the subscriptions of all stores looked at now. */
export const checkAllSubscriptions = (db: Database): Promise<unknown> =>
  db.transaction((tx) => tx.run('UPDATE upkeep SET due_at = ? WHERE job = ?', [new Date(), SUBSCRIPTIONS]));

/** So long at most someone who disconnects a store waits for Shopify, before and after. */
const FAREWELL_SECONDS = 5;

/**
 * What removes a store's subscriptions at Shopify, to be called when its connection has ended: with the token that it has
 * now, so that nothing can subscribe anew meanwhile. As far as Shopify answers: what it sends later finds no connected
 * store.
 */
export async function prepareFarewell(
  { db, lastClientFor }: { db: Database; lastClientFor(tenant: Tenant): Promise<ShopifyClient> },
  tenantId: string,
): Promise<() => Promise<void>> {
  const tenant = await db.models.Tenant.findByPk(tenantId);
  const client =
    tenant?.accessToken && (await asFarAsShopifyAnswers((signal) => orAbort(lastClientFor(tenant), signal)));
  return async () => {
    if (client) await asFarAsShopifyAnswers((signal) => unsubscribe(client, signal));
  };
}

async function asFarAsShopifyAnswers<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T | null> {
  try {
    return await work(AbortSignal.timeout(FAREWELL_SECONDS * 1000));
  } catch (error) {
    const isExpected = error instanceof ShopifyError || (error as Error).name === 'TimeoutError';
    if (!isExpected) throw error;
    return null;
  }
}

const orAbort = <T>(work: Promise<T>, signal: AbortSignal): Promise<T> =>
  Promise.race([
    work,
    new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error))),
  ]);

export interface WebhookState {
  status: 'active' | 'unavailable' | 'failing';
  reason: string | null;
}

/** As it is noted. */
interface NotedState extends WebhookState {
  /** Something may have gone unheard, and was not fetched yet. */
  gap: boolean;
}

const BEING_MADE = { status: 'failing', reason: 'Subscriptions to webhooks are being made.' } as const;

/** `state`: null leaves it as it was. A gap stays until it is filled; gives whether there is one. */
const remember = (
  { db, subscriptionsEverySeconds }: SubscriptionDeps,
  tenantId: string,
  state: WebhookState | null,
  { gap = false } = {},
): Promise<boolean> =>
  db.transaction(async (tx) => {
    const [row] = await tx.query<{ note: string | null }>(
      `SELECT note FROM upkeep WHERE tenant_id = ? AND job = ?${db.dialect === 'mysql' ? ' FOR UPDATE' : ''}`,
      [BigInt(tenantId), SUBSCRIPTIONS],
    );
    const known = row?.note ? (JSON.parse(row.note) as NotedState) : { ...BEING_MADE, gap: false };
    const noted = { ...(state ?? known), gap: gap || known.gap };
    await tx.insert(
      'upkeep',
      ['tenant_id', 'job', 'due_at', 'note'],
      [
        [
          BigInt(tenantId),
          SUBSCRIPTIONS,
          new Date(Date.now() + subscriptionsEverySeconds * 1000),
          JSON.stringify(noted),
        ],
      ],
      { keys: ['tenant_id', 'job'], replace: ['note'] },
    );
    return noted.gap;
  });

/** The state of a store's webhooks, by how the store itself was read: null when its connection has ended, or it was never looked at. */
export type WebhookStates = (tenant: { id: string; status: TenantStatus }) => WebhookState | null;

/** As of the last look at each of the stores. */
export async function webhookStates(db: Database, tenantIds: readonly string[]): Promise<WebhookStates> {
  if (tenantIds.length === 0) return () => null;
  const rows = await db.read<{ tenant_id: string | number; note: string | null }>(
    `SELECT tenant_id, note FROM upkeep WHERE job = ? AND tenant_id IN (${marks(tenantIds)})`,
    [SUBSCRIPTIONS, ...idParams(tenantIds)],
  );
  const notes = new Map(rows.map(({ tenant_id, note }) => [String(tenant_id), note]));
  return ({ id, status }) => {
    const note = ENDED.has(status) ? null : (notes.get(id) ?? null);
    if (note === null) return null;
    const { status: state, reason } = JSON.parse(note) as NotedState;
    return { status: state, reason };
  };
}
