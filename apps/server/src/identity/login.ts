import type { Database, Tx } from '../db/database.ts';
import type { User } from '../db/models/user.ts';
import type { Sealer } from '../db/seal.ts';
import { Unauthorized } from '../http/errors.ts';
import { auditAccount } from './account-log.ts';
import { normalizeEmail } from './email.ts';
import { issueOneTimeToken, readOneTimeToken, useOneTimeToken } from './one-time-tokens.ts';
import { passwordFits } from './passwords.ts';
import { isTotp, readSecondFactor } from './second-factor.ts';
import { beginSession, type Client } from './sessions.ts';
import { addressKey, type Throttle } from './throttle.ts';

export interface LoginContext {
  db: Database;
  inTurn: <T>(key: string, work: () => Promise<T>) => Promise<T>;
  throttles: {
    failuresPerAccount: Throttle;
    failuresPerAddress: Throttle;
    secondFactors: Throttle;
    recoveryCodes: Throttle;
  };
  sessionSeconds: number;
  secondFactorSeconds: number;
  seal: Sealer;
}

export type LoggedIn = { user: { id: string; name: string; email: string }; sessionId: string; refreshToken: string };

/**
 * Begins a session. An unknown e-mail and a wrong password get the same answer in the same time. Failures are counted
 * by account and address together, never by account alone: nobody can lock an owner out from elsewhere.
 */
export function login(
  { db, inTurn, throttles, sessionSeconds, secondFactorSeconds }: LoginContext,
  input: { email: string; password: string },
  client: Client,
): Promise<LoggedIn | { challenge: string; expiresIn: number }> {
  const email = normalizeEmail(input.email);
  const from = addressKey(client.address);
  const account = `${from} ${email}`;

  return inTurn(from, async () => {
    await throttles.failuresPerAddress.check(from);
    await throttles.failuresPerAccount.check(account);
    const user = await db.models.User.findOne({ where: { email } });
    const fits = await passwordFits(input.password, user?.password ?? null);
    if (!user || !fits) {
      await throttles.failuresPerAddress.count(from);
      await throttles.failuresPerAccount.count(account);
      throw wrongCredentials();
    }
    await throttles.failuresPerAccount.forget(account);
    if (user.totpConfirmedAt) {
      const waiting = { purpose: 'second-factor', userId: user.id, seconds: secondFactorSeconds } as const;
      const challenge = await db.transaction(async (tx) => {
        await requireUnchanged(db, tx, user);
        return issueOneTimeToken(db, tx, waiting);
      });
      return { challenge, expiresIn: secondFactorSeconds };
    }
    const begin = { userId: user.id, client, seconds: sessionSeconds };
    const session = await db.transaction(async (tx) => {
      await requireUnchanged(db, tx, user);
      return beginSession(db, tx, begin);
    });
    return { user: { id: user.id, name: user.name, email: user.email }, ...session };
  });
}

const wrongCredentials = () => new Unauthorized('The e-mail or the password is wrong.', 'wrong_credentials');

/** What a new password ends, a log-in that was compared with the old one must not begin after it. */
async function requireUnchanged(db: Database, { transaction }: Tx, user: User): Promise<void> {
  const now = await db.models.User.findByPk(user.id, { transaction, lock: true, rejectOnEmpty: true });
  if (now.password !== user.password) throw wrongCredentials();
}

/**
 * Begins the session of a log-in whose password was right. The app's codes are few: wrong ones are counted by account,
 * from wherever they come. Recovery codes cannot be guessed: theirs are counted by address as well, so that whoever has the
 * password cannot lock out the owner, who has both.
 */
export async function loginWithSecondFactor(
  { db, throttles, sessionSeconds, seal }: LoginContext,
  { challenge, code }: { challenge: string; code: string },
  client: Client,
): Promise<LoggedIn> {
  const waiting = await readOneTimeToken(db, 'second-factor', challenge);
  if (!waiting) throw tookTooLong();
  const { userId } = waiting;
  const [tries, key] = isTotp(code)
    ? [throttles.secondFactors, userId]
    : [throttles.recoveryCodes, `${addressKey(client.address)} ${userId}`];
  return tries.guess(key, async () => {
    const user = await db.models.User.findByPk(userId, { rejectOnEmpty: true });
    const session = await db.transaction(async (tx) => {
      const factor = await readSecondFactor(tx, seal, user, code);
      if (factor === null) throw new Unauthorized('The code is wrong, or was used already.', 'wrong_code');
      // another code was faster: this one is not used up
      if (!(await useOneTimeToken(tx, challenge))) throw tookTooLong();
      if (factor === 'recovery') await auditAccount(db, tx, userId, 'account.recovery_code_used', client.address);
      return beginSession(db, tx, { userId, client, seconds: sessionSeconds });
    });
    return { user: { id: userId, name: user.name, email: user.email }, ...session };
  });
}

const tookTooLong = () => new Unauthorized('This log-in took too long. Log in again.', 'challenge_invalid');
