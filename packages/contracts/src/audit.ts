import { Type, type Static } from 'typebox';
import { Id, Instant, nullable, page, pageOf } from './common.ts';
import { route } from './route.ts';

export const AuditEntry = Type.Object({
  id: Id,
  happenedAt: Instant,
  userId: nullable(Type.String({ description: 'Null where Shopify asked for it.' })),
  userName: nullable(Type.String()),
  userEmail: nullable(Type.String()),
  action: Type.String({ examples: ['member.role_changed'] }),
  subject: nullable(Type.String({ description: 'To whom or what, by its id.' })),
  subjectName: nullable(
    Type.String({ description: 'A member’s name and e-mail, an invited address, the name of a token.' }),
  ),
  detail: Type.Record(Type.String(), Type.Unknown()),
  address: nullable(Type.String({ description: 'From where.' })),
});
export type AuditEntry = Static<typeof AuditEntry>;

const filter = {
  action: Type.Optional(
    Type.String({ maxLength: 64, description: 'Actions, or what they begin with: member.,invitation.revoked' }),
  ),
  user_id: Type.Optional(Id),
  from: Type.Optional(Type.String({ description: 'At or after this instant.' })),
  to: Type.Optional(Type.String({ description: 'Before this instant.' })),
};

export const listEntries = route({
  method: 'GET',
  path: '/api/tenants/:id/audit-log',
  summary: 'Who did what to a store, the newest first',
  tag: 'audit',
  access: 'audit:read',
  params: Type.Object({ id: Id }),
  query: Type.Object({ ...filter, ...page }, { additionalProperties: false }),
  response: { 200: pageOf(AuditEntry) },
});

export const listPeople = route({
  method: 'GET',
  path: '/api/tenants/:id/audit-log/people',
  summary: 'Who has done something to a store, members or not, in the order of their names',
  tag: 'audit',
  access: 'audit:read',
  params: Type.Object({ id: Id }),
  response: {
    200: Type.Object({
      data: Type.Array(Type.Object({ userId: Id, name: Type.String(), email: nullable(Type.String()) })),
    }),
  },
});

export const exportEntries = route({
  method: 'GET',
  path: '/api/tenants/:id/audit-log/export',
  summary: 'The same as a table for spreadsheets, all of it',
  tag: 'audit',
  access: 'audit:read',
  params: Type.Object({ id: Id }),
  query: Type.Object(filter, { additionalProperties: false }),
  produces: 'text/csv',
  response: { 200: Type.String() },
});
