import type { Hint, JobKind } from '../jobs/job.ts';
import { CHECKOUTS } from './abandoned-checkouts.ts';
import { type SyncDeps, TurnOver } from './context.ts';
import { cleanSpool } from './spool.ts';
import { runSync } from './sync.ts';

/** The runs that are queued or were left running, of all stores. */
export interface ActiveRuns {
  active(): Promise<{ tenantId: string; runId: string }[]>;
  activeOf(tenantId: string): Promise<{ id: string } | null>;
}

/** Carries out what `sync_runs` says is queued or running; the key is the tenant's id. */
export const syncJobs = (deps: SyncDeps & { hint: Hint }, runs: ActiveRuns, concurrency: number): JobKind => ({
  name: 'sync',
  concurrency,
  pending: async () => (await runs.active()).map(({ tenantId }) => tenantId),
  async run(tenantId, signal) {
    const run = await runs.activeOf(tenantId);
    try {
      if (run) await runSync(deps, tenantId, run.id, signal);
      const next = await runs.activeOf(tenantId);
      if (run && next?.id !== run.id) deps.hint(CHECKOUTS, tenantId);
      return next && next.id !== run?.id ? 'more' : 'done';
    } catch (error) {
      if (!(error instanceof TurnOver)) throw error;
      return 'more';
    } finally {
      // also what a store has left that was disconnected meanwhile, and whose data may have to be erased
      await cleanSpool(deps.dataDir, () => runs.active());
    }
  },
});
