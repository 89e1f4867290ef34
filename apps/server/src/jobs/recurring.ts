import type { TenantStatus } from '@xeno/contracts';
import type { Database, Tx } from '../db/database.ts';
import type { Dialect } from '../db/types.ts';
import { conflictTail } from '../db/upsert.ts';
import { databaseNow, marks } from '../db/values.ts';
import type { JobKind } from './job.ts';

const AT_ONCE = 200;

/**
 * A job that each store has now and then. When it is due stands in the table `upkeep`, so that no restart and no lost
 * queue changes it; a store without a row is due one period after it was connected. `work` must bear to be done twice;
 * when it throws, or says so, it is due again after `retrySeconds`. Its times are jittered, so that stores do not all come at once.
 */
export function recurring(options: {
  db: Database;
  /** Of the job kind and of its rows. */
  name: string;
  everySeconds: number;
  retrySeconds?: number;
  /** Stores in other states have no such job. */
  statuses?: readonly TenantStatus[];
  /**
   * 'more': it could not be done yet. It stays due, and goes to the end of the line. 'failed': why was told, and it is to
   * be tried again.
   */
  work(tenantId: string, signal: AbortSignal): Promise<void | 'more' | 'failed'>;
}): JobKind {
  const { db, name, everySeconds, retrySeconds = everySeconds, statuses = ['connected'] } = options;
  const now = databaseNow(db.dialect, 0);
  return {
    name,
    concurrency: 2,
    async pending() {
      const rows = await db.read<{ id: string | number }>(
        `SELECT t.id FROM tenants t LEFT JOIN upkeep u ON u.tenant_id = t.id AND u.job = ?
         WHERE t.status IN (${marks(statuses)}) 
           AND (u.due_at <= ${now} OR (u.due_at IS NULL AND (t.installed_at IS NULL OR t.installed_at <= ?)))
         ORDER BY u.due_at LIMIT ${AT_ONCE}`,
        [name, ...statuses, new Date(Date.now() - everySeconds * 1000)],
      );
      return rows.map((row) => String(row.id));
    },
    async run(tenantId, signal) {
      const due = await dueSince(db, tenantId, name);
      if (due === null) return 'done'; // a hint that came late
      const again = (seconds: number) => postpone(db, tenantId, name, due, jittered(seconds));
      try {
        const outcome = await options.work(tenantId, signal);
        if (outcome === 'more') return 'more';
        await again(outcome === 'failed' ? retrySeconds : everySeconds);
        return 'done';
      } catch (error) {
        if (!signal.aborted) await again(retrySeconds);
        throw error;
      }
    },
  };
}

/** Makes a store's recurring job due so many seconds from now. */
export const makeDue = (db: Database, tenantId: string, job: string, seconds: number): Promise<unknown> =>
  db.transaction((tx) => makeDueWithin(tx, db.dialect, tenantId, job, seconds));

/** The same within a transaction. */
export const makeDueWithin = (
  tx: Tx,
  dialect: Dialect,
  tenantId: string,
  job: string,
  seconds: number,
): Promise<unknown> =>
  tx.run(
    `INSERT INTO upkeep (tenant_id, job, due_at) VALUES (?, ?, ${databaseNow(dialect, seconds)})
     ${conflictTail(dialect, { keys: ['tenant_id', 'job'], replace: ['due_at'] })}`,
    [BigInt(tenantId), job],
  );

/** What the job's last time has left for the next; null before the first. */
export async function readNote(db: Database, tenantId: string, job: string): Promise<string | null> {
  const [row] = await db.read<{ note: string | null }>('SELECT note FROM upkeep WHERE tenant_id = ? AND job = ?', [
    BigInt(tenantId),
    job,
  ]);
  return row?.note ?? null;
}

/** From within the job, whose row is there. */
export const writeNote = (tx: Tx, tenantId: string, job: string, note: string): Promise<unknown> =>
  tx.run('UPDATE upkeep SET note = ? WHERE tenant_id = ? AND job = ?', [note, BigInt(tenantId), job]);

/** Since when a store's job is due, as the database tells it; null if it is not. One that has no time yet gets it here. */
async function dueSince(db: Database, tenantId: string, job: string): Promise<string | null> {
  const now = databaseNow(db.dialect, 0);
  return db.transaction(async (tx) => {
    await tx.run(
      `INSERT INTO upkeep (tenant_id, job, due_at) VALUES (?, ?, ${now})
       ${conflictTail(db.dialect, { keys: ['tenant_id', 'job'] })}`,
      [BigInt(tenantId), job],
    );
    const [row] = await tx.query<{ since: string }>(
      `SELECT CAST(due_at AS CHAR) AS since FROM upkeep WHERE tenant_id = ? AND job = ? AND due_at <= ${now}`,
      [BigInt(tenantId), job],
    );
    return row?.since ?? null;
  });
}

/** Puts off what is done, unless it was asked for again meanwhile. */
const postpone = (db: Database, tenantId: string, job: string, due: string, seconds: number): Promise<unknown> =>
  db.transaction((tx) =>
    tx.run(
      `UPDATE upkeep SET due_at = ${databaseNow(db.dialect, seconds)} WHERE tenant_id = ? AND job = ? AND due_at = ?`,
      [BigInt(tenantId), job, due],
    ),
  );

const jittered = (seconds: number) => Math.round(seconds * (0.9 + Math.random() / 5));
