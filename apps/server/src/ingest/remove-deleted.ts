import type { StreamName } from '@xeno/contracts';
import { setTimeout } from 'node:timers/promises';
import { asDate } from '../db/values.ts';
import { readRoots } from './bulk/partition.ts';
import { fetchById } from './fetch-by-id.ts';
import type { SyncContext } from './context.ts';
import { ID_COLUMNS } from './records-of-rows.ts';
import { ordersVisibleSince } from './visibility.ts';

/** So long after something was made, what reads it may not find it yet. */
const YOUNG_MS = 120_000;
const LOOKS = 3;
const LOOK_AGAIN_MS = 2_000;

/** Few enough that whoever asks something else meanwhile does not wait for it. */
const PAGE = 1_000;

/**
 * What we have of a window and its complete result has not (`folder` is null where there was nothing at all) was deleted
 * in Shopify, unless it came into being meanwhile: each is asked for by its id, and removed only if Shopify does not know it;
 * a young one is asked for several times. The window ends soon after the result was begun, at the latest.
 */
export async function removeDeleted(
  ctx: SyncContext,
  stream: StreamName,
  window: { from: Date | null; to: Date },
  folder: string | null,
): Promise<void> {
  const present = folder === null ? new BigUint64Array() : await readRoots(folder);
  const visibleSince = stream === 'orders' ? ordersVisibleSince(ctx) : null;
  const from = visibleSince && (!window.from || window.from < visibleSince) ? visibleSince : window.from;
  const settled = new Date(ctx.shopNow.getTime() - YOUNG_MS);
  for (let page = await readPage(ctx, stream, from, window.to, null); page.length > 0;) {
    const missing = page.filter(({ id }) => !includes(present, BigInt(id)));
    const young = new Set(missing.filter((row) => asDate(row.created_at)! > settled).map(({ id }) => String(id)));
    let left = missing.map(({ id }) => String(id));
    for (let look = 1; left.length > 0; look++) {
      if (look > 1) await setTimeout(LOOK_AGAIN_MS, undefined, { signal: ctx.signal });
      const mayBeGone = (id: string) => look === LOOKS || !young.has(id);
      const { doubted, failed } = await fetchById(ctx, stream, left, { mayBeGone });
      for (const error of failed.values()) throw error;
      left = doubted;
    }
    page = await readPage(ctx, stream, from, window.to, page.at(-1)!);
  }
}

interface Row {
  id: string | number;
  created_at: unknown;
}

/**
 * What is stored of a window, behind `after`. Orders are read by the index of their creation, since most of them are of
 * other windows; of the other streams there is one window, and they are read as they lie.
 */
function readPage(
  { db, tenantId }: SyncContext,
  stream: StreamName,
  from: Date | null,
  to: Date,
  after: Row | null,
): Promise<Row[]> {
  const column = ID_COLUMNS[stream];
  const byCreation = stream === 'orders';
  const last = byCreation && after ? asDate(after.created_at) : null;
  const since = last ?? from;
  const behind = last ? ` AND (created_at > ? OR ${column} > ?)` : after ? ` AND ${column} > ?` : '';
  return db.read<Row>(
    `SELECT ${column} AS id, created_at FROM ${stream}
     WHERE tenant_id = ? AND updated_at IS NOT NULL${since ? ' AND created_at >= ?' : ''} AND created_at < ?${behind}
     ORDER BY ${byCreation ? 'created_at, ' : ''}${column} LIMIT ${PAGE}`,
    [BigInt(tenantId), ...(since ? [since] : []), to, ...(last ? [last] : []), ...(after ? [BigInt(after.id)] : [])],
  );
}

function includes(sorted: BigUint64Array, id: bigint): boolean {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < id) low = middle + 1;
    else high = middle;
  }
  return sorted[low] === id;
}
