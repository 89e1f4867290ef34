import type { Database } from '../db/database.ts';

const AT_ONCE = 200;

/** Removes runs that were finished before an instant, with their streams and windows; whether there may be more. */
export async function pruneRuns(db: Database, finishedBefore: Date): Promise<boolean> {
  const runs = await db.read<{ tenant_id: string; id: string }>(
    `SELECT tenant_id, id FROM sync_runs WHERE finished_at < ? LIMIT ${AT_ONCE}`,
    [finishedBefore],
  );
  for (const { tenant_id, id } of runs) {
    const key = [BigInt(tenant_id), BigInt(id)];
    // no transaction crosses tenants
    await db.transaction(async (tx) => {
      await tx.run('DELETE FROM sync_windows WHERE tenant_id = ? AND run_id = ?', key);
      await tx.run('DELETE FROM sync_streams WHERE tenant_id = ? AND run_id = ?', key);
      await tx.run('DELETE FROM sync_runs WHERE tenant_id = ? AND id = ?', key);
    });
  }
  return runs.length === AT_ONCE;
}
