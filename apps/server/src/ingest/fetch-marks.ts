import type { StreamName, SyncKind } from '@xeno/contracts';
import type { Database, Tx } from '../db/database.ts';
import { withLease } from '../db/leases.ts';
import type { Tenant } from '../db/models/tenant.ts';
import { databaseNow, idParams, instantText, marks } from '../db/values.ts';
import { type JobKind, lookAgain } from '../jobs/job.ts';
import { isDenied, ShopifyError } from '../shopify/errors.ts';
import { mayRead } from '../shopify/scopes.ts';
import { locked } from './apply.ts';
import type { FetchContext, SyncDeps } from './context.ts';
import { fetchById } from './fetch-by-id.ts';
import { forgetMarks } from './versions.ts';

export interface MarkDeps extends Pick<SyncDeps, 'db' | 'log' | 'owner' | 'leaseSeconds' | 'clientFor'> {
  /** How many stores' marks one process works on at once. */
  marksAtOnce: number;
  /** The pause after a fetch that did not answer a mark; each further one is twice as long, up to an hour. */
  markRetrySeconds: number;
  /** What Shopify does not find for so long is gone; before, a webhook may only have been faster than its reads. */
  markBelievedSeconds: number;
  /** More marks than these are left to a run, which fetches by bulk operations. */
  marksByBulk: number;
  /** Starts a run of a store unless one is under way. */
  startRun(tenantId: string, kind: SyncKind): Promise<unknown>;
  /** Called when figures of a tenant have changed. */
  changed(tenantId: string): void;
  /** Called when a store as a whole cannot be read: its tokens or the store itself are at fault. */
  troubled(tenant: Tenant, error: unknown): Promise<unknown>;
}

export const MARKS = 'marks';
const KEYS = 500;
/** Of one turn; then other tenants have theirs. */
const BATCH = 60;
const LONGEST_PAUSE_SECONDS = 3_600;
/** What Shopify is not believed to have lost before it was asked so often. */
const BELIEVED_TRIES = 2;

const due = ({ dialect }: Database) => `(m.due_at IS NULL OR m.due_at <= ${databaseNow(dialect, 0)})`;

/** Fetches what is marked in `fetch_marks`, orders first; the key is the tenant's id. */
export const markJobs = (deps: MarkDeps): JobKind => ({
  name: MARKS,
  concurrency: deps.marksAtOnce,
  pending: async () =>
    (
      await deps.db.read<{ id: string | number }>(
        `SELECT m.tenant_id AS id FROM fetch_marks m
         JOIN tenants t ON t.id = m.tenant_id AND t.status = 'connected' AND t.currency IS NOT NULL
         WHERE ${due(deps.db)} GROUP BY m.tenant_id ORDER BY MIN(m.marked_at) LIMIT ${KEYS}`,
      )
    ).map(({ id }) => String(id)),
  async run(tenantId, signal) {
    const { db, owner, leaseSeconds: seconds } = deps;
    if ((await readDue(deps, tenantId, 1)).length === 0) return 'done';
    const tenant = await db.models.Tenant.findByPk(tenantId);
    if (tenant?.status !== 'connected' || tenant.currency === null) return 'done';
    const { currency } = tenant;
    const held = await withLease(db, { tenantId, name: MARKS, owner, seconds, signal }, (lease, kept) => {
      const scopes = tenant.scopes.split(',');
      const client = deps.clientFor(tenant);
      const ctx = { db, tenantId, lease, signal: kept, client, scopes, currency, shopNow: new Date() };
      return fetchDue(deps, ctx, tenant);
    });
    return held ? held.result : lookAgain(signal);
  },
});

interface Mark {
  stream: StreamName;
  id: string | number;
  tries: number;
  /** Whether it has stood for as long as Shopify's reads may be behind. */
  is_old: number;
}

const readDue = ({ db, markBelievedSeconds }: MarkDeps, tenantId: string, limit: number): Promise<Mark[]> =>
  db.read<Mark>(
    `SELECT m.stream, m.shopify_id AS id, m.tries, m.marked_at <= ${databaseNow(db.dialect, -markBelievedSeconds)} AS is_old
     FROM fetch_marks m WHERE m.tenant_id = ? AND ${due(db)}
     ORDER BY CASE m.stream WHEN 'orders' THEN 0 ELSE 1 END, m.tries, m.marked_at LIMIT ${limit}`,
    [BigInt(tenantId)],
  );

