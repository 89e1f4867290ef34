import { type Database, isUniqueViolation, type Tx } from '../db/database.ts';
import type { User } from '../db/models/user.ts';
import { BadInput, Conflict, Forbidden } from '../http/errors.ts';
import { auditAccount } from './account-log.ts';
import { normalizeEmail } from './email.ts';
import { issueOneTimeToken, readOneTimeToken, useOneTimeToken, voidOneTimeTokens } from './one-time-tokens.ts';
import { hashPassword, passwordFits } from './passwords.ts';
import { endSecondFactor } from './second-factor.ts';
import { endSessionsOf } from './sessions.ts';
import type { Throttle } from './throttle.ts';

/** The user, who must know the password: a session that was left open does not give the account away. */
export function confirmedUser(
  db: Database,
  tries: Throttle,
  { userId, password, path }: { userId: string; password: string; path: string },
): Promise<User> {
  return tries.guess(userId, async () => {
    const user = await db.models.User.findByPk(userId, { rejectOnEmpty: true });
    if (await passwordFits(password, user.password)) return user;
    throw new BadInput([{ path, message: 'is not your password' }]);
  });
}

/** Sets a password; whoever holds a session or link of before has it no more, except the session named. */
export async function setPassword(
  db: Database,
  tx: Tx,
  { userId, hash, except }: { userId: string; hash: string; except: string | null },
): Promise<void> {
  await db.models.User.update({ password: hash }, { where: { id: userId }, transaction: tx.transaction });
  await endSessionsOf(db, tx, { userId, except, reason: 'password' });
}

/**
 * Makes a token for a new password. It does the same work whether there is such an account or not; `to` is null where
 * there is none, and nothing is to be sent.
 */
export async function beginReset(
  db: Database,
  tx: Tx,
  email: string,
  seconds: number,
): Promise<{ to: string | null; token: string }> {
  const normal = normalizeEmail(email);
  // no model, whose making could be timed
  const [user] = await tx.query<{ id: string | number }>('SELECT id FROM users WHERE email = ?', [normal]);
  const userId = user ? String(user.id) : null;
  const token = await issueOneTimeToken(db, tx, { purpose: 'reset', userId, seconds });
  return { to: user ? normal : null, token };
}

const DEAD_LINK = 'This link is not valid, or no longer: it was used, or is too old. Ask for a new one.';

export async function finishReset(
  db: Database,
  { token, password, address }: { token: string; password: string; address: string },
): Promise<void> {
  const found = await readOneTimeToken(db, 'reset', token);
  if (!found) throw new Forbidden(DEAD_LINK, 'link_invalid');
  const hash = await hashPassword(password);
  await db.transaction(async (tx) => {
    if (!(await useOneTimeToken(tx, token))) throw new Forbidden(DEAD_LINK, 'link_invalid');
    await setPassword(db, tx, { userId: found.userId, hash, except: null });
    await auditAccount(db, tx, found.userId, 'account.password_reset', address);
  });
}

/** Makes a token that gives the account another e-mail. Whether that one is taken is told to nobody but its owner. */
export async function beginEmailChange(
  db: Database,
  tx: Tx,
  user: User,
  email: string,
  seconds: number,
): Promise<{ email: string; token: string; taken: boolean }> {
  const normal = normalizeEmail(email);
  if (normal === user.email) throw new BadInput([{ path: 'email', message: 'is your e-mail already' }]);
  if (normal.length > 254) throw new BadInput([{ path: 'email', message: 'must have at most 254 characters' }]);
  const taken = (await db.models.User.count({ where: { email: normal }, transaction: tx.transaction })) > 0;
  const token = await issueOneTimeToken(db, tx, { purpose: 'email', userId: user.id, detail: normal, seconds });
  return { email: normal, token, taken };
}

/** Gives the account the e-mail; `tell` is for who has the former one. */
export async function finishEmailChange(
  db: Database,
  { token, address }: { token: string; address: string },
  tell: (tx: Tx, change: { before: string; after: string }) => Promise<void>,
): Promise<{ email: string }> {
  const found = await readOneTimeToken(db, 'email', token);
  if (!found) throw new Forbidden(DEAD_LINK, 'link_invalid');
  const { userId } = found;
  const after = found.detail!;
  const { email: before } = await db.models.User.findByPk(userId, { rejectOnEmpty: true });
  await db
    .transaction(async (tx) => {
      if (!(await useOneTimeToken(tx, token))) throw new Forbidden(DEAD_LINK, 'link_invalid');
      await db.models.User.update({ email: after }, { where: { id: userId }, transaction: tx.transaction });
      // links in the former mailbox must not open the account any more
      await voidOneTimeTokens(tx, userId);
      await auditAccount(db, tx, userId, 'account.email_changed', address);
      await tell(tx, { before, after });
    })
    .catch((error: unknown) => {
      if (isUniqueViolation(error)) throw new Conflict('An account with this e-mail exists.', 'email_taken');
      throw error;
    });
  return { email: after };
}

/** For an operator: a new password for somebody who is locked out; with `secondFactor`, without the second factor. */
export async function resetByOperator(
  db: Database,
  { email, password, secondFactor }: { email: string; password: string; secondFactor: boolean },
): Promise<boolean> {
  const user = await db.models.User.findOne({ where: { email: normalizeEmail(email) } });
  if (!user) return false;
  const hash = await hashPassword(password);
  await db.transaction(async (tx) => {
    await setPassword(db, tx, { userId: user.id, hash, except: null });
    await auditAccount(db, tx, user.id, 'account.reset_by_operator');
    if (!secondFactor) return;
    await endSecondFactor(tx, user);
    await auditAccount(db, tx, user.id, 'account.second_factor_off');
  });
  return true;
}
