import type { Database, Tx } from '../db/database.ts';
import { Conflict } from '../http/errors.ts';
import { endMembership } from './members.ts';

export interface LeavingDeps {
  db: Database;
  /** Gives what tells Shopify that a store wants to hear no more, for when its connection has ended; both are bounded in time. */
  prepareFarewell(tenantId: string): Promise<() => Promise<void>>;
  /** Ends a store's connection; false where it has ended before. */
  disconnect(tx: Tx, tenantId: string): Promise<boolean>;
  /** Stops what runs for a store. */
  stop(tenantId: string): void;
}

/** For the audit log. */
type LeavingAction = 'member.left' | 'store.disconnected' | 'invitation.revoked';

/**
 * Takes a user out of all stores, and does `end` in the same transaction. `note` hears of each store, of each that is
 * disconnected since nobody else is in it, and of the user's invitations, which are withdrawn.
 * @throws Conflict when a store with other members would be left without an admin
 */
export function createLeaveStores({ db, prepareFarewell, disconnect, stop }: LeavingDeps) {
  const { Membership, Tenant } = db.models;

  /** The stores of a user: with nobody else in them, and that nobody but the user is admin of. */
  async function storesOf(userId: string, tx?: Tx) {
    const transaction = tx?.transaction;
    const own = await Membership.findAll({ where: { userId }, order: [['tenantId', 'ASC']], transaction });
    const alone: string[] = [];
    const orphaned: string[] = [];
    for (const { tenantId } of own) {
      if (tx) await Tenant.findByPk(tenantId, { transaction, lock: true });
      // those who wait count for nothing
      const members = await Membership.findAll({ where: { tenantId, waitingSince: null }, transaction });
      if (!members.some((member) => member.userId === userId && member.role === 'admin')) continue;
      if (members.length === 1) alone.push(tenantId);
      else if (members.filter(({ role }) => role === 'admin').length === 1) orphaned.push(tenantId);
    }
    if (orphaned.length > 0) {
      const stores = await Tenant.findAll({ where: { id: orphaned }, order: [['createdAt', 'ASC']], transaction });
      const names = stores.map(({ storeName }) => storeName).join(', ');
      throw new Conflict(
        `You are the only admin of ${names}. Hand it over first, or remove its members.`,
        'last_admin',
      );
    }
    return { all: own.map(({ tenantId }) => tenantId), alone };
  }

  return async function leaveStores(
    userId: string,
    note: (tx: Tx, tenantId: string, action: LeavingAction, subject: string) => Promise<void>,
    end: (tx: Tx) => Promise<void>,
  ): Promise<void> {
    const { alone: before } = await storesOf(userId);
    const farewells = new Map(
      await Promise.all(before.map(async (tenantId) => [tenantId, await prepareFarewell(tenantId)] as const)),
    );
    const left = await db.transaction(async (tx) => {
      const { all, alone } = await storesOf(userId, tx);
      for (const tenantId of alone) {
        if (await disconnect(tx, tenantId)) await note(tx, tenantId, 'store.disconnected', tenantId);
      }
      for (const tenantId of all) {
        const withdrawn = await endMembership(db, tx, { tenantId, userId });
        await note(tx, tenantId, 'member.left', userId);
        for (const id of withdrawn) await note(tx, tenantId, 'invitation.revoked', id);
      }
      await end(tx);
      return alone;
    });
    for (const tenantId of left) stop(tenantId);
    await Promise.all(left.map(async (tenantId) => farewells.get(tenantId)?.()));
  };
}
