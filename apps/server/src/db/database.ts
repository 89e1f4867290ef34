import type { Connection, ResultSetHeader } from 'mysql2';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { MessagePort } from 'node:worker_threads';
import { Sequelize, Transaction, type Transaction as SequelizeTransaction } from 'sequelize';
import { defineModels, type Models } from './models/index.ts';
import { codeOf, isReadOnly, isRepeatable } from './faults.ts';
import { type SqliteConnection, sqliteDialect } from './sqlite/driver.ts';
import { SqliteEngine } from './sqlite/engine.ts';
import { type PackedRows, packRows, RowPacker } from './sqlite/packed-rows.ts';
import type { SqlValue } from './sqlite/protocol.ts';
import { allowsLoadData, fileOf, isLoadRefused, loadData, RowFile } from './load-data.ts';
import type { Dialect } from './types.ts';
import { asDate, databaseNow } from './values.ts';
import { sharedReads } from './shared-reads.ts';
import { conflictTail, type OnConflict } from './upsert.ts';

/** A value that may be bound to a `?`. */
export type Param = SqlValue | boolean | Date | undefined;

export interface Tx {
  /** For models: `{ transaction: tx.transaction }`. */
  transaction: SequelizeTransaction;
  query<T>(sql: string, params?: Param[]): Promise<T[]>;
  now: Database['now'];
  /** Affected rows. On both engines an upsert's count means nothing. */
  run(sql: string, params?: Param[]): Promise<number>;
  /**
   * The same where nobody asks how many. This and what inserts may be resolved before it is done: if it fails, what comes
   * next fails for that, the end of the transaction at the latest.
   */
  write(sql: string, params?: Param[]): Promise<void>;
  /** Writes many rows of one table, in the order of `columns`. */
  insert(table: string, columns: readonly string[], rows: Param[][], onConflict: OnConflict): Promise<void>;
  /** The same for several tables, one after the other: the next rows are made while the database writes the last. */
  insertEach(inserts: Iterable<Insert>): Promise<void>;
}

export interface Insert<Rows = Param[][] | MadeRows> {
  table: string;
  columns: readonly string[];
  rows: Rows;
  onConflict: OnConflict;
}

/**
 * Rows as they go to the database, of each engine its own kind. They can be written once and in one way only (to another
 * thread, by LOAD DATA): a transaction that is repeated has to do without them.
 */
export type MadeRows = PackedRows | Buffer;

/** Takes the rows of an insert one by one. */
export interface RowSink {
  add(row: Param[]): void;
  insert(): Insert;
}

export type OpenSink = (table: string, columns: readonly string[], onConflict: OnConflict) => RowSink;

/** Keeps rows as they are. */
export const plainSink: OpenSink = (table, columns, onConflict) => {
  const rows: Param[][] = [];
  return { add: (row) => void rows.push(row), insert: () => ({ table, columns, rows, onConflict }) };
};

const areMade = (rows: Insert['rows']): rows is MadeRows => !Array.isArray(rows);

export interface Database {
  dialect: Dialect;
  sequelize: Sequelize;
  models: Models;
  /** A statement that reads, with `?` placeholders; dates and sums still need `asDate` and `asBigInt` (values.ts). */
  read<T>(sql: string, params?: Param[]): Promise<T[]>;
  /** The same for what many ask at once: they get the same rows, which none of them may change (shared-reads.ts). */
  readShared: <T>(sql: string, params?: Param[]) => Promise<readonly Readonly<T>[]>;
  /** Milliseconds since 1970 by the database's clock: processes compare times of it, since their own may disagree. */
  now(): Promise<number>;
  /** Repeated when the engine gave up on it (deadlock, lock time-out, busy, LOAD DATA refused): `work` must be repeatable. */
  transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  /** Does what can be done of an insert before its transaction begins, and keeps nothing else of its rows. */
  openSink: OpenSink;
  /** Writes rows as a transaction of their own, with one trip to the database; few enough for a statement. */
  insert(insert: Insert<Param[][]>): Promise<void>;
  /** A way into this database for a worker thread of this process, and what must be transferred with it. */
  share(): { access: DatabaseAccess; transfer: MessagePort[] };
  close(): Promise<void>;
}

/** How a database is reached: by URL, as an embedded file, or from a worker thread through its process's writer. */
export type DatabaseAccess = { url: string } | { file: string } | { file: string; writer: MessagePort };

const TRIES = 5;

