import type { Config } from './config.ts';
import { lockDataDir } from './data-lock.ts';
import { accessOf, openDatabase } from './db/database.ts';
import { migrate } from './db/migrate.ts';
import { reseal, type SealedTable } from './db/reseal.ts';
import { MAIL_SEALS } from './mail/outbox.ts';
import { TOTP_SEALS } from './identity/second-factor.ts';
import { createSealer } from './db/seal.ts';
import { TOKEN_SEALS } from './stores/tokens.ts';

/** Everything that is stored sealed, of all rooms. */
const SEALS: readonly SealedTable[] = [TOKEN_SEALS, TOTP_SEALS, MAIL_SEALS];

/**
 * Seals all that is sealed anew by the newest key of ENCRYPTION_KEY, beside whatever runs, and says what is left. May be
 * killed and begun again. Gives whether the older keys may be dropped.
 * @throws DataDirTaken when another process has the embedded database
 */
export async function rotateKeys(config: Config, say: (line: string) => void): Promise<boolean> {
  const unlock = config.databaseUrl === null ? lockDataDir(config.dataDir) : () => {};
  const db = openDatabase(accessOf(config), { readers: 0 });
  try {
    await migrate(db);
    const sealer = createSealer(config.encryptionKeys);
    const newest = config.encryptionKeys[0]!.id;
    let finished = true;
    for (const seals of SEALS) {
      const { table } = seals;
      const { done, left, unreadable } = await reseal(db, sealer, seals, {
        batch: config.tuning.rotationBatch,
        progress: (sofar) => say(`${table}: ${sofar} sealed by key ${newest}`),
      });
      say(`${table}: done, ${done} sealed by key ${newest}, rows left: ${left}`);
      if (unreadable.length > 0) {
        say(
          `None of the keys opens what ${unreadable.join(', ')} has: connect such a store again, and reset such a user (npm run user:reset).`,
        );
      }
      if (left > unreadable.length) {
        finished = false;
        say('Something was sealed by an old key meanwhile. Give all processes the new setting, then run this again.');
      }
    }
    if (finished) say(`Keys other than ${newest} may be removed from ENCRYPTION_KEY.`);
    return finished;
  } finally {
    await db.close();
    unlock();
  }
}
