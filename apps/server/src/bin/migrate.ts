/** Brings the schema of the database up to date and ends. Several may run at once: one does it, the others wait. */
import { readConfig } from '../config.ts';
import { lockDataDir } from '../data-lock.ts';
import { accessOf, openDatabase } from '../db/database.ts';
import { migrate } from '../db/migrate.ts';
import { orExplain } from './run.ts';

await orExplain(async () => {
  const config = readConfig();
  const unlock = config.databaseUrl === null ? lockDataDir(config.dataDir) : () => {};
  const db = openDatabase(accessOf(config), { readers: 0 });
  try {
    const applied = await migrate(db);
    console.log(applied.length > 0 ? `Applied: ${applied.join(', ')}` : 'The schema is up to date.');
  } finally {
    await db.close();
    unlock();
  }
});
