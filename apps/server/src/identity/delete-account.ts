import type { Database, Tx } from '../db/database.ts';
import { NOBODYS } from './passwords.ts';

/**
 * Ends an account within the caller's transaction. Its row stays, since stores and the audit log name it, with nothing in
 * it that tells whose it was; the e-mail is free for another account.
 */
export async function deleteAccount(db: Database, tx: Tx, userId: string): Promise<void> {
  const { transaction } = tx;
  const id = BigInt(userId);
  for (const table of ['recovery_codes', 'one_time_tokens', 'api_tokens', 'sessions', 'oauth_states']) {
    await tx.run(`DELETE FROM ${table} WHERE user_id = ?`, [id]);
  }
  await db.models.User.update(
    {
      name: 'Deleted account',
      email: `${userId}@deleted.invalid`,
      password: NOBODYS,
      totpSecret: null,
      totpConfirmedAt: null,
    },
    { where: { id: userId }, transaction },
  );
}
