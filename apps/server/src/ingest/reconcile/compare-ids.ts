import type { StreamName } from '@xeno/contracts';
import { randomUUID } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { bulkText } from '../../shopify/bulk-text.ts';
import { downloadTo } from '../../shopify/bulk-result.ts';
import { pollBulk, runBulk } from '../../shopify/bulk.ts';
import { changes } from '../../shopify/changes.ts';
import {
  BulkCustomerIdsDocument,
  BulkOrderIdsDocument,
  BulkProductIdsDocument,
} from '../../shopify/operations/generated.ts';
import { IncompleteResult } from '../bulk/lines.ts';
import { type IdList, idListOf, type ListedRecord } from '../bulk/id-list.ts';
import type { IngestPool } from '../bulk/pool.ts';
import type { FetchContext } from '../context.ts';
import { countOf } from '../counts.ts';
import { locked } from '../apply.ts';
import { fetchById, storableIds } from '../fetch-by-id.ts';
import { forgetUnreadable, idsOf, listUnreadable } from '../unreadable.ts';
import { visibleOnes } from '../visibility.ts';
import type { Finding } from './findings.ts';
import { storedPages, storedRows } from './stored-versions.ts';

/** Longer lists are made by a bulk operation. */
const BY_PAGES = 5_000;
const FUTURE_MS = 3_600_000;
const DOCUMENTS = {
  orders: BulkOrderIdsDocument,
  customers: BulkCustomerIdsDocument,
  products: BulkProductIdsDocument,
};

export interface ListContext extends FetchContext {
  dataDir: string;
  pool: IngestPool;
  /** What changed so recently that its webhook may still be on its way is not looked at. */
  settleMs: number;
}

/**
 * Compares what is stored of a stream with all that Shopify has, by id and updatedAt; what differs is fetched by its id,
 * and only what that fetch changed is a finding, or what Shopify lists otherwise and fails at (`errors`). A list that is
 * not complete is an error, and nothing is deleted for it.
 */
export async function compareIds(
  ctx: ListContext,
  stream: StreamName,
): Promise<{ compared: number; findings: Partial<Finding>[]; errors: Error[] }> {
  const listed = await listAll(ctx, stream);
  /** With Shopify's updatedAt, 0 where its list has none. */
  const doubtful = new Map<string, number>();
  let compared = 0;
  // both by ascending id
  let next = 0;
  const listedBelow = (id: bigint | null) => {
    for (; next < listed.ids.length && (id === null || listed.ids[next]! < id); next++, compared++) {
      doubtful.set(String(listed.ids[next]), listed.updatedAt[next]!);
    }
  };
  for await (const rows of storedPages(ctx.db, ctx.tenantId, stream)) {
    const unlisted: string[] = [];
    for (const { id, updatedAt } of rows) {
      const number = BigInt(id);
      compared++;
      listedBelow(number);
      if (listed.ids[next] !== number) unlisted.push(id);
      else if (listed.updatedAt[next++] !== updatedAt) doubtful.set(id, listed.updatedAt[next - 1]!);
    }
    for (const id of await visibleOnes(ctx, stream, unlisted)) doubtful.set(id, 0);
  }
  listedBelow(null);
  for (const id of await unreadBefore(ctx, stream, listed.tooLarge)) if (!doubtful.has(id)) doubtful.set(id, 0);

  const settled = ctx.shopNow.getTime() - ctx.settleMs;
  const before = await storedRows(ctx.db, ctx.tenantId, stream, [...doubtful.keys()]);
  const old = [...doubtful]
    .filter(([id, updatedAt]) => Math.max(updatedAt, before.get(id)?.updatedAt ?? 0) <= settled)
    .map(([id]) => id);
  // neither the list knows them, a while after their last change, nor does a fetch
  const { failed } = await fetchById(ctx, stream, old, { mayBeGone: () => true });
  const after = await storedRows(ctx.db, ctx.tenantId, stream, old);
  const findings = old.flatMap((id): Partial<Finding>[] => {
    const was = before.get(id)?.updatedAt ?? null;
    const mended = !failed.has(id);
    const is = mended ? (after.get(id)?.updatedAt ?? null) : doubtful.get(id) || was;
    if (was === is) return [];
    const kind = was === null ? 'missing' : is === null ? 'deleted' : 'outdated';
    const name = after.get(id)?.name ?? before.get(id)?.name ?? null;
    return [{ kind, stream, shopifyId: id, name, expected: versionText(is), found: versionText(was), mended }];
  });
  return { compared, findings, errors: [...failed.values()] };
}

const versionText = (updatedAt: number | null) => (updatedAt === null ? null : new Date(updatedAt).toISOString());

/** Ids of what could not be read until now, to be tried again; what of it no database holds is only told of if it is still there. */
async function unreadBefore(ctx: ListContext, stream: StreamName, tooLarge: string[]): Promise<string[]> {
  await storableIds(ctx, stream, tooLarge);
  const known = (await listUnreadable(ctx.db, ctx.tenantId)).filter((record) => record.stream === stream);
  const { ids, unread } = idsOf(known.map(({ gid }) => gid));
  const gone = unread
    .filter(({ gid }) => !tooLarge.includes(gid))
    .map(({ gid }) => gid.slice(gid.lastIndexOf('/') + 1));
  if (gone.length > 0) await locked(ctx, (tx, { tenant }) => forgetUnreadable(tx, tenant, stream, gone));
  return ids;
}

/** Everything that is in Shopify. */
async function listAll(ctx: ListContext, stream: StreamName): Promise<IdList> {
  if ((await countOf(ctx, stream, null)) > BY_PAGES) return listByBulk(ctx, stream);
  // by their time of change: what changes meanwhile comes again at the end, and nothing is skipped
  const to = new Date(ctx.shopNow.getTime() + FUTURE_MS);
  const records: ListedRecord[] = [];
  for await (const page of changes(ctx.client, stream, { from: null, to, signal: ctx.signal })) records.push(...page);
  return idListOf(records);
}

async function listByBulk(ctx: ListContext, stream: StreamName): Promise<IdList> {
  const { client, signal, dataDir, tenantId, pool } = ctx;
  const operation = await runBulk(client, bulkText(DOCUMENTS[stream]), { signal });
  const result = await pollBulk(client, operation, { signal });
  if (result.url === null || result.objectCount === 0) {
    const count = await countOf(ctx, stream, null);
    if (count > 0) throw new IncompleteResult(`Shopify's list is empty, although it counts ${count} ${stream}.`);
    return idListOf([]);
  }
  const folder = join(dataDir, 'reconcile', tenantId);
  await rm(folder, { recursive: true, force: true }); // whoever was killed has left theirs
  await mkdir(folder, { recursive: true });
  const file = join(folder, `${randomUUID()}.jsonl`);
  try {
    await downloadTo(client, result.url, file, { signal });
    return await pool.list({ file, expectedLines: result.objectCount }, signal);
  } finally {
    await rm(file, { force: true });
  }
}
