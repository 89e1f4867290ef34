import { type Database, isUniqueViolation } from './database.ts';
import { databaseNow } from './values.ts';

/** Leave to work on a tenant; `fence` grows each time it changes hands. */
export interface Lease {
  name: string;
  fence: string;
}

/** The work was taken over by someone else: stop, and write nothing more. */
export class LeaseLost extends Error {
  override name = 'LeaseLost';
  constructor() {
    super('Another process has taken over this work.');
  }
}

/**
 * Runs `work` while this process, and no other, holds the named lease of a tenant; null when another one holds it.
 * The signal handed to `work` aborts with LeaseLost when the lease could not be kept, and with `signal`.
 * Time is the database's, so that clocks of processes need not agree.
 */
export async function withLease<T>(
  db: Database,
  options: { tenantId: string; name: string; owner: string; seconds: number; signal: AbortSignal },
  work: (lease: Lease, signal: AbortSignal) => Promise<T>,
): Promise<{ result: T } | null> {
  const { tenantId, name, owner, seconds } = options;
  const key = [BigInt(tenantId), name] as const;
  const until = databaseNow(db.dialect, seconds);

  const fence = await db
    .transaction(async (tx) => {
      // the row that apply locks too: a lease never changes hands in the middle of one
      const forUpdate = db.dialect === 'mysql' ? ' FOR UPDATE' : '';
      await tx.query(`SELECT tenant_id FROM tenant_state WHERE tenant_id = ?${forUpdate}`, [key[0]]);
      const [row] = await tx.query<{ fence: string | number; held: number }>(
        `SELECT fence, expires_at > ${databaseNow(db.dialect, 0)} AS held FROM leases WHERE tenant_id = ? AND name = ?`,
        key as unknown as [bigint, string],
      );
      if (row && Number(row.held)) return null;
      if (!row) {
        await tx.run(`INSERT INTO leases (tenant_id, name, owner, fence, expires_at) VALUES (?, ?, ?, 1, ${until})`, [
          ...key,
          owner,
        ]);
        return '1';
      }
      // a store that is erased, and the installation as a whole, have no row to lock: then the first to come has it
      const taken = await tx.run(
        `UPDATE leases SET owner = ?, fence = fence + 1, expires_at = ${until}
         WHERE tenant_id = ? AND name = ? AND fence = ?`,
        [owner, ...key, BigInt(row.fence)],
      );
      return taken === 0 ? null : String(BigInt(row.fence) + 1n);
    })
    .catch((error: unknown) => {
      if (isUniqueViolation(error)) return null; // another one took it at the same moment
      throw error;
    });
  if (fence === null) return null;

  const lost = new AbortController();
  const renewal = setInterval(
    () => {
      renew().then(
        (kept) => kept || lost.abort(new LeaseLost()),
        () => {}, // the database is away: the lease runs out by itself, and apply checks it
      );
    },
    (seconds * 1000) / 3,
  );
  const mine = [...key, BigInt(fence)] as const;
  const renew = () =>
    db.transaction(
      async (tx) =>
        (await tx.run(`UPDATE leases SET expires_at = ${until} WHERE tenant_id = ? AND name = ? AND fence = ?`, [
          ...mine,
        ])) > 0,
    );
  try {
    return { result: await work({ name, fence }, AbortSignal.any([options.signal, lost.signal])) };
  } finally {
    clearInterval(renewal);
    await db
      .transaction((tx) =>
        tx.run(
          `UPDATE leases SET expires_at = ${databaseNow(db.dialect, 0)} WHERE tenant_id = ? AND name = ? AND fence = ?`,
          [...mine],
        ),
      )
      .catch(() => {}); // it runs out by itself
  }
}

/** For an embedded database, which one process has to itself: whoever held a lease is dead. */
export function voidLeases(db: Database): Promise<unknown> {
  return db.transaction((tx) => tx.run(`UPDATE leases SET expires_at = ${databaseNow(db.dialect, 0)}`));
}
