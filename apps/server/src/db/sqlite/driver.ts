/**
 * The part of the `sqlite3` package's interface that Sequelize uses, over node:sqlite in threads of its own
 * (see thread.ts). Statements of a transaction go to the writer, all other reads to the readers.
 */
import type { MessagePort } from 'node:worker_threads';
import { instantOf, type PackedRows } from './packed-rows.ts';
import { isBegin, isEnd, isRead, type SqliteAnswer, type SqliteRequest, type SqlValue } from './protocol.ts';

type Callback = (
  this: { lastID?: number; changes: number },
  error: Error | null,
  rows: Record<string, unknown>[],
) => void;

class Channel {
  private readonly port: MessagePort;
  /**
   * In the order in which they were sent, which mostly is that in which they are answered. Not a Map: one that is filled
   * and emptied all the time leaves tables behind that keep what is answered from the collector of young objects.
   */
  private readonly waiting: { id: number; take: (answer: SqliteAnswer) => void; sent: number }[] = [];
  private last = 0;
  private closed = false;

  constructor(port: MessagePort) {
    this.port = port;
    port.on('message', (answer: SqliteAnswer) => {
      const at = this.waiting.findIndex(({ id }) => id === answer.id);
      if (at !== -1) this.waiting.splice(at, 1)[0]!.take(answer);
    });
    port.on('close', () => {
      this.closed = true;
      for (const { id, take } of this.waiting.splice(0)) take({ id, error: CLOSED });
    });
  }

  /**
   * How many are before whoever comes now, and for each millisecond that the first of them takes one more: most take less,
   * and behind one that does not, one may wait for seconds.
   */
  get load(): number {
    const [first] = this.waiting;
    return first ? this.waiting.length + performance.now() - first.sent : 0;
  }

  send(request: Omit<SqliteRequest, 'id'>, take: (answer: SqliteAnswer) => void): void {
    const id = ++this.last;
    if (this.closed) {
      take({ id, error: CLOSED });
      return;
    }
    this.waiting.push({ id, take, sent: performance.now() });
    this.port.postMessage(
      { id, ...request },
      request.insert ? [request.insert.rows.cells.buffer, request.insert.rows.ends.buffer] : [],
    );
  }

  close(): void {
    this.port.close();
  }
}

const CLOSED = { code: 'SQLITE_MISUSE', message: 'SQLITE_MISUSE: the database is closed' };

export interface SqlitePorts {
  writer: MessagePort;
  /** Empty in a worker thread: it reads through the writer's thread. */
  readers: MessagePort[];
}

/** The connection that Sequelize hands out, with additions of our own. */
export interface SqliteConnection {
  all(sql: string, params: unknown[], callback: Callback): void;
  /** Writes many rows with one message. */
  insert(into: string, rows: PackedRows, tail: string, callback: Callback): void;
  /**
   * The same two within a transaction, without waiting: it goes on meanwhile. If one fails, whatever comes next in the
   * transaction fails for that, its COMMIT at the latest.
   */
  defer(sql: string, params: unknown[]): void;
  deferInsert(into: string, rows: PackedRows, tail: string): void;
}

const bindable = (value: unknown): SqlValue =>
  value === undefined
    ? null
    : typeof value === 'boolean'
      ? Number(value)
      : value instanceof Date
        ? instantOf(value)
        : (value as SqlValue);

const PLACEHOLDER = /'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|--[^\n]*|\/\*[\s\S]*?\*\/|\$(\w+)/g;

function bind(sql: string, params: unknown): { sql: string; params: SqlValue[] } {
  if (Array.isArray(params)) return { sql, params: params.map(bindable) };
  if (params === null || typeof params !== 'object' || Object.keys(params).length === 0) return { sql, params: [] };
  const named = params as Record<string, unknown>;
  const values: SqlValue[] = [];
  const positional = sql.replace(PLACEHOLDER, (match, name?: string) => {
    if (name === undefined || !(`$${name}` in named)) return match;
    values.push(bindable(named[`$${name}`]));
    return '?';
  });
  return { sql: positional, params: values };
}

/** An object a row; as arrays they take a third of the time from thread to thread. */
function rowsOf({ columns = [], rows = [] }: SqliteAnswer): Record<string, unknown>[] {
  return rows.map((values) => {
    const row: Record<string, unknown> = {};
    for (let i = 0; i < columns.length; i++) row[columns[i]!] = values[i];
    return row;
  });
}

