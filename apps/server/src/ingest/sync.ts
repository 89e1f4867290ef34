import { STREAMS } from '@xeno/contracts';
import type { Database, Tx } from '../db/database.ts';
import { isAway, isFull } from '../db/faults.ts';
import { type Lease, LeaseLost, withLease } from '../db/leases.ts';
import { ACTIVE, type SyncRun } from '../db/models/sync-run.ts';
import type { SyncStream } from '../db/models/sync-stream.ts';
import type { Tenant } from '../db/models/tenant.ts';
import { makeDueWithin } from '../jobs/recurring.ts';
import { API_VERSION } from '../shopify/client.ts';
import { ShopifyError, ShopUnavailable } from '../shopify/errors.ts';
import { mayRead } from '../shopify/scopes.ts';
import { CHECKOUTS } from './abandoned-checkouts.ts';
import { locked } from './apply.ts';
import { type Backfill, fetchWindows } from './backfill.ts';
import { type SyncContext, type SyncDeps, TurnOver } from './context.ts';
import { IncompleteResult } from './bulk/lines.ts';
import { readCursors, writeCursor } from './cursors.ts';
import { fetchChanges } from './incremental.ts';
import { Unreadable } from './map/fields.ts';
import { describeShop, readScopes } from './shop.ts';
import { beginStream, saveStream, whatIsOwed } from './streams.ts';
import { troubleIn, writeTrouble } from './trouble.ts';
import { tellUnreadable } from './unreadable.ts';

const SYNC_LEASE = 'sync';

/**
 * Carries out a queued run, or goes on with one whose process died. Everything it does is either committed or done
 * again: killed at any moment, the next call goes on from the last checkpoint. Returns false when another process has it.
 * @throws TurnOver when it is to be called again, after others; what the database threw that was away
 */
export async function runSync(deps: SyncDeps, tenantId: string, runId: string, signal: AbortSignal): Promise<boolean> {
  const { db, owner, leaseSeconds } = deps;
  const held = await withLease(
    db,
    { tenantId, name: SYNC_LEASE, owner, seconds: leaseSeconds, signal },
    async (lease, kept) => {
      const run = await db.models.SyncRun.findOne({ where: { tenantId, id: runId } });
      const tenant = await db.models.Tenant.findByPk(tenantId);
      if (!run || !tenant || !ACTIVE.includes(run.status)) return;
      const isNew = !run.startedAt;
      const startedAt = run.startedAt ?? (await clock(deps));
      await db.models.SyncRun.update(
        { status: 'running', startedAt },
        { where: { tenantId, id: runId, status: ACTIVE } },
      );
      await run.reload();
      if (run.status !== 'running') return; // cancelled just now: the store was disconnected
      try {
        const context = await prepare(deps, tenant, { run, isNew }, lease, kept);
        const errors = await runStreams(context);
        await finish(deps, tenant, run, lease, errors);
        if (errors.length === 0 && (await isOwedMore(context))) {
          await db.transaction((tx) => deps.retrySoon(tx, tenantId, 1));
        }
      } catch (error) {
        if (isInterruption(error, kept)) throw error;
        await finish(deps, tenant, run, lease, [error]);
      }
    },
  );
  return held !== null;
}

/**
 * The process stops, lost its lease or its database, or it is the turn of others: the run stays as it is, and is gone on
 * with later.
 */
const isInterruption = (error: unknown, signal: AbortSignal) =>
  signal.aborted || error instanceof LeaseLost || error instanceof TurnOver || isAway(error);

async function prepare(
  deps: SyncDeps,
  tenant: Tenant,
  { run, isNew }: { run: SyncRun; isNew: boolean },
  lease: Lease,
  signal: AbortSignal,
): Promise<SyncContext> {
  const client = deps.clientFor(tenant);
  const turnEnds = performance.now() + deps.turnSeconds * 1000;
  const isTurnOver = () => performance.now() > turnEnds;
  const ctx = { ...deps, tenantId: tenant.id, runId: run.id, lease, signal, client, isTurnOver };
  const shop = await describeShop(ctx, tenant);
  await run.update({ notice: limits(shop.scopes, client.fallenForwardTo) });
  await deps.subscribe(tenant, client, {
    scopes: shop.scopes,
    signal,
    fetchesAll: isNew && (await isWhole(deps, run)),
  });
  return { ...ctx, ...shop };
}

