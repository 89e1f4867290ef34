import { type Database, isUniqueViolation } from '../db/database.ts';
import { newId } from '../db/ids.ts';
import { BadInput, Conflict } from '../http/errors.ts';
import { normalizeEmail } from './email.ts';
import { hashPassword } from './passwords.ts';
import { beginSession, type Client } from './sessions.ts';
import { addressKey, type Throttle } from './throttle.ts';

export interface RegisterContext {
  db: Database;
  inTurn: <T>(key: string, work: () => Promise<T>) => Promise<T>;
  throttles: { registrations: Throttle; takenEmails: Throttle };
  sessionSeconds: number;
}

/** Creates an account and its first session. A taken e-mail is told (409), and a few such answers are all an address gets. */
export function register(
  { db, inTurn, throttles, sessionSeconds }: RegisterContext,
  input: { name: string; email: string; password: string },
  client: Client,
) {
  const email = normalizeEmail(input.email);
  if (email.length > 254) throw new BadInput([{ path: 'email', message: 'must have at most 254 characters' }]);
  const from = addressKey(client.address);

  return inTurn(from, async () => {
    await throttles.takenEmails.check(from);
    await throttles.registrations.check(from);
    const taken = async () => {
      await throttles.takenEmails.count(from);
      return new Conflict('An account with this e-mail exists. Log in instead.', 'email_taken');
    };
    if ((await db.models.User.count({ where: { email } })) > 0) throw await taken();

    const user = { id: newId(), name: input.name.trim(), email, password: await hashPassword(input.password) };
    const session = await db
      .transaction(async (tx) => {
        await db.models.User.create(user, { transaction: tx.transaction });
        return beginSession(db, tx, { userId: user.id, client, seconds: sessionSeconds });
      })
      .catch(async (error: unknown) => {
        throw isUniqueViolation(error) ? await taken() : error;
      });
    await throttles.registrations.count(from);
    return { user: { id: user.id, name: user.name, email }, ...session };
  });
}
