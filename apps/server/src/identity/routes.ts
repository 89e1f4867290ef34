import { auth } from '@xeno/contracts';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '../config.ts';
import type { Database } from '../db/database.ts';
import { Unauthorized } from '../http/errors.ts';
import { type Authenticate, handle, type HandledRoute } from '../http/routes.ts';
import { login } from './login.ts';
import { register } from './register.ts';
import { createAuthenticate } from './require.ts';
import { type Client, endSession, rotate, sessionOf } from './sessions.ts';
import { createTurns, Throttle } from './throttle.ts';
import { createAccessTokens } from './tokens.ts';

const COOKIE = 'xeno_refresh';

/** Accounts and sessions: their routes, and `authenticate` for everybody else's. */
export async function createIdentity(
  app: FastifyInstance,
  db: Database,
  config: Config,
): Promise<{ routes: HandledRoute[]; authenticate: Authenticate }> {
  const { tuning } = config;
  const { counts } = app;
  const { accessTokenSeconds: expiresIn, sessionSeconds } = tuning;
  const tokens = await createAccessTokens(app, config.jwtSecrets, expiresIn);
  const authenticate = createAuthenticate(db, tokens);
  const inTurn = createTurns();
  const registering = {
    db,
    inTurn,
    sessionSeconds,
    throttles: {
      registrations: new Throttle(
        counts,
        'registrations',
        tuning.registrationsPerAddress,
        tuning.registerWindowSeconds,
      ),
      takenEmails: new Throttle(counts, 'takenEmails', tuning.takenEmailsPerAddress, tuning.registerWindowSeconds),
    },
  };
  const loggingIn = {
    db,
    inTurn,
    sessionSeconds,
    throttles: {
      failuresPerAccount: new Throttle(
        counts,
        'failuresPerAccount',
        tuning.loginFailuresPerAccount,
        tuning.loginWindowSeconds,
      ),
      failuresPerAddress: new Throttle(
        counts,
        'failuresPerAddress',
        tuning.loginFailuresPerAddress,
        tuning.loginWindowSeconds,
      ),
    },
  };

  const cookieOf = (request: FastifyRequest) => ({
    path: '/api/auth',
    httpOnly: true,
    sameSite: 'strict' as const,
    secure: request.protocol === 'https' || (config.appUrl?.startsWith('https:') ?? false),
  });
  const keep = (request: FastifyRequest, reply: FastifyReply, refreshToken: string) =>
    reply.setCookie(COOKIE, refreshToken, { ...cookieOf(request), maxAge: sessionSeconds });

  const routes = [
    handle(auth.register, async ({ body, request, reply }) => {
      const { user, sessionId, refreshToken } = await register(registering, body, clientOf(request));
      keep(request, reply, refreshToken);
      return { user, accessToken: tokens.issue({ sub: user.id, sid: sessionId }), expiresIn };
    }),

    handle(auth.login, async ({ body, request, reply }) => {
      const { user, sessionId, refreshToken } = await login(loggingIn, body, clientOf(request));
      keep(request, reply, refreshToken);
      return { user, accessToken: tokens.issue({ sub: user.id, sid: sessionId }), expiresIn };
    }),

    handle(auth.refresh, async ({ request, reply }) => {
      const given = request.cookies[COOKIE];
      if (!given) throw new Unauthorized('There is no session. Log in.', 'no_session');
      const rotation = await rotate(db, given, { seconds: sessionSeconds, graceSeconds: tuning.refreshGraceSeconds });
      if (rotation.verdict === 'rotated') keep(request, reply, rotation.refreshToken);
      if (!('session' in rotation)) {
        if (rotation.verdict === 'reused') request.log.warn('a refresh token came twice: its session was ended');
        reply.clearCookie(COOKIE, cookieOf(request));
        throw new Unauthorized('This session has ended. Log in again.', 'session_ended');
      }
      const { userId, id } = rotation.session;
      return { accessToken: tokens.issue({ sub: userId, sid: id }), expiresIn };
    }),

    handle(auth.logout, async ({ request, reply }) => {
      const given = request.cookies[COOKIE];
      const ending = new Set<string | null>([given ? await sessionOf(db, given) : null]);
      // a program may hold nothing but its access token
      if (request.headers.authorization) {
        const actor = await authenticate(request, null).catch((error: unknown) => {
          if (error instanceof Unauthorized) return null;
          throw error;
        });
        ending.add(actor?.sessionId ?? null);
      }
      for (const sessionId of ending) if (sessionId) await endSession(db, sessionId, 'logout');
      reply.clearCookie(COOKIE, cookieOf(request));
      return null;
    }),

    handle(auth.me, async ({ actor }) => {
      const { id, name, email } = await db.models.User.findByPk(actor.userId, { rejectOnEmpty: true });
      return { user: { id, name, email } };
    }),

    handle(auth.config, () => ({
      sandbox: config.shopify.sandboxUrl !== null,
      now: new Date().toISOString(),
    })),
  ];
  return { routes, authenticate };
}

const clientOf = ({ ip, headers }: FastifyRequest): Client => ({ address: ip, userAgent: headers['user-agent'] ?? '' });
