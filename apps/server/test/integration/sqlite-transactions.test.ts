import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { isUniqueViolation, openDatabase, type Tx } from '../../src/db/database.ts';
import { sqliteDialect } from '../../src/db/sqlite/driver.ts';
import { SqliteEngine } from '../../src/db/sqlite/engine.ts';

let folder: string;
let engine: SqliteEngine;
let driver: ReturnType<typeof sqliteDialect>;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'xeno-transactions-'));
  open();
  await connect().ask('CREATE TABLE things (id BIGINT PRIMARY KEY, name TEXT)');
});
afterEach(async () => {
  await close();
  await rm(folder, { recursive: true });
});

function open(options?: { gateTimeoutMs: number }): void {
  engine = SqliteEngine.open(join(folder, 'xeno.db'), options);
  driver = sqliteDialect({ writer: engine.writerPort(), readers: engine.readerPorts() });
}
async function close(): Promise<void> {
  driver.close();
  await engine.close();
}

function connect(through = driver) {
  const connection = new through.Database('xeno.db', undefined);
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
  await close();
  open({ gateTimeoutMs: 300 });
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

test('what nobody waits for fails whatever comes next, and the whole transaction', async () => {
  const db = openDatabase({ file: join(folder, 'xeno.db') });
  const warn = vi.spyOn(console, 'warn');
  const insert = (tx: Tx, id: number) => tx.insert('things', ['id', 'name'], [[id, 'one']], null);
  try {
    for (const then of [
      () => Promise.resolve(),
      (tx: Tx) => tx.query('SELECT 1'),
      (tx: Tx) => tx.run("UPDATE things SET name = 'two'"),
      (tx: Tx) => tx.write("UPDATE things SET name = 'two'"),
      (tx: Tx) => insert(tx, 3),
    ]) {
      const outcome = db.transaction(async (tx) => {
        await tx.write("INSERT INTO things VALUES (1, 'one')");
        await insert(tx, 2);
        await insert(tx, 1);
        await then(tx);
      });
      await expect(outcome.catch((error: unknown) => isUniqueViolation(error))).resolves.toBe(true);
      expect(await db.read('SELECT * FROM things')).toEqual([]);
    }
    await db.transaction((tx) => insert(tx, 1));
    expect(await db.read('SELECT id FROM things')).toEqual([{ id: 1 }]);
    expect(warn).not.toHaveBeenCalled();
  } finally {
    warn.mockRestore();
    await db.close();
  }
});

test('a transaction without a statement is nobody’s turn', async () => {
  const [first, second] = [connect(), connect()];
  await first.ask('BEGIN');
  await add(first, 1, 'first');
  await second.ask('BEGIN');
  await second.ask('COMMIT');
  await first.ask('COMMIT');
});

test('who writes in bulk lets others go first, a few times', async () => {
  const bulk = sqliteDialect({ writer: engine.patientWriterPort(), readers: [] });
  const written: number[] = [];
  const write = async (connection: ReturnType<typeof connect>, id: number) => {
    await connection.ask('BEGIN');
    await add(connection, id, 'one');
    await connection.ask('COMMIT');
    written.push(id);
  };
  const [first, patient] = [connect(), connect(bulk)];
  await first.ask('BEGIN');
  await add(first, 0, 'zero');
  const last = write(patient, 100);
  await connect(bulk).ask('SELECT 1'); // through the same port: it has asked for its turn before the others do
  const others = Array.from({ length: 12 }, (_, i) => write(connect(), 1 + i));
  await connect().ask('SELECT 1');
  await first.ask('COMMIT');
  await Promise.all([last, ...others]);
  bulk.close();
  expect(written).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 100, 9, 10, 11, 12]);
});

test('a file that is no database is named, with what to do', async () => {
  const file = join(folder, 'damaged.db');
  await writeFile(file, 'no database at all, '.repeat(100));
  expect(() => openDatabase({ file })).toThrow(/damaged\.db is no database[^]*back-up/);
});

test('what is begun when the database closes is rolled back, and nothing fails for it', async () => {
  const file = join(folder, 'closed.db');
  const closing = SqliteEngine.open(file);
  // as of a thread that does not close it
  const through = sqliteDialect({ writer: closing.patientWriterPort(), readers: [] });
  const [first, second] = [connect(through), connect(through)];
  await first.ask('CREATE TABLE things (id BIGINT PRIMARY KEY, name TEXT)');
  await first.ask('BEGIN');
  await add(first, 1, 'first');
  const waiting = Promise.allSettled([second.ask('BEGIN'), add(second, 2, 'second')]);
  await closing.close();
  const [, refused] = await waiting;
  expect(refused).toMatchObject({ status: 'rejected' });

  const again = openDatabase({ file });
  expect(await again.read('SELECT * FROM things')).toEqual([]);
  await again.close();
});
