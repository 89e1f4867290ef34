import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { DataTypes } from 'sequelize';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Database, openDatabase } from '../../src/db/database.ts';

let folder: string;
let db: Database;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'xeno-rows-'));
  db = openDatabase({ file: join(folder, 'xeno.db') });
  await db.sequelize.query('CREATE TABLE things (id BIGINT PRIMARY KEY, name TEXT, share REAL)');
});
afterAll(async () => {
  await db.close();
  await rm(folder, { recursive: true });
});

const LARGE = 2n ** 53n + 1n;

test('integers are numbers, beyond 2^53 text, whichever a statement met first', async () => {
  const all = 'SELECT id, name, share FROM things ORDER BY id';
  expect(await db.read(all)).toEqual([]);
  await db.transaction((tx) => tx.run('INSERT INTO things VALUES (1, NULL, 0.5)'));
  expect(await db.read(all)).toEqual([{ id: 1, name: null, share: 0.5 }]);
  await db.transaction((tx) => tx.run('INSERT INTO things VALUES (?, ?, NULL)', [LARGE, 'ü']));
  for (let i = 0; i < 3; i++) {
    expect(await db.read(all)).toEqual([
      { id: 1, name: null, share: 0.5 },
      { id: String(LARGE), name: 'ü', share: null },
    ]);
  }
  expect(await db.read('SELECT -9007199254740991 AS least, -9007199254740992 AS less')).toEqual([
    { least: -9007199254740991, less: '-9007199254740992' },
  ]);
});

test('what writes and answers rows is done once', async () => {
  const [row] = await db.transaction((tx) =>
    tx.query(`INSERT INTO things VALUES (?, 'once', NULL) RETURNING id, name`, [LARGE + 2n]),
  );
  expect(row).toEqual({ id: String(LARGE + 2n), name: 'once' });
  expect(await db.read(`SELECT COUNT(*) AS n FROM things WHERE name = 'once'`)).toEqual([{ n: 1 }]);
});

test('a column that was added meanwhile is read by its name', async () => {
  const all = 'SELECT * FROM things WHERE id = 1';
  expect(await db.read(all)).toEqual([{ id: 1, name: null, share: 0.5 }]);
  await db.sequelize.query(`ALTER TABLE things ADD COLUMN later TEXT DEFAULT 'new'`);
  expect(await db.read(all)).toEqual([{ id: 1, name: null, share: 0.5, later: 'new' }]);
});

test('of a table that was altered Sequelize learns the types of its columns anew', async () => {
  const at = new Date('2026-03-29T01:02:03.004Z');
  const read = async (...columns: string[]) => {
    const attributes = Object.fromEntries(
      columns.map((name) => [name, { type: DataTypes.DATE, primaryKey: name === 'at' }]),
    );
    const model = db.sequelize.define('stamp', attributes, { tableName: 'stamps', timestamps: false });
    return (await model.findAll()).map((one) => one.get());
  };
  await db.sequelize.query('CREATE TABLE stamps (at DATETIME)');
  await db.transaction((tx) => tx.run('INSERT INTO stamps VALUES (?)', [at]));
  for (let i = 0; i < 2; i++) expect(await read('at')).toEqual([{ at }]);
  await db.sequelize.query('ALTER TABLE stamps ADD COLUMN later DATETIME');
  await db.transaction((tx) => tx.run('UPDATE stamps SET later = ?', [at]));
  for (let i = 0; i < 2; i++) expect(await read('at', 'later')).toEqual([{ at, later: at }]);
});

test('nobody waits behind a question that takes long, as long as another thread is free', async () => {
  const ended: string[] = [];
  const counting =
    'WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 12000000) SELECT COUNT(*) FROM c';
  const long = db.read(counting).then(() => ended.push('long'));
  await delay(20);
  await Promise.all(Array.from({ length: 6 }, () => db.read('SELECT 1').then(() => ended.push('short'))));
  await long;
  expect(ended).toEqual([...Array<string>(6).fill('short'), 'long']);
});
