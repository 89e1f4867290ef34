import { Piscina } from 'piscina';
import type { Database } from '../../db/database.ts';
import { LeaseLost } from '../apply.ts';
import { Unreadable } from '../map/fields.ts';
import type { IngestTask } from './ingest.ts';
import { IncompleteResult } from './lines.ts';
import type { Partitioned } from './partition.ts';
import type { IngestOutcome } from './worker.ts';

/** Threads that turn bulk results into rows. Their heap is bounded, whatever the size of the store. */
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
    resourceLimits: { maxOldGenerationSizeMb: 192, maxYoungGenerationSizeMb: 32 },
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
