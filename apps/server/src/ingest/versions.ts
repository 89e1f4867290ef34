import { hash } from 'node:crypto';
import type { Tx } from '../db/database.ts';
import { asDate, idParams, instantText, marks } from '../db/values.ts';
import type { StreamName } from '@xeno/contracts';
import type { Dialect } from '../db/types.ts';

/** What is stored of a record's version. `updatedAt` is null where only an order has named the customer so far. */
export interface StoredVersion {
  updatedAt: number | null;
  contentHash: string | null;
}

export interface Verdicts<R> {
  write: { record: R; contentHash: string }[];
  /** Older than what is stored, or deleted since. */
  stale: number;
  unchanged: number;
  /** Same time, other content: kept as it is and to be fetched. */
  mark: string[];
  /** Marks that this fetch, begun after them, has answered. */
  unmark: string[];
  /** Tombstones of what a fetch begun after the deletion has found alive. */
  revive: string[];
}

export const contentHash = (record: object): string => hash('sha1', JSON.stringify(record), 'base64url');

/**
 * Decides for each incoming record whether it replaces what is stored: only a newer `updatedAt` does, or, at an equal one
 * (Shopify's clock has seconds), what was fetched after the difference was noticed.
 */
export function judge<R extends { id: string; updatedAt: number }>(
  records: R[],
  stored: ReadonlyMap<string, StoredVersion>,
  marked: ReadonlyMap<string, number>,
  deleted: ReadonlyMap<string, number>,
  fetchBegan: number,
): Verdicts<R> {
  const verdicts: Verdicts<R> = { write: [], stale: 0, unchanged: 0, mark: [], unmark: [], revive: [] };
  for (const record of latestOfEach(records)) {
    const deletedAt = deleted.get(record.id);
    if (deletedAt !== undefined) {
      if (fetchBegan <= deletedAt) {
        verdicts.stale++;
        continue;
      }
      verdicts.revive.push(record.id);
    }
    const version = stored.get(record.id);
    const storedAt = version?.updatedAt ?? -Infinity;
    const markedAt = marked.get(record.id);
    const answersMark = markedAt !== undefined && fetchBegan > markedAt;
    if (record.updatedAt < storedAt) {
      verdicts.stale++;
      continue;
    }
    const fresh = contentHash(record);
    if (record.updatedAt > storedAt || (fresh !== version!.contentHash && answersMark)) {
      verdicts.write.push({ record, contentHash: fresh });
    } else if (fresh === version!.contentHash) {
      verdicts.unchanged++;
    } else {
      if (markedAt === undefined) verdicts.mark.push(record.id);
      continue;
    }
    if (answersMark) verdicts.unmark.push(record.id);
  }
  return verdicts;
}

function latestOfEach<R extends { id: string; updatedAt: number }>(records: R[]): Iterable<R> {
  const latest = new Map<string, R>();
  for (const record of records) {
    const other = latest.get(record.id);
    if (!other || record.updatedAt >= other.updatedAt) latest.set(record.id, record);
  }
  return latest.values();
}

/** When each of these was marked for fetching. */
export async function readMarks(
  tx: Tx,
  tenant: bigint,
  stream: StreamName,
  ids: string[],
): Promise<Map<string, number>> {
  const rows = await tx.query<{ shopify_id: string | number; marked_at: unknown }>(
    `SELECT shopify_id, marked_at FROM fetch_marks WHERE tenant_id = ? AND stream = ? AND shopify_id IN (${marks(ids)})`,
    [tenant, stream, ...idParams(ids)],
  );
  return new Map(rows.map((row) => [String(row.shopify_id), asDate(row.marked_at)!.getTime()]));
}

/** When each of these was deleted in Shopify, and the customer it was merged into. */
export async function readTombstones(
  tx: Tx,
  tenant: bigint,
  stream: StreamName,
  ids: string[],
): Promise<Map<string, { deletedAt: number; mergedInto: string | null }>> {
  if (ids.length === 0) return new Map();
  const rows = await tx.query<{
    shopify_id: string | number;
    deleted_at: unknown;
    merged_into: string | number | null;
  }>(
    `SELECT shopify_id, deleted_at, merged_into FROM tombstones
     WHERE tenant_id = ? AND stream = ? AND shopify_id IN (${marks(ids)})`,
    [tenant, stream, ...idParams(ids)],
  );
  return new Map(
    rows.map((row) => [
      String(row.shopify_id),
      {
        deletedAt: asDate(row.deleted_at)!.getTime(),
        mergedInto: row.merged_into === null ? null : String(row.merged_into),
      },
    ]),
  );
}

/** Writes what `judge` found out besides the records themselves. */
export async function writeVerdicts(
  tx: Tx,
  dialect: Dialect,
  tenant: bigint,
  stream: StreamName,
  verdicts: Verdicts<unknown>,
): Promise<void> {
  const now = instantText(dialect, Date.now());
  await tx.insert(
    'fetch_marks',
    ['tenant_id', 'stream', 'shopify_id', 'marked_at'],
    verdicts.mark.map((id) => [tenant, stream, id, now]),
    { keys: ['tenant_id', 'stream', 'shopify_id'] },
  );
  await forget(tx, 'fetch_marks', tenant, stream, verdicts.unmark);
  await forget(tx, 'tombstones', tenant, stream, verdicts.revive);
}

async function forget(tx: Tx, table: string, tenant: bigint, stream: StreamName, ids: string[]): Promise<void> {
  if (ids.length === 0) return;
  await tx.run(`DELETE FROM ${table} WHERE tenant_id = ? AND stream = ? AND shopify_id IN (${marks(ids)})`, [
    tenant,
    stream,
    ...idParams(ids),
  ]);
}
