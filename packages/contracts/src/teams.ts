import { Type, type Static } from 'typebox';
import { Id, Instant, nullable, Role } from './common.ts';
import { Email } from './auth.ts';
import { route } from './route.ts';

export const Member = Type.Object({
  userId: Id,
  name: Type.String(),
  email: Type.String(),
  role: Role,
  since: Instant,
  waitingSince: nullable(
    Type.String({
      description: 'Since when the membership waits for an admin to confirm it: the store has come to somebody else.',
    }),
  ),
  secondFactor: Type.Boolean({ description: 'Whether a second factor is asked for when this user logs in.' }),
});
export type Member = Static<typeof Member>;

export const Invitation = Type.Object({
  id: Id,
  email: Type.String(),
  role: Role,
  invitedBy: Type.String(),
  createdAt: Instant,
  expiresAt: Instant,
});
export type Invitation = Static<typeof Invitation>;

const TenantParams = Type.Object({ id: Id });
const MemberParams = Type.Object({ id: Id, userId: Id });
const about = { tag: 'teams', access: 'members:manage' } as const;

export const listMembers = route({
  ...about,
  method: 'GET',
  path: '/api/tenants/:id/members',
  summary: 'Who has a role in a store',
  params: TenantParams,
  response: { 200: Type.Object({ data: Type.Array(Member) }) },
});

export const changeRole = route({
  ...about,
  method: 'PATCH',
  path: '/api/tenants/:id/members/:userId',
  summary: 'Give a member another role; the last admin stays one',
  params: MemberParams,
  body: Type.Object({ role: Role }, { additionalProperties: false }),
  response: { 200: Member },
});

export const confirmMember = route({
  ...about,
  method: 'POST',
  path: '/api/tenants/:id/members/:userId/confirm',
  summary: 'Let a member in again whose membership waits',
  params: MemberParams,
  response: { 200: Member },
});

export const handOver = route({
  ...about,
  method: 'POST',
  path: '/api/tenants/:id/members/:userId/hand-over',
  summary: 'Make a member admin and owner of the store in one’s own place; one stays as store manager',
  params: MemberParams,
  response: { 200: Member },
});

export const removeMember = route({
  ...about,
  method: 'DELETE',
  path: '/api/tenants/:id/members/:userId',
  summary: 'Remove a member; what they were given ends at once',
  params: MemberParams,
  response: { 204: Type.Null() },
});

export const leave = route({
  method: 'POST',
  path: '/api/tenants/:id/leave',
  summary: 'Give up one’s own membership of a store, also one that waits; the last admin cannot',
  tag: 'teams',
  access: 'member',
  params: TenantParams,
  response: { 204: Type.Null() },
});

export const demandSecondFactor = route({
  ...about,
  method: 'PATCH',
  path: '/api/tenants/:id/security',
  summary: 'Whether members of a store must have a second factor',
  params: TenantParams,
  body: Type.Object({ requiresSecondFactor: Type.Boolean() }, { additionalProperties: false }),
  response: { 200: Type.Object({ requiresSecondFactor: Type.Boolean() }) },
});

export const listInvitations = route({
  ...about,
  method: 'GET',
  path: '/api/tenants/:id/invitations',
  summary: 'Invitations that are open',
  params: TenantParams,
  response: { 200: Type.Object({ data: Type.Array(Invitation) }) },
});

export const invite = route({
  ...about,
  method: 'POST',
  path: '/api/tenants/:id/invitations',
  summary: 'Invite somebody by e-mail to a store, and to others of which one is admin; replaces an open invitation',
  params: TenantParams,
  body: Type.Object(
    {
      email: Email,
      role: Role,
      tenantIds: Type.Optional(Type.Array(Id, { maxItems: 100, description: 'Further stores.' })),
    },
    { additionalProperties: false },
  ),
  response: {
    201: Type.Object({
      invitation: Invitation,
      link: nullable(
        Type.String({ description: 'To be passed on by hand; null where it was sent by e-mail. Not shown again.' }),
      ),
    }),
  },
});

export const revokeInvitation = route({
  ...about,
  method: 'DELETE',
  path: '/api/tenants/:id/invitations/:invitationId',
  summary: 'Withdraw an invitation to this store',
  params: Type.Object({ id: Id, invitationId: Id }),
  response: { 204: Type.Null() },
});

const Token = Type.Object({ token: Type.String({ minLength: 1, maxLength: 100 }) }, { additionalProperties: false });

export const readInvitation = route({
  method: 'POST',
  path: '/api/invitations/read',
  summary: 'What an invitation is to; for whoever holds its link',
  tag: 'teams',
  access: 'public',
  body: Token,
  response: {
    200: Type.Object({
      email: Type.String(),
      role: Role,
      invitedBy: Type.String(),
      stores: Type.Array(Type.Object({ shopDomain: Type.String(), storeName: Type.String() })),
      expiresAt: Instant,
    }),
  },
});

export const acceptInvitation = route({
  method: 'POST',
  path: '/api/invitations/accept',
  summary: 'Join the stores of an invitation, logged in with the address that it is for',
  tag: 'teams',
  access: 'account',
  body: Token,
  response: { 200: Type.Object({ tenantIds: Type.Array(Id) }) },
});
