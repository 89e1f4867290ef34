import type { Database, Tx } from './database.ts';
import type { Sealer } from './seal.ts';

type Row = Record<string, string | null>;

/** A table, its rows by `id`, that holds sealed texts. */
export interface SealedTable {
  table: string;
  /** The column that names a row to people. */
  label: string;
  /** The sealed columns, with what each is bound to. */
  columns: Record<string, (row: Row) => string>;
}

export interface Resealed {
  /** Texts that were sealed anew. */
  done: number;
  /** Rows that still hold what another key has sealed. */
  left: number;
  /** Of these, the labels of those that no key opens. */
  unreadable: string[];
}

/**
 * Seals anew, by the newest key, whatever another one has sealed: row after row in transactions of `batch` rows. What is
 * done is told by the texts themselves, so that it may be killed and begun again. A text that changed meanwhile is left
 * as it is: whoever wrote it has sealed it.
 */
export async function reseal(
  db: Database,
  sealer: Sealer,
  { table, label, columns }: SealedTable,
  { batch, progress }: { batch: number; progress: (done: number) => void },
): Promise<Resealed> {
  const names = Object.keys(columns);
  const { newestPrefix } = sealer;
  // in hex, since texts may be compared without regard to case
  const isOld = names.map((name) => `(${name} IS NOT NULL AND HEX(SUBSTR(${name}, 1, ?)) <> HEX(?))`).join(' OR ');
  const oldParams = names.flatMap(() => [newestPrefix.length, newestPrefix]);
  const unreadable: string[] = [];
  let done = 0;
  let after = '0';

  async function step(tx: Tx) {
    const rows = await tx.query<Row>(
      `SELECT id, ${label}, ${names.join(', ')} FROM ${table} WHERE id > ? AND (${isOld}) ORDER BY id LIMIT ${batch}`,
      [BigInt(after), ...oldParams],
    );
    const outcome = { last: rows.at(-1)?.id, done: 0, unreadable: [] as string[] };
    for (const row of rows) {
      for (const name of names) {
        const sealed = row[name];
        if (!sealed || sealed.startsWith(newestPrefix)) continue;
        const boundTo = columns[name]!(row);
        const text = opened(sealer, sealed, boundTo);
        if (text === null) outcome.unreadable.push(row[label]!);
        else {
          outcome.done += await tx.run(`UPDATE ${table} SET ${name} = ? WHERE id = ? AND ${name} = ?`, [
            sealer.seal(text, boundTo),
            BigInt(row.id!),
            sealed,
          ]);
        }
      }
    }
    return outcome;
  }

  for (;;) {
    const outcome = await db.transaction(step);
    if (outcome.last === undefined) break;
    after = String(outcome.last);
    done += outcome.done;
    unreadable.push(...outcome.unreadable);
    progress(done);
  }
  const [left] = await db.read<{ n: unknown }>(`SELECT COUNT(*) AS n FROM ${table} WHERE ${isOld}`, oldParams);
  return { done, left: Number(left!.n), unreadable: [...new Set(unreadable)] };
}

function opened(sealer: Sealer, sealed: string, boundTo: string): string | null {
  try {
    return sealer.open(sealed, boundTo);
  } catch {
    return null;
  }
}
