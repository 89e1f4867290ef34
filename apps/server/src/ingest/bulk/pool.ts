import { Piscina } from 'piscina';
import type { Database } from '../../db/database.ts';
import type { Partitioned } from './partition.ts';
import type { IngestTask } from './worker.ts';

/** Threads that turn bulk results into rows. Their heap is bounded, whatever the size of the store. */
export interface IngestPool {
  ingest(task: Omit<IngestTask, 'access'>, signal: AbortSignal): Promise<Partitioned>;
  close(): Promise<void>;
}

export function createIngestPool(db: Database, threads = 1): IngestPool {
  const piscina = new Piscina({
    filename: new URL('./worker.ts', import.meta.url).href,
    minThreads: 0,
    maxThreads: threads,
    idleTimeout: 30_000,
    resourceLimits: { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 32 },
  });
  return {
    async ingest(task, signal) {
      const { access, transfer } = db.share();
      return (await piscina.run({ ...task, access }, { signal, transferList: transfer })) as Partitioned;
    },
    close: () => piscina.destroy(),
  };
}
