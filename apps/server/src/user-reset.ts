import { randomBytes } from 'node:crypto';
import type { Config } from './config.ts';
import { accessOf, openDatabase } from './db/database.ts';
import { resetByOperator } from './identity/account.ts';

/**
 * For whoever runs an installation, beside whatever runs: gives a user who is locked out a new password and ends all
 * their sessions; `secondFactor`: theirs is turned off as well. Null: nobody has this e-mail.
 */
export async function resetUser(
  config: Config,
  { email, secondFactor }: { email: string; secondFactor: boolean },
): Promise<string | null> {
  const db = openDatabase(accessOf(config), { readers: 0 });
  try {
    const password = randomBytes(15).toString('base64url');
    return (await resetByOperator(db, { email, password, secondFactor })) ? password : null;
  } finally {
    await db.close();
  }
}
