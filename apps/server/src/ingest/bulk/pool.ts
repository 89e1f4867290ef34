import { Piscina } from 'piscina';
import type { Database } from '../../db/database.ts';
import { DatabaseAway, DiskFull } from '../../db/faults.ts';
import { LeaseLost } from '../../db/leases.ts';
import { Unreadable } from '../map/fields.ts';
import type { IdList } from './id-list.ts';
import type { IngestTask, ThreadTask } from './ingest.ts';
import { IncompleteResult } from './lines.ts';
import type { Partitioned } from './partition.ts';
import { Progress } from './progress.ts';
import type { ListTask, Outcome } from './worker.ts';

/**
 * Of a thread. What it has in memory is a partition and a few batches, whatever the size of the store. The larger a heap
 * may become, the more it grows before V8 collects all of it: at two gigabytes twofold, which is 6% faster than this and
 * takes 30 MB more.
 */
const HEAP = { maxOldGenerationSizeMb: 1_000, maxYoungGenerationSizeMb: 32 };

/** Threads that read bulk results. */
export interface IngestPool {
  /**
   * Turns a bulk result on disk into committed rows, going on from the task's checkpoint. Several threads work on one
   * result: one maps while another's batch is written.
   * @throws IncompleteResult before anything is written, Unreadable, LeaseLost, DatabaseAway, DiskFull
   */
  ingest(task: IngestTask, signal: AbortSignal): Promise<Partitioned>;
  /** What a bulk result of ids lists. @throws IncompleteResult */
  list(task: ListTask, signal: AbortSignal): Promise<IdList>;
}

const THREADS = 2;

/** Those of the process, which they keep nobody from ending. One takes half a second to get ready. */
let threads: Piscina | undefined;
const startedThreads = () =>
  (threads ??= new Piscina({
    filename: new URL('./worker.ts', import.meta.url).href,
    minThreads: 0,
    maxThreads: THREADS,
    idleTimeout: 30_000,
    resourceLimits: HEAP,
  }));

export function createIngestPool(db: Database): IngestPool {
  return {
    async ingest(task, signal) {
      const piscina = startedThreads();
      const found = resultOf((await piscina.run(task, { name: 'split', signal })) as Outcome<Partitioned>);
      const { partitions } = found;
      // a version of this program that splits otherwise begins anew
      const from = task.partitions === partitions ? task : { partitionsDone: 0, rootsDone: 0 };
      const open = partitions - from.partitionsDone;
      const progress = Progress.memoryFor(open);
      const work = async () => {
        const { access, transfer } = db.share();
        const given: ThreadTask = { ...task, ...from, partitions, access, progress };
        resultOf((await piscina.run(given, { name: 'ingest', signal, transferList: transfer })) as Outcome<void>);
      };
      const ends = await Promise.allSettled(Array.from({ length: Math.min(THREADS, open) }, work));
      for (const end of ends) if (end.status === 'rejected') throw end.reason;
      return found;
    },
    list: async (task, signal) =>
      resultOf((await startedThreads().run(task, { name: 'list', signal })) as Outcome<IdList>),
  };
}

function resultOf<T>(outcome: Outcome<T>): T {
  if (outcome.ok) return outcome.result;
  switch (outcome.why) {
    case 'incomplete':
      throw new IncompleteResult(outcome.message);
    case 'unreadable':
      throw new Unreadable(outcome.message);
    case 'lease_lost':
      throw new LeaseLost();
    case 'database_away':
      throw new DatabaseAway(outcome.message);
    case 'disk_full':
      throw new DiskFull(outcome.message);
  }
}
