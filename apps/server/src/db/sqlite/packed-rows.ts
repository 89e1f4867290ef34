import type { SqlValue } from './protocol.ts';

/** What a row may be given as: see `Param` in ../database.ts. */
type Value = SqlValue | boolean | Date | undefined;

/**
 * Rows on their way to another thread, which would be slow as an array each. A cell is a safe integer or fraction as it
 * is, NaN for null, and 2^53 + 2 × index for what stands in `others`: mostly text, once however often it occurs.
 */
export interface PackedRows {
  columns: number;
  /** Row by row. */
  cells: Float64Array<ArrayBuffer>;
  others: SqlValue[];
}

const FIRST_OTHER = 2 ** 53;

export function packRows(rows: readonly Value[][]): PackedRows {
  const columns = rows[0]?.length ?? 0;
  const cells = new Float64Array(rows.length * columns);
  const others: SqlValue[] = [];
  const places = new Map<SqlValue, number>();
  const placeOf = (value: SqlValue): number => {
    let place = places.get(value);
    if (place === undefined) {
      place = FIRST_OTHER + 2 * others.length;
      places.set(value, place);
      others.push(value);
    }
    return place;
  };
  let above: Value[] = [];
  let at = 0;
  for (const row of rows) {
    if (row.length !== columns) throw new RangeError('Rows of one table have as many values each.');
    for (let i = 0; i < columns; i++, at++) {
      // neighbours share much, and equal texts are found by looking
      cells[at] = row[i] === above[i] && at >= columns ? cells[at - columns]! : cellOf(row[i], placeOf);
    }
    above = row;
  }
  return { columns, cells, others };
}

function cellOf(value: Value, placeOf: (value: SqlValue) => number): number {
  if (value === null || value === undefined) return NaN;
  if (typeof value === 'string') return placeOf(value);
  if (typeof value === 'number') return Math.abs(value) < FIRST_OTHER ? value : placeOf(value);
  if (typeof value === 'boolean' || (typeof value === 'bigint' && BigInt.asIntN(53, value) === value))
    return Number(value);
  return placeOf(value instanceof Date ? instantOf(value) : value);
}

export const instantOf = (date: Date): string => date.toISOString().replace('T', ' ').replace('Z', ' +00:00');

/** The values of `count` rows from row `first` on, one after the other. */
export function unpackRows({ columns, cells, others }: PackedRows, first: number, count: number): SqlValue[] {
  const values = new Array<SqlValue>(count * columns);
  const from = first * columns;
  for (let i = 0; i < values.length; i++) {
    const cell = cells[from + i]!;
    values[i] = cell < FIRST_OTHER ? cell : cell >= FIRST_OTHER ? others[(cell - FIRST_OTHER) / 2]! : null;
  }
  return values;
}
