import type { StreamName } from '@xeno/contracts';
import { rm } from 'node:fs/promises';
import { type DatabaseAccess, openDatabase } from '../../db/database.ts';
import { applyPrepared, type Lease, prepare, type PreparedBatch } from '../apply.ts';
import { keepUnreadable, type UnreadableRecord } from '../unreadable.ts';
import { mappedBatches } from './join.ts';
import { readInto } from './lines.ts';
import { partition, partitionFile, type Partitioned, readPartitioned } from './partition.ts';

export interface IngestTask {
  access: DatabaseAccess;
  tenantId: string;
  lease: Lease;
  runId: string;
  stream: StreamName;
  position: number;
  /** The downloaded result; it may be gone when `folder` holds it partitioned. */
  file: string;
  folder: string;
  expectedLines: number;
  fetchBegan: number;
  currency: string;
  /** The checkpoint: partitions that are applied already, and how many roots they held. */
  partitionsDone: number;
  rootsDone: number;
  /** Roots of the stream's windows before this one. */
  streamDone: number;
}

interface PreparedRoots {
  batch: PreparedBatch;
  unread: UnreadableRecord[];
  /** Of the result, when this batch is applied. */
  rootsDone: number;
  /** Null unless this batch is the last of its partition. */
  partitionsDone: number | null;
}

/**
 * Records of one transaction. SQLite lets one write at a time, so that everybody who wants to waits as long; on a server
 * only the same store's webhooks do.
 */
const BATCH_ROOTS = { sqlite: 100, mysql: 400 };

/**
 * Turns a bulk result on disk into committed rows, going on from the task's checkpoint.
 * @throws IncompleteResult before anything is written, LeaseLost, Unreadable
 */
export async function ingest(task: IngestTask): Promise<Partitioned> {
  const found = (await readPartitioned(task.folder)) ?? (await partition(task.file, task.folder, task.expectedLines));
  await rm(task.file, { force: true });
  const db = openDatabase(task.access);
  const { tenantId, lease, runId, stream, position } = task;
  const where = [BigInt(tenantId), BigInt(runId), stream] as const;
  try {
    const batches = batchesOf(found);
    let next = batches.next();
    for (let mapped = await next; !mapped.done; mapped = await next) {
      const { batch, unread, partitionsDone, rootsDone } = mapped.value;
      // the next batch is mapped while the database works on this one
      next = batches.next();
      next.catch(() => {}); // thrown where it is waited for
      await applyPrepared({ db, tenantId, lease }, batch, async (tx) => {
        await tx.write('UPDATE sync_streams SET done = ? WHERE tenant_id = ? AND run_id = ? AND name = ?', [
          task.streamDone + rootsDone,
          ...where,
        ]);
        await keepUnreadable(tx, db.dialect, where[0], stream, unread, task.fetchBegan);
        if (partitionsDone !== null) {
          await tx.write(
            `UPDATE sync_windows SET partitions_done = ?, roots_done = ?
             WHERE tenant_id = ? AND run_id = ? AND stream = ? AND position = ?`,
            [partitionsDone, rootsDone, ...where, position],
          );
        }
      });
    }
    return found;
  } finally {
    await db.close();
  }

  async function* batchesOf({ partitions }: Partitioned): AsyncGenerator<PreparedRoots> {
    const { fetchBegan, currency } = task;
    const batchRoots = BATCH_ROOTS[db.dialect];
    let { rootsDone } = task;
    let memory: Buffer = Buffer.alloc(0);
    for (let index = task.partitionsDone; index < partitions; index++) {
      const bytes = await readInto(memory, partitionFile(task.folder, index));
      memory = bytes.length > memory.length ? bytes : memory;
      const batches = mappedBatches(bytes, stream, { currency, fetchBegan, batchRoots });
      for await (const { batch, roots, unread, isLast } of batches) {
        rootsDone += roots;
        yield { batch: prepare(batch), unread, rootsDone, partitionsDone: isLast ? index + 1 : null };
      }
    }
  }
}
