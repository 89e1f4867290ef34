import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import type { Tx } from '../db/database.ts';
import type { SyncStream } from '../db/models/sync-stream.ts';
import { asDate } from '../db/values.ts';
import { downloadTo } from '../shopify/bulk-result.ts';
import { bulkText } from '../shopify/bulk-text.ts';
import { PLACE_WAIT_MS, pollBulk, runBulk } from '../shopify/bulk.ts';
import { BulkFailed } from '../shopify/errors.ts';
import {
  BulkCustomersDocument,
  BulkOrdersDocument,
  BulkProductsDocument,
  FirstOrderDocument,
} from '../shopify/operations/generated.ts';
import { onlyGranted } from '../shopify/scopes.ts';
import { timeWindow } from '../shopify/search.ts';
import { locked } from './apply.ts';
import { IncompleteResult } from './bulk/lines.ts';
import { readPartitioned } from './bulk/partition.ts';
import { countOf } from './counts.ts';
import { dayAfter, localDates } from './local-date.ts';
import { removeDeleted } from './remove-deleted.ts';
import { removeFormer, spoolFolder } from './spool.ts';
import { saveStream } from './streams.ts';
import { type SyncContext, TurnOver } from './context.ts';

/** What a bulk fetch is to bring: all that was created, or changed, in `[from, to)`. */
export interface Backfill {
  field: 'created_at' | 'updated_at';
  from: Date | null;
  to: Date | null;
  removeDeleted: boolean;
}

export interface Window {
  position: number;
  from: Date | null;
  to: Date | null;
  tries: number;
  expected: number;
  operationId: string | null;
  /** When the operation was first asked for, by our clock. */
  operationAt: Date | null;
  partitionsDone: number;
  /** Of so many; null before the first is done. */
  partitions: number | null;
  rootsDone: number;
}

/** Orders of one window; a window's file lies on the disk, its agreements' ids in memory. */
const WINDOW_ORDERS = 40_000;
/** Stores up to this size are fetched at once; of larger ones the last days come first. */
const SMALL_STORE = 3_000;
const RECENT_DAYS = 30;
const DAY_MS = 24 * 3_600_000;
/** Longer after an operation was made, no record is created that could be in its result. */
const CREATED_SINCE_MS = 60_000;
const TRIES = 3;
const RETRY_MS = 2_000;

/**
 * Fetches a stream by bulk operations, window by window, the newest first, and gives the instant up to which Shopify's
 * changes are in: when the first operation was made, by Shopify's clock. Windows and checkpoints are rows, so that
 * whoever calls this again goes on where it ended; after a window, and while Shopify works on one, others may have a turn
 * first (TurnOver).
 * @throws BulkFailed, IncompleteResult or another error that says what to do; the cursor is unmoved then
 */
export async function fetchWindows(ctx: SyncContext, stream: SyncStream, what: Backfill): Promise<Date> {
  await removeFormer(ctx.dataDir, ofStream(ctx, stream), ctx.lease.fence);
  let windows = await readWindows(ctx, stream);
  if (windows.length === 0) {
    await writeWindows(ctx, stream, await planWindows(ctx, stream, what));
    windows = await readWindows(ctx, stream);
  }
  await saveStream(ctx, stream, { expected: windows.reduce((sum, window) => sum + window.expected, 0) });

  for (;;) {
    const [next, following] = (await readWindows(ctx, stream)).filter((window) => !window.done);
    if (!next) break;
    const ahead = beginAhead(ctx, stream, what, following);
    try {
      await fetchWindow(ctx, stream, what, next, ahead.begin);
    } catch (error) {
      // at the end of a turn it ends by itself, and what it has asked for is noted
      await (error instanceof TurnOver ? ahead.begun() : ahead.stop());
      throw error;
    }
    await ahead.begun();
    if (following) endTurn(ctx);
  }

  return stream.cursorTo!;
}

/** Lets others have theirs if this one is over. */
function endTurn(ctx: SyncContext): void {
  if (ctx.isTurnOver()) throw new TurnOver();
}

/**
 * Shopify works on the following window while one is written. What fails here is begun again in its turn, and told then;
 * `stop` waits until nothing is asked for any more.
 */
