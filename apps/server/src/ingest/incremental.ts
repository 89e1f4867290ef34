import type { SyncStream } from '../db/models/sync-stream.ts';
import { changes } from '../shopify/changes.ts';
import { timeWindow } from '../shopify/search.ts';
import { fetchWindows } from './backfill.ts';
import { countOf } from './counts.ts';
import { readCursors } from './cursors.ts';
import { endFetch, fetchById, storableIds } from './fetch-by-id.ts';
import type { SyncContext } from './context.ts';
import { saveStream } from './streams.ts';

/** Shopify's lists may lag behind its writes; what is fetched twice changes nothing. */
const OVERLAP_MS = 120_000;
const SETTLED_MS = 60_000;
/** More changes than this are fetched by one bulk operation. */
const BY_BULK = 50;

/**
 * Fetches what changed since the stream's cursor, up to now; gives how far Shopify's changes are surely in, which is
 * a minute less. Begun again after a crash it starts from the same cursor.
 */
export async function fetchChanges(ctx: SyncContext, stream: SyncStream): Promise<Date> {
  const { appliedTo } = (await readCursors(ctx.db, ctx.tenantId)).get(stream.name)!;
  const from = stream.cursorFrom ?? new Date(appliedTo.getTime() - OVERLAP_MS);
  const settled = new Date(ctx.shopNow.getTime() - SETTLED_MS);
  const to = new Date(ctx.shopNow.getTime() + 2_000);
  await saveStream(ctx, stream, { cursorFrom: from });

  const expected = await countOf(ctx, stream.name, timeWindow('updated_at', from, to));
  await saveStream(ctx, stream, { expected });
  if (expected > BY_BULK) {
    const begun = await fetchWindows(ctx, stream, { field: 'updated_at', from, to: null, removeDeleted: false });
    return begun < settled ? begun : settled;
  }

  let done = 0;
  for await (const page of changes(ctx.client, stream.name, { from, to, signal: ctx.signal })) {
    const ids = await storableIds(
      ctx,
      stream.name,
      page.map((change) => change.id),
    );
    const fetched = await fetchById(ctx, stream.name, ids, {
      // the list has just named it
      mayBeGone: () => false,
      async onProgress(count) {
        done += count;
        await saveStream(ctx, stream, { done });
      },
    });
    await endFetch(ctx, stream.name, fetched);
  }
  return settled;
}