export const isUniqueViolation = (error: unknown): boolean =>
  (error as { name?: string }).name === 'SequelizeUniqueConstraintError' ||
  codeOf(error) === 'ER_DUP_ENTRY' ||
  (codeOf(error) === 'SQLITE_CONSTRAINT' && /UNIQUE/.test((error as Error).message));

export function accessOf(config: { databaseUrl: string | null; dataDir: string }): DatabaseAccess {
  return config.databaseUrl ? { url: config.databaseUrl } : { file: join(config.dataDir, 'xeno.db') };
}

/** `readers`: threads that read an embedded database; none are enough for a few statements, and take less to start. */
export function openDatabase(access: DatabaseAccess, { readers = 2 } = {}): Database {
  return 'url' in access ? openMysql(access.url) : openSqlite(access, readers);
}

/** Of one table, about as many as most batches of records have. */
const ROWS_OF_A_BATCH = 128;

function openSqlite(access: Exclude<DatabaseAccess, { url: string }>, readers: number): Database {
  const engine = 'writer' in access ? null : SqliteEngine.open(access.file, { readers });
  const driver = sqliteDialect(
    'writer' in access
      ? { writer: access.writer, readers: [] }
      : { writer: engine!.writerPort(), readers: engine!.readerPorts() },
  );
  const sequelize = new Sequelize({
    dialect: 'sqlite',
    storage: access.file,
    dialectModule: driver,
    logging: false,
    // the writer sees to them; Sequelize would ask a reader's thread to, at the beginning of each transaction
    ...{ foreignKeys: false },
    define: { underscored: true },
  });
  const call = (connection: SqliteConnection, sql: string, params: Param[] = []) =>
    new Promise<{ rows: Record<string, unknown>[]; changes: number }>((resolve, reject) => {
      connection.all(sql, params, function (error, rows) {
        if (error) reject(error);
        else resolve({ rows, changes: this.changes });
      });
    });
  const insertion = (insert: Insert) => {
    const { table, columns, rows, onConflict } = insert;
    return {
      into: `INSERT INTO ${table} (${columns.join(',')})`,
      rows: areMade(rows) ? (rows as PackedRows) : packRows(rows),
      tail: conflictTail('sqlite', onConflict),
    };
  };
  const direct = new driver.Database(access.file, undefined);

  return assemble('sqlite', sequelize, {
    openSink: (table, columns, onConflict) => {
      let packer: RowPacker | null = null;
      return {
        add: (row) => (packer ??= new RowPacker(columns.length, ROWS_OF_A_BATCH)).add(row),
        insert: () => ({ table, columns, rows: packer?.end() ?? [], onConflict }),
      };
    },
    read: async (sql, params) => (await call(direct, sql, params)).rows,
    query: async (connection, sql, params) => (await call(connection as SqliteConnection, sql, params)).rows,
    run: async (connection, sql, params) => (await call(connection as SqliteConnection, sql, params)).changes,
    // each trip to the writer's thread and back holds up all others who want to write
    write: async (connection, sql, params = []) => (connection as SqliteConnection).defer(sql, params),
    insertEach: async (connection, inserts) => {
      for (const one of inserts) {
        const { into, rows, tail } = insertion(one);
        (connection as SqliteConnection).deferInsert(into, rows, tail);
      }
    },
    commit: async (connection) => void (await call(connection as SqliteConnection, 'COMMIT')),
    insertAlone: (one) =>
      new Promise((resolve, reject) => {
        const { into, rows, tail } = insertion(one);
        direct.insert(into, rows, tail, (error) => (error ? reject(error) : resolve()));
      }),
    share: () => {
      if (!engine) throw new Error('A worker thread cannot share its database further.');
      const writer = engine.patientWriterPort();
      return { access: { file: access.file, writer }, transfer: [writer] };
    },
    reconnect: async () => {}, // a file has no other server
    close: async () => {
      driver.close();
      await engine?.close();
    },
  });
}

/** Below max_allowed_packet of every server in use (16 MB by default), by a rough count of characters. */
const MAX_STATEMENT_CHARACTERS = 2_000_000;
/** Fewer rows are not worth the server's asking for them. */
const ENOUGH_TO_LOAD = 50;

/**
 * Text that needs no escaping between single quotes, most bodies of webhooks among it; the driver would escape each of
 * their double quotes.
 */
