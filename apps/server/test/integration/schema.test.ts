import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { accessOf, type Database, openDatabase } from '../../src/db/database.ts';
import { migrate, pendingMigrations } from '../../src/db/migrate.ts';
import { migrations } from '../../src/db/migrations/index.ts';
import type { Engine } from '../harness/databases.ts';
import { dumpSchema } from './schema-dump.ts';
import { onEachDatabase } from './world.ts';

const docs = path.resolve(import.meta.dirname, '../../../../docs');

onEachDatabase('schema', (engine) => {
  let place: Awaited<ReturnType<Engine['open']>>;
  let db: Database;

  beforeEach(async () => {
    place = await engine.open();
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

  test.skipIf(engine.name === 'sqlite')('a URL may name MariaDB, also where a thread is given it', async () => {
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
});
