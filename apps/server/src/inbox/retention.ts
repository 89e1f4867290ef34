import type { Database } from '../db/database.ts';
import { marks } from '../db/values.ts';

const AT_ONCE = 5_000;
/** Of one transaction, so that nobody waits long for it. */
const CHUNK = 500;

/**
 * Removes the bodies of some webhooks that were applied and received before `before`; whether there may be more. What is
 * dead keeps its body as long as it is known: nothing else could be replayed.
 */
export const dropOldBodies = (db: Database, before: Date): Promise<boolean> =>
  some(db, before, "AND status = 'done' AND body IS NOT NULL", 'UPDATE webhook_events SET body = NULL WHERE');

/** Forgets some webhooks that have ended; one that comes again after that is taken as new, and is stale. */
export const forgetEvents = (db: Database, before: Date): Promise<boolean> =>
  some(db, before, '', 'DELETE FROM webhook_events WHERE');

/** Store by store, as the index by time has them. */
async function some(db: Database, before: Date, condition: string, change: string): Promise<boolean> {
  const tenants = await db.read<{ id: string | number }>('SELECT id FROM tenants');
  let more = false;
  for (const id of [null, ...tenants.map((row) => BigInt(row.id))]) {
    const rows = await db.read<{ shop_domain: string; webhook_id: string }>(
      `SELECT shop_domain, webhook_id FROM webhook_events
       WHERE tenant_id ${id === null ? 'IS NULL' : '= ?'} AND received_at < ? AND status <> 'pending' ${condition}
       ORDER BY received_at LIMIT ${AT_ONCE}`,
      [...(id === null ? [] : [id]), before],
    );
    more ||= rows.length === AT_ONCE;
    for (let at = 0; at < rows.length; at += CHUNK) {
      const chunk = rows.slice(at, at + CHUNK);
      await db.transaction(async (tx) => {
        for (const shop of new Set(chunk.map((row) => row.shop_domain))) {
          const ids = chunk.filter((row) => row.shop_domain === shop).map((row) => row.webhook_id);
          await tx.run(`${change} shop_domain = ? AND webhook_id IN (${marks(ids)}) AND status <> 'pending'`, [
            shop,
            ...ids,
          ]);
        }
      });
    }
  }
  return more;
}
