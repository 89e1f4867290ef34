import { type StreamName, STREAMS } from '@xeno/contracts';
import type { Database } from '../db/database.ts';
import type { SyncStream } from '../db/models/sync-stream.ts';
import { asDate } from '../db/values.ts';
import { grantsOf, mayRead } from '../shopify/scopes.ts';
import { locked } from './apply.ts';
import type { SyncContext } from './context.ts';

/** How far a stream is in; one that never succeeded has none. */
export interface Cursor {
  /** Shopify's instant up to which changes are applied. */
  appliedTo: Date;
  /** What it was wholly read with: of the grants by which Shopify tells more of it (`grantsOf`). */
  grants: string[];
}

export async function readCursors(db: Database, tenantId: string): Promise<Map<StreamName, Cursor>> {
  const rows = await db.read<{ stream: StreamName; applied_to: unknown; grants: string | null }>(
    'SELECT stream, applied_to, grants FROM stream_cursors WHERE tenant_id = ?',
    [BigInt(tenantId)],
  );
  return new Map(
    rows.map(({ stream, applied_to, grants }) => [stream, { appliedTo: asDate(applied_to)!, grants: listOf(grants) }]),
  );
}

/** Ends a stream well: its cursor moves, and never back, in the transaction that says so. */
export async function writeCursor(ctx: SyncContext, stream: SyncStream, appliedTo: Date): Promise<void> {
  const before = (await readCursors(ctx.db, ctx.tenantId)).get(stream.name);
  const cursor = before && before.appliedTo > appliedTo ? before.appliedTo : appliedTo;
  const granted = listOf(stream.grants);
  // what changed was read with less than the rest, or with more: all of it was read with what is common to both
  const grants = stream.kind === 'full' ? granted : granted.filter((grant) => before?.grants.includes(grant));
  await locked(ctx, async (tx, { tenant }) => {
    await tx.insert(
      'stream_cursors',
      ['tenant_id', 'stream', 'applied_to', 'grants'],
      [[tenant, stream.name, cursor, grants.join(',')]],
      { keys: ['tenant_id', 'stream'], replace: ['applied_to', 'grants'] },
    );
    await stream.update(
      { status: 'succeeded', finishedAt: new Date(), cursorTo: cursor, completeFrom: null, error: null },
      { transaction: tx.transaction },
    );
  });
}

/** Whether more is granted than a stream was read with, so that it has to be read again wholly. */
export const lacks = (cursor: Cursor, stream: StreamName, scopes: readonly string[]): boolean =>
  grantsOf(stream, scopes).some((grant) => !cursor.grants.includes(grant));

/** Whether a store has granted more than its streams were read with, perhaps while a run went on. */
export async function isOwedMore(db: Database, tenantId: string): Promise<boolean> {
  const [tenant] = await db.read<{ scopes: string }>('SELECT scopes FROM tenants WHERE id = ?', [BigInt(tenantId)]);
  const scopes = listOf(tenant?.scopes);
  const cursors = await readCursors(db, tenantId);
  return STREAMS.some((stream) => {
    const cursor = cursors.get(stream);
    return mayRead(scopes, stream) && (!cursor || lacks(cursor, stream, scopes));
  });
}

const listOf = (text: string | null | undefined): string[] => (text ? text.split(',') : []);
