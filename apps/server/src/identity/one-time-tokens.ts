import type { Database, Tx } from '../db/database.ts';
import { deleteSome } from '../db/delete-some.ts';
import { asDate, instantText } from '../db/values.ts';
import { hashToken, newSecretToken } from '../db/secret-tokens.ts';

export type Purpose = 'reset' | 'email' | 'second-factor';

interface OneTimeToken {
  userId: string;
  detail: string | null;
}

/** Makes a token that works once; `userId` null: it never works, and costs what one that does costs. */
export async function issueOneTimeToken(
  { dialect }: Database,
  tx: Tx,
  { purpose, userId, detail, seconds }: { purpose: Purpose; userId: string | null; detail?: string; seconds: number },
): Promise<string> {
  const { token, hash } = newSecretToken();
  const now = Date.now();
  await tx.insert(
    'one_time_tokens',
    ['token_hash', 'purpose', 'user_id', 'detail', 'created_at', 'expires_at'],
    [
      [
        hash,
        purpose,
        userId === null ? null : BigInt(userId),
        detail ?? null,
        instantText(dialect, now),
        instantText(dialect, now + seconds * 1000),
      ],
    ],
    null,
  );
  return token;
}

/** Whose it is, without using it; null when it is unknown, used or too old. */
export async function readOneTimeToken(db: Database, purpose: Purpose, token: string): Promise<OneTimeToken | null> {
  const [row] = await db.read<{ user_id: string | number | null; detail: string | null; expires_at: unknown }>(
    'SELECT user_id, detail, expires_at FROM one_time_tokens WHERE token_hash = ? AND purpose = ? AND used_at IS NULL',
    [hashToken(token), purpose],
  );
  if (!row || row.user_id === null || asDate(row.expires_at)! <= new Date()) return null;
  return { userId: String(row.user_id), detail: row.detail };
}

/** Uses it within the caller's transaction; of several who try, one does: the others get false. */
export async function useOneTimeToken(tx: Tx, token: string): Promise<boolean> {
  const used = await tx.run('UPDATE one_time_tokens SET used_at = ? WHERE token_hash = ? AND used_at IS NULL', [
    new Date(),
    hashToken(token),
  ]);
  return used === 1;
}

/** Makes all of a user's tokens useless. */
export const voidOneTimeTokens = (tx: Tx, userId: string): Promise<number> =>
  tx.run('UPDATE one_time_tokens SET used_at = ? WHERE user_id = ? AND used_at IS NULL', [new Date(), BigInt(userId)]);

/** Removes those that have ended before an instant; whether there may be more. */
export const pruneOneTimeTokens = (db: Database, endedBefore: Date): Promise<boolean> =>
  deleteSome(db, 'one_time_tokens', ['token_hash'], 'expires_at < ?', [endedBefore]);
