import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { accessOf, type Database, openDatabase } from '../../src/db/database.ts';
import { migrate, pendingMigrations } from '../../src/db/migrate.ts';
import { migrations } from '../../src/db/migrations/index.ts';
import { typesOf } from '../../src/db/types.ts';
import type { Place } from '../harness/databases.ts';
import { Program } from '../harness/program.ts';
import { dumpSchema } from './schema-dump.ts';
import { onEachDatabase } from './world.ts';

const docs = path.resolve(import.meta.dirname, '../../../../docs');

onEachDatabase('schema', (engine) => {
  let place: Place;
  let db: Database;

  beforeEach(async () => {
    place = await engine.openEmpty();
    db = openDatabase(accessOf(place));
  });
  afterEach(async () => {
    await db.close();
    await place.drop();
  });

  test('is the one in docs/ (npm test with UPDATE_SCHEMA=1 writes it anew)', async () => {
    await migrate(db);
    const file = path.join(docs, `schema.${db.dialect}.sql`);
    const schema = await dumpSchema(db);
    if (process.env.UPDATE_SCHEMA) await writeFile(file, schema);
    expect(schema).toBe(await readFile(file, 'utf8'));
  });

  test('migrated twice: the second time changes nothing', async () => {
    expect(await migrate(db)).toEqual(migrations.map(({ name }) => name));
    const schema = await dumpSchema(db);
    expect(await migrate(db)).toEqual([]);
    expect(await dumpSchema(db)).toBe(schema);
    expect(await pendingMigrations(db)).toEqual([]);
  });

  test('a process that dies before it has noted what it did keeps no other from going on', async () => {
    const run = (sql: string) => db.sequelize.query(sql);
    await run(`CREATE TABLE migrations (name VARCHAR(128) NOT NULL PRIMARY KEY${typesOf(db.dialect).table}`);
    // that a statement is done cannot be noted as long as its name is among these
    await run('CREATE TABLE refused (name VARCHAR(128) NOT NULL PRIMARY KEY)');
    const fatal = migrations.filter((_, i) => i % 8 === 0);
    await run(`INSERT INTO refused VALUES ${fatal.map(({ name }) => `('${name}')`).join(', ')}`);
    const refuse =
      db.dialect === 'sqlite'
        ? `SELECT RAISE(ABORT, 'died') WHERE NEW.name IN (SELECT name FROM refused);`
        : `IF NEW.name IN (SELECT name FROM refused) THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'died'; END IF;`;
    for (const event of ['INSERT', 'UPDATE']) {
      await run(`CREATE TRIGGER refuse_${event} BEFORE ${event} ON migrations FOR EACH ROW BEGIN ${refuse} END`);
    }
    for (const { name } of fatal) {
      await expect(migrate(db)).rejects.toThrow();
      expect(await pendingMigrations(db)).toContain(name);
      await run(`DELETE FROM refused WHERE name = '${name}'`);
    }
    await migrate(db);
    expect(await pendingMigrations(db)).toEqual([]);
    for (const event of ['INSERT', 'UPDATE']) await run(`DROP TRIGGER refuse_${event}`);
    await run('DROP TABLE refused');
    expect(await dumpSchema(db)).toBe(await readFile(path.join(docs, `schema.${db.dialect}.sql`), 'utf8'));
  });

  test('a table of somebody else is not taken for one that was made, however often it is tried', async () => {
    await db.sequelize.query('CREATE TABLE users (name VARCHAR(8))');
    await expect(migrate(db)).rejects.toThrow('users');
    await expect(migrate(db)).rejects.toThrow('users');
  });

  if (engine.name !== 'sqlite')
    test('a URL may name MariaDB, also where a thread is given it', async () => {
      const opened = [openDatabase({ url: place.databaseUrl!.replace(/^mysql:/, 'mariadb:') })];
      try {
        opened.push(openDatabase(opened[0]!.share().access));
        for (const named of opened) {
          expect(await named.read('SELECT 1 AS one')).toEqual([{ one: 1 }]);
          expect(await named.transaction((tx) => tx.query('SELECT 2 AS two'))).toEqual([{ two: 2 }]);
        }
      } finally {
        for (const named of opened) await named.close();
      }
    });

  test('every table of a tenant begins its key with the tenant, and counts nothing up', async () => {
    await migrate(db);
    // what is about users, or about the installation, and not about one store
    const controlPlane = [
      'migrations',
      'users',
      'sessions',
      'refresh_tokens',
      'tenants',
      'oauth_states',
      'login_failures',
      'recovery_codes',
      'one_time_tokens',
      'api_tokens',
      'webhook_events',
      'mails',
    ];
    const schema = await dumpSchema(db);
    const tables = [...schema.matchAll(/CREATE TABLE (\w+) \((.*?)\n\)/gs)].filter(
      ([, name]) => !controlPlane.includes(name!),
    );
    expect(tables.length).toBeGreaterThan(10);
    for (const [, name, body] of tables) {
      expect([name, /PRIMARY KEY \((\w+)/.exec(body!)?.[1]]).toEqual([name, 'tenant_id']);
    }
    expect(schema).not.toMatch(/auto_?increment/i);
  });

  // an embedded database has one process
  if (engine.name === 'sqlite') return;

  test('several processes that migrate at once: each statement is run by one', async () => {
    const others = Array.from({ length: 3 }, () => openDatabase(accessOf(place)));
    try {
      const applied = await Promise.all([db, ...others].map((one) => migrate(one)));
      expect(applied.flat().sort()).toEqual(migrations.map(({ name }) => name).sort());
      expect(applied.filter((names) => names.length > 0)).toHaveLength(1);
      expect(await pendingMigrations(db)).toEqual([]);
    } finally {
      await Promise.all(others.map((one) => one.close()));
    }
  });

  test(
    'a process that is told to stop while it starts ends what it began, and ends cleanly',
    { timeout: 60_000 },
    async () => {
      await migrate(db); // only to wait for: how long it takes is not what this is about
      const program = new Program('all', {
        DATA_DIR: place.dataDir,
        DATABASE_URL: place.databaseUrl!,
        SHOPIFY_SANDBOX_URL: 'http://127.0.0.1:9',
      });
      const soon = { timeout: 50_000 };
      const code = await db.sequelize.transaction(async (transaction) => {
        const ask = async (sql: string) =>
          Number(Object.values((await db.sequelize.query(sql, { transaction }))[0][0]!)[0]);
        expect(await ask(`SELECT GET_LOCK('xeno.migrations', 0)`)).toBe(1);
        const started = program.start().catch(() => {});
        const itsLook =
          "SELECT COUNT(*) FROM information_schema.processlist WHERE db = DATABASE() AND info LIKE 'SELECT GET_LOCK%'";
        await expect.poll(() => ask(itsLook), soon).toBe(1);
        const stopped = program.stop();
        await expect.poll(() => program.said, soon).toContain('Stopping (SIGTERM)');
        await ask(`SELECT RELEASE_LOCK('xeno.migrations')`);
        await started;
        return stopped;
      });
      expect(code).toBe(0);
      expect(program.said).not.toContain('ready');
    },
  );
});
