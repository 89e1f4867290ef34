import { auth } from '@xeno/contracts';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '../config.ts';
import type { Database } from '../db/database.ts';
import { Conflict, NotFound, Unauthorized } from '../http/errors.ts';
import { type Authenticate, handle, type HandledRoute, requirePermission } from '../http/routes.ts';
import { beginEmailChange, beginReset, confirmedUser, finishEmailChange, finishReset, setPassword } from './account.ts';
import { accountEntries, auditAccount } from './account-log.ts';
import { createApiToken, listApiTokens, revokeApiToken } from './api-tokens.ts';
import type { Tx } from '../db/database.ts';
import { auditRequest } from '../http/audit-request.ts';
import { pageOf, readCursor } from '../http/paging.ts';
import type { Mailer } from '../mail/outbox.ts';
import { deleteAccount } from './delete-account.ts';
import { normalizeEmail } from './email.ts';
import { type LoggedIn, login, loginWithSecondFactor } from './login.ts';
import { hashPassword } from './passwords.ts';
import {
  beginSecondFactor,
  confirmSecondFactor,
  countRecoveryCodes,
  endSecondFactor,
  renewRecoveryCodes,
  requireSecondFactor,
} from './second-factor.ts';
import type { User } from '../db/models/user.ts';
import type { Sealer } from '../db/seal.ts';
import { register } from './register.ts';
import { createAuthenticate } from './require.ts';
import { type Client, endSession, endSessionsOf, rotate, sessionOf, sessionsOf } from './sessions.ts';
import { addressKey, createTurns, Throttle } from './throttle.ts';
import { createAccessTokens } from './tokens.ts';

const COOKIE = 'xeno_refresh';

/** Takes a user out of all stores and does `end`, in one transaction; `note` hears of each. @throws Conflict */
type LeaveStores = (
  userId: string,
  note: (tx: Tx, tenantId: string, action: string, subject: string) => Promise<void>,
  end: (tx: Tx) => Promise<void>,
) => Promise<void>;