const STANDS_AS_IT_IS = /^[^'\\\0]*$/;

function openMysql(url: string): Database {
  // Sequelize takes the driver from the scheme; ours speaks to MariaDB too
  const sequelize = new Sequelize(url.replace(/^mariadb:/, 'mysql:'), {
    dialect: 'mysql',
    logging: false,
    define: { underscored: true },
    timezone: '+00:00',
    pool: { max: 10, min: 0, idle: 10_000, acquire: 30_000 },
    isolationLevel: Transaction.ISOLATION_LEVELS.READ_COMMITTED,
    dialectOptions: { supportBigNumbers: true, bigNumberStrings: true, charset: 'utf8mb4' },
  });
  const { pool } = sequelize.connectionManager as unknown as { pool: { destroyAllNow(): Promise<void> } };
  const reconnect = () => pool.destroyAllNow();
  // what models do outside of a transaction
  const query = sequelize.query.bind(sequelize) as (...args: unknown[]) => Promise<unknown>;
  sequelize.query = (async (...args: unknown[]) => {
    try {
      return await query(...args);
    } catch (error) {
      if (isReadOnly(error)) await reconnect();
      throw error;
    }
  }) as typeof sequelize.query;
  // an empty list of parameters would have the statement searched for their places
  const call = (connection: Connection, sql: string, params: unknown[] | null = null) =>
    new Promise<unknown>((resolve, reject) => {
      connection.query(sql, params, (error, result) => (error ? reject(error) : resolve(result)));
    });

  /** An INSERT, made now and sent when it is called. */
  const insertion = (connection: Connection, { table, columns, rows, onConflict }: Insert) => {
    if (areMade(rows)) throw new TypeError('Rows that were made for LOAD DATA cannot be written otherwise.');
    // what needs no escaping is most of it, and the driver takes its time to find that out
    const literal = (value: Param) => {
      if (typeof value === 'number' || typeof value === 'bigint') return String(value);
      if (value === null) return 'NULL';
      return typeof value === 'string' && STANDS_AS_IT_IS.test(value) ? `'${value}'` : connection.escape(value);
    };
    const values = rows.map((row) => `(${row.map(literal).join(',')})`).join(',');
    const sql = `INSERT INTO ${table} (${columns.join(',')}) VALUES ${values}${conflictTail('mysql', onConflict)}`;
    return () => call(connection, sql);
  };

  /** Null as long as nobody has asked. */
  let allowed: boolean | null = null;
  const isForLoad = (rows: Param[][], onConflict: OnConflict) =>
    onConflict === null && rows.length >= ENOUGH_TO_LOAD && allowed !== false;
  const mayLoad = async (connection: Connection) => (allowed ??= await allowsLoadData(connection));

  /** As `insertion`, of rows that are not there yet, the cheapest way that the server allows. */
  const loading = (connection: Connection, insert: Insert) => {
    const file = areMade(insert.rows) ? (insert.rows as Buffer) : fileOf(insert.rows);
    return () =>
      loadData(connection, insert.table, insert.columns, file).catch((error: unknown) => {
        if (!isLoadRefused(error)) throw error;
        allowed = false;
        if (areMade(insert.rows)) throw error;
        return insertion(connection, insert)();
      });
  };

  /** Outside of a transaction. */
  async function connected<T>(type: 'read' | 'write', work: (connection: Connection) => Promise<T>): Promise<T> {
    const manager = sequelize.connectionManager as unknown as {
      getConnection(options: object): Promise<Connection>;
      releaseConnection(connection: Connection): void;
    };
    const connection = await manager.getConnection({ type });
    try {
      return await work(connection);
    } finally {
      manager.releaseConnection(connection);
    }
  }

  return assemble('mysql', sequelize, {
    openSink: (table, columns, onConflict) => {
      // only if it is known that the server takes it so
      if (!allowed || onConflict !== null) return plainSink(table, columns, onConflict);
      const rows: Param[][] = [];
      let file: RowFile | null = null;
      return {
        add(row) {
          if (file) return file.add(row);
          if (rows.push(row) < ENOUGH_TO_LOAD) return;
          file = new RowFile();
          for (const one of rows.splice(0)) file.add(one);
        },
        insert: () => ({ table, columns, rows: file?.end() ?? rows, onConflict }),
      };
    },
    read: (sql, params) =>
      connected('read', async (connection) => (await call(connection, sql, params)) as Record<string, unknown>[]),
    query: async (connection, sql, params) =>
      (await call(connection as Connection, sql, params)) as Record<string, unknown>[],
    run: async (connection, sql, params) =>
      ((await call(connection as Connection, sql, params)) as ResultSetHeader).affectedRows,
    write: async (connection, sql, params) => void (await call(connection as Connection, sql, params)),
    commit: async () => {}, // Sequelize does
    insertEach: async (connection, inserts) => {
      const server = connection as Connection;
      let written: Promise<unknown> = Promise.resolve();
      for (const insert of inserts) {
        const byLoadData =
          areMade(insert.rows) || (isForLoad(insert.rows, insert.onConflict) && (await mayLoad(server)));
        for (const rows of areMade(insert.rows) ? [insert.rows] : partsOf(insert.rows)) {
          const write = (byLoadData ? loading : insertion)(server, { ...insert, rows });
          // none is sent before the last has succeeded: after a deadlock it would be a transaction of its own
          await written;
          written = write();
          written.catch(() => {}); // told by the await
        }
      }
      await written;
    },
    insertAlone: (insert) =>
      connected('write', async (connection) => {
        const [, ...others] = partsOf(insert.rows);
        if (others.length > 0) throw new RangeError('Too much for one statement.');
        await insertion(connection, insert)();
      }),
    share: () => ({ access: { url }, transfer: [] }),
    reconnect,
    close: () => sequelize.close(),
  });
}

/** Rows in parts that fit into one packet each. */
function* partsOf(rows: Param[][]): Generator<Param[][]> {
  let start = 0;
  let size = 0;
  for (let i = 0; i < rows.length; i++) {
    for (const value of rows[i]!) size += typeof value === 'string' ? value.length + 3 : 12;
    if (size < MAX_STATEMENT_CHARACTERS && i < rows.length - 1) continue;
    yield start === 0 && i === rows.length - 1 ? rows : rows.slice(start, i + 1);
    start = i + 1;
    size = 0;
  }
}

interface Raw {
  openSink: OpenSink;
  read(sql: string, params?: Param[]): Promise<Record<string, unknown>[]>;
  query(connection: unknown, sql: string, params?: Param[]): Promise<Record<string, unknown>[]>;
  run(connection: unknown, sql: string, params?: Param[]): Promise<number>;
  write(connection: unknown, sql: string, params?: Param[]): Promise<void>;
  insertEach(connection: unknown, inserts: Iterable<Insert>): Promise<void>;
  /** At the end of a transaction, before Sequelize does. */
  commit(connection: unknown): Promise<void>;
  /** Outside of a transaction. */
  insertAlone(insert: Insert<Param[][]>): Promise<void>;
  share: Database['share'];
  /** Gives up the connections that are there: the next ones may lead to another server. */
  reconnect(): Promise<void>;
  close(): Promise<void>;
}

function* filled(inserts: Iterable<Insert>): Generator<Insert> {
  for (const insert of inserts) if (areMade(insert.rows) || insert.rows.length > 0) yield insert;
}

function assemble(dialect: Dialect, sequelize: Sequelize, raw: Raw): Database {
  const models = defineModels(sequelize);
  const clock = `SELECT ${databaseNow(dialect, 0)} AS now`;
  const timeOf = ([row]: Record<string, unknown>[]) => asDate(row!.now)!.getTime();
  async function repeated<T>(work: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await work();
      } catch (error) {
        if (isReadOnly(error)) await raw.reconnect();
        // what was refused is known now, and done otherwise
        if (attempt >= TRIES || !(isRepeatable(error) || isLoadRefused(error))) throw error;
        await sleep(Math.random() * 50 * 2 ** attempt);
      }
    }
  }

  const read = async <T>(sql: string, params?: Param[]) => (await raw.read(sql, params)) as T[];
  return {
    dialect,
    sequelize,
    models,
    read,
    readShared: sharedReads(read),
    now: async () => timeOf(await raw.read(clock)),
    openSink: raw.openSink,
    transaction: (work) =>
      repeated(() =>
        sequelize.transaction(async (transaction) => {
          const { connection } = transaction as unknown as { connection: unknown };
          const result = await work({
            transaction,
            query: async <T>(sql: string, params?: Param[]) => (await raw.query(connection, sql, params)) as T[],
            now: async () => timeOf(await raw.query(connection, clock)),
            run: (sql, params) => raw.run(connection, sql, params),
            write: (sql, params) => raw.write(connection, sql, params),
            insert: (table, columns, rows, onConflict) =>
              raw.insertEach(connection, filled([{ table, columns, rows, onConflict }])),
            insertEach: (inserts) => raw.insertEach(connection, filled(inserts)),
          });
          await raw.commit(connection);
          return result;
        }),
      ),
    insert: (insert) => repeated(() => raw.insertAlone(insert)),
    share: raw.share,
    close: raw.close,
  };
}
