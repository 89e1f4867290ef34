import type { StreamName } from '@xeno/contracts';
import type { Database } from '../db/database.ts';
import type { SyncStream } from '../db/models/sync-stream.ts';
import { asDate } from '../db/values.ts';
import type { SyncContext } from './context.ts';

/** Up to which of Shopify's instants each stream's changes are applied; a stream that never succeeded has none. */
export async function readCursors(db: Database, tenantId: string): Promise<Map<StreamName, Date>> {
  const rows = await db.read<{ stream: StreamName; applied_to: unknown }>(
    'SELECT stream, applied_to FROM stream_cursors WHERE tenant_id = ?',
    [BigInt(tenantId)],
  );
  return new Map(rows.map((row) => [row.stream, asDate(row.applied_to)!]));
}

/** Ends a stream well: its cursor moves, and never back, in the transaction that says so. */
export async function writeCursor(ctx: SyncContext, stream: SyncStream, appliedTo: Date): Promise<void> {
  const { db, tenantId } = ctx;
  const before = (await readCursors(db, tenantId)).get(stream.name);
  const cursor = before && before > appliedTo ? before : appliedTo;
  await db.transaction(async (tx) => {
    await tx.insert(
      'stream_cursors',
      ['tenant_id', 'stream', 'applied_to'],
      [[BigInt(tenantId), stream.name, cursor]],
      {
        keys: ['tenant_id', 'stream'],
        replace: ['applied_to'],
      },
    );
    await stream.update(
      { status: 'succeeded', finishedAt: new Date(), cursorTo: cursor, completeFrom: null, error: null },
      { transaction: tx.transaction },
    );
  });
}
