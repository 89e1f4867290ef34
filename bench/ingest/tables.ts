import type { Database, Param } from '../../apps/server/src/db/database.ts';
import type { OnConflict } from '../../apps/server/src/db/upsert.ts';

/** The tables that orders fill, and their keys. */
export const TABLES = {
  orders: ['tenant_id', 'shopify_order_id'],
  order_lines: ['tenant_id', 'shopify_order_id', 'shopify_line_id'],
  refunds: ['tenant_id', 'shopify_order_id', 'shopify_refund_id'],
  sales: ['tenant_id', 'shopify_order_id', 'event_id', 'event', 'line_id', 'kind'],
} as const;
export type TableName = keyof typeof TABLES;

const ALSO_FILLED = ['daily_sales', 'customer_days', 'customers', 'fetch_marks'];

/** Rows of one table in the order of its columns, those of each order together. */
export interface TableRows {
  table: TableName;
  columns: string[];
  onConflict: OnConflict;
  rows: Param[][];
}

/** All that is stored of orders, as text and numbers that this engine takes back. */
export async function readTables(db: Database): Promise<TableRows[]> {
  const result: TableRows[] = [];
  for (const [table, keys] of Object.entries(TABLES) as [TableName, readonly string[]][]) {
    const stored = await db.read<Record<string, Param>>(`SELECT * FROM ${table} ORDER BY ${keys.join(', ')}`);
    const columns = Object.keys(stored[0] ?? {});
    result.push({
      table,
      columns,
      onConflict: { keys, replace: columns.filter((column) => !keys.includes(column)) },
      rows: stored.map((row) => columns.map((column) => plain(row[column]))),
    });
  }
  return result;
}

const plain = (value: Param): Param =>
  value instanceof Date ? value.toISOString().slice(0, 23).replace('T', ' ') : value;

/** Parts of the tables with this many orders each. */
export function chunksOf(tables: TableRows[], orders: number): TableRows[][] {
  const ids = tables[0]!.rows.map((row) => row[1]);
  const chunkOf = new Map(ids.map((id, index) => [id, Math.floor(index / orders)]));
  const chunks = Array.from({ length: Math.ceil(ids.length / orders) }, () =>
    tables.map((table) => ({ ...table, rows: [] as Param[][] })),
  );
  tables.forEach((table, position) => {
    for (const row of table.rows) chunks[chunkOf.get(row[1])!]![position]!.rows.push(row);
  });
  return chunks;
}

export async function countRows(db: Database): Promise<number> {
  let rows = 0;
  for (const table of Object.keys(TABLES)) {
    rows += Number((await db.read<{ n: number | string }>(`SELECT COUNT(*) AS n FROM ${table}`))[0]!.n);
  }
  return rows;
}

/** Empties what an earlier measurement filled. */
export async function clear(db: Database): Promise<void> {
  for (const table of [...Object.keys(TABLES), ...ALSO_FILLED]) {
    await db.sequelize.query(db.dialect === 'mysql' ? `TRUNCATE TABLE ${table}` : `DELETE FROM ${table}`);
  }
  await db.sequelize.query('UPDATE tenant_state SET customers = 0');
  if (db.dialect === 'sqlite') await db.sequelize.query('PRAGMA wal_checkpoint(TRUNCATE)');
}
