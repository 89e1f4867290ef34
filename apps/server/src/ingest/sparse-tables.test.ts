import { expect, test } from 'vitest';
import type { Tx } from '../db/database.ts';
import { isEmpty, knowingEmpty } from './sparse-tables.ts';

const plain = {
  insert: async () => {},
  insertEach: async (inserts: Iterable<unknown>) => void [...inserts],
} as unknown as Tx;
const rows = { columns: [], rows: [], onConflict: null };

test('what was empty is so until the transaction itself fills it', async () => {
  const filled = { tombstones: 0, fetch_marks: '1', redactions: 0, redacted_contacts: '0', unreadable_records: 0 };
  const tx = knowingEmpty(plain, filled);
  const empty = () => (Object.keys(filled) as (keyof typeof filled)[]).filter((table) => isEmpty(tx, table));
  expect(empty()).toEqual(['tombstones', 'redactions', 'redacted_contacts', 'unreadable_records']);
  await tx.insert('tombstones', rows.columns, rows.rows, rows.onConflict);
  await tx.insert('orders', rows.columns, rows.rows, rows.onConflict);
  expect(empty()).toEqual(['redactions', 'redacted_contacts', 'unreadable_records']);
  await tx.insertEach([{ table: 'unreadable_records', ...rows }]);
  expect(empty()).toEqual(['redactions', 'redacted_contacts']);
});

test('a transaction that has locked no tenant knows nothing', () => {
  expect(isEmpty(plain, 'tombstones')).toBe(false);
});
