import { Piscina } from 'piscina';
import type { Database } from '../../db/database.ts';
import { LeaseLost } from '../apply.ts';
import { Unreadable } from '../map/fields.ts';
import type { IngestTask } from './ingest.ts';
import { IncompleteResult } from './lines.ts';
import type { Partitioned } from './partition.ts';
import type { IngestOutcome } from './worker.ts';

/**
 * Of a thread. What it has in memory is a partition and a few batches, whatever the size of the store. V8 lets a heap that
 * may have two gigabytes double before it collects all of it, and a small one grow by a third: that took a fifth of the
 * time.
 */
const HEAP = { maxOldGenerationSizeMb: 2_000, maxYoungGenerationSizeMb: 32 };

/** Threads that turn bulk results into rows. */
export interface IngestPool {
  /** @throws IncompleteResult, Unreadable, LeaseLost */
  ingest(task: Omit<IngestTask, 'access'>, signal: AbortSignal): Promise<Partitioned>;
  close(): Promise<void>;
}

export function createIngestPool(db: Database, threads = 1): IngestPool {
  const piscina = new Piscina({
    filename: new URL('./worker.ts', import.meta.url).href,
    minThreads: 0,
    maxThreads: threads,
    idleTimeout: 30_000,
    resourceLimits: HEAP,
  });
  return {
    async ingest(task, signal) {
      const { access, transfer } = db.share();
      const run = piscina.run({ ...task, access }, { signal, transferList: transfer }) as Promise<IngestOutcome>;
      const outcome = await run;
      if (outcome.ok) return outcome.partitioned;
      switch (outcome.why) {
        case 'incomplete':
          throw new IncompleteResult(outcome.message);
        case 'unreadable':
          throw new Unreadable(outcome.message);
        case 'lease_lost':
          throw new LeaseLost();
      }
    },
    close: () => piscina.destroy(),
  };
}
