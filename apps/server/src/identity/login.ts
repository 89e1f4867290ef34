import type { Database } from '../db/database.ts';
import { Unauthorized } from '../http/errors.ts';
import { normalizeEmail } from './email.ts';
import { passwordFits } from './passwords.ts';
import { beginSession, type Client } from './sessions.ts';
import { addressKey, type Throttle } from './throttle.ts';

export interface LoginContext {
  db: Database;
  inTurn: <T>(key: string, work: () => Promise<T>) => Promise<T>;
  throttles: { failuresPerAccount: Throttle; failuresPerAddress: Throttle };
  sessionSeconds: number;
}

/**
 * Begins a session. An unknown e-mail and a wrong password get the same answer in the same time. Failures are counted
 * by account and address together, never by account alone: nobody can lock an owner out from elsewhere.
 */
export function login(
  { db, inTurn, throttles, sessionSeconds }: LoginContext,
  input: { email: string; password: string },
  client: Client,
) {
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
      throw new Unauthorized('The e-mail or the password is wrong.', 'wrong_credentials');
    }
    await throttles.failuresPerAccount.forget(account);
    const begin = { userId: user.id, client, seconds: sessionSeconds };
    const session = await db.transaction((tx) => beginSession(db, tx, begin));
    return { user: { id: user.id, name: user.name, email: user.email }, ...session };
  });
}
