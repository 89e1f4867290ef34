import type { Tx } from '../db/database.ts';
import type { SyncStream } from '../db/models/sync-stream.ts';
import { asDate } from '../db/values.ts';
import { grantsOf } from '../shopify/scopes.ts';
import { locked } from './apply.ts';
import type { SyncContext } from './context.ts';
import { grantsIn, lacks, readCursors } from './cursors.ts';
import { forgetContents } from './forget-contents.ts';

const HOUR_MS = 3_600_000;

/** Notes on a run's stream how it stands, together with `also`; whoever has lost the lease notes nothing. @throws LeaseLost */
export async function saveStream(
  ctx: SyncContext,
  stream: SyncStream,
  values: Partial<SyncStream['dataValues']>,
  also?: (tx: Tx) => Promise<unknown>,
): Promise<void> {
  const { tenantId, runId } = ctx;
  await locked(ctx, async (tx) => {
    const { transaction } = tx;
    // not of the instance, which would take the values for written when a transaction is done again
    await ctx.db.models.SyncStream.update(values, { where: { tenantId, runId, name: stream.name }, transaction });
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
  if (stream.status === 'queued') {
    const cursor = (await readCursors(ctx.db, ctx.tenantId)).get(stream.name);
    const lacking = cursor ? lacks(cursor, stream.name, ctx.scopes) : [];
    if (kind === 'incremental' && (await isDueWholly(ctx, stream, lacking.length > 0))) kind = 'full';
    // what is stored of the same version is replaced then; older orders alone change none that is stored
    if (kind === 'full' && lacking.some((grant) => grant !== 'all_orders')) await forgetContents(ctx);
  } else {
    // what was read before, and what is read from here on
    grants = grants.filter((grant) => grantsIn(stream.grants)?.includes(grant) ?? true);
  }
  const startedAt = stream.startedAt ?? new Date();
  await saveStream(ctx, stream, { status: 'running', kind, grants: grants.join(','), startedAt, error: null });
}

/** Not again and again: after the second failure in a row what has changed is fetched meanwhile, for an hour at first. */
async function isDueWholly(ctx: SyncContext, { name }: SyncStream, isOwed: boolean): Promise<boolean> {
  const ended = await ctx.db.read<{ status: string; finished_at: unknown }>(
    `SELECT status, finished_at FROM sync_streams
     WHERE tenant_id = ? AND name = ? AND kind = 'full' AND status IN ('succeeded', 'failed')
     ORDER BY finished_at DESC LIMIT 10`,
    [BigInt(ctx.tenantId), name],
  );
  const success = ended.findIndex(({ status }) => status === 'succeeded');
  const failures = success === -1 ? ended.length : success;
  if (failures === 0) return isOwed;
  const hours = failures === 1 ? 0 : Math.min(24, 2 ** (failures - 2));
  return Date.now() >= (asDate(ended[0]!.finished_at)?.getTime() ?? 0) + hours * HOUR_MS;
}
