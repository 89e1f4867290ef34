import type { Database, Tx } from '../db/database.ts';
import { DELETED_NAME, deletedEmail } from '../db/deleted-account.ts';
import { NOBODYS } from './passwords.ts';

/**
 * Ends an account within the caller's transaction. Its row stays, since stores and the audit log name it, with nothing in
 * it that tells whose it was, nor in the invitations it has had; the e-mail is free for another account.
 */
export async function deleteAccount(
  db: Database,
  tx: Tx,
  { id: userId, email }: { id: string; email: string },
): Promise<void> {
  const { transaction } = tx;
  const id = BigInt(userId);
  for (const table of ['recovery_codes', 'one_time_tokens', 'api_tokens', 'sessions', 'oauth_states']) {
    await tx.run(`DELETE FROM ${table} WHERE user_id = ?`, [id]);
  }
  await tx.run('UPDATE invitations SET email = ? WHERE email = ? AND ended_at IS NOT NULL', [
    deletedEmail(userId),
    email,
  ]);
  await db.models.User.update(
    {
      name: DELETED_NAME,
      email: deletedEmail(userId),
      password: NOBODYS,
      totpSecret: null,
      totpConfirmedAt: null,
    },
    { where: { id: userId }, transaction },
  );
}