async function fetchDue(deps: MarkDeps, ctx: FetchContext, tenant: Tenant): Promise<'done' | 'more'> {
  const { db, tenantId, signal, scopes } = ctx;
  const due = await readDue(deps, tenantId, BATCH);
  if (due.length === BATCH) {
    const kind = await runFor(deps, tenantId);
    if (kind) await deps.startRun(tenantId, kind);
  }
  const began = await db.now();
  const streams = [...Map.groupBy(due, ({ stream }) => stream)];
  const results = await Promise.allSettled(
    streams.map(async ([stream, ofStream]) => {
      const ids = ofStream.map(({ id }) => String(id));
      if (!mayRead(scopes, stream)) return locked(ctx, (tx, { tenant: key }) => forgetMarks(tx, key, stream, ids));
      const isEarly = ({ tries, is_old }: Mark) => tries < BELIEVED_TRIES || !Number(is_old);
      const early = new Set(ofStream.filter(isEarly).map(({ id }) => String(id)));
      const { unread, failed } = await fetchById(ctx, stream, ids, { mayBeGone: (id) => !early.has(id) });
      for (const err of failed.values()) deps.log.warn({ shop: tenant.shopDomain, err }, 'could not be fetched');
      for (const { gid, why } of unread) deps.log.warn({ shop: tenant.shopDomain, gid, why }, 'could not be read');
    }),
  );
  deps.changed(tenantId);
  const failures = results.map((result) => (result.status === 'rejected' ? (result.reason as unknown) : null));
  const errors = failures.filter((error) => error !== null);
  signal.throwIfAborted();
  for (const error of errors) await deps.troubled(tenant, error);
  // what does not pass by itself is put off like what was not answered: it would keep back the marks behind it
  const tried = streams.filter((_, i) => !(failures[i] instanceof ShopifyError && failures[i].retryable));
  await locked(ctx, (tx) => postponeUnanswered(deps, tx, ctx, tried, began));
  for (const err of errors) {
    if (!isDenied(err)) throw err as Error;
    deps.log.warn({ shop: tenant.shopDomain, err }, 'could not be fetched');
  }
  return due.length === BATCH ? 'more' : 'done';
}

/**
 * The run that answers these many marks: one by one would take hours, since on a small plan three orders cost eight
 * seconds. Mostly what is marked has just changed, and an incremental run brings it; what that one has not answered, a
 * full one does. Null where they are few.
 */
async function runFor({ db, marksByBulk }: MarkDeps, tenantId: string): Promise<SyncKind | null> {
  const tenant = BigInt(tenantId);
  const last = (column: string, which: string) =>
    `COALESCE((SELECT MAX(${column}) FROM sync_runs WHERE tenant_id = ?${which}), '1970-01-01')`;
  const areMany = async (condition: string) =>
    (
      await db.read(`SELECT 1 FROM fetch_marks WHERE tenant_id = ? AND ${condition} LIMIT 1 OFFSET ${marksByBulk}`, [
        tenant,
        ...Array.from(condition.matchAll(/\?/g), () => tenant),
      ])
    ).length > 0;
  const sinceFull = `marked_at > ${last('created_at', " AND kind <> 'incremental'")}`;
  if (await areMany(`marked_at <= ${last('started_at', " AND status = 'succeeded'")} AND ${sinceFull}`)) return 'full';
  return (await areMany(`marked_at > ${last('created_at', '')}`)) ? 'incremental' : null;
}

/** What this turn did not answer: Shopify's answer was older than what is known, or there was none. */
async function postponeUnanswered(
  { markRetrySeconds }: MarkDeps,
  tx: Tx,
  { db, tenantId }: FetchContext,
  streams: [StreamName, Mark[]][],
  began: number,
): Promise<void> {
  for (const [stream, ofStream] of streams) {
    for (const [tries, ofTries] of Map.groupBy(ofStream, (mark) => mark.tries)) {
      const pause = Math.min(LONGEST_PAUSE_SECONDS, markRetrySeconds * 2 ** Math.min(tries, 20));
      await tx.run(
        `UPDATE fetch_marks SET tries = tries + 1, due_at = ${databaseNow(db.dialect, pause)}
         WHERE tenant_id = ? AND stream = ? AND marked_at <= ? AND shopify_id IN (${marks(ofTries)})`,
        [BigInt(tenantId), stream, instantText(db.dialect, began), ...idParams(ofTries.map(({ id }) => String(id)))],
      );
    }
  }
}
