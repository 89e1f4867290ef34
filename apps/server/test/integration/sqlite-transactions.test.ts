import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { sqliteDialect } from '../../src/db/sqlite/driver.ts';
import { SqliteEngine } from '../../src/db/sqlite/engine.ts';

const TURN_MS = 300;

let folder: string;
let engine: SqliteEngine;
let driver: ReturnType<typeof sqliteDialect>;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'xeno-transactions-'));
  engine = SqliteEngine.open(join(folder, 'xeno.db'), TURN_MS);
  driver = sqliteDialect({ writer: engine.writerPort(), readers: engine.readerPorts() });
  await connect().ask('CREATE TABLE things (id BIGINT PRIMARY KEY, name TEXT)');
});
afterEach(async () => {
  driver.close();
  await engine.close();
  await rm(folder, { recursive: true });
});

function connect() {
  const connection = new driver.Database('xeno.db', undefined);
  return {
    ask: (sql: string, params: unknown[] = []) =>
      new Promise<Record<string, unknown>[]>((resolve, reject) =>
        connection.all(sql, params, (error, rows) => (error ? reject(error) : resolve(rows))),
      ),
    close: () => connection.close(),
  };
}
const add = (connection: ReturnType<typeof connect>, id: number, name: string) =>
  connection.ask('INSERT INTO things VALUES (?, ?)', [id, name]);
const names = async () => (await connect().ask('SELECT name FROM things ORDER BY id')).map(({ name }) => name);

test('what is sent before it is a transaction’s turn is done in its order, when it is', async () => {
  const [first, second] = [connect(), connect()];
  await first.ask('BEGIN');
  await add(first, 1, 'first');
  const sent = [second.ask('BEGIN'), add(second, 2, 'second'), add(second, 3, 'third'), second.ask('COMMIT')];
  await add(first, 4, 'last');
  expect(await names()).toEqual([]);
  await first.ask('COMMIT');
  await Promise.all(sent);
  expect(await names()).toEqual(['first', 'second', 'third', 'last']);
});

test('a transaction whose turn does not come does nothing, whatever is sent', async () => {
  const [first, second] = [connect(), connect()];
  await first.ask('BEGIN');
  await add(first, 1, 'first');
  const sent = [second.ask('BEGIN'), add(second, 2, 'second'), add(second, 3, 'third')];
  const outcomes = await Promise.allSettled(sent);
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected']);
  await first.ask('COMMIT');
  await expect(add(second, 4, 'later')).rejects.toMatchObject({ code: 'SQLITE_BUSY' });
  await second.ask('ROLLBACK');
  await second.ask('BEGIN');
  await add(second, 5, 'again');
  await second.ask('COMMIT');
  expect(await names()).toEqual(['first', 'again']);
});

test('a connection that ends while it waits gives up its turn, and one that has begun takes its writes along', async () => {
  const [first, second, third] = [connect(), connect(), connect()];
  await first.ask('BEGIN');
  await add(first, 1, 'first');
  const waiting = [second.ask('BEGIN'), add(second, 2, 'second')];
  const next = [third.ask('BEGIN'), add(third, 3, 'third'), third.ask('COMMIT')];
  second.close();
  await expect(waiting[1]).rejects.toMatchObject({ code: 'SQLITE_MISUSE' });
  first.close();
  await Promise.all(next);
  expect(await names()).toEqual(['third']);
});

test('a transaction without a statement is nobody’s turn', async () => {
  const [first, second] = [connect(), connect()];
  await first.ask('BEGIN');
  await add(first, 1, 'first');
  await second.ask('BEGIN');
  await second.ask('COMMIT');
  await first.ask('COMMIT');
});