function beginAhead(ctx: SyncContext, stream: SyncStream, what: Backfill, window: Window | undefined) {
  const stopped = new AbortController();
  const mine = { ...ctx, signal: AbortSignal.any([ctx.signal, stopped.signal]) };
  let operation: Promise<void> | null = null;
  return {
    begin: () => void (operation ??= window ? startOperation(mine, stream, what, window).catch(() => {}) : null),
    begun: () => operation,
    stop: () => {
      stopped.abort();
      return operation;
    },
  };
}

async function fetchWindow(
  ctx: SyncContext,
  stream: SyncStream,
  what: Backfill,
  window: Window,
  begun: () => void,
): Promise<void> {
  for (;;) {
    try {
      await fetchOnce(ctx, stream, what, window, begun);
      return;
    } catch (error) {
      if (ctx.signal.aborted) throw error;
      const remedy = error instanceof BulkFailed ? error.remedy : error instanceof IncompleteResult ? 'again' : 'none';
      window.tries++;
      if (remedy === 'none' || window.tries >= TRIES) throw error;
      ctx.log.warn(
        { err: error, tenantId: ctx.tenantId, stream: stream.name, tries: window.tries },
        'bulk fetch again',
      );
      // the file as well: what is asked for again must not be answered by what was found wanting
      const folder = folderOf(ctx, stream, window);
      await rm(folder, { recursive: true, force: true });
      await rm(`${folder}.jsonl`, { force: true });
      if (remedy === 'split' && (await split(ctx, stream, window))) return;
      // a result that only has to be asked for again keeps its operation
      if (remedy !== 'poll') Object.assign(window, { operationId: null, operationAt: null });
      Object.assign(window, { partitionsDone: 0, rootsDone: 0 });
      await saveWindow(ctx, stream, window);
      await ctx.client.clock.sleep(RETRY_MS * window.tries, ctx.signal);
    }
  }
}

/** `begun` is told once the window's operation has its place at Shopify. */
async function fetchOnce(
  ctx: SyncContext,
  stream: SyncStream,
  what: Backfill,
  window: Window,
  begun: () => void,
): Promise<void> {
  const { client, signal, tenantId, runId, lease, currency } = ctx;
  await startOperation(ctx, stream, what, window);
  begun();
  const result = await pollBulk(client, window.operationId!, { signal, onWait: () => endTurn(ctx) });
  if (stream.cursorTo === null || result.createdAt < stream.cursorTo)
    await saveStream(ctx, stream, { cursorTo: result.createdAt });

  const folder = folderOf(ctx, stream, window);
  const file = `${folder}.jsonl`;
  let roots = 0;
  const url = result.objectCount === 0 ? null : result.url;
  if (url === null) {
    // of what there was when the result was begun
    const to = window.to !== null && window.to < result.createdAt ? window.to : result.createdAt;
    const count = await countOf(ctx, stream.name, timeWindow(what.field, window.from, to));
    if (count > 0) throw new IncompleteResult(`Shopify's result is empty, although it counts ${count} ${stream.name}.`);
  } else {
    await mkdir(folder, { recursive: true });
    if (!(await readPartitioned(folder)) && !existsSync(file)) await downloadTo(client, url, file, { signal });
    // of the windows before this one, and of this one as far as its checkpoint
    const windows = await readWindows(ctx, stream);
    const done = windows.reduce((sum, other) => sum + (other.done ? other.rootsDone : 0), window.rootsDone);
    await saveStream(ctx, stream, { done });
    const partitioned = await ctx.pool.ingest(
      {
        tenantId,
        runId,
        lease,
        stream: stream.name,
        position: window.position,
        file,
        folder,
        expectedLines: result.objectCount,
        fetchBegan: window.operationAt!.getTime(),
        currency,
        partitionsDone: window.partitionsDone,
        partitions: window.partitions,
        rootsDone: window.rootsDone,
      },
      signal,
    );
    roots = partitioned.roots;
  }
  if (what.removeDeleted) {
    // what was created since then is in no result, and webhooks tell of it
    const since = new Date(result.createdAt.getTime() + CREATED_SINCE_MS);
    const to = window.to !== null && window.to < since ? window.to : since;
    await removeDeleted(ctx, stream.name, { from: window.from, to }, url === null ? null : folder);
  }
  await endWindow(ctx, stream, what, window, roots);
  await rm(folder, { recursive: true, force: true });
  await rm(file, { force: true });
}

