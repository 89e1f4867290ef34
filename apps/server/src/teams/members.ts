import type { Member, Role } from '@xeno/contracts';
import type { Database, Tx } from '../db/database.ts';
import { asDate } from '../db/values.ts';
import { Conflict, NotFound } from '../http/errors.ts';
import { endInvitationsBy } from './invitations.ts';

interface Row {
  user_id: string | number;
  name: string;
  email: string;
  role: Role;
  created_at: unknown;
  waiting_since: unknown;
  totp_confirmed_at: unknown;
}

const MEMBERS = `SELECT m.user_id, u.name, u.email, m.role, m.created_at, m.waiting_since, u.totp_confirmed_at
  FROM memberships m JOIN users u ON u.id = m.user_id WHERE m.tenant_id = ?`;

const view = (row: Row): Member => ({
  userId: String(row.user_id),
  name: row.name,
  email: row.email,
  role: row.role,
  since: asDate(row.created_at)!.toISOString(),
  waitingSince: asDate(row.waiting_since)?.toISOString() ?? null,
  secondFactor: row.totp_confirmed_at !== null,
});

export const listMembers = async (db: Database, tenantId: string): Promise<Member[]> =>
  (await db.read<Row>(`${MEMBERS} ORDER BY m.created_at, m.user_id`, [BigInt(tenantId)])).map(view);

/**
 * Changes a member within a transaction that holds the store's row: no two of them can each take the other for the admin
 * who remains. @throws NotFound for who is no member; Conflict when the last admin would go
 */
async function changing(
  db: Database,
  tx: Tx,
  { tenantId, userId }: { tenantId: string; userId: string },
  change: (member: Member) => Promise<void>,
): Promise<Member | null> {
  const { transaction } = tx;
  await db.models.Tenant.findByPk(tenantId, { transaction, lock: true });
  const read = async () =>
    (await tx.query<Row>(`${MEMBERS} AND m.user_id = ?`, [BigInt(tenantId), BigInt(userId)])).map(view)[0] ?? null;
  const member = await read();
  if (!member) throw new NotFound();
  await change(member);
  if (member.role !== 'admin' || member.waitingSince !== null) return read();
  const admins = await db.models.Membership.count({
    where: { tenantId, role: 'admin', waitingSince: null },
    transaction,
  });
  if (admins === 0) {
    throw new Conflict('A store needs an admin. Make somebody else admin first, or hand the store over.', 'last_admin');
  }
  return read();
}

export async function changeRole(
  db: Database,
  tx: Tx,
  { tenantId, userId, role }: { tenantId: string; userId: string; role: Role },
): Promise<{ before: Role; member: Member; withdrawn: string[] }> {
  let before = role;
  let withdrawn: string[] = [];
  const where = { tenantId, userId };
  const member = await changing(db, tx, where, async (found) => {
    before = found.role;
    if (before === role) return;
    await db.models.Membership.update({ role }, { where, transaction: tx.transaction });
    if (role !== 'admin') withdrawn = await endInvitationsBy(tx, where);
  });
  return { before, member: member!, withdrawn };
}

export async function confirmMember(
  db: Database,
  tx: Tx,
  where: { tenantId: string; userId: string },
): Promise<{ didWait: boolean; member: Member }> {
  let didWait = false;
  const member = await changing(db, tx, where, async ({ waitingSince }) => {
    didWait = waitingSince !== null;
    await db.models.Membership.update({ waitingSince: null }, { where, transaction: tx.transaction });
  });
  return { didWait, member: member! };
}

/** Gives the ids of the invitations that are withdrawn with it. */
export async function removeMember(
  db: Database,
  tx: Tx,
  where: { tenantId: string; userId: string },
): Promise<string[]> {
  let withdrawn: string[] = [];
  await changing(db, tx, where, async () => {
    withdrawn = await endMembership(db, tx, where);
  });
  return withdrawn;
}

/**
 * Takes somebody out of a store, with the invitations they have sent, whose ids it gives, and the access of their API
 * tokens.
 */
export async function endMembership(
  db: Database,
  tx: Tx,
  where: { tenantId: string; userId: string },
): Promise<string[]> {
  await db.models.Membership.destroy({ where, transaction: tx.transaction });
  await tx.run(
    'DELETE FROM api_token_stores WHERE tenant_id = ? AND token_id IN (SELECT id FROM api_tokens WHERE user_id = ?)',
    [BigInt(where.tenantId), BigInt(where.userId)],
  );
  return endInvitationsBy(tx, where);
}

/**
 * Makes a member admin and owner in the place of the one who does it, who stays as store manager.
 * @throws Conflict for one who waits to be confirmed or lacks a demanded second factor
 */
export async function handOver(
  db: Database,
  tx: Tx,
  { tenantId, from, to }: { tenantId: string; from: string; to: string },
): Promise<{ member: Member; withdrawn: string[] }> {
  if (from === to) throw new Conflict('The store is yours already.', 'own_store');
  const { transaction } = tx;
  let withdrawn: string[] = [];
  const member = await changing(db, tx, { tenantId, userId: to }, async ({ waitingSince, secondFactor }) => {
    const { requiresSecondFactor } = await db.models.Tenant.findByPk(tenantId, { transaction, rejectOnEmpty: true });
    if (requiresSecondFactor && !secondFactor) {
      throw new Conflict(
        'The store demands a second factor, and this member has none: they would be locked out.',
        'no_second_factor',
      );
    }
    if (waitingSince) throw new Conflict('This membership waits to be confirmed. Confirm it first.', 'waiting');
    await db.models.Membership.update({ role: 'admin' }, { where: { tenantId, userId: to }, transaction });
    await db.models.Membership.update({ role: 'store_manager' }, { where: { tenantId, userId: from }, transaction });
    await db.models.Tenant.update({ userId: to }, { where: { id: tenantId }, transaction });
    withdrawn = await endInvitationsBy(tx, { tenantId, userId: from });
  });
  return { member: member!, withdrawn };
}
