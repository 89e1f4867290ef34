import { QueryTypes, type Sequelize } from 'sequelize';
import { Umzug } from 'umzug';
import type { Database } from './database.ts';
import { migrations } from './migrations/index.ts';
import { typesOf } from './types.ts';

const LOCK = 'xeno.migrations';
const LOCK_SECONDS = 120;

function umzug(db: Database) {
  const { sequelize } = db;
  const types = typesOf(db.dialect);
  return new Umzug({
    migrations: migrations.map(({ name, up }) => ({ name, up: async () => void (await sequelize.query(up(types))) })),
    context: sequelize,
    storage: {
      async executed() {
        const rows = await sequelize.query<{ name: string }>('SELECT name FROM migrations ORDER BY name', {
          type: QueryTypes.SELECT,
        });
        return rows.map((row) => row.name);
      },
      async logMigration({ name }) {
        await sequelize.query('INSERT INTO migrations (name) VALUES (?)', { replacements: [name] });
      },
      async unlogMigration({ name }) {
        await sequelize.query('DELETE FROM migrations WHERE name = ?', { replacements: [name] });
      },
    },
    logger: undefined,
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
