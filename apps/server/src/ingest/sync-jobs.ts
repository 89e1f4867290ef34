import type { JobKind } from '../jobs/job.ts';
import { type SyncDeps, TurnOver } from './context.ts';
import { cleanSpool } from './spool.ts';
import { runSync } from './sync.ts';

/** The runs that are queued or were left running, of all stores. */
export interface ActiveRuns {
  active(): Promise<{ tenantId: string; runId: string }[]>;
  activeOf(tenantId: string): Promise<{ id: string } | null>;
}

/** Carries out what `sync_runs` says is queued or running; the key is the tenant's id. */
export const syncJobs = (deps: SyncDeps, runs: ActiveRuns, concurrency: number): JobKind => ({
  name: 'sync',
  concurrency,
  pending: async () => (await runs.active()).map(({ tenantId }) => tenantId),
  async run(tenantId, signal) {
    const run = await runs.activeOf(tenantId);
    let isTurnOver = false;
    try {
      if (run) await runSync(deps, tenantId, run.id, signal);
    } catch (error) {
      if (!(error instanceof TurnOver)) throw error;
      isTurnOver = true;
    }
    await cleanSpool(deps.dataDir, () => runs.active());
    return isTurnOver ? 'more' : 'done';
  },
});
