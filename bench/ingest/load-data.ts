import { createReadStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createConnection } from 'mysql2/promise';
import type { TableRows } from './tables.ts';

/** Writes each table's rows as LOAD DATA reads them and gives a function that loads all of them. */
export async function prepareLoadData(url: string, folder: string, tables: TableRows[]): Promise<() => Promise<void>> {
  for (const { table, rows } of tables) {
    await writeFile(path.join(folder, `${table}.tsv`), rows.map((row) => row.map(field).join('\t') + '\n').join(''));
  }
  return async () => {
    const connection = await createConnection({ uri: url, flags: ['+LOCAL_FILES'], charset: 'utf8mb4' });
    for (const { table, columns } of tables) {
      await connection.query({
        sql: `LOAD DATA LOCAL INFILE '${table}' INTO TABLE ${table} CHARACTER SET utf8mb4 (${columns.join(',')})`,
        infileStreamFactory: () => createReadStream(path.join(folder, `${table}.tsv`), { highWaterMark: 1 << 20 }),
      });
    }
    await connection.end();
  };
}

const ESCAPES: Record<string, string> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r', '\0': '\\0' };

const field = (value: unknown): string =>
  value === null || value === undefined ? '\\N' : String(value).replace(/[\\\t\n\r\0]/g, (c) => ESCAPES[c]!);
