import { setTimeout as sleep } from 'node:timers/promises';
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

export interface LeaseOptions {
  tenantId: string;
  name: string;
  /** Names this process, and no other before or beside it. */
  owner: string;
  seconds: number;
  signal: AbortSignal;
}

/** What this process holds, or has not given back yet: owners with tenant and name. */
const held = new Set<string>();
/** Between tries to give back what could not be given back. */
const AGAIN_MS = 500;

/**
 * Runs `work` while this process, and no other, holds the named lease of a tenant; null when another one holds it.
 * The signal handed to `work` aborts with LeaseLost when the lease could not be kept, and with `signal`.
 * Time is the database's, so that clocks of processes need not agree.
 */
export async function withLease<T>(
  db: Database,
  options: LeaseOptions,
  work: (lease: Lease, signal: AbortSignal) => Promise<T>,
): Promise<{ result: T } | null> {
  const { tenantId, name, owner, seconds } = options;
  const own = `${owner} ${tenantId} ${name}`;
  if (held.has(own)) return null;
  held.add(own);
  let fence: string | null = null;
  /** False while the database is away. */
  const giveBack = async (): Promise<boolean> => {
    const ofFence = fence === null ? '' : ` AND fence = ${BigInt(fence)}`;
    const free = `UPDATE leases SET expires_at = ${databaseNow(db.dialect, 0)}
       WHERE tenant_id = ? AND name = ? AND owner = ?${ofFence}`;
    try {
      await db.transaction((tx) => tx.run(free, [BigInt(tenantId), name, owner]));
      return true;
    } catch {
      return false;
    }
  };
  /** Until the database is back, or the lease has run out by itself. */
  const giveBackLater = async () => {
    for (const end = performance.now() + seconds * 1000; performance.now() < end;) {
      await sleep(AGAIN_MS, undefined, { ref: false });
      if (await giveBack()) return;
    }
  };

  let isFree = false;
  try {
    fence = await acquire(db, options);
    if (fence === null) {
      isFree = true;
      return null;
    }
    return { result: await whileRenewed(db, options, fence, work) };
  } finally {
    // of which it is not known whether it was acquired, the database may still be away
    isFree ||= fence !== null && (await giveBack());
    if (isFree) held.delete(own);
    else void giveBackLater().finally(() => held.delete(own));
  }
}

/** The fence of the lease, or null. After an error it may have been acquired all the same. */
async function acquire(db: Database, { tenantId, name, owner, seconds }: LeaseOptions): Promise<string | null> {
  const key = [BigInt(tenantId), name] as const;
  const until = databaseNow(db.dialect, seconds);
  return db
    .transaction(async (tx) => {
      // the row that apply locks too: a lease never changes hands in the middle of one
      const forUpdate = db.dialect === 'mysql' ? ' FOR UPDATE' : '';
      await tx.query(`SELECT tenant_id FROM tenant_state WHERE tenant_id = ?${forUpdate}`, [key[0]]);
      const [row] = await tx.query<{ fence: string | number; held: number }>(
        `SELECT fence, expires_at > ${databaseNow(db.dialect, 0)} AS held FROM leases WHERE tenant_id = ? AND name = ?`,
        [...key],
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
}

async function whileRenewed<T>(
  db: Database,
  { tenantId, name, seconds, signal }: LeaseOptions,
  fence: string,
  work: (lease: Lease, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const lost = new AbortController();
  const renew = () =>
    db.transaction(
      async (tx) =>
        (await tx.run(
          `UPDATE leases SET expires_at = ${databaseNow(db.dialect, seconds)}
           WHERE tenant_id = ? AND name = ? AND fence = ?`,
          [BigInt(tenantId), name, BigInt(fence)],
        )) > 0,
    );
  const renewal = setInterval(
    () => {
      renew().then(
        (kept) => kept || lost.abort(new LeaseLost()),
        () => {}, // the database is away: the lease runs out by itself, and apply checks it
      );
    },
    (seconds * 1000) / 3,
  );
  try {
    return await work({ name, fence }, AbortSignal.any([signal, lost.signal]));
  } finally {
    clearInterval(renewal);
  }
}

/** For an embedded database, which one process has to itself: whoever held a lease is dead. */
export function voidLeases(db: Database): Promise<unknown> {
  return db.transaction((tx) => tx.run(`UPDATE leases SET expires_at = ${databaseNow(db.dialect, 0)}`));
}
