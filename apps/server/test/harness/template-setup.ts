import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createConnection, type RowDataPacket } from 'mysql2/promise';
import type { TestProject } from 'vitest/node';
import { accessOf, openDatabase } from '../../src/db/database.ts';
import { migrate } from '../../src/db/migrate.ts';
import { freshDatabase } from './services.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    templates: {
      /** Path of a database file to be copied. */
      sqlite: string;
      /** Statements that make all tables, and what is in them; null where MariaDB is not installed. */
      mariadb: string | null;
    };
  }
}

/** Migrates a database of each engine, as those are made that tests begin with. Comes after global-setup.ts. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'xeno-template-'));
  const embedded = { databaseUrl: null, dataDir };
  await migrated(embedded);
  const url = process.env.TEST_DATABASE_URL;
  project.provide('templates', {
    sqlite: path.join(dataDir, 'xeno.db'),
    mariadb: url === undefined ? null : await scriptOf(url),
  });
  return () => rm(dataDir, { recursive: true });
}

async function migrated(place: Parameters<typeof accessOf>[0]): Promise<void> {
  const db = openDatabase(accessOf(place), { readers: 0 });
  await migrate(db).finally(() => db.close());
}

async function scriptOf(serverUrl: string): Promise<string> {
  const { url, drop } = await freshDatabase(serverUrl);
  try {
    await migrated({ databaseUrl: url, dataDir: '' });
    return await dump(url);
  } finally {
    await drop();
  }
}

async function dump(url: string): Promise<string> {
  const connection = await createConnection(url);
  try {
    const rows = async (sql: string) => (await connection.query<RowDataPacket[]>(sql))[0];
    const made: string[] = [];
    for (const table of await rows('SHOW TABLES')) {
      const [shown] = await rows(`SHOW CREATE TABLE ${Object.values(table)[0]}`);
      made.push(shown!['Create Table'] as string);
    }
    const names = (await rows('SELECT name FROM migrations')).map(({ name }) => `(${connection.escape(name)})`);
    made.push(`INSERT INTO migrations (name) VALUES ${names.join(', ')}`);
    // the tables come by their names, not in the order in which they name each other
    return `SET FOREIGN_KEY_CHECKS=0; ${made.join('; ')}`;
  } finally {
    await connection.end();
  }
}
