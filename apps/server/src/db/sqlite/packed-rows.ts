import type { SqlValue } from './protocol.ts';

/** What a row may be given as: see `Param` in ../database.ts. */
type Value = SqlValue | boolean | Date | undefined;

/**
 * Rows on their way to another thread, which would be slow as an array each. A cell is a safe integer or fraction as it
 * is, NaN for null, 2^53 + 2 × index for a text (short ones are there once, however often they occur), and the negative of that
 * for the index of anything else.
 */
export interface PackedRows {
  columns: number;
  /** Row by row. */
  cells: Float64Array<ArrayBuffer>;
  /** All texts, one after the other: one string is copied much faster than many. */
  text: string;
  /** Where in `text` each of them ends. */
  ends: Uint32Array<ArrayBuffer>;
  others: SqlValue[];
}

const BEYOND = 2 ** 53;
/** Characters: to look for a longer text among the others costs more than to write it again. */
const LONG = 200;

export function packRows(rows: readonly Value[][]): PackedRows {
  const packer = new RowPacker(rows[0]?.length ?? 0, rows.length);
  for (const row of rows) packer.add(row);
  return packer.end();
}

/** Packs rows one after the other. */
export class RowPacker {
  private readonly columns: number;
  private cells: Float64Array<ArrayBuffer>;
  private readonly texts: string[] = [];
  private readonly places = new Map<string, number>();
  private readonly others: SqlValue[] = [];
  private above: readonly Value[] = [];
  /** Of the next cell. */
  private at = 0;

  /** `rows`: about how many will come. */
  constructor(columns: number, rows: number) {
    this.columns = columns;
    this.cells = new Float64Array(rows * columns);
  }

  add(row: readonly Value[]): void {
    const { columns, above } = this;
    if (row.length !== columns) throw new RangeError('Rows of one table have as many values each.');
    if (this.at + columns > this.cells.length) this.grow();
    const { cells } = this;
    for (let i = 0; i < columns; i++, this.at++) {
      // neighbours share much, and equal texts are found by looking
      cells[this.at] = row[i] === above[i] && this.at >= columns ? cells[this.at - columns]! : this.cellOf(row[i]);
    }
    this.above = row;
  }

  end(): PackedRows {
    const { columns, cells, texts, others, at } = this;
    const ends = new Uint32Array(texts.length);
    let end = 0;
    for (let i = 0; i < texts.length; i++) ends[i] = end += texts[i]!.length;
    return { columns, cells: cells.subarray(0, at), text: texts.join(''), ends, others };
  }

  private grow(): void {
    const { cells } = this;
    this.cells = new Float64Array(2 * cells.length + this.columns);
    this.cells.set(cells);
  }

  private cellOf(value: Value): number {
    if (typeof value === 'number') return Math.abs(value) < BEYOND ? value : this.placeOf(value);
    if (typeof value === 'string') return this.placeOf(value);
    if (value === null || value === undefined) return NaN;
    if (typeof value === 'boolean' || (typeof value === 'bigint' && BigInt.asIntN(53, value) === value))
      return Number(value);
    return this.placeOf(value instanceof Date ? instantOf(value) : value);
  }

  private placeOf(value: SqlValue): number {
    if (typeof value !== 'string') return -(BEYOND + 2 * (this.others.push(value) - 1));
    const known = value.length > LONG ? undefined : this.places.get(value);
    if (known !== undefined) return known;
    const place = BEYOND + 2 * (this.texts.push(value) - 1);
    if (value.length <= LONG) this.places.set(value, place);
    return place;
  }
}

export const instantOf = (date: Date): string => date.toISOString().replace('T', ' ').replace('Z', ' +00:00');

/** Gives the values of `count` rows from row `first` on, one after the other. */
export function unpackRows({ columns, cells, text, ends, others }: PackedRows) {
  const texts = new Array<string>(ends.length);
  for (let i = 0, start = 0; i < ends.length; start = ends[i++]!) texts[i] = text.slice(start, ends[i]);
  return (first: number, count: number): SqlValue[] => {
    const values = new Array<SqlValue>(count * columns);
    const from = first * columns;
    for (let i = 0; i < values.length; i++) {
      const cell = cells[from + i]!;
      if (cell < BEYOND && cell > -BEYOND) values[i] = cell;
      else if (cell >= BEYOND) values[i] = texts[(cell - BEYOND) / 2]!;
      else values[i] = cell <= -BEYOND ? others[(-cell - BEYOND) / 2]! : null;
    }
    return values;
  };
}
