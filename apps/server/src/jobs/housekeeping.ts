import type { Database } from '../db/database.ts';
import { databaseNow } from '../db/values.ts';
import { conflictTail } from '../db/upsert.ts';
import type { JobKind } from './job.ts';

/** Removes a bounded number of what nobody needs any more; whether there may be more. */
export type Chore = () => Promise<boolean>;

const KEY = 'all';
/** Tenants have ids above 0. */
const DUE = { tenant_id: 0n, job: 'housekeeping' };

/**
 * What is to be done now and then for the installation as a whole, by one process at a time: `alone` does the work
 * unless another process is at it. When it is due next stands in the table `upkeep`.
 */
export function housekeeping(options: {
  db: Database;
  everySeconds: number;
  chores: readonly Chore[];
  alone(work: () => Promise<void>, signal: AbortSignal): Promise<unknown>;
}): JobKind {
  const { db, everySeconds, chores, alone } = options;
  const key = Object.values(DUE);

  const isDue = async () => {
    const rows = await db.read<{ waits: number }>(
      `SELECT due_at > ${databaseNow(db.dialect, 0)} AS waits FROM upkeep WHERE tenant_id = ? AND job = ?`,
      key,
    );
    return !Number(rows[0]?.waits ?? 0);
  };
  const finish = () =>
    db.transaction((tx) =>
      tx.run(
        `INSERT INTO upkeep (tenant_id, job, due_at) VALUES (?, ?, ${databaseNow(db.dialect, everySeconds)})
         ${conflictTail(db.dialect, { keys: Object.keys(DUE), replace: ['due_at'] })}`,
        key,
      ),
    );

  return {
    name: 'housekeeping',
    concurrency: 1,
    pending: async () => ((await isDue()) ? [KEY] : []),
    async run(_key, signal) {
      let more = false;
      await alone(async () => {
        if (!(await isDue())) return;
        const done = await Promise.allSettled(chores.map((chore) => chore()));
        for (const result of done) if (result.status === 'rejected') throw result.reason;
        more = done.some((result) => result.status === 'fulfilled' && result.value);
        if (!more) await finish();
      }, signal);
      return more ? 'more' : 'done';
    },
  };
}
