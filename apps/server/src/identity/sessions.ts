import { Op } from 'sequelize';
import type { Database, Tx } from '../db/database.ts';
import { deleteSome } from '../db/delete-some.ts';
import { newId } from '../db/ids.ts';
import type { Session, SessionEnd } from '../db/models/session.ts';
import { hashToken, newSecretToken, nextSecretToken } from '../db/secret-tokens.ts';
import { auditAccount } from './account-log.ts';
import { voidOneTimeTokens } from './one-time-tokens.ts';

export interface Client {
  address: string;
  userAgent: string;
}

/** Begins a session within the caller's transaction and returns its first refresh token. */
export async function beginSession(
  { models }: Database,
  tx: Tx,
  { userId, client, seconds }: { userId: string; client: Client; seconds: number },
): Promise<{ sessionId: string; refreshToken: string }> {
  const { transaction } = tx;
  const now = new Date();
  const sessionId = newId();
  const { token, hash } = newSecretToken();
  await models.Session.create(
    {
      id: sessionId,
      userId,
      userAgent: client.userAgent.slice(0, 255).toWellFormed().replaceAll('\0', ''),
      address: client.address.slice(0, 64),
      createdAt: now,
      lastUsedAt: now,
      expiresAt: after(now, seconds),
    },
    { transaction },
  );
  await models.RefreshToken.create({ tokenHash: hash, sessionId, createdAt: now }, { transaction });
  return { sessionId, refreshToken: token };
}

export type Rotation =
  /** Null: the successor has been used already, and must not take the place of its own. */
  { verdict: 'rotated'; session: Session; refreshToken: string | null } | { verdict: 'unknown' | 'ended' | 'reused' };

/**
 * Exchanges a refresh token for its successor. One that comes again within `graceSeconds` was sent by two tabs at once, or
 * its answer got lost with the page that had asked: it gets the same successor, so that a session never has two tokens
 * that live. One that was used before that has been stolen, from the user or by the user's double: nobody can tell which,
 * so the session ends for both.
 */
export async function rotate(
  db: Database,
  refreshToken: string,
  {
    secret,
    seconds,
    graceSeconds,
    address,
  }: { secret: string; seconds: number; graceSeconds: number; address: string },
): Promise<Rotation> {
  const { RefreshToken, Session } = db.models;
  const tokenHash = hashToken(refreshToken);
  const next = nextSecretToken(refreshToken, secret);

  // read before: while a transaction lasts, others wait
  const known = await RefreshToken.findByPk(tokenHash);
  if (!known) return { verdict: 'unknown' };
  const session = await Session.findByPk(known.sessionId);
  if (!session || session.endedAt || session.expiresAt <= new Date()) return { verdict: 'ended' };

  return db.transaction<Rotation>(async (tx) => {
    const { transaction } = tx;
    const now = new Date();
    const [first] = await RefreshToken.update({ usedAt: now }, { where: { tokenHash, usedAt: null }, transaction });
    if (first === 1) {
      const forgettable = { sessionId: session.id, usedAt: { [Op.lt]: after(now, -seconds) } };
      await Promise.all([
        RefreshToken.create({ tokenHash: next.hash, sessionId: session.id, createdAt: now }, { transaction }),
        // an end that came meanwhile stays: whoever shows the new token is told
        session.update({ lastUsedAt: now, expiresAt: after(now, seconds) }, { transaction }),
        RefreshToken.destroy({ where: forgettable, transaction }),
      ]);
      return { verdict: 'rotated', session, refreshToken: next.token };
    }
    const used = await RefreshToken.findByPk(tokenHash, { transaction });
    if (!used) return { verdict: 'unknown' };
    if (used.usedAt && used.usedAt >= after(now, -graceSeconds)) {
      const unused = await RefreshToken.count({ where: { tokenHash: next.hash, usedAt: null }, transaction });
      return { verdict: 'rotated', session, refreshToken: unused === 1 ? next.token : null };
    }
    await session.update({ endedAt: now, endReason: 'reuse' }, { transaction });
    await auditAccount(db, tx, session.userId, 'account.refresh_token_reused', address);
    return { verdict: 'reused' };
  });
}

/** Ends the session; its access tokens stop working with it. Nothing happens to one that has ended already. */
export const endSession = (db: Database, sessionId: string, reason: SessionEnd): Promise<unknown> =>
  db.transaction(({ transaction }) =>
    db.models.Session.update(
      { endedAt: new Date(), endReason: reason },
      { where: { id: sessionId, endedAt: null }, transaction },
    ),
  );

/** Ends all of a user's sessions but one, and the links and log-ins that wait, within the caller's transaction. */
export async function endSessionsOf(
  { models }: Database,
  tx: Tx,
  { userId, except, reason }: { userId: string; except: string | null; reason: SessionEnd },
): Promise<void> {
  const others = except === null ? {} : { id: { [Op.ne]: except } };
  await models.Session.update(
    { endedAt: new Date(), endReason: reason },
    { where: { userId, endedAt: null, ...others }, transaction: tx.transaction },
  );
  await voidOneTimeTokens(tx, userId);
}

/** Where a user is logged in, the last used first. */
export const sessionsOf = ({ models }: Database, userId: string): Promise<Session[]> =>
  models.Session.findAll({
    where: { userId, endedAt: null, expiresAt: { [Op.gt]: new Date() } },
    order: [
      ['lastUsedAt', 'DESC'],
      ['id', 'DESC'],
    ],
    limit: 200,
  });

export async function sessionOf({ models }: Database, refreshToken: string): Promise<string | null> {
  const known = await models.RefreshToken.findByPk(hashToken(refreshToken));
  return known?.sessionId ?? null;
}

const after = (instant: Date, seconds: number): Date => new Date(instant.getTime() + seconds * 1000);

/** Removes sessions that have ended before an instant, with their refresh tokens; whether there may be more. */
export const pruneSessions = (db: Database, endedBefore: Date): Promise<boolean> =>
  deleteSome(db, 'sessions', ['id'], 'ended_at < ? OR expires_at < ?', [endedBefore, endedBefore]);
