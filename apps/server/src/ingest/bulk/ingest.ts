import type { StreamName } from '@xeno/contracts';
import { rm } from 'node:fs/promises';
import { type DatabaseAccess, openDatabase } from '../../db/database.ts';
import { apply, type Lease } from '../apply.ts';
import { keepUnreadable } from '../unreadable.ts';
import { type MappedBatch, mappedBatches } from './join.ts';
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

/**
 * Turns a bulk result on disk into committed rows, going on from the task's checkpoint.
 * @throws IncompleteResult before anything is written, LeaseLost, Unreadable
 */
export async function ingest(task: IngestTask): Promise<Partitioned> {
  const found = (await readPartitioned(task.folder)) ?? (await partition(task.file, task.folder, task.expectedLines));
  await rm(task.file, { force: true });
  const db = openDatabase(task.access);
  try {
    let rootsDone = task.rootsDone;
    for (let index = task.partitionsDone; index < found.partitions; index++) {
      rootsDone += await applyPartition(index, rootsDone);
    }
    return found;
  } finally {
    await db.close();
  }

  async function applyPartition(index: number, before: number): Promise<number> {
    const { tenantId, lease, runId, stream, position, fetchBegan, currency } = task;
    const where = [BigInt(tenantId), BigInt(runId), stream] as const;
    let roots = 0;
    let pending: Promise<unknown> = Promise.resolve();
    const file = partitionFile(task.folder, index);
    const batches = mappedBatches(file, stream, { currency, fetchBegan });

    const write = ({ batch, unread }: MappedBatch) => {
      const done = roots;
      return apply({ db, tenantId, lease }, batch, async (tx) => {
        await tx.run('UPDATE sync_streams SET done = ? WHERE tenant_id = ? AND run_id = ? AND name = ?', [
          task.streamDone + before + done,
          ...where,
        ]);
        await keepUnreadable(tx, db.dialect, where[0], stream, unread, fetchBegan);
      });
    };

    // the next batch is mapped while the database works on the last one
    for await (const mapped of batches) {
      await pending;
      roots += mapped.roots;
      pending = write(mapped);
      pending.catch(() => {});
    }
    await pending;
    await db.transaction((tx) =>
      tx.run(
        `UPDATE sync_windows SET partitions_done = ?, roots_done = ?
         WHERE tenant_id = ? AND run_id = ? AND stream = ? AND position = ?`,
        [index + 1, before + roots, ...where, position],
      ),
    );
    return roots;
  }
}
