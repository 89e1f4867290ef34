import { QueryTypes, type Sequelize } from 'sequelize';
import { Umzug } from 'umzug';
import type { Database } from './database.ts';
import { isDoneAlready } from './faults.ts';
import { migrations } from './migrations/index.ts';
import type { Migration } from './migrations/migration.ts';
import { typesOf } from './types.ts';

const LOCK = 'xeno.migrations';
const LOCK_SECONDS = 120;

function umzug(db: Database) {
  const { sequelize } = db;
  return new Umzug({
    migrations: migrations.map((migration) => ({ name: migration.name, up: () => apply(db, migration) })),
    context: sequelize,
    storage: {
      async executed() {
        const rows = await sequelize.query<{ name: string }>('SELECT name FROM migrations ORDER BY name', {
          type: QueryTypes.SELECT,
        });
        return rows.map((row) => row.name);
      },
      async logMigration() {}, // `apply` does, together with the statement
      async unlogMigration({ name }) {
        await sequelize.query('DELETE FROM migrations WHERE name = ?', { replacements: [name] });
      },
    },
    logger: undefined,
  });
}

/**
 * One statement and the note that it is done. On SQLite that is one transaction. MySQL commits before and after each DDL
 * statement: what is committed then is that it has begun, and whoever finds that takes what is there already for the
 * work of a process that died in between. Where none had begun, a table of the same name is somebody else's.
 */
async function apply(db: Database, { name, up }: Migration): Promise<void> {
  const begun = `${name} (begun)`;
  await db.transaction(async (tx) => {
    const [found] = await tx.query('SELECT name FROM migrations WHERE name = ?', [begun]);
    if (!found) await tx.run('INSERT INTO migrations (name) VALUES (?)', [begun]);
    try {
      await tx.run(up(typesOf(db.dialect)));
    } catch (error) {
      // if not even this can be done, the statement may have been
      if (!found) await tx.run('DELETE FROM migrations WHERE name = ?', [begun]).catch(() => {});
      if (!found || !isDoneAlready(error)) throw error;
    }
    await tx.run('UPDATE migrations SET name = ? WHERE name = ?', [name, begun]);
  });
}

/**
 * Brings the schema up to date and returns the names of what was applied. Several processes may start at once:
 * on MySQL one at a time passes, by a lock of the server; an embedded database has one process.
 */
export async function migrate(db: Database): Promise<string[]> {
  return exclusively(db, async () => {
    const { table } = typesOf(db.dialect);
    await db.sequelize.query(`CREATE TABLE IF NOT EXISTS migrations (name VARCHAR(128) NOT NULL PRIMARY KEY${table}`);
    return (await umzug(db).up()).map((migration) => migration.name);
  });
}

export async function pendingMigrations(db: Database): Promise<string[]> {
  return (await umzug(db).pending()).map((migration) => migration.name);
}

async function exclusively<T>(db: Database, work: () => Promise<T>): Promise<T> {
  if (db.dialect === 'sqlite') return work();
  // a lock belongs to its connection: a transaction keeps hold of one
  return db.sequelize.transaction(async (transaction) => {
    const [row] = await select<{ taken: number }>(db.sequelize, `SELECT GET_LOCK('${LOCK}', ${LOCK_SECONDS}) AS taken`);
    if (Number(row?.taken) !== 1) {
      throw new Error(`Another process has been migrating this database for over ${LOCK_SECONDS} seconds.`);
    }
    try {
      return await work();
    } finally {
      await select(db.sequelize, `SELECT RELEASE_LOCK('${LOCK}')`);
    }

    function select<R extends object>(sequelize: Sequelize, sql: string): Promise<R[]> {
      return sequelize.query<R>(sql, { type: QueryTypes.SELECT, transaction });
    }
  });
}