/** Accounts and sessions: their routes, and `authenticate` for everybody else's. */
export async function createIdentity(
  app: FastifyInstance,
  db: Database,
  config: Config,
  { seal, mailer, leaveStores }: { seal: Sealer; mailer: Mailer | null; leaveStores: LeaveStores },
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
    secondFactorSeconds: tuning.secondFactorSeconds,
    seal,
    throttles: {
      secondFactors: new Throttle(counts, 'secondFactors', tuning.secondFactorFailures, tuning.loginWindowSeconds),
      recoveryCodes: new Throttle(counts, 'recoveryCodes', tuning.secondFactorFailures, tuning.loginWindowSeconds),
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

  const passwordTries = new Throttle(
    counts,
    'passwordTries',
    tuning.loginFailuresPerAccount,
    tuning.loginWindowSeconds,
  );
  const resets = {
    perAddress: new Throttle(counts, 'resetsPerAddress', tuning.resetsPerAddress, tuning.resetWindowSeconds),
    perEmail: new Throttle(counts, 'resetsPerEmail', tuning.resetsPerEmail, tuning.resetWindowSeconds),
  };
  /** Counts a mail that somebody has sent to an address, whoever has that address. */
  const countMail = async (request: FastifyRequest, email: string) => {
    // in this order: who is refused does not count against the owner of the address
    await resets.perAddress.take(addressKey(request.ip));
    await resets.perEmail.take(normalizeEmail(email));
  };
  const mailOf = (without: string): { mailer: Mailer; appUrl: string } => {
    if (mailer && config.appUrl) return { mailer, appUrl: config.appUrl };
    throw new Conflict(`This installation sends no e-mail. ${without}`, 'no_mail');
  };

  const begun = (request: FastifyRequest, reply: FastifyReply, { user, sessionId, refreshToken }: LoggedIn) => {
    keep(request, reply, refreshToken);
    return { user, accessToken: tokens.issue({ sub: user.id, sid: sessionId }), expiresIn };
  };
  const profileOf = async (user: User) => ({
    user: { id: user.id, name: user.name, email: user.email },
    secondFactor: user.totpConfirmedAt !== null,
    recoveryCodesLeft: await countRecoveryCodes(db, user),
  });

  const routes = [
    handle(auth.register, async ({ body, request, reply }) =>
      begun(request, reply, await register(registering, body, clientOf(request))),
    ),

    handle(auth.login, async ({ body, request, reply }) => {
      const outcome = await login(loggingIn, body, clientOf(request));
      if (!('challenge' in outcome)) return begun(request, reply, outcome);
      reply.code(202);
      return outcome;
    }),

    handle(auth.secondFactor, async ({ body, request, reply }) =>
      begun(request, reply, await loginWithSecondFactor(loggingIn, body, clientOf(request))),
    ),

    handle(auth.refresh, async ({ request, reply }) => {
      const given = request.cookies[COOKIE];
      if (!given) throw new Unauthorized('There is no session. Log in.', 'no_session');
      const rotation = await rotate(db, given, {
        secret: config.jwtSecrets[0]!,
        seconds: sessionSeconds,
        graceSeconds: tuning.refreshGraceSeconds,
        address: request.ip,
      });
      if (rotation.verdict !== 'rotated') {
        if (rotation.verdict === 'reused') request.log.warn('a refresh token came twice: its session was ended');
        reply.clearCookie(COOKIE, cookieOf(request));
        throw new Unauthorized('This session has ended. Log in again.', 'session_ended');
      }
      const { session, refreshToken } = rotation;
      if (refreshToken !== null) keep(request, reply, refreshToken);
      const { userId, id } = session;
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

    handle(auth.me, async ({ actor }) =>
      profileOf(await db.models.User.findByPk(actor.userId, { rejectOnEmpty: true })),
    ),

    handle(auth.rename, async ({ actor, body }) => {
      const user = await db.models.User.findByPk(actor.userId, { rejectOnEmpty: true });
      await db.transaction(({ transaction }) => user.update({ name: body.name.trim() }, { transaction }));
      return profileOf(user);
    }),

    handle(auth.listSessions, async ({ actor }) => ({
      data: (await sessionsOf(db, actor.userId)).map((session) => ({
        id: session.id,
        current: session.id === actor.sessionId,
        createdAt: session.createdAt.toISOString(),
        lastUsedAt: session.lastUsedAt.toISOString(),
        userAgent: session.userAgent,
        address: session.address,
      })),
    })),

    handle(auth.endSession, async ({ actor, params }) => {
      const sessions = await sessionsOf(db, actor.userId);
      if (!sessions.some(({ id }) => id === params.sessionId)) throw new NotFound();
      await endSession(db, params.sessionId, 'ended');
      return null;
    }),

    handle(auth.endSessions, async ({ actor, query }) => {
      const except = query.keep_current ? actor.sessionId : null;
      await db.transaction((tx) => endSessionsOf(db, tx, { userId: actor.userId, except, reason: 'ended' }));
      return null;
    }),

    handle(auth.changePassword, async ({ actor, body, request }) => {
      const { userId, sessionId } = actor;
      const confirmed = { userId, password: body.currentPassword, path: 'currentPassword' };
      await confirmedUser(db, passwordTries, confirmed);
      const hash = await hashPassword(body.newPassword);
      await db.transaction(async (tx) => {
        await setPassword(db, tx, { userId, hash, except: sessionId });
        await auditAccount(db, tx, userId, 'account.password_changed', request.ip);
      });
      return null;
    }),

    handle(auth.requestReset, async ({ body, request }) => {
      const { mailer, appUrl } = mailOf('Whoever runs it can give you a new password: npm run user:reset.');
      await countMail(request, body.email);
      await db.transaction(async (tx) => {
        const { to, token } = await beginReset(db, tx, body.email, tuning.resetSeconds);
        const subject = 'A new password for Xeno';
        const text = [
          `Somebody, probably you, asked for a new password for the account with this address. Set it here:`,
          `${appUrl}/reset-password#${token}`,
          `The link works once, for ${Math.round(tuning.resetSeconds / 60)} minutes. If it was not you, nothing needs to be done.`,
        ].join('\n\n');
        await mailer.post(tx, to === null ? null : { to, subject, text });
      });
      return { requested: true as const };
    }),

    handle(auth.resetPassword, async ({ body, request }) => {
      await finishReset(db, { ...body, address: request.ip });
      return null;
    }),

    handle(auth.requestEmailChange, async ({ actor, body, request }) => {
      const { mailer, appUrl } = mailOf('A new address could not be confirmed, so yours stays as it is.');
      const confirmed = { userId: actor.userId, password: body.password, path: 'password' };
      const user = await confirmedUser(db, passwordTries, confirmed);
      await countMail(request, body.email);
      await db.transaction(async (tx) => {
        const { email, token, taken } = await beginEmailChange(db, tx, user, body.email, tuning.resetSeconds);
        const text = taken
          ? 'Somebody wanted to use this address for their account. You have an account with it already, so nothing was changed.'
          : [
              'Open this link to use this address for your account from now on:',
              `${appUrl}/confirm-email#${token}`,
              'If you did not ask for it, nothing needs to be done.',
            ].join('\n\n');
        await mailer.post(tx, { to: email, subject: 'Your e-mail for Xeno', text });
      });
      return { requested: true as const };
    }),

    handle(auth.confirmEmailChange, ({ body, request }) =>
      finishEmailChange(db, { token: body.token, address: request.ip }, async (tx, { before, after }) => {
        await mailer?.post(tx, {
          to: before,
          subject: 'Your e-mail for Xeno was changed',
          text: `Your account uses ${after} from now on. If it was not you who changed it, tell whoever runs this installation.`,
        });
      }),
    ),

    handle(auth.beginSecondFactor, async ({ actor, body }) => {
      const confirmed = { userId: actor.userId, password: body.password, path: 'password' };
      const user = await confirmedUser(db, passwordTries, confirmed);
      return db.transaction((tx) => beginSecondFactor(tx, seal, user));
    }),

    handle(auth.confirmSecondFactor, async ({ actor, body, request }) => {
      const { userId } = actor;
      const recoveryCodes = await loggingIn.throttles.secondFactors.guess(userId, async () => {
        const user = await db.models.User.findByPk(userId, { rejectOnEmpty: true });
        return db.transaction(async (tx) => {
          const codes = await confirmSecondFactor(tx, seal, user, body.code);
          await auditAccount(db, tx, userId, 'account.second_factor_on', request.ip);
          return codes;
        });
      });
      return { recoveryCodes };
    }),

    handle(auth.renewRecoveryCodes, async ({ actor, body, request }) => {
      const { userId } = actor;
      const user = await confirmedUser(db, passwordTries, { userId, password: body.password, path: 'password' });
      const recoveryCodes = await db.transaction(async (tx) => {
        const codes = await renewRecoveryCodes(tx, user);
        await auditAccount(db, tx, userId, 'account.recovery_codes_renewed', request.ip);
        return codes;
      });
      return { recoveryCodes };
    }),

    handle(auth.endSecondFactor, async ({ actor, body, request }) => {
      const { userId } = actor;
      const user = await confirmedUser(db, passwordTries, { userId, password: body.password, path: 'password' });
      requireSecondFactor(user);
      await db.transaction(async (tx) => {
        await endSecondFactor(tx, user);
        await auditAccount(db, tx, userId, 'account.second_factor_off', request.ip);
      });
      return null;
    }),

    handle(auth.listEntries, async ({ actor, query }) => {
      const { limit = 20, cursor } = query;
      const entries = await accountEntries(db, actor.userId, { limit: limit + 1, before: readCursor(cursor) });
      return pageOf(entries, limit, ({ happenedAt, id }) => ({ at: new Date(happenedAt), id }));
    }),

    handle(auth.deleteAccount, async ({ actor, body, request, reply }) => {
      const { userId } = actor;
      const user = await confirmedUser(db, passwordTries, { userId, password: body.password, path: 'password' });
      await leaveStores(
        userId,
        async (tx, tenantId, action, subject) => {
          const entry = { tenantId, action, subject, detail: { accountDeleted: true } };
          await auditRequest(tx, db.dialect, request, actor, entry);
        },
        async (tx) => {
          await deleteAccount(db, tx, user);
          await auditAccount(db, tx, userId, 'account.deleted', request.ip);
          await mailer?.post(tx, {
            to: user.email,
            subject: 'Your account with Xeno was deleted',
            text: 'Your account with this address was deleted, by whoever knows its password. Nothing is left that opens it.',
          });
        },
      );
      reply.clearCookie(COOKIE, cookieOf(request));
      return null;
    }),

    handle(auth.listTokens, async ({ actor }) => ({ data: await listApiTokens(db, actor.userId) })),

    handle(auth.createToken, async ({ actor, body, request }) => {
      const { userId } = actor;
      const tenantIds = [...new Set(body.tenantIds)];
      for (const tenantId of tenantIds) await requirePermission(request, authenticate, tenantId, 'tokens:manage');
      return db.transaction(async (tx) => {
        const made = await createApiToken(db, tx, { ...body, name: body.name.trim(), userId, tenantIds });
        const { id, role } = made.apiToken;
        for (const tenantId of tenantIds) {
          const detail = { role, expiresAt: made.apiToken.expiresAt };
          const entry = { tenantId, action: 'token.created', subject: id, detail };
          await auditRequest(tx, db.dialect, request, actor, entry);
        }
        await auditAccount(db, tx, userId, 'account.token_created', request.ip);
        return made;
      });
    }),

    handle(auth.revokeToken, async ({ actor, params, request }) => {
      const { userId } = actor;
      const known = (await listApiTokens(db, userId)).find(({ id }) => id === params.tokenId);
      if (!known) throw new NotFound();
      await db.transaction(async (tx) => {
        if (!(await revokeApiToken(tx, userId, known.id))) return;
        for (const tenantId of known.tenantIds) {
          const entry = { tenantId, action: 'token.revoked', subject: known.id };
          await auditRequest(tx, db.dialect, request, actor, entry);
        }
        await auditAccount(db, tx, userId, 'account.token_revoked', request.ip);
      });
      return null;
    }),

    handle(auth.config, () => ({
      sandbox: config.shopify.sandboxUrl !== null,
      mail: mailer !== null,
    })),
  ];
  return { routes, authenticate };
}

const clientOf = ({ ip, headers }: FastifyRequest): Client => ({ address: ip, userAgent: headers['user-agent'] ?? '' });
