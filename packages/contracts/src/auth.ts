import { Type, type Static } from 'typebox';
import { Id, Instant } from './common.ts';
import { route } from './route.ts';

export const User = Type.Object({ id: Id, name: Type.String(), email: Type.String() });
export type User = Static<typeof User>;

const Email = Type.String({
  minLength: 3,
  maxLength: 254,
  pattern: '^[^\\s@]+@[^\\s@]+$',
  examples: ['ada@example.com'],
});

const Session = Type.Object({
  user: User,
  accessToken: Type.String(),
  expiresIn: Type.Integer({ description: 'Seconds for which the access token is valid.' }),
});
export type Session = Static<typeof Session>;

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
      password: Type.String({ minLength: 10, maxLength: 200 }),
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

export const me = route({
  method: 'GET',
  path: '/api/auth/me',
  summary: 'Who is logged in',
  tag: 'auth',
  access: 'user',
  response: { 200: Type.Object({ user: User }) },
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
      now: Instant,
    }),
  },
});
