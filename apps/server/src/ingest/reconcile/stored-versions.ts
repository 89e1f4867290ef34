import type { StreamName } from '@xeno/contracts';
import type { Database } from '../../db/database.ts';
import { asDate, idParams, marks } from '../../db/values.ts';
import { locked } from '../apply.ts';
import type { FetchContext } from '../context.ts';
import { fetchById } from '../fetch-by-id.ts';
import { ID_COLUMNS } from '../records-of-rows.ts';
import { idsOf } from '../unreadable.ts';
import { hiddenOnes } from '../visibility.ts';
import { writeMarks } from '../versions.ts';

/** Each database statement and each fetch is about at most so many. */
export const CHUNK = 500;

export interface StoredRow {
  id: string;
  name: string | null;
  /** Milliseconds; null where only an order has named the customer. */
  updatedAt: number | null;
  contentHash: string | null;
}

export async function storedRows(
  db: Database,
  tenantId: string,
  stream: StreamName,
  ids: readonly string[],
): Promise<Map<string, StoredRow>> {
  const rows: StoredRow[] = [];
  for (let at = 0; at < ids.length; at += CHUNK) {
    rows.push(
      ...(await read(
        db,
        tenantId,
        stream,
        `AND ${ID_COLUMNS[stream]} IN (${marks(ids.slice(at, at + CHUNK))})`,
        idParams(ids.slice(at, at + CHUNK)),
      )),
    );
  }
  return new Map(rows.map((row) => [row.id, row]));
}

/** All rows of a stream that came from Shopify itself, by id, so many at a time. */
export async function* storedPages(
  db: Database,
  tenantId: string,
  stream: StreamName,
  after = 0n,
): AsyncGenerator<StoredRow[]> {
  const column = ID_COLUMNS[stream];
  for (let last = after; ;) {
    const rows = await read(
      db,
      tenantId,
      stream,
      `AND ${column} > ? AND updated_at IS NOT NULL ORDER BY ${column} LIMIT ${CHUNK}`,
      [last],
    );
    if (rows.length > 0) yield rows;
    if (rows.length < CHUNK) return;
    last = BigInt(rows.at(-1)!.id);
  }
}

async function read(
  db: Database,
  tenantId: string,
  stream: StreamName,
  condition: string,
  params: bigint[],
): Promise<StoredRow[]> {
  const name = stream === 'orders' ? 'name' : 'NULL';
  const rows = await db.read<{
    id: string | number;
    name: string | null;
    updated_at: unknown;
    content_hash: string | null;
  }>(
    `SELECT ${ID_COLUMNS[stream]} AS id, ${name} AS name, updated_at, content_hash FROM ${stream}
     WHERE tenant_id = ? ${condition}`,
    [BigInt(tenantId), ...params],
  );
  return rows.map((row) => ({
    id: String(row.id),
    name: row.name,
    updatedAt: asDate(row.updated_at)?.getTime() ?? null,
    contentHash: row.content_hash,
  }));
}

/**
 * Fetches rows whose content is doubted: it is written whatever version it has. What Shopify does not find stays marked.
 * Gives ids that could not be read, those among them that Shopify does not show any more, which stay as they are, and
 * those that Shopify fails at (`errors`), which stay marked.
 */
export async function refetch(
  ctx: FetchContext,
  stream: StreamName,
  ids: readonly string[],
): Promise<{ unread: Set<string>; errors: Error[] }> {
  const unread = new Set<string>();
  const errors: Error[] = [];
  for (let at = 0; at < ids.length; at += CHUNK) {
    const all = ids.slice(at, at + CHUNK);
    for (const id of await hiddenOnes(ctx, stream, all)) unread.add(id);
    const some = all.filter((id) => !unread.has(id));
    if (some.length === 0) continue;
    await locked(ctx, async (tx, { tenant }) => {
      // marked, so that they are fetched some time whatever happens to this process
      await writeMarks(tx, ctx.db.dialect, tenant, stream, some);
      await tx.run(
        `UPDATE ${stream} SET content_hash = '', updated_at = ?
         WHERE tenant_id = ? AND updated_at IS NOT NULL AND ${ID_COLUMNS[stream]} IN (${marks(some)})`,
        [new Date(0), tenant, ...idParams(some)],
      );
    });
    const fetched = await fetchById(ctx, stream, some, { mayBeGone: () => false });
    for (const id of [...idsOf(fetched.unread.map(({ gid }) => gid)).ids, ...fetched.failed.keys()]) unread.add(id);
    errors.push(...fetched.failed.values());
  }
  return { unread, errors };
}
