import { hash } from 'node:crypto';
import type { Tx } from '../db/database.ts';
import { asDate, idParams, instantText, marks } from '../db/values.ts';
import type { StreamName } from '@xeno/contracts';
import type { Dialect } from '../db/types.ts';
import type { Applied } from './apply.ts';
import { isEmpty } from './sparse-tables.ts';

/** A record that came in, as far as it is compared with the stored one. */
export interface Version {
  id: string;
  updatedAt: number;
  /** Tells one content from another. */
  fingerprint: string;
}

/**
 * What is stored of a record's version. `updatedAt` is null where only an order has named the customer so far,
 * `fingerprint` where it is not known: any fetch then replaces the row.
 */
export interface StoredVersion {
  updatedAt: number | null;
  fingerprint: string | null;
}

export interface Verdicts<V> {
  write: V[];
  /** Older than what is stored, or deleted since. */
  stale: number;
  unchanged: number;
  /** To be fetched: same time, other content (what is stored is kept), or marked already when a webhook told more. */
  mark: string[];
  /** Marks that this fetch, begun after them, has answered. */
  unmark: string[];
  /** Tombstones of what a fetch begun after the deletion has found alive. */
  revive: string[];
}

/** In place of when fetching began, for what a webhook brought: it answers no mark and revives nothing. */
export const NOT_FETCHED = 0;

export const contentHash = (content: unknown): string => hash('sha1', JSON.stringify(content), 'base64url');

/**
 * Decides for each incoming version whether it replaces what is stored: only a newer `updatedAt` does, or, at an equal
 * one (Shopify's clock has seconds), what was fetched after the difference was noticed.
 */
export function judge<V extends Version>(
  versions: V[],
  stored: ReadonlyMap<string, StoredVersion>,
  marked: ReadonlyMap<string, Mark>,
  deleted: ReadonlyMap<string, number>,
  fetchBegan: number,
): Verdicts<V> {
  const verdicts: Verdicts<V> = { write: [], stale: 0, unchanged: 0, mark: [], unmark: [], revive: [] };
  const isFetch = fetchBegan !== NOT_FETCHED;
  for (const { version, isTie } of latestOfEach(versions)) {
    const { id, updatedAt, fingerprint } = version;
    const deletedAt = deleted.get(id);
    if (deletedAt !== undefined) {
      if (fetchBegan <= deletedAt) {
        verdicts.stale++;
        // it has changed since it was seen to be gone: a fetch tells
        if (!isFetch && updatedAt > deletedAt) verdicts.mark.push(id);
        continue;
      }
      verdicts.revive.push(id);
    }
    const known = stored.get(id);
    const storedAt = known?.updatedAt ?? -Infinity;
    const mark = marked.get(id);
    const answersMark = mark !== undefined && fetchBegan > mark.markedAt && updatedAt >= mark.needs;
    if (updatedAt < storedAt) {
      verdicts.stale++;
      continue;
    }
    const mayReplace = answersMark || (isFetch && known?.fingerprint === null);
    if (updatedAt > storedAt || (fingerprint !== known!.fingerprint && mayReplace)) {
      verdicts.write.push(version);
      // a mark is made anew for a webhook: a fetch that has begun meanwhile may not know of what it told
      if (!isFetch && (mark || isTie)) verdicts.mark.push(id);
    } else if (fingerprint === known!.fingerprint) {
      verdicts.unchanged++;
      if (!isFetch && isTie) verdicts.mark.push(id);
    } else {
      if (!mark || !isFetch) verdicts.mark.push(id);
      continue;
    }
    if (answersMark) verdicts.unmark.push(id);
  }
  return verdicts;
}

/** `isTie`: there is another content of the same time. */
function latestOfEach<V extends Version>(versions: V[]): Iterable<{ version: V; isTie: boolean }> {
  const latest = new Map<string, { version: V; isTie: boolean }>();
  for (const version of versions) {
    const other = latest.get(version.id);
    if (other && version.updatedAt < other.version.updatedAt) continue;
    const isOfOneTime = version.updatedAt === other?.version.updatedAt;
    const isTie = isOfOneTime && (other!.isTie || version.fingerprint !== other!.version.fingerprint);
    latest.set(version.id, { version, isTie });
  }
  return latest.values();
}

