import { teams } from '@xeno/contracts';
import type { FastifyRequest } from 'fastify';
import type { Database, Tx } from '../db/database.ts';
import { auditRequest } from '../http/audit-request.ts';
import { Conflict, Forbidden, TooMany } from '../http/errors.ts';
import {
  type Authenticate,
  handle,
  type HandledRoute,
  requirePermission,
  type TenantActor,
  type UserActor,
} from '../http/routes.ts';
import type { Counts } from '../limits/counts.ts';
import type { Mailer } from '../mail/outbox.ts';
import { acceptInvitation, invite, listInvitations, readInvitation, revokeInvitation } from './invitations.ts';
import { changeRole, confirmMember, handOver, listMembers, removeMember } from './members.ts';

export interface TeamDeps {
  db: Database;
  authenticate: Authenticate;
  counts: Counts;
  /** Null: links are shown to whoever invites. */
  mailer: Mailer | null;
  appUrlOf(request: FastifyRequest): string;
  normalizeEmail(email: string): string;
  invitationSeconds: number;
  /** In an hour. */
  invitationsPerUser: number;
}

const HOUR_MS = 3_600_000;

/** Who has which role in a store. */
export function teamRoutes(deps: TeamDeps): HandledRoute[] {
  const { db, mailer } = deps;
  const note = (tx: Tx, request: FastifyRequest, actor: UserActor, entry: Parameters<typeof auditRequest>[4]) =>
    auditRequest(tx, db.dialect, request, actor, entry);
  /** Of invitations that end with what their sender was in the store. */
  const noteWithdrawn = async (tx: Tx, request: FastifyRequest, actor: TenantActor, withdrawn: readonly string[]) => {
    for (const subject of withdrawn) {
      await note(tx, request, actor, { tenantId: actor.tenantId, action: 'invitation.revoked', subject });
    }
  };

  return [
    handle(teams.listMembers, async ({ actor }) => ({ data: await listMembers(db, actor.tenantId) })),

    handle(teams.changeRole, ({ actor, params, body, request }) =>
      db.transaction(async (tx) => {
        const { tenantId } = actor;
        const { userId } = params;
        const { before, member, withdrawn } = await changeRole(db, tx, { tenantId, userId, role: body.role });
        const detail = { from: before, to: body.role };
        if (before === body.role) return member;
        await note(tx, request, actor, { tenantId, action: 'member.role_changed', subject: userId, detail });
        await noteWithdrawn(tx, request, actor, withdrawn);
        return member;
      }),
    ),

    handle(teams.confirmMember, ({ actor, params, request }) =>
      db.transaction(async (tx) => {
        const { tenantId } = actor;
        const { userId } = params;
        const { didWait, member } = await confirmMember(db, tx, { tenantId, userId });
        if (!didWait) return member;
        await note(tx, request, actor, { tenantId, action: 'member.confirmed', subject: userId });
        return member;
      }),
    ),

    handle(teams.handOver, ({ actor, params, request }) =>
      db.transaction(async (tx) => {
        const { tenantId } = actor;
        const { member, withdrawn } = await handOver(db, tx, { tenantId, from: actor.userId, to: params.userId });
        await note(tx, request, actor, { tenantId, action: 'store.handed_over', subject: params.userId });
        await noteWithdrawn(tx, request, actor, withdrawn);
        return member;
      }),
    ),

    handle(teams.removeMember, async ({ actor, params, request }) => {
      const { tenantId } = actor;
      const { userId } = params;
      await db.transaction(async (tx) => {
        const withdrawn = await removeMember(db, tx, { tenantId, userId });
        await note(tx, request, actor, { tenantId, action: 'member.removed', subject: userId });
        await noteWithdrawn(tx, request, actor, withdrawn);
      });
      return null;
    }),

    handle(teams.leave, async ({ actor, request }) => {
      const { tenantId, userId } = actor;
      await db.transaction(async (tx) => {
        const withdrawn = await removeMember(db, tx, { tenantId, userId });
        await note(tx, request, actor, { tenantId, action: 'member.left', subject: userId });
        await noteWithdrawn(tx, request, actor, withdrawn);
      });
      return null;
    }),

    handle(teams.demandSecondFactor, async ({ actor, body, request }) => {
      const { tenantId, userId } = actor;
      const { requiresSecondFactor } = body;
      const { totpConfirmedAt } = await db.models.User.findByPk(userId, { rejectOnEmpty: true });
      if (requiresSecondFactor && !totpConfirmedAt) {
        throw new Conflict('Set up a second factor for yourself first: you would be locked out.', 'no_second_factor');
      }
      await db.transaction(async (tx) => {
        const where = { id: tenantId, requiresSecondFactor: !requiresSecondFactor };
        const [changed] = await db.models.Tenant.update(
          { requiresSecondFactor },
          { where, transaction: tx.transaction },
        );
        if (changed === 0) return;
        const action = requiresSecondFactor ? 'store.second_factor_demanded' : 'store.second_factor_not_demanded';
        await note(tx, request, actor, { tenantId, action, subject: tenantId });
      });
      return { requiresSecondFactor };
    }),

    handle(teams.listInvitations, async ({ actor }) => ({ data: await listInvitations(db, actor.tenantId) })),

    handle(teams.invite, async ({ actor, body, request }) => {
      const { role } = body;
      const tenantIds = [...new Set([actor.tenantId, ...(body.tenantIds ?? [])])];
      for (const tenantId of tenantIds) await requirePermission(request, deps.authenticate, tenantId, 'members:manage');
      const sent = await deps.counts.add(`invitations ${actor.userId}`, HOUR_MS);
      if (sent.tries > deps.invitationsPerUser) throw new TooMany(sent.endsInMs / 1000);

      const email = deps.normalizeEmail(body.email);
      const by = await db.models.User.findByPk(actor.userId, { rejectOnEmpty: true });
      return db.transaction(async (tx) => {
        const { invitation, token } = await invite(db, tx, {
          tenantIds,
          email,
          role,
          by,
          seconds: deps.invitationSeconds,
        });
        for (const tenantId of tenantIds) {
          const entry = { tenantId, action: 'member.invited', subject: invitation.id, detail: { role } };
          await note(tx, request, actor, entry);
        }
        const link = `${deps.appUrlOf(request)}/invitation#${token}`;
        if (!mailer) return { invitation, link };
        await mailer.post(tx, {
          to: email,
          subject: `${oneLine(by.name)} invites you to Xeno`,
          text: [
            `${oneLine(by.name)} (${by.email}) invites you to ${tenantIds.length === 1 ? 'a store' : `${tenantIds.length} stores`} in Xeno. See to which, and accept, here:`,
            link,
            `The link works once, for whoever has an account with this address, until ${invitation.expiresAt.slice(0, 10)}.`,
          ].join('\n\n'),
        });
        return { invitation, link: null };
      });
    }),

    handle(teams.revokeInvitation, async ({ actor, params, request }) => {
      const { tenantId } = actor;
      const { invitationId } = params;
      await db.transaction(async (tx) => {
        await revokeInvitation(tx, tenantId, invitationId);
        await note(tx, request, actor, { tenantId, action: 'invitation.revoked', subject: invitationId });
      });
      return null;
    }),

    handle(teams.readInvitation, async ({ body }) => {
      const { email, role, invitedBy, stores, expiresAt } = await readInvitation(db, body.token);
      const named = stores.map(({ shopDomain, storeName }) => ({ shopDomain, storeName }));
      return { email, role, invitedBy, stores: named, expiresAt };
    }),

    handle(teams.acceptInvitation, async ({ actor, body, request }) => {
      const invited = await readInvitation(db, body.token);
      const user = await db.models.User.findByPk(actor.userId, { rejectOnEmpty: true });
      if (user.email !== invited.email) {
        throw new Forbidden(
          `This invitation is for ${invited.email}. Log in with that address, or create an account with it.`,
          'invitation_for_another',
        );
      }
      const tenantIds = await db.transaction(async (tx) => {
        const joined = await acceptInvitation(db, tx, { token: body.token, invited, userId: user.id });
        for (const tenantId of joined) {
          const detail = { role: invited.role, invitationId: invited.id };
          await note(tx, request, actor, { tenantId, action: 'member.joined', subject: user.id, detail });
        }
        return joined;
      });
      return { tenantIds };
    }),
  ];
}

/** A name must not make lines of its own in a mail. */
const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ').slice(0, 100);
