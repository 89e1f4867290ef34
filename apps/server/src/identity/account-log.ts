import type { AccountEntry } from '@xeno/contracts';
import { audit, NO_TENANT } from '../db/audit.ts';
import type { Database, Tx } from '../db/database.ts';
import { asDate } from '../db/values.ts';
import type { Position } from '../http/paging.ts';

/** Notes in the audit log what was done to an account. */
export const auditAccount = (db: Database, tx: Tx, userId: string, action: string, address?: string): Promise<void> =>
  audit(tx, db.dialect, { tenantId: null, userId, action, subject: userId, address });

/** What was done to a user's own account, the newest first. */
export async function accountEntries(
  db: Database,
  userId: string,
  { limit, before }: { limit: number; before: Position | null },
): Promise<AccountEntry[]> {
  const rows = await db.read<Record<string, unknown>>(
    `SELECT id, happened_at, action, address FROM audit_log
     WHERE tenant_id = ? AND user_id = ?${before ? ' AND (happened_at < ? OR (happened_at = ? AND id < ?))' : ''}
     ORDER BY happened_at DESC, id DESC LIMIT ${limit}`,
    [NO_TENANT, BigInt(userId), ...(before ? [before.at, before.at, BigInt(before.id)] : [])],
  );
  return rows.map((row) => ({
    id: String(row.id as string),
    happenedAt: asDate(row.happened_at)!.toISOString(),
    action: row.action as string,
    address: row.address as string | null,
  }));
}