/** Begins the window's bulk operation, unless that is done already. */
async function startOperation(ctx: SyncContext, stream: SyncStream, what: Backfill, window: Window): Promise<void> {
  if (window.operationId !== null) return;
  const now = await ctx.db.now();
  if (window.operationAt === null) {
    // waiting for a place may take several turns
    window.operationAt = new Date(now);
    await saveWindow(ctx, stream, window);
  }
  window.operationId = await runBulk(ctx.client, queryOf(ctx, stream, searchOf(what, window)), {
    signal: ctx.signal,
    maxWaitMs: PLACE_WAIT_MS - (now - window.operationAt.getTime()),
    onWait: () => endTurn(ctx),
  });
  await saveWindow(ctx, stream, window);
}

const searchOf = (what: Backfill, window: Window) => timeWindow(what.field, window.from, window.to);

function queryOf(ctx: SyncContext, stream: SyncStream, search: string | null): string {
  switch (stream.name) {
    case 'orders':
      return bulkText(onlyGranted(BulkOrdersDocument, ctx.scopes), search);
    case 'customers':
      return bulkText(BulkCustomersDocument, search);
    case 'products':
      return bulkText(BulkProductsDocument, search);
  }
}

/** One for each holder of the lease: a frozen process that wakes must not write into its successor's files. */
const folderOf = (ctx: SyncContext, stream: SyncStream, window: Window): string =>
  spoolFolder(ctx.dataDir, `${ofStream(ctx, stream)}${window.position}-${ctx.lease.fence}`);
const ofStream = ({ tenantId, runId }: SyncContext, { name }: SyncStream) => `${tenantId}-${runId}-${name}-`;

type PlannedWindow = Pick<Window, 'from' | 'to' | 'expected'>;

async function planWindows(ctx: SyncContext, stream: SyncStream, what: Backfill): Promise<PlannedWindow[]> {
  const count = (from: Date | null, to: Date | null) => countOf(ctx, stream.name, timeWindow(what.field, from, to));
  const whole = { from: what.from, to: what.to, expected: await count(what.from, what.to) };
  if (stream.name !== 'orders' || whole.expected <= SMALL_STORE) return [whole];

  const first = what.from ?? (await firstOrderAt(ctx));
  // none is left out, however few it seems to hold: orders come meanwhile, and deleted ones have to be found
  const halves = async (from: Date | null, to: Date | null): Promise<PlannedWindow[]> => {
    const expected = await count(from, to);
    const [low, high] = [(from ?? first).getTime(), (to ?? ctx.shopNow).getTime()];
    if (expected <= WINDOW_ORDERS || high - low < DAY_MS / 24) return [{ from, to, expected }];
    const middle = new Date(Math.floor((low + high) / 2000) * 1000);
    return [...(await halves(middle, to)), ...(await halves(from, middle))];
  };
  if (what.field === 'updated_at') return halves(what.from, what.to);
  const recent = new Date(ctx.shopNow.getTime() - RECENT_DAYS * DAY_MS);
  return [...(await halves(recent, null)), ...(await halves(null, recent))];
}

async function firstOrderAt(ctx: SyncContext): Promise<Date> {
  const { data } = await ctx.client.query(FirstOrderDocument, {}, { signal: ctx.signal });
  const [order] = data.orders.nodes;
  return order ? new Date(order.createdAt) : ctx.shopNow;
}

/** Makes two windows of one that was too much for Shopify; false when it is too narrow for that. */
async function split(ctx: SyncContext, stream: SyncStream, window: Window): Promise<boolean> {
  const from = window.from ?? (stream.name === 'orders' ? await firstOrderAt(ctx) : null);
  const to = window.to ?? ctx.shopNow;
  if (!from || to.getTime() - from.getTime() < DAY_MS / 24) return false;
  const middle = new Date(Math.floor((from.getTime() + to.getTime()) / 2000) * 1000);
  const later = Math.round(window.expected / 2);
  const all = await readWindows(ctx, stream);
  await locked(ctx, async (tx) => {
    await tx.run('DELETE FROM sync_windows WHERE tenant_id = ? AND run_id = ? AND stream = ? AND position = ?', [
      ...keyOf(ctx, stream),
      window.position,
    ]);
    await insertWindows(tx, ctx, stream, Math.max(...all.map((other) => other.position)) + 1, [
      { from: middle, to: window.to, expected: later },
      { from: window.from, to: middle, expected: window.expected - later },
    ]);
  });
  return true;
}