const asksTable = (sql: string) => /^\s*PRAGMA\s+table_info\b/i.test(sql);
const changesTables = (sql: string) => /^\s*(?:CREATE|ALTER|DROP)\b/i.test(sql);

/** What Sequelize takes as its `dialectModule`. */
export function sqliteDialect(ports: SqlitePorts) {
  const writer = new Channel(ports.writer);
  const readers = ports.readers.map((port) => new Channel(port));
  let connections = 0;
  /** What Sequelize asks of a table each time that it reads a model, by statement: forgotten when a table may be another. */
  const tableInfo = new Map<string, Record<string, unknown>[]>();

  const reader = () => {
    let [best, least] = [readers[0] ?? writer, Infinity];
    for (const one of readers) {
      const { load } = one;
      if (load < least) [best, least] = [one, load];
    }
    return best;
  };

  class Database implements SqliteConnection {
    readonly filename: string;
    private readonly connection = ++connections;
    /** `begun`: SQLite has not been told, since a transaction begins with its first statement. */
    private transaction: 'none' | 'begun' | 'open' = 'none';

    constructor(filename: string, mode: unknown, opened?: (error: Error | null) => void) {
      this.filename = filename;
      const callback = typeof mode === 'function' ? (mode as (error: Error | null) => void) : opened;
      process.nextTick(() => callback?.call(this, null));
    }

    private send(
      to: Channel,
      request: Pick<SqliteRequest, 'sql' | 'params' | 'insert' | 'deferred' | 'end'>,
      callback?: Callback,
    ) {
      const begin = this.transaction === 'begun';
      if (begin) this.transaction = 'open';
      to.send({ connection: this.connection, ...request, begin }, (answer) => {
        if (answer.error) {
          const error = Object.assign(new Error(answer.error.message), { code: answer.error.code });
          callback?.call({ changes: 0 }, error, []);
          return;
        }
        if (isEnd(request.sql)) this.transaction = 'none';
        callback?.call({ lastID: answer.lastID, changes: answer.changes ?? 0 }, null, rowsOf(answer));
      });
    }

    all(sql: string, params: unknown, callback?: Callback): this {
      if (typeof params === 'function') return this.all(sql, [], params as Callback);
      if (isBegin(sql) || (isEnd(sql) && this.transaction !== 'open')) {
        this.transaction = isBegin(sql) ? 'begun' : 'none';
        process.nextTick(() => callback?.call({ changes: 0 }, null, []));
        return this;
      }
      const known = tableInfo.get(sql);
      if (known) {
        process.nextTick(() => callback?.call({ changes: 0 }, null, known));
        return this;
      }
      if (changesTables(sql)) tableInfo.clear();
      const to = this.transaction === 'none' && isRead(sql) ? reader() : writer;
      this.send(to, bind(sql, params), function (error, rows) {
        if (!error && asksTable(sql) && rows.length > 0) tableInfo.set(sql, rows);
        callback?.call(this, error, rows);
      });
      return this;
    }

    run(sql: string, params: unknown, callback?: Callback): this {
      return this.all(sql, params, callback);
    }

    exec(sql: string, callback?: Callback): this {
      return this.all(sql, [], callback);
    }

    insert(into: string, rows: PackedRows, tail: string, callback: Callback): void {
      this.send(writer, { sql: into, params: [], insert: { rows, tail } }, callback);
    }

    defer(sql: string, params: unknown[]): void {
      this.send(writer, { ...bind(sql, params), deferred: true });
    }

    deferInsert(into: string, rows: PackedRows, tail: string): void {
      this.send(writer, { sql: into, params: [], insert: { rows, tail }, deferred: true });
    }

    serialize(work?: () => void): void {
      work?.();
    }

    close(callback?: (error: Error | null) => void): void {
      if (this.transaction === 'open') this.send(writer, { sql: '', params: [], end: true });
      process.nextTick(() => callback?.call(this, null));
    }
  }

  return {
    Database,
    OPEN_READONLY: 1,
    OPEN_READWRITE: 2,
    OPEN_CREATE: 4,
    close: () => [writer, ...readers].forEach((channel) => channel.close()),
  };
}
