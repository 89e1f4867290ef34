import { DatabaseSync } from 'node:sqlite';
import type { Database } from '../../apps/server/src/db/database.ts';
import { conflictTail } from '../../apps/server/src/db/upsert.ts';
import type { TableRows } from './tables.ts';

/** Rows as they are, a transaction for each chunk: no versions, no ledger, no rollups. */
export async function plainUpsert(db: Database, chunks: TableRows[][]): Promise<void> {
  for (const chunk of chunks) {
    await db.transaction(async (tx) => {
      for (const { table, columns, rows, onConflict } of chunk) await tx.insert(table, columns, rows, onConflict);
    });
  }
}

/** The same by node:sqlite itself, without threads between, as durable as the server's own connection. */
export function plainUpsertDirect(file: string, chunks: TableRows[][]): void {
  const db = new DatabaseSync(file);
  db.exec('PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-32000');
  const statements = chunks[0]!.map(({ table, columns, onConflict }) =>
    db.prepare(
      `INSERT INTO ${table} (${columns.join(',')}) VALUES (${columns.map(() => '?').join(',')})${conflictTail('sqlite', onConflict)}`,
    ),
  );
  for (const chunk of chunks) {
    db.exec('BEGIN IMMEDIATE');
    chunk.forEach(({ rows }, i) => {
      for (const row of rows) statements[i]!.run(...(row as (string | number | null)[]));
    });
    db.exec('COMMIT');
  }
  db.close();
}
