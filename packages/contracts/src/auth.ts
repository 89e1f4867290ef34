import { Type, type Static } from 'typebox';
import { Id, Instant, nullable, Page, pageOf, Role } from './common.ts';
import { route } from './route.ts';

export const User = Type.Object({ id: Id, name: Type.String(), email: Type.String() });
export type User = Static<typeof User>;

export const Email = Type.String({
  minLength: 3,
  maxLength: 254,
  pattern: '^\\s*[^\\s@]+@[^\\s@]+\\s*$', // spaces around it are dropped
  examples: ['ada@example.com'],
});

const NewPassword = Type.String({ minLength: 10, maxLength: 200 });
const Password = Type.String({ minLength: 1, maxLength: 200 });

const Session = Type.Object({
  user: User,
  accessToken: Type.String(),
  expiresIn: Type.Integer({ description: 'Seconds for which the access token is valid.' }),
});
export type Session = Static<typeof Session>;

const SecondFactorWanted = Type.Object(
  {
    challenge: Type.String({ description: 'Goes back with the code.' }),
    expiresIn: Type.Integer({ description: 'Seconds for which it is valid.' }),
  },
  { description: 'The password is right; a second factor is asked for.' },
);

export const register = route({
  method: 'POST',
  path: '/api/auth/register',
  summary: 'Create an account',
  tag: 'auth',
  access: 'public',
  body: Type.Object(
    {
      name: Type.String({ minLength: 1, maxLength: 200, pattern: '\\S' }),
      email: Email,
      password: NewPassword,
    },
    { additionalProperties: false },
  ),
  response: { 201: Session },
});

export const login = route({
  method: 'POST',
  path: '/api/auth/login',
  summary: 'Log in',
  tag: 'auth',
  access: 'public',
  body: Type.Object(
    { email: Type.String({ minLength: 1, maxLength: 254 }), password: Type.String({ minLength: 1, maxLength: 200 }) },
    { additionalProperties: false },
  ),
  response: { 200: Session, 202: SecondFactorWanted },
});

export const secondFactor = route({
  method: 'POST',
  path: '/api/auth/second-factor',
  summary: 'Finish a log-in for which a second factor is asked',
  tag: 'auth',
  access: 'public',
  body: Type.Object(
    {
      challenge: Type.String({ minLength: 1, maxLength: 100 }),
      code: Type.String({ minLength: 1, maxLength: 40, description: 'Of the authenticator app, or a recovery code.' }),
    },
    { additionalProperties: false },
  ),
  response: { 200: Session },
});

export const refresh = route({
  method: 'POST',
  path: '/api/auth/refresh',
  summary: 'A new access token for the refresh cookie, which is rotated',
  tag: 'auth',
  access: 'session',
  response: { 200: Type.Object({ accessToken: Type.String(), expiresIn: Type.Integer() }) },
});

export const logout = route({
  method: 'POST',
  path: '/api/auth/logout',
  summary: 'End this session',
  tag: 'auth',
  access: 'session',
  response: { 204: Type.Null() },
});

const Profile = Type.Object({
  user: User,
  secondFactor: Type.Boolean({ description: 'Whether a second factor is asked for at log-in.' }),
  recoveryCodesLeft: Type.Integer({ minimum: 0, description: 'How many were not used yet.' }),
});

export const me = route({
  method: 'GET',
  path: '/api/auth/me',
  summary: 'Who is logged in',
  tag: 'auth',
  access: 'user',
  response: { 200: Profile },
});

const account = { tag: 'account', access: 'account' } as const;

export const rename = route({
  ...account,
  method: 'PATCH',
  path: '/api/auth/me',
  summary: 'Change one’s name',
  body: Type.Object(
    { name: Type.String({ minLength: 1, maxLength: 200, pattern: '\\S' }) },
    { additionalProperties: false },
  ),
  response: { 200: Profile },
});

export const UserSession = Type.Object({
  id: Id,
  current: Type.Boolean(),
  createdAt: Instant,
  lastUsedAt: Instant,
  userAgent: Type.String(),
  address: Type.String(),
});
export type UserSession = Static<typeof UserSession>;

export const listSessions = route({
  ...account,
  method: 'GET',
  path: '/api/auth/sessions',
  summary: 'Where one is logged in, the last used first',
  response: { 200: Type.Object({ data: Type.Array(UserSession) }) },
});

export const endSession = route({
  ...account,
  method: 'DELETE',
  path: '/api/auth/sessions/:sessionId',
  summary: 'End one of one’s sessions',
  params: Type.Object({ sessionId: Id }),
  response: { 204: Type.Null() },
});

export const endSessions = route({
  ...account,
  method: 'DELETE',
  path: '/api/auth/sessions',
  summary: 'End all of one’s sessions, or all but this one',
  query: Type.Object({ keep_current: Type.Optional(Type.Boolean()) }, { additionalProperties: false }),
  response: { 204: Type.Null() },
});

export const changePassword = route({
  ...account,
  method: 'POST',
  path: '/api/auth/password',
  summary: 'Change one’s password; all other sessions end',
  body: Type.Object({ currentPassword: Password, newPassword: NewPassword }, { additionalProperties: false }),
  response: { 204: Type.Null() },
});

export const requestReset = route({
  method: 'POST',
  path: '/api/auth/password-reset',
  summary: 'Send a link for a new password to an e-mail, if there is an account with it; the answer does not tell',
  tag: 'account',
  access: 'public',
  body: Type.Object({ email: Type.String({ minLength: 1, maxLength: 254 }) }, { additionalProperties: false }),
  response: { 202: Type.Object({ requested: Type.Literal(true) }) },
});

