import { Op } from 'sequelize';
import type { Tx } from '../db/database.ts';
import type { SyncStream } from '../db/models/sync-stream.ts';
import { asDate } from '../db/values.ts';
import { grantsOf } from '../shopify/scopes.ts';
import { locked } from './apply.ts';
import type { SyncContext } from './context.ts';
import { grantsIn, readCursors } from './cursors.ts';
import { forgetContents } from './forget-contents.ts';

const HOUR_MS = 3_600_000;

/**
 * Notes on a run's stream how it stands, together with `also`. Whoever has lost the lease notes nothing, and what was
 * cancelled meanwhile stays so. @throws LeaseLost
 */
export async function saveStream(
  ctx: SyncContext,
  stream: SyncStream,
  values: Partial<SyncStream['dataValues']>,
  also?: (tx: Tx) => Promise<unknown>,
): Promise<void> {
  const { tenantId, runId } = ctx;
  const { name } = stream;
  await locked(ctx, async (tx) => {
    const where = { tenantId, runId, name, status: { [Op.ne]: 'cancelled' as const } };
    // not of the instance, which would take the values for written when a transaction is done again
    await ctx.db.models.SyncStream.update(values, { where, transaction: tx.transaction });
    await also?.(tx);
  });
  stream.set(values);
}

/**
 * Begins a stream, or goes on with it. One that is to fetch what has changed fetches everything instead, where that was
 * to be done and failed, or where Shopify tells more now than when it was wholly read.
 */
export async function beginStream(ctx: SyncContext, stream: SyncStream): Promise<void> {
  let { kind } = stream;
  let grants = grantsOf(stream.name, ctx.scopes);
  const now = new Date(await ctx.db.now());
  if (stream.status === 'queued') {
    const { lacking, isDue } = await whatIsOwed(ctx, stream.name, ctx.scopes);
    if (kind === 'incremental' && isDue) kind = 'full';
    // what is stored of the same version is replaced then; older orders alone change none that is stored
    if (kind === 'full' && lacking.some((grant) => grant !== 'all_orders')) await forgetContents(ctx);
  } else {
    // what was read before, and what is read from here on
    grants = grants.filter((grant) => grantsIn(stream.grants)?.includes(grant) ?? true);
  }
  const startedAt = stream.startedAt ?? now;
  await saveStream(ctx, stream, { status: 'running', kind, grants: grants.join(','), startedAt, error: null });
}

/**
 * What is granted that a stream was read without, and whether everything is to be fetched now: for that, or because the
 * last time failed. Not again and again: from the second failure in a row on, what has changed is fetched in between,
 * and a pause made, of an hour at first. By the database's clock.
 */
export async function whatIsOwed(
  { db, tenantId }: SyncContext,
  stream: SyncStream['name'],
  scopes: readonly string[],
): Promise<{ lacking: string[]; isDue: boolean }> {
  const ended = (kind: 'full' | 'incremental', most: number) =>
    db.read<{ status: string; grants: string | null; finished_at: unknown }>(
      `SELECT status, grants, finished_at FROM sync_streams
       WHERE tenant_id = ? AND name = ? AND kind = ?
         AND (status IN ('succeeded', 'failed') OR (status = 'cancelled' AND started_at IS NOT NULL))
       ORDER BY finished_at DESC LIMIT ${most}`,
      [BigInt(tenantId), stream, kind],
    );
  const whole = await ended('full', 10);
  const success = whole.findIndex(({ status }) => status === 'succeeded');
  const failures = success === -1 ? whole.length : success;

  const cursor = (await readCursors(db, tenantId)).get(stream);
  const read = cursor ? cursor.grants : grantsIn(whole[0]?.grants);
  const lacking = read === null ? [] : grantsOf(stream, scopes).filter((grant) => !read.includes(grant));

  if (failures === 0) return { lacking, isDue: lacking.length > 0 };
  if (failures === 1) return { lacking, isDue: true };
  const endOf = (row: { finished_at: unknown } | undefined) => asDate(row?.finished_at)?.getTime() ?? 0;
  const failedAt = endOf(whole[0]);
  const pause = Math.min(24, 2 ** (failures - 2)) * HOUR_MS;
  const [changes] = await ended('incremental', 1);
  return { lacking, isDue: endOf(changes) > failedAt && (await db.now()) >= failedAt + pause };
}