const keyOf = (ctx: SyncContext, stream: SyncStream) => [BigInt(ctx.tenantId), BigInt(ctx.runId), stream.name] as const;

/** In the order in which they are worked on: the latest first. */
async function readWindows(ctx: SyncContext, stream: SyncStream): Promise<(Window & { done: boolean })[]> {
  const rows = await ctx.db.read<Record<string, unknown>>(
    `SELECT position, from_at, to_at, status, tries, expected, operation_id, operation_at, partitions_done, partitions, roots_done
     FROM sync_windows WHERE tenant_id = ? AND run_id = ? AND stream = ?`,
    [...keyOf(ctx, stream)],
  );
  const windows = rows.map((row) => ({
    position: Number(row.position),
    from: asDate(row.from_at),
    to: asDate(row.to_at),
    done: row.status === 'done',
    tries: Number(row.tries),
    expected: Number(row.expected),
    operationId: row.operation_id as string | null,
    operationAt: asDate(row.operation_at),
    partitionsDone: Number(row.partitions_done),
    partitions: row.partitions === null ? null : Number(row.partitions),
    rootsDone: Number(row.roots_done),
  }));
  return windows.sort((a, b) => (b.from?.getTime() ?? 0) - (a.from?.getTime() ?? 0));
}

const writeWindows = (ctx: SyncContext, stream: SyncStream, windows: PlannedWindow[]): Promise<void> =>
  locked(ctx, (tx) => insertWindows(tx, ctx, stream, 0, windows));

async function insertWindows(
  tx: Tx,
  ctx: SyncContext,
  stream: SyncStream,
  firstPosition: number,
  windows: PlannedWindow[],
): Promise<void> {
  await tx.insert(
    'sync_windows',
    [
      'tenant_id',
      'run_id',
      'stream',
      'position',
      'from_at',
      'to_at',
      'status',
      'tries',
      'expected',
      'partitions_done',
      'roots_done',
      'refused',
    ],
    windows.map(({ from, to, expected }, index) => [
      ...keyOf(ctx, stream),
      firstPosition + index,
      from,
      to,
      'pending',
      0,
      expected,
      0,
      0,
      0,
    ]),
    null,
  );
}

async function saveWindow(ctx: SyncContext, stream: SyncStream, window: Window): Promise<void> {
  await locked(ctx, (tx) =>
    tx.run(
      `UPDATE sync_windows SET tries = ?, operation_id = ?, operation_at = ?, partitions_done = ?, roots_done = ?
       WHERE tenant_id = ? AND run_id = ? AND stream = ? AND position = ?`,
      [
        window.tries,
        window.operationId,
        window.operationAt,
        window.partitionsDone,
        window.rootsDone,
        ...keyOf(ctx, stream),
        window.position,
      ],
    ),
  );
}

async function endWindow(
  ctx: SyncContext,
  stream: SyncStream,
  what: Backfill,
  window: Window,
  roots: number,
): Promise<void> {
  const others = (await readWindows(ctx, stream)).filter((other) => other.position !== window.position);
  const open = others.filter((other) => !other.done);
  const done = roots + others.reduce((sum, other) => sum + (other.done ? other.rootsDone : 0), 0);
  const isByCreation = stream.name === 'orders' && what.field === 'created_at';
  // windows are worked on from the latest to the earliest: all that is later than the open ones is in
  const completeFrom =
    isByCreation && open.length > 0 && open.every((other) => other.to !== null)
      ? dayAfter(localDates(ctx.timezone)(Math.max(...open.map((other) => other.to!.getTime()))))
      : null;
  await saveStream(ctx, stream, { done, completeFrom }, (tx) =>
    tx.run(
      `UPDATE sync_windows SET status = 'done', roots_done = ?
       WHERE tenant_id = ? AND run_id = ? AND stream = ? AND position = ?`,
      [roots, ...keyOf(ctx, stream), window.position],
    ),
  );
}
