import type { Connection, QueryOptions, ResultSetHeader } from 'mysql2';
import { Readable } from 'node:stream';

/**
 * Writes rows that are not there yet, as `fileOf` tells them, by LOAD DATA LOCAL, which costs the server about a third of
 * an INSERT. With LOCAL the server makes warnings of what would be errors (a double key, a value that does not fit): each
 * is an error here.
 */
export async function loadData(
  connection: Connection,
  table: string,
  columns: readonly string[],
  file: Buffer,
): Promise<void> {
  const { warningStatus } = (await query(connection, {
    sql: `LOAD DATA LOCAL INFILE 'rows' INTO TABLE ${table} CHARACTER SET utf8mb4 (${columns.join(',')})`,
    // mysql2 takes whatever name the server gives, and no file is ever read
    infileStreamFactory: () => Readable.from(packetsOf(file)),
  })) as ResultSetHeader;
  if (warningStatus === 0) return;
  const [warning] = (await query(connection, { sql: 'SHOW WARNINGS LIMIT 1' })) as {
    Code: number;
    Message: string;
  }[];
  const code = warning?.Code === DUPLICATE ? 'ER_DUP_ENTRY' : 'ER_LOAD_DATA';
  throw Object.assign(new Error(`${table}: ${warning?.Message ?? 'not all rows were taken'}`), { code });
}

/** What is given to mysql2 at once goes as one packet, which must stay below max_allowed_packet. */
const PACKET_BYTES = 1 << 20;

function* packetsOf(file: Buffer): Generator<Buffer> {
  for (let at = 0; at < file.length; at += PACKET_BYTES) yield file.subarray(at, at + PACKET_BYTES);
}

const DUPLICATE = 1062;

/** Of MariaDB (before and since 10.5) and of MySQL 8. */
const DISABLED = [1148, 4166, 3948];

/** The server took such rows once and no longer does: its setting was changed, or another server took its place. */
export const isLoadRefused = (error: unknown): boolean => DISABLED.includes((error as { errno?: number }).errno ?? 0);

/** Whether the server lets its clients send rows so; MySQL 8 does not unless `local_infile` is set. */
export async function allowsLoadData(connection: Connection): Promise<boolean> {
  try {
    const [row] = (await query(connection, { sql: 'SELECT @@GLOBAL.local_infile AS allowed' })) as {
      allowed: number;
    }[];
    return Number(row!.allowed) === 1;
  } catch (error) {
    if ((error as { fatal?: boolean }).fatal) throw error;
    return false; // a server that speaks MySQL's protocol and has no such variable
  }
}

const query = (connection: Connection, options: QueryOptions) =>
  new Promise<unknown>((resolve, reject) => {
    connection.query(options, (error, result) => (error ? reject(error) : resolve(result)));
  });

const NEEDS_ESCAPE = /[\\\t\n\r\0]/;
const ESCAPES: Record<string, string> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r', '\0': '\\0' };

/** Of most rows, and more than one of them. */
const FIRST_BYTES = 1 << 16;

/**
 * Rows as LOAD DATA reads them unless told otherwise: tabs between, a newline behind, a backslash before what is special.
 * As bytes from the first one on: text that grew with each value would be what the collector has most to do with.
 */
export class RowFile {
  private bytes = Buffer.allocUnsafeSlow(FIRST_BYTES);
  private length = 0;

  add(row: readonly unknown[]): void {
    let line = fieldOf(row[0]);
    for (let i = 1; i < row.length; i++) line += `\t${fieldOf(row[i])}`;
    line += '\n';
    const most = this.length + 3 * line.length; // UTF-8 takes three bytes of what UTF-16 has in one unit
    if (most > this.bytes.length) this.bytes = Buffer.concat([this.bytes], 2 * most);
    this.length += this.bytes.write(line, this.length);
  }

  /** Of all that was added. */
  end(): Buffer {
    return this.bytes.subarray(0, this.length);
  }
}

export function fileOf(rows: readonly (readonly unknown[])[]): Buffer {
  const file = new RowFile();
  for (const row of rows) file.add(row);
  return file.end();
}

function fieldOf(value: unknown): string {
  if (typeof value === 'string') {
    return NEEDS_ESCAPE.test(value) ? value.replace(/[\\\t\n\r\0]/g, (c) => ESCAPES[c]!) : value;
  }
  if (value === null || value === undefined) return '\\N';
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  if (typeof value === 'boolean') return value ? '1' : '0';
  if (value instanceof Date) return value.toISOString().slice(0, 23).replace('T', ' ');
  throw new TypeError('Bytes are not written by LOAD DATA.');
}