export interface Mark {
  markedAt: number;
  /** Shopify's instant: what was updated before it knows nothing of what the mark was made for. */
  needs: number;
}

/** After so many tries, some eight minutes, what Shopify answers is taken as it is. */
const NEEDED_TRIES = 8;

/** The marks of those of these that are to be fetched. */
export async function readMarks(tx: Tx, tenant: bigint, stream: StreamName, ids: string[]): Promise<Map<string, Mark>> {
  if (ids.length === 0 || isEmpty(tx, 'fetch_marks')) return new Map();
  const rows = await tx.query<{ shopify_id: string | number; marked_at: unknown; needs: unknown; tries: number }>(
    `SELECT shopify_id, marked_at, needs, tries FROM fetch_marks
     WHERE tenant_id = ? AND stream = ? AND shopify_id IN (${marks(ids)})`,
    [tenant, stream, ...idParams(ids)],
  );
  return new Map(
    rows.map(({ shopify_id, marked_at, needs, tries }) => [
      String(shopify_id),
      {
        markedAt: asDate(marked_at)!.getTime(),
        needs: (tries < NEEDED_TRIES && asDate(needs)?.getTime()) || 0,
      },
    ]),
  );
}

/** When each of these was deleted in Shopify, and the customer it was merged into. */
export async function readTombstones(
  tx: Tx,
  tenant: bigint,
  stream: StreamName,
  ids: string[],
): Promise<Map<string, { deletedAt: number; mergedInto: string | null }>> {
  if (ids.length === 0 || isEmpty(tx, 'tombstones')) return new Map();
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
  verdicts: Verdicts<Version>,
): Promise<void> {
  await writeMarks(tx, dialect, tenant, stream, verdicts.mark);
  await forgetMarks(tx, tenant, stream, verdicts.unmark);
  await forget(tx, 'tombstones', tenant, stream, verdicts.revive);
}

/** Asks for these to be fetched, `inSeconds` from now at the soonest. A mark that stands already is as good as new, and due no later than it was. */
export async function writeMarks(
  tx: Tx,
  dialect: Dialect,
  tenant: bigint,
  stream: StreamName,
  ids: string[],
  inSeconds = 0,
): Promise<void> {
  if (ids.length === 0) return;
  const now = await tx.now();
  const dueAt = instantText(dialect, now + inSeconds * 1000);
  const markedAt = instantText(dialect, now);
  await tx.insert(
    'fetch_marks',
    ['tenant_id', 'stream', 'shopify_id', 'marked_at', 'due_at', 'tries'],
    ids.map((id) => [tenant, stream, id, markedAt, dueAt, 0]),
    { keys: ['tenant_id', 'stream', 'shopify_id'], replace: ['marked_at', 'tries'], least: ['due_at'] },
  );
}

/** Has a mark answered only by what was updated at `since`, Shopify's instant, or later. */
export async function markNeeds(
  tx: Tx,
  dialect: Dialect,
  tenant: bigint,
  stream: StreamName,
  id: string,
  since: number,
): Promise<void> {
  const needs = instantText(dialect, since);
  await tx.run(
    `UPDATE fetch_marks SET needs = ?
     WHERE tenant_id = ? AND stream = ? AND shopify_id = ? AND (needs IS NULL OR needs < ?)`,
    [needs, tenant, stream, BigInt(id), needs],
  );
}

export const forgetMarks = (tx: Tx, tenant: bigint, stream: StreamName, ids: string[]): Promise<void> =>
  forget(tx, 'fetch_marks', tenant, stream, ids);

async function forget(tx: Tx, table: string, tenant: bigint, stream: StreamName, ids: string[]): Promise<void> {
  if (ids.length === 0) return;
  await tx.run(`DELETE FROM ${table} WHERE tenant_id = ? AND stream = ? AND shopify_id IN (${marks(ids)})`, [
    tenant,
    stream,
    ...idParams(ids),
  ]);
}

export const appliedOf = (verdicts: Verdicts<Version>): Applied => ({
  written: verdicts.write.length,
  unchanged: verdicts.unchanged,
  stale: verdicts.stale,
  marked: verdicts.mark.length,
});
