import type { Invitation, Role } from '@xeno/contracts';
import type { Database, Tx } from '../db/database.ts';
import { newId } from '../db/ids.ts';
import { hashToken, newSecretToken } from '../db/secret-tokens.ts';
import { asDate, instantText } from '../db/values.ts';
import { Conflict, Forbidden, NotFound } from '../http/errors.ts';

/** Open: neither accepted, withdrawn, replaced nor too old. */
const OPEN = 'i.ended_at IS NULL AND i.expires_at > ?';

interface Row {
  tenant_id: string | number;
  id: string | number;
  email: string;
  role: Role;
  invited_by: string;
  created_at: unknown;
  expires_at: unknown;
}

const view = (row: Row): Invitation => ({
  id: String(row.id),
  email: row.email,
  role: row.role,
  invitedBy: row.invited_by,
  createdAt: asDate(row.created_at)!.toISOString(),
  expiresAt: asDate(row.expires_at)!.toISOString(),
});

export async function listInvitations(db: Database, tenantId: string): Promise<Invitation[]> {
  const rows = await db.read<Row>(
    `SELECT i.tenant_id, i.id, i.email, i.role, u.name AS invited_by, i.created_at, i.expires_at
     FROM invitations i JOIN users u ON u.id = i.invited_by
     WHERE i.tenant_id = ? AND ${OPEN} ORDER BY i.created_at DESC, i.id DESC LIMIT 500`,
    [BigInt(tenantId), new Date()],
  );
  return rows.map(view);
}

/**
 * Invites an address, whether anybody has an account with it or not, to one or several stores; its open invitations to
 * these are replaced. The token is nowhere but in what is returned.
 */
export async function invite(
  db: Database,
  tx: Tx,
  input: {
    tenantIds: string[];
    email: string;
    role: Role;
    by: { id: string; name: string };
    seconds: number;
  },
): Promise<{ invitation: Invitation; token: string }> {
  const { tenantIds, email, role, by, seconds } = input;
  const { token, hash } = newSecretToken();
  const id = newId();
  const created = Date.now();
  const [createdAt, expiresAt] = [new Date(created), new Date(created + seconds * 1000)];
  for (const tenantId of tenantIds) {
    const [member] = await tx.query<{ store_name: string }>(
      `SELECT t.store_name FROM memberships m JOIN users u ON u.id = m.user_id JOIN tenants t ON t.id = m.tenant_id
       WHERE m.tenant_id = ? AND u.email = ? AND m.waiting_since IS NULL`,
      [BigInt(tenantId), email],
    );
    if (member) {
      throw new Conflict(
        `This address belongs to a member of ${member.store_name} already. Nothing was sent.`,
        'is_member',
      );
    }
    await tx.run(
      "UPDATE invitations SET ended_at = ?, end_reason = 'replaced' WHERE tenant_id = ? AND email = ? AND ended_at IS NULL",
      [createdAt, BigInt(tenantId), email],
    );
  }
  await tx.insert(
    'invitations',
    ['tenant_id', 'id', 'token_hash', 'email', 'role', 'invited_by', 'created_at', 'expires_at'],
    tenantIds.map((tenantId) => [
      BigInt(tenantId),
      id,
      hash,
      email,
      role,
      BigInt(by.id),
      instantText(db.dialect, created),
      instantText(db.dialect, expiresAt.getTime()),
    ]),
    null,
  );
  const instants = { createdAt: createdAt.toISOString(), expiresAt: expiresAt.toISOString() };
  return { invitation: { id: String(id), email, role, invitedBy: by.name, ...instants }, token };
}

const ENDS = { accepted: 'accepted', revoked: 'withdrawn', replaced: 'replaced by a newer one' };

/** @throws NotFound; Conflict for one that has ended, which tells how */
export async function revokeInvitation(tx: Tx, tenantId: string, id: string): Promise<void> {
  const ended = await tx.run(
    "UPDATE invitations SET ended_at = ?, end_reason = 'revoked' WHERE tenant_id = ? AND id = ? AND ended_at IS NULL",
    [new Date(), BigInt(tenantId), BigInt(id)],
  );
  if (ended > 0) return;
  const [known] = await tx.query<{ end_reason: keyof typeof ENDS }>(
    'SELECT end_reason FROM invitations WHERE tenant_id = ? AND id = ?',
    [BigInt(tenantId), BigInt(id)],
  );
  if (!known) throw new NotFound();
  throw new Conflict(`This invitation was ${ENDS[known.end_reason]} meanwhile.`, 'invitation_ended');
}

/** Withdraws what somebody has sent who may invite nobody any more; gives the ids of those that were open. */
export async function endInvitationsBy(
  tx: Tx,
  { tenantId, userId }: { tenantId: string; userId: string },
): Promise<string[]> {
  const now = new Date();
  const sent = [BigInt(tenantId), BigInt(userId)];
  const open = await tx.query<{ id: string | number }>(
    `SELECT i.id FROM invitations i WHERE i.tenant_id = ? AND i.invited_by = ? AND ${OPEN} ORDER BY i.id`,
    [...sent, now],
  );
  await tx.run(
    "UPDATE invitations SET ended_at = ?, end_reason = 'revoked' WHERE tenant_id = ? AND invited_by = ? AND ended_at IS NULL",
    [now, ...sent],
  );
  return open.map(({ id }) => String(id));
}

export interface Invited extends Invitation {
  stores: { tenantId: string; shopDomain: string; storeName: string }[];
}

const DEAD = 'This invitation is not valid, or no longer: it was used, withdrawn, or is too old. Ask for a new one.';

/** @throws Forbidden when the token opens nothing */
export async function readInvitation(db: Database, token: string): Promise<Invited> {
  const rows = await db.read<Row & { shop_domain: string; store_name: string }>(
    `SELECT i.tenant_id, i.id, i.email, i.role, u.name AS invited_by, i.created_at, i.expires_at,
            t.shop_domain, t.store_name
     FROM invitations i JOIN users u ON u.id = i.invited_by JOIN tenants t ON t.id = i.tenant_id
     WHERE i.token_hash = ? AND ${OPEN} ORDER BY t.created_at, t.id`,
    [hashToken(token), new Date()],
  );
  if (rows.length === 0) throw new Forbidden(DEAD, 'invitation_invalid');
  const stores = rows.map((row) => ({
    tenantId: String(row.tenant_id),
    shopDomain: row.shop_domain,
    storeName: row.store_name,
  }));
  return { ...view(rows[0]!), stores };
}

/** Makes a user a member of each of its stores; one who is member of a store already keeps that role. */
export async function acceptInvitation(
  db: Database,
  tx: Tx,
  { token, invited, userId }: { token: string; invited: Invited; userId: string },
): Promise<string[]> {
  const { transaction } = tx;
  const joined: string[] = [];
  for (const { tenantId } of invited.stores) {
    await db.models.Tenant.findByPk(tenantId, { transaction, lock: true });
    const used = await tx.run(
      "UPDATE invitations SET ended_at = ?, end_reason = 'accepted' WHERE tenant_id = ? AND token_hash = ? AND ended_at IS NULL",
      [new Date(), BigInt(tenantId), hashToken(token)],
    );
    if (used === 0) continue;
    const member = await db.models.Membership.findOne({ where: { tenantId, userId }, transaction });
    if (!member) await db.models.Membership.create({ tenantId, userId, role: invited.role }, { transaction });
    else if (member.waitingSince) await member.update({ role: invited.role, waitingSince: null }, { transaction });
    joined.push(tenantId);
  }
  if (joined.length === 0) throw new Forbidden(DEAD, 'invitation_invalid');
  return joined;
}
