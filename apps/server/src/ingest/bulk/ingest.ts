import type { StreamName } from '@xeno/contracts';
import { readFile, rm } from 'node:fs/promises';
import { type DatabaseAccess, openDatabase } from '../../db/database.ts';
import type { Lease } from '../../db/leases.ts';
import { applyPrepared, prepare, type PreparedBatch, readFacts, type TenantFacts } from '../apply.ts';
import { storableIdOf } from '../map/fields.ts';
import type { OrderRecord } from '../records.ts';
import { keepUnreadable, type UnreadableRecord } from '../unreadable.ts';
import { familyBatches, type Family, mapFamilies } from './join.ts';
import { readInto } from './lines.ts';
import { partition, partitionFile, type Partitioned, readPartitioned } from './partition.ts';
import { Progress } from './progress.ts';

export interface IngestTask {
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
  /** The checkpoint: the first partitions, which are applied already, of how many, and how many roots they held. */
  partitionsDone: number;
  partitions: number | null;
  rootsDone: number;
}

/** What one of the threads that share a task is given. */
export interface ThreadTask extends IngestTask {
  access: DatabaseAccess;
  progress: SharedArrayBuffer;
}

interface PreparedRoots {
  batch: PreparedBatch;
  roots: number;
  unread: UnreadableRecord[];
  /** Null unless this batch is the last of its partition, whose index and roots these are. */
  ends: { index: number; roots: number } | null;
}

/**
 * Records of one transaction. SQLite lets one write at a time, so that everybody who wants to waits as long; on a server
 * only the same store's webhooks do.
 */
const BATCH_ROOTS = { sqlite: 50, mysql: 400 };

/**
 * Partitions a bulk result on disk, unless that is done already.
 * @throws IncompleteResult, Unreadable
 */
export async function split({ file, folder, expectedLines }: IngestTask): Promise<Partitioned> {
  const found = (await readPartitioned(folder)) ?? (await partition(file, folder, expectedLines));
  await rm(file, { force: true });
  return found;
}

/**
 * Turns partitions into committed rows, one after the other, as long as there is one that no other thread has taken.
 * @throws IncompleteResult, LeaseLost; the other threads end with what they are at, then
 */
export async function ingest(task: ThreadTask): Promise<void> {
  const db = openDatabase(task.access);
  const progress = new Progress(task.progress);
  const { tenantId, lease, runId, stream, position } = task;
  const where = [BigInt(tenantId), BigInt(runId), stream] as const;
  try {
    const batches = batchesOf();
    let next = batches.next();
    for (let prepared = await next; !prepared.done; prepared = await next) {
      const { batch, roots, unread, ends } = prepared.value;
      // the next batch is mapped while the database works on this one
      next = batches.next();
      next.catch(() => {}); // thrown where it is waited for
      await applyPrepared({ db, tenantId, lease }, batch, async (tx) => {
        await tx.write('UPDATE sync_streams SET done = done + ? WHERE tenant_id = ? AND run_id = ? AND name = ?', [
          roots,
          ...where,
        ]);
        await keepUnreadable(tx, db.dialect, where[0], stream, unread, task.fetchBegan);
        const checkpoint = ends && progress.checkpoint(ends.index, ends.roots);
        if (!checkpoint) return;
        await tx.write(
          `UPDATE sync_windows SET partitions_done = ?, partitions = ?, roots_done = ?
           WHERE tenant_id = ? AND run_id = ? AND stream = ? AND position = ?`,
          [
            task.partitionsDone + checkpoint.partitions,
            task.partitions,
            task.rootsDone + checkpoint.roots,
            ...where,
            position,
          ],
        );
      });
      if (ends) progress.done(ends.index, ends.roots);
    }
  } catch (error) {
    progress.stop();
    throw error;
  } finally {
    await db.close();
  }

  async function* batchesOf(): AsyncGenerator<PreparedRoots> {
    let memory: Buffer = Buffer.alloc(0);
    for (let index = progress.take(); index !== null; index = progress.take()) {
      const file = partitionFile(task.folder, task.partitionsDone + index);
      const bytes = await readInto(memory, file);
      memory = bytes.length > memory.length ? bytes : memory;
      let rootsOfAll = 0;
      for (const { batch: families, isLast } of familyBatches(bytes, BATCH_ROOTS[db.dialect])) {
        rootsOfAll += families.length;
        const { batch, unread } = await prepareFamilies(families, bytes, file);
        yield { batch, roots: families.length, unread, ends: isLast ? { index, roots: rootsOfAll } : null };
      }
    }
  }

  /** Keeps nothing of what it maps if its rows are made: there would be several megabytes for the collector to move. */
  async function prepareFamilies(families: Family[], bytes: Buffer, file: string) {
    const asked = factsIfNew(families);
    asked.catch(() => {}); // thrown where it is waited for
    const { batch, unread } = await mapFamilies(bytes, families, task);
    const facts = await asked;
    const asNew = facts ? { db, facts, again: () => mapAgain(families, file) } : undefined;
    return { batch: await prepare(batch, asNew), unread };
  }

  /** By what the rows of orders are made if none of them is stored yet; then they are made while the store is free for others. */
  async function factsIfNew(families: Family[]): Promise<TenantFacts | null> {
    const [first, last] = [families[0], families.at(-1)].map((family) => family && storableIdOf(family.id));
    if (stream !== 'orders' || !first || !last) return null;
    const { facts, areNew } = await readFacts(db, tenantId, first, last);
    return areNew ? facts : null;
  }

  async function mapAgain(families: Family[], file: string): Promise<OrderRecord[]> {
    return (await mapFamilies(await readFile(file), families, task)).batch.records as OrderRecord[];
  }
}
