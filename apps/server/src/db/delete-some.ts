import type { Database, Param } from './database.ts';

const AT_ONCE = 500;

/**
 * Deletes rows that fulfil a condition, a bounded number, in a transaction of its own; whether there may be more.
 * `key`: the columns of the primary key.
 */
export async function deleteSome(
  db: Database,
  table: string,
  key: readonly string[],
  where: string,
  params: Param[],
): Promise<boolean> {
  const columns = key.join(', ');
  const rows = await db.read<Record<string, Param>>(
    `SELECT ${columns} FROM ${table} WHERE ${where} LIMIT ${AT_ONCE}`,
    params,
  );
  if (rows.length === 0) return false;
  const one = `(${key.map(() => '?').join(', ')})`;
  const keys = rows.flatMap((row) => key.map((column) => row[column]));
  await db.transaction((tx) =>
    // still so: a row may have changed since it was read
    tx.run(`DELETE FROM ${table} WHERE (${columns}) IN (${rows.map(() => one).join(', ')}) AND (${where})`, [
      ...keys,
      ...params,
    ]),
  );
  return rows.length === AT_ONCE;
}
