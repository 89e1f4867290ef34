import type { StreamName } from '@xeno/contracts';
import type { Database, Tx } from '../db/database.ts';
import type { Dialect } from '../db/types.ts';
import { asDate, idParams, instantText, marks } from '../db/values.ts';
import { gidOf } from '../shopify/gid.ts';
import { idOf, Unreadable } from './map/fields.ts';
import { isEmpty } from './sparse-tables.ts';

/** What of Shopify's cannot be taken as it is, by its gid, and why. */
export interface UnreadableRecord {
  gid: string;
  why: string;
}

/** More of a stream than these are not told one by one. */
const LISTED = 1_000;

/**
 * Keeps what could not be read, by name and with the reason. A mark from before `fetchBegan` is answered by that: it is
 * fetched again when Shopify tells a change of it, by each reconciliation, and by a full sync.
 */
export async function keepUnreadable(
  tx: Tx,
  dialect: Dialect,
  tenant: bigint,
  stream: StreamName,
  records: readonly UnreadableRecord[],
  fetchBegan: number,
): Promise<void> {
  if (records.length === 0) return;
  const now = instantText(dialect, await tx.now());
  await tx.insert(
    'unreadable_records',
    ['tenant_id', 'stream', 'gid', 'why', 'found_at'],
    records.map(({ gid, why }) => [tenant, stream, gid, why, now]),
    { keys: ['tenant_id', 'stream', 'gid'], replace: ['why'] },
  );
  const { ids } = idsOf(records.map(({ gid }) => gid));
  if (ids.length === 0) return;
  await tx.run(
    `DELETE FROM fetch_marks WHERE tenant_id = ? AND stream = ? AND marked_at < ? AND shopify_id IN (${marks(ids)})`,
    [tenant, stream, instantText(dialect, fetchBegan), ...idParams(ids)],
  );
}

/** These were read now, or Shopify no longer has them. */
export async function forgetUnreadable(tx: Tx, tenant: bigint, stream: StreamName, ids: readonly string[]) {
  const gids = (await unreadableAmong(tx, tenant, stream, ids)).map((id) => gidOf(stream, id));
  if (gids.length === 0) return;
  await tx.run(`DELETE FROM unreadable_records WHERE tenant_id = ? AND stream = ? AND gid IN (${marks(gids)})`, [
    tenant,
    stream,
    ...gids,
  ]);
}

/** Those of these ids that could not be read when they were fetched last. */
export async function unreadableAmong(tx: Tx, tenant: bigint, stream: StreamName, ids: readonly string[]) {
  if (ids.length === 0 || isEmpty(tx, 'unreadable_records')) return [];
  const rows = await tx.query<{ gid: string }>(
    'SELECT gid FROM unreadable_records WHERE tenant_id = ? AND stream = ?',
    [tenant, stream],
  );
  const known = new Set(rows.map(({ gid }) => gid));
  return known.size === 0 ? [] : ids.filter((id) => known.has(gidOf(stream, id)));
}

/** The longest known first. */
export async function listUnreadable(
  db: Pick<Database, 'read'>,
  tenantId: string,
): Promise<(UnreadableRecord & { stream: StreamName; foundAt: Date })[]> {
  const rows = await db.read<{ stream: StreamName; gid: string; why: string; found_at: unknown }>(
    `SELECT stream, gid, why, found_at FROM unreadable_records WHERE tenant_id = ? ORDER BY found_at, gid LIMIT ${LISTED}`,
    [BigInt(tenantId)],
  );
  return rows.map(({ stream, gid, why, found_at }) => ({ stream, gid, why, foundAt: asDate(found_at)! }));
}

/** What people have to know of it; null when all can be read. */
export async function tellUnreadable(db: Pick<Database, 'read'>, tenantId: string): Promise<string | null> {
  const counts = await db.read<{ stream: StreamName; n: string | number }>(
    'SELECT stream, COUNT(*) AS n FROM unreadable_records WHERE tenant_id = ? GROUP BY stream ORDER BY stream',
    [BigInt(tenantId)],
  );
  const [first] = await listUnreadable(db, tenantId);
  if (!first) return null;
  const told = counts.map(({ stream, n }) => `${n} of the ${stream}`).join(' and ');
  return (
    `${told} could not be read; figures lack them, or have them as they were before. The first: ${first.gid}: ` +
    `${first.why} All others are in. These are tried again whenever they change in Shopify, and by each comparison with it, which lists them.`
  );
}

/** The ids of these, and those that no database here holds. */
export function idsOf(gids: Iterable<string>): { ids: string[]; unread: UnreadableRecord[] } {
  const ids: string[] = [];
  const unread: UnreadableRecord[] = [];
  for (const gid of gids) {
    try {
      ids.push(idOf(gid));
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      unread.push({ gid, why: error.message });
    }
  }
  return { ids, unread };
}