export const resetPassword = route({
  method: 'POST',
  path: '/api/auth/password-reset/confirm',
  summary: 'Set a new password with the token of a link; all sessions end',
  tag: 'account',
  access: 'public',
  body: Type.Object(
    { token: Type.String({ minLength: 1, maxLength: 100 }), password: NewPassword },
    { additionalProperties: false },
  ),
  response: { 204: Type.Null() },
});

export const requestEmailChange = route({
  ...account,
  method: 'POST',
  path: '/api/auth/email',
  summary: 'Send a link to a new e-mail, which becomes the account’s when it is opened',
  body: Type.Object({ email: Email, password: Password }, { additionalProperties: false }),
  response: { 202: Type.Object({ requested: Type.Literal(true) }) },
});

export const confirmEmailChange = route({
  method: 'POST',
  path: '/api/auth/email/confirm',
  summary: 'Change the e-mail with the token of a link',
  tag: 'account',
  access: 'public',
  body: Type.Object({ token: Type.String({ minLength: 1, maxLength: 100 }) }, { additionalProperties: false }),
  response: { 200: Type.Object({ email: Type.String({ description: 'That the account has from now on.' }) }) },
});

export const beginSecondFactor = route({
  ...account,
  method: 'POST',
  path: '/api/auth/totp',
  summary: 'A secret for an authenticator app (TOTP, RFC 6238); asked for at log-in once a code of it was confirmed',
  body: Type.Object({ password: Password }, { additionalProperties: false }),
  response: {
    200: Type.Object({
      secret: Type.String({ description: 'In base32, to be typed in.' }),
      uri: Type.String({ description: 'otpauth://…, for a QR code.' }),
    }),
  },
});

const RecoveryCodes = Type.Object({
  recoveryCodes: Type.Array(Type.String(), {
    description: 'Each replaces the app once. Shown this once; former ones no longer work.',
  }),
});

export const confirmSecondFactor = route({
  ...account,
  method: 'POST',
  path: '/api/auth/totp/confirm',
  summary: 'Turn the second factor on with a code of the app',
  body: Type.Object({ code: Type.String({ minLength: 1, maxLength: 40 }) }, { additionalProperties: false }),
  response: { 200: RecoveryCodes },
});

export const renewRecoveryCodes = route({
  ...account,
  method: 'POST',
  path: '/api/auth/totp/recovery-codes',
  summary: 'New recovery codes in place of those that are left',
  body: Type.Object({ password: Password }, { additionalProperties: false }),
  response: { 200: RecoveryCodes },
});

export const endSecondFactor = route({
  ...account,
  method: 'POST',
  path: '/api/auth/totp/disable',
  summary: 'Turn the second factor off',
  body: Type.Object({ password: Password }, { additionalProperties: false }),
  response: { 204: Type.Null() },
});

export const AccountEntry = Type.Object({
  id: Id,
  happenedAt: Instant,
  action: Type.String({ examples: ['account.password_changed'] }),
  address: nullable(Type.String({ description: 'From where; null where the operator did it.' })),
});
export type AccountEntry = Static<typeof AccountEntry>;

export const listEntries = route({
  ...account,
  method: 'GET',
  path: '/api/auth/audit-log',
  summary: 'What was done to one’s own account, the newest first',
  query: Page,
  response: { 200: pageOf(AccountEntry) },
});

export const deleteAccount = route({
  ...account,
  method: 'POST',
  path: '/api/auth/me/delete',
  summary:
    'Delete one’s account; stores that nobody else is in are disconnected, those with members need another admin first',
  body: Type.Object({ password: Password }, { additionalProperties: false }),
  response: { 204: Type.Null() },
});

export const ApiToken = Type.Object({
  id: Id,
  name: Type.String(),
  role: Role,
  tenantIds: Type.Array(Id),
  createdAt: Instant,
  expiresAt: Instant,
  lastUsedAt: nullable(Type.String()),
});
export type ApiToken = Static<typeof ApiToken>;

export const listTokens = route({
  ...account,
  method: 'GET',
  path: '/api/auth/tokens',
  summary: 'One’s API tokens',
  response: { 200: Type.Object({ data: Type.Array(ApiToken) }) },
});

export const createToken = route({
  ...account,
  method: 'POST',
  path: '/api/auth/tokens',
  summary: 'A token for programs, for stores of which one is admin, with a role in them',
  body: Type.Object(
    {
      name: Type.String({ minLength: 1, maxLength: 100, pattern: '\\S' }),
      role: Role,
      tenantIds: Type.Array(Id, { minItems: 1, maxItems: 100 }),
      expiresInDays: Type.Integer({ minimum: 1, maximum: 366 }),
    },
    { additionalProperties: false },
  ),
  response: {
    201: Type.Object({
      apiToken: ApiToken,
      token: Type.String({ description: 'Shown this once.', examples: ['xeno_…'] }),
    }),
  },
});

export const revokeToken = route({
  ...account,
  method: 'DELETE',
  path: '/api/auth/tokens/:tokenId',
  summary: 'Make an API token useless',
  params: Type.Object({ tokenId: Id }),
  response: { 204: Type.Null() },
});

/** What the dashboard must know before anyone has logged in. */
export const config = route({
  method: 'GET',
  path: '/api/config',
  summary: 'Whether this installation talks to Shopify or to a sandbox',
  tag: 'system',
  access: 'public',
  response: {
    200: Type.Object({
      sandbox: Type.Boolean({ description: 'True when a local stand-in answers for Shopify.' }),
      mail: Type.Boolean({ description: 'Whether this installation sends e-mails.' }),
    }),
  },
});