/** Whether a run fetches everything, and not only what has changed. */
const isWhole = async ({ db }: SyncDeps, { tenantId, id: runId }: SyncRun): Promise<boolean> =>
  (await db.models.SyncStream.count({ where: { tenantId, runId, kind: 'incremental' } })) === 0;

/** What the user has to know about what the store has not granted, or Shopify no longer gives; null when all is well. */
function limits(scopes: readonly string[], fallenForwardTo: string | null): string | null {
  const missing = STREAMS.filter((stream) => !mayRead(scopes, stream));
  const notices = [
    ...(missing.length > 0 ? [`Left out, since the store did not grant access: ${missing.join(', ')}.`] : []),
    ...(scopes.includes('read_all_orders')
      ? []
      : [
          'Shopify shows this app only the orders of the last 60 days. For older ones the app needs the scope read_all_orders, which Shopify has to approve.',
        ]),
    ...(fallenForwardTo === null
      ? []
      : [
          `Shopify no longer answers in version ${API_VERSION} of its API but in ${fallenForwardTo}: Xeno needs an update, and figures may be wrong until then.`,
        ]),
  ];
  return notices.length > 0 ? notices.join(' ') : null;
}

/** The streams side by side, each failing by itself; what went wrong with them. */
async function runStreams(ctx: SyncContext): Promise<unknown[]> {
  const streams = await ctx.db.models.SyncStream.findAll({ where: { tenantId: ctx.tenantId, runId: ctx.runId } });
  const open = streams.filter((stream) => stream.status !== 'succeeded' && stream.status !== 'cancelled');
  const results = await Promise.allSettled(open.map((stream) => runStream(ctx, stream)));
  const errors = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
  const interruption = errors.find((error) => isInterruption(error, ctx.signal));
  if (interruption instanceof Error) throw interruption;
  return errors;
}

async function runStream(ctx: SyncContext, stream: SyncStream): Promise<void> {
  if (!mayRead(ctx.scopes, stream.name)) {
    const error = 'The store did not grant access to this.';
    return saveStream(ctx, stream, { status: 'cancelled', finishedAt: await clock(ctx), error });
  }
  try {
    await beginStream(ctx, stream);
    const appliedTo = stream.kind === 'full' ? await backfill(ctx, stream) : await fetchChanges(ctx, stream);
    await endStream(ctx, stream, appliedTo);
  } catch (error) {
    if (!isInterruption(error, ctx.signal)) {
      await saveStream(ctx, stream, { status: 'failed', finishedAt: await clock(ctx), error: explain(error) });
    }
    throw error;
  }
}

/** Its cursor moves, and never back, in the transaction that says so. */
async function endStream(ctx: SyncContext, stream: SyncStream, appliedTo: Date): Promise<void> {
  const before = (await readCursors(ctx.db, ctx.tenantId)).get(stream.name);
  const cursorTo = before && before.appliedTo > appliedTo ? before.appliedTo : appliedTo;
  const ended = {
    status: 'succeeded' as const,
    finishedAt: await clock(ctx),
    cursorTo,
    completeFrom: null,
    error: null,
  };
  await saveStream(ctx, stream, ended, (tx) => writeCursor(tx, ctx.tenantId, stream, before, cursorTo));
}

/** The database's: processes are told apart by what they note here. */
const clock = async ({ db }: { db: Database }): Promise<Date> => new Date(await db.now());

const backfill = (ctx: SyncContext, stream: SyncStream): Promise<Date> => {
  const everything: Backfill = { field: 'created_at', from: null, to: null, removeDeleted: true };
  return fetchWindows(ctx, stream, everything);
};

