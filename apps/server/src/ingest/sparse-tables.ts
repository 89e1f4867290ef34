import type { Tx } from '../db/database.ts';

/** Tables that hold something about a few of a tenant's records, and mostly about none. */
const SPARSE = ['tombstones', 'fetch_marks', 'redactions', 'redacted_contacts', 'unreadable_records'] as const;
export type SparseTable = (typeof SPARSE)[number];

/** As columns of a query, one named after each table: whether it has rows of the tenant. Takes `sparseParams`. */
export const SPARSE_COLUMNS = SPARSE.map(
  (table) => `EXISTS (SELECT 1 FROM ${table} WHERE tenant_id = ?) AS ${table}`,
).join(', ');
export const sparseParams = (tenant: bigint): bigint[] => SPARSE.map(() => tenant);

const emptyTables = new WeakMap<Tx, Set<string>>();

/**
 * The same transaction, that knows which sparse tables are empty, so that nobody asks them about each record. Its tenant
 * must be locked: only a transaction that has locked it fills them. `filled` is what was read as `SPARSE_COLUMNS`.
 */
export function knowingEmpty(tx: Tx, filled: Record<SparseTable, unknown>): Tx {
  const empty = new Set<string>(SPARSE.filter((table) => !Number(filled[table])));
  const knowing: Tx = {
    ...tx,
    insert(table, columns, rows, onConflict) {
      empty.delete(table);
      return tx.insert(table, columns, rows, onConflict);
    },
    insertEach: (inserts) =>
      tx.insertEach(
        (function* () {
          for (const insert of inserts) {
            empty.delete(insert.table);
            yield insert;
          }
        })(),
      ),
  };
  emptyTables.set(knowing, empty);
  return knowing;
}

/** Whether a table is known to hold nothing of the tenant that the transaction has locked. */
export const isEmpty = (tx: Pick<Tx, 'query'>, table: SparseTable): boolean =>
  emptyTables.get(tx as Tx)?.has(table) ?? false;
