import type { StreamName } from '@xeno/contracts';
import { readFile, rm } from 'node:fs/promises';
import { type DatabaseAccess, openDatabase } from '../../db/database.ts';
import type { Lease } from '../../db/leases.ts';
import { applyPrepared, prepare, type PreparedBatch, prepareNew, readFacts, type TenantFacts } from '../apply.ts';
import { storableIdOf } from '../map/fields.ts';
import type { OrderRecord } from '../records.ts';
import { keepUnreadable, type UnreadableRecord } from '../unreadable.ts';
import { familiesOf, familyBatches, type Family, mapFamilies, mapInParts } from './join.ts';
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
      const families = familiesOf(bytes);
      const facts = await factsIfNew(families.ids);
      for (const { batch: some, isLast } of familyBatches(families, BATCH_ROOTS[db.dialect])) {
        const unread: UnreadableRecord[] = [];
        const batch = await (facts
          ? prepareAsNew(facts, some, bytes, file, unread)
          : prepareKnown(some, bytes, unread));
        yield { batch, roots: some.length, unread, ends: isLast ? { index, roots: families.ids.length } : null };
      }
    }
  }

  async function prepareKnown(families: Family[], bytes: Buffer, unread: UnreadableRecord[]): Promise<PreparedBatch> {
    return prepare(await mapFamilies(bytes, families, task, unread));
  }

  /** Keeps nothing of what it maps but the rows: there would be several megabytes for the collector to move. */
  async function prepareAsNew(
    facts: TenantFacts,
    families: Family[],
    bytes: Buffer,
    file: string,
    unread: UnreadableRecord[],
  ): Promise<PreparedBatch> {
    return prepareNew(db, facts, {
      fetchBegan: task.fetchBegan,
      parts: mapInParts(bytes, families, task, unread) as AsyncIterable<OrderRecord[]>,
      again: () => mapAgain(families, file),
    });
  }

  /** By what the rows of orders are made if none of them is stored yet; then they are made while the store is free for others. */
  async function factsIfNew(ids: string[]): Promise<TenantFacts | null> {
    const [first, last] = [ids[0], ids.at(-1)].map((id) => id && storableIdOf(id));
    if (stream !== 'orders' || !first || !last) return null;
    const { facts, areNew } = await readFacts(db, tenantId, first, last);
    return areNew ? facts : null;
  }

  async function mapAgain(families: Family[], file: string): Promise<OrderRecord[]> {
    return (await mapFamilies(await readFile(file), families, task, [])).records as OrderRecord[];
  }
}