async function finish(deps: SyncDeps, tenant: Tenant, run: SyncRun, lease: Lease, errors: unknown[]): Promise<void> {
  const { db, log } = deps;
  const finishedAt = await clock(deps);
  const unread = errors.length === 0 ? await tellUnreadable(db, tenant.id) : null;
  const trouble = troubleIn(errors);
  const ended = await locked({ db, tenantId: tenant.id, lease }, async (tx) => {
    const { transaction } = tx;
    const [updated] = await db.models.SyncRun.update(
      {
        status: errors.length === 0 ? 'succeeded' : 'failed',
        finishedAt,
        notice: [run.notice, unread].filter((text) => text !== null).join(' ') || null,
        error: errors.length === 0 ? null : explain(...errors),
      },
      { where: { tenantId: tenant.id, id: run.id, status: 'running' }, transaction },
    );
    if (updated === 0) return false; // cancelled meanwhile: the store was disconnected
    await db.models.SyncStream.update(
      { status: 'failed', finishedAt, error: errors.length > 0 ? explain(errors[0]) : null },
      { where: { tenantId: tenant.id, runId: run.id, status: ACTIVE }, transaction },
    );
    if (errors.length === 0) {
      // back from a pause, before a probe has noticed
      const now = await db.models.Tenant.findByPk(tenant.id, { transaction });
      if (now?.status === 'paused') await deps.compareSoon(tx, tenant.id);
      await db.models.Tenant.update(
        { lastSyncAt: finishedAt, status: 'connected', statusReason: null },
        { where: { id: tenant.id }, transaction },
      );
      await makeDueWithin(tx, db.dialect, tenant.id, CHECKOUTS, 0);
    } else if (trouble) {
      await writeTrouble(db, tenant, trouble, transaction);
    }
    const [{ again } = { again: null }] = await tx.query<{ again: SyncRun['again'] }>(
      'SELECT again FROM sync_runs WHERE tenant_id = ? AND id = ?',
      [BigInt(tenant.id), BigInt(run.id)],
    );
    // of a store that cannot be reached, whoever finds that it can again starts a run
    const isReachable = async () =>
      (await db.models.Tenant.findByPk(tenant.id, { transaction }))?.status === 'connected';
    if (again && (await isReachable())) await deps.startRun(tx, tenant.id, again);
    if (errors.length > 0 && errors.every(mayPass))
      await deps.retrySoon(tx, tenant.id, await failuresOf(tx, tenant.id));
    return true;
  });
  if (!ended) return;
  const fields = { tenantId: tenant.id, shop: tenant.shopDomain, runId: run.id, kind: run.kind };
  if (errors.length === 0) log.info(fields, 'sync succeeded');
  for (const error of errors) log.warn({ ...fields, err: error }, 'sync failed');
}

/** The run has ended: nobody waits for this. */
const ASKED_AGAIN_MS = 10_000;

/** Whether the store has granted more while the run went on, whose streams were read without. */
async function isOwedMore(ctx: SyncContext): Promise<boolean> {
  const signal = AbortSignal.any([ctx.signal, AbortSignal.timeout(ASKED_AGAIN_MS)]);
  const scopes = await readScopes({ ...ctx, signal }).catch(() => ctx.scopes); // the next run asks again
  const cursors = await readCursors(ctx.db, ctx.tenantId);
  for (const stream of STREAMS.filter((name) => mayRead(scopes, name))) {
    if (!cursors.has(stream) || (await whatIsOwed(ctx, stream, scopes)).isDue) return true;
  }
  return false;
}

/** How many runs of a store have failed since one did not. */
async function failuresOf(tx: Tx, tenantId: string): Promise<number> {
  const runs = await tx.query<{ status: string }>(
    `SELECT status FROM sync_runs WHERE tenant_id = ? AND finished_at IS NOT NULL ORDER BY finished_at DESC LIMIT 10`,
    [BigInt(tenantId)],
  );
  const other = runs.findIndex(({ status }) => status !== 'failed');
  return other === -1 ? runs.length : other;
}

/** What users are told: what went wrong, then what to do. Errors that are not meant for them stay in the log. */
function explain(...errors: unknown[]): string {
  return [...new Set([...errors.map(whatHappened), ...errors.filter(mayPass).map(() => AGAIN)])].join(' ');
}

const AGAIN = 'Sync again in a while; nothing that was fetched is lost.';

/** Nobody has to do anything but try again later. */
const mayPass = (error: unknown) =>
  error instanceof IncompleteResult ||
  (error instanceof ShopifyError && error.retryable && !(error instanceof ShopUnavailable));

function whatHappened(error: unknown): string {
  if (isFull(error)) return 'The disk is full; nothing that was fetched is lost. Make room and sync again.';
  const known = [ShopifyError, IncompleteResult, Unreadable].some((kind) => error instanceof kind);
  return known
    ? (error as Error).message
    : 'Something went wrong inside Xeno; nothing that was fetched is lost. Sync again, and if it fails again look into the log.';
}
