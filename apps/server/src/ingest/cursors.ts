import type { StreamName } from '@xeno/contracts';
import type { Database, Tx } from '../db/database.ts';
import type { SyncStream } from '../db/models/sync-stream.ts';
import { asDate } from '../db/values.ts';

/** How far a stream is in; one that never succeeded has none. */
export interface Cursor {
  /** Shopify's instant up to which changes are applied. */
  appliedTo: Date;
  /** What it was wholly read with, of the grants by which Shopify tells more of it (`grantsOf` in shopify/scopes.ts); null where that is not known. */
  grants: string[] | null;
}

export async function readCursors(db: Database, tenantId: string): Promise<Map<StreamName, Cursor>> {
  const rows = await db.read<{ stream: StreamName; applied_to: unknown; grants: string | null }>(
    'SELECT stream, applied_to, grants FROM stream_cursors WHERE tenant_id = ?',
    [BigInt(tenantId)],
  );
  return new Map(
    rows.map(({ stream, applied_to, grants }) => [
      stream,
      { appliedTo: asDate(applied_to)!, grants: grantsIn(grants) },
    ]),
  );
}

/** Moves the cursor of a stream that has ended well; `before` is the one it had. */
export async function writeCursor(
  tx: Tx,
  tenantId: string,
  { name, kind, grants: text }: Pick<SyncStream, 'name' | 'kind' | 'grants'>,
  before: Cursor | undefined,
  appliedTo: Date,
): Promise<void> {
  const read = grantsIn(text) ?? [];
  // all of it was read with what the changes and the rest have in common
  const grants = kind === 'full' ? read : read.filter((grant) => before?.grants?.includes(grant) ?? true);
  await tx.insert(
    'stream_cursors',
    ['tenant_id', 'stream', 'applied_to', 'grants'],
    [[BigInt(tenantId), name, appliedTo, grants.join(',')]],
    { keys: ['tenant_id', 'stream'], replace: ['applied_to', 'grants'] },
  );
}

/** As columns hold them; null where it is not known. */
export const grantsIn = (text: string | null | undefined): string[] | null =>
  text === null || text === undefined ? null : text.split(',').filter(Boolean);
