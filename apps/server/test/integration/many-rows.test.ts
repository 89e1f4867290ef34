import { afterEach, describe, expect, test } from 'vitest';
import { accessOf, type Database, isUniqueViolation, openDatabase, type Param } from '../../src/db/database.ts';
import { databases } from '../harness/databases.ts';

const COLUMNS = [
  ...['tenant_id', 'shopify_order_id', 'shopify_line_id', 'title', 'variant_title'],
  ...['quantity', 'current_quantity', 'unit_price', 'discounted_total', 'gift_card'],
];
const HOSTILE = [
  'tab\tnewline\nreturn\rbackslash\\ \\N \\t',
  '\\',
  'quote \' " ` ; -- /* ? ?? $1',
  '🌸 \u202eright to left\u202c \u2028',
  '',
  '\\N',
  'NULL',
  'x'.repeat(10_000),
];

describe.each(databases.filter((engine) => engine.available))('many rows at once: $name', (engine) => {
  const opened: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const close of opened.splice(0).reverse()) await close();
  });

  async function open(): Promise<Database> {
    const place = await engine.open();
    opened.push(place.drop);
    const db = openDatabase(accessOf(place));
    opened.push(() => db.close());
    return db;
  }

  const row = (id: number, title: string): Param[] => [1n, 9007199254740993n, id, title, null, 1, true, -5, 2 ** 52, 0];
  const rows = (count: number) => Array.from({ length: count }, (_, i) => row(i, HOSTILE[i % HOSTILE.length]!));
  const insert = (db: Database, some: Param[][]) =>
    db.transaction((tx) => tx.insert('order_lines', COLUMNS, some, null));
  const stored = (db: Database) =>
    db.read<Record<string, unknown>>(`SELECT ${COLUMNS.join(', ')} FROM order_lines ORDER BY shopify_line_id`);

  async function expectRows(db: Database, count: number): Promise<void> {
    const found = await stored(db);
    expect(found.map((one) => one.title)).toEqual(rows(count).map((one) => one[3]));
    for (const one of found) {
      expect(one.variant_title).toBeNull();
      expect(String(one.shopify_order_id)).toBe('9007199254740993');
      expect([one.current_quantity, one.unit_price, one.discounted_total].map(Number)).toEqual([1, -5, 2 ** 52]);
    }
  }

  test.each([3, 1000])('%i of them come back as they were given', async (count) => {
    const db = await open();
    await insert(db, rows(count));
    await expectRows(db, count);
  });

  test('one that is there already: a double key is told, and nothing of the transaction stays', async () => {
    const db = await open();
    await insert(db, rows(100));
    const late = Array.from({ length: 100 }, (_, i) => row(99 + i, 'late'));
    const error: unknown = await insert(db, late).catch((reason: unknown) => reason);
    expect(isUniqueViolation(error)).toBe(true);
    await expectRows(db, 100);
  });

  if (engine.name === 'sqlite') return;

  test('a value that does not fit is an error, never cut off', async () => {
    const db = await open();
    const wide = rows(100).map((one) => one.with(5, 2 ** 40)); // `quantity` has 32 bits
    await expect(insert(db, wide)).rejects.toThrow(/quantity/);
    expect(await stored(db)).toEqual([]);
  });

  test.each(['from the beginning', 'any more'])(
    'a server that takes no LOAD DATA LOCAL %s gets the same rows',
    async (since) => {
      const db = await open();
      const early = since === 'any more' ? 300 : 0;
      await insert(db, rows(early));
      await db.sequelize.query('SET GLOBAL local_infile = 0');
      try {
        await insert(db, rows(1000).slice(early));
      } finally {
        await db.sequelize.query('SET GLOBAL local_infile = 1');
      }
      await expectRows(db, 1000);
    },
  );

  test('rows made for LOAD DATA: where the server takes it no longer, their transaction is repeated without them', async () => {
    const db = await open();
    await insert(db, rows(100)); // it is known now that the server takes it
    const late = { table: 'order_lines', columns: COLUMNS, rows: rows(300).slice(100), onConflict: null };
    const sink = db.openSink(late.table, COLUMNS, null);
    for (const row of late.rows) sink.add(row);
    const made = sink.insert();
    expect(Buffer.isBuffer(made.rows)).toBe(true);
    let tries = 0;
    await db.sequelize.query('SET GLOBAL local_infile = 0');
    try {
      await db.transaction((tx) => tx.insertEach([tries++ === 0 ? made : late]));
    } finally {
      await db.sequelize.query('SET GLOBAL local_infile = 1');
    }
    expect(tries).toBe(2);
    await expectRows(db, 300);
  });
});
