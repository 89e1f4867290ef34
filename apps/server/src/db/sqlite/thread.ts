/**
 * A database thread. The writer owns the only writing connection of the process; who may write is decided here,
 * first come first served, but for back-fills, which let others go first. SQLite's own lock is not fair: it polls, and a
 * back-fill that commits without pause would starve everybody else.
 */
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { unpackRows } from './packed-rows.ts';
import {
  isEnd,
  isRead,
  isRollback,
  type SqliteAnswer,
  type SqliteRequest,
  type SqlValue,
  type ThreadData,
  type ThreadMessage,
} from './protocol.ts';

const { file, role, gateTimeoutMs } = workerData as ThreadData;

/** How many rows an INSERT has. Many at once cost half as much as one by one; few sizes are few statements to prepare. */
const ROWS_AT_ONCE = [64, 8, 1];

class Handle {
  readonly db: DatabaseSync;
  private readonly statements = new Map<string, StatementSync>();
  private readonly columns = new WeakMap<StatementSync, string[]>();

  constructor(writable: boolean) {
    this.db = new DatabaseSync(file, { timeout: 10_000, enableForeignKeyConstraints: true });
    // kilobytes; whoever reads has the system's cache as well
    this.db.exec(`PRAGMA cache_size=-${writable ? 16_000 : 6_000}; PRAGMA temp_store=MEMORY;`);
    // FULL: a commit is on the disk before anyone is told so
    if (writable) this.db.exec('PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=8000;');
    else this.db.exec('PRAGMA query_only=ON');
  }

  prepare(sql: string): StatementSync {
    const known = this.statements.get(sql);
    if (known) return known;
    const statement = this.db.prepare(sql);
    statement.setReturnArrays(true);
    // what writes cannot be done again to be read otherwise
    if (!isRead(sql)) statement.setReadBigInts(true);
    if (this.statements.size >= 300) this.statements.delete(this.statements.keys().next().value!);
    this.statements.set(sql, statement);
    return statement;
  }

  run(request: SqliteRequest): Omit<SqliteAnswer, 'id'> {
    if (request.insert) return { changes: this.insert(request.sql, request.insert) };
    const statement = this.prepare(request.sql);
    if (this.columnsOf(statement).length > 0) {
      const rows = rowsOf(statement, request.params);
      return { columns: this.columnsOf(statement, rows[0]?.length), rows };
    }
    const result = statement.run(...request.params);
    return { lastID: Number(result.lastInsertRowid), changes: Number(result.changes) };
  }

  /** To ask SQLite each time would cost more than to read a row. `width` tells of a table that was altered meanwhile. */
  private columnsOf(statement: StatementSync, width?: number): string[] {
    const known = this.columns.get(statement);
    if (known && (width ?? known.length) === known.length) return known;
    const columns = statement.columns().map(({ name }) => name);
    this.columns.set(statement, columns);
    return columns;
  }

  private insert(into: string, { rows, tail }: NonNullable<SqliteRequest['insert']>): number {
    const row = `(${Array.from({ length: rows.columns }, () => '?').join(',')})`;
    const total = rows.cells.length / rows.columns;
    const valuesOf = unpackRows(rows);
    let changes = 0;
    let done = 0;
    for (const size of ROWS_AT_ONCE) {
      if (total - done < size) continue;
      const statement = this.prepare(`${into} VALUES ${`${row},`.repeat(size - 1)}${row}${tail}`);
      for (; total - done >= size; done += size) {
        changes += Number(statement.run(...valuesOf(done, size)).changes);
      }
    }
    return changes;
  }
}

/** Most rows have no integer beyond 2^53; a statement that meets one reads all of its own the slower way from then on. */
function rowsOf(statement: StatementSync, params: SqlValue[]): unknown[][] {
  const read = () => statement.all(...params) as unknown as unknown[][];
  try {
    return read().map(plain);
  } catch (error) {
    if ((error as { code?: string }).code !== 'ERR_OUT_OF_RANGE') throw error;
    statement.setReadBigInts(true);
    return read().map(plain);
  }
}

/** Integers beyond 2^53 become strings; the others are numbers. */
function plain(row: unknown[]): unknown[] {
  for (let i = 0; i < row.length; i++) {
    const value = row[i];
    if (typeof value !== 'bigint') continue;
    const number = Number(value);
    row[i] = Number.isSafeInteger(number) ? number : value.toString();
  }
  return row;
}

function describe(error: unknown): { message: string; code: string } {
  const { message, errcode } = error as { message: string; errcode?: number };
  const primary = errcode === undefined ? 1 : errcode & 0xff;
  const code =
    primary === 5 || primary === 6
      ? 'SQLITE_BUSY'
      : primary === 19
        ? 'SQLITE_CONSTRAINT'
        : primary === 13
          ? 'SQLITE_FULL'
          : primary === 8
            ? 'SQLITE_READONLY'
            : primary === 10
              ? 'SQLITE_IOERR'
              : 'SQLITE_ERROR';
  return { code, message: `${code}: ${message}` };
}

interface Waiting {
  owner: string;
  /** How many of those who came later may still go first. */
  patience: number;
  proceed: () => void;
  timer: NodeJS.Timeout;
}

/** Who holds the right to write, and who waits for it. */
class Gate {
  private holder: string | null = null;
  private readonly queue: Waiting[] = [];

  acquire(owner: string, patience: number, proceed: () => void, refuse: () => void): void {
    if (this.holder === null) {
      this.holder = owner;
      proceed();
      return;
    }
    const waiting: Waiting = {
      owner,
      patience,
      proceed,
      timer: setTimeout(() => {
        this.queue.splice(this.queue.indexOf(waiting), 1);
        refuse();
      }, gateTimeoutMs),
    };
    this.queue.push(waiting);
  }

  holds(owner: string): boolean {
    return this.holder === owner;
  }

  release(owner: string): void {
    if (this.holder !== owner) return;
    const next = this.next();
    this.holder = next?.owner ?? null;
    if (next) {
      clearTimeout(next.timer);
      next.proceed();
    }
  }

  private next(): Waiting | undefined {
    const hurried = this.queue.findIndex(({ patience }) => patience === 0);
    if (hurried <= 0) return this.queue.shift();
    for (const passed of this.queue.slice(0, hurried)) passed.patience--;
    return this.queue.splice(hurried, 1)[0];
  }

  abandon(owner: (name: string) => boolean): void {
    for (const waiting of this.queue.filter((w) => owner(w.owner))) {
      clearTimeout(waiting.timer);
      this.queue.splice(this.queue.indexOf(waiting), 1);
    }
  }
}

/** A connection's, from its first statement on. */
interface Transaction {
  isOpen: boolean;
  /** Why nothing of it is done any more, but to roll it back. */
  refused: SqliteAnswer['error'] | null;
  /** What was sent before it was its turn to write. */
  waiting: SqliteRequest[];
}

const BUSY = { code: 'SQLITE_BUSY', message: 'SQLITE_BUSY: timed out while waiting to write' };
const ENDED = { code: 'SQLITE_MISUSE', message: 'SQLITE_MISUSE: the transaction has ended' };

const handle = new Handle(role === 'writer');
// what is read outside a transaction must not see another one's uncommitted rows
const committed = role === 'writer' ? new Handle(false) : handle;
const gate = new Gate();
/** Those who ask, and what becomes of what they have begun when they leave. */
const ports = new Map<MessagePort, () => void>();
let lastPort = 0;

function serve(port: MessagePort, patience: number): void {
  const name = `p${++lastPort}`;
  const transactions = new Map<string, Transaction>();
  let single = 0;

  const refuse = (id: number, error: NonNullable<SqliteAnswer['error']>) =>
    port.postMessage({ id, error } satisfies SqliteAnswer);
  /** Gives why it failed, if it did. */
  const answer = (id: number, work: () => Omit<SqliteAnswer, 'id'>): SqliteAnswer['error'] | null => {
    try {
      port.postMessage({ id, ...work() } satisfies SqliteAnswer);
      return null;
    } catch (error) {
      const failure = describe(error);
      refuse(id, failure);
      return failure;
    }
  };

  const begin = (owner: string, request: SqliteRequest) => {
    const transaction: Transaction = { isOpen: false, refused: null, waiting: [request] };
    transactions.set(owner, transaction);
    const proceed = () => {
      for (const one of transaction.waiting.splice(0)) perform(owner, transaction, one);
    };
    gate.acquire(
      owner,
      patience,
      () => {
        try {
          handle.db.exec('BEGIN IMMEDIATE');
          transaction.isOpen = true;
        } catch (error) {
          transaction.refused = describe(error);
          gate.release(owner);
        }
        proceed();
      },
      () => {
        transaction.refused = BUSY;
        proceed();
      },
    );
  };

  const perform = (owner: string, transaction: Transaction, request: SqliteRequest) => {
    const { id, sql } = request;
    if (transaction.refused && !isRollback(sql)) {
      refuse(id, transaction.refused);
      return;
    }
    if (transaction.refused && !transaction.isOpen) {
      transactions.delete(owner);
      answer(id, () => ({}));
      return;
    }
    if (!transaction.isOpen) {
      transaction.waiting.push(request);
      return;
    }
    const ends = isEnd(sql);
    const failure = answer(id, () => {
      // what was sent before SQLite's own rollback (disk full) was known must not be written outside
      if (!handle.db.isTransaction && !ends) throw new Error('the transaction was rolled back');
      return handle.run(request);
    });
    if (failure && request.deferred) transaction.refused = failure;
    // a failed COMMIT leaves the transaction open: it is the caller's to roll back
    if (ends && (!failure || !handle.db.isTransaction)) {
      transaction.refused = ENDED;
      transactions.delete(owner);
      gate.release(owner);
    }
  };

  const abort = (owner: string) => {
    const transaction = transactions.get(owner);
    transactions.delete(owner);
    if (!transaction) return;
    gate.abandon((name) => name === owner);
    if (transaction.isOpen && handle.db.isTransaction) handle.db.exec('ROLLBACK');
    if (transaction.isOpen) gate.release(owner);
    for (const { id } of transaction.waiting) refuse(id, ENDED);
  };

  const take = (request: SqliteRequest) => {
    const owner = `${name}.${request.connection}`;
    const transaction = transactions.get(owner);
    if (request.end) {
      abort(owner);
      answer(request.id, () => ({}));
    } else if (transaction) {
      perform(owner, transaction, request);
    } else if (request.begin) {
      begin(owner, request);
    } else if (isRead(request.sql)) {
      answer(request.id, () => committed.run(request));
    } else {
      const once = `${owner}.${++single}`;
      gate.acquire(
        once,
        patience,
        () => {
          answer(request.id, () => (request.insert ? atomically(request) : handle.run(request)));
          gate.release(once);
        },
        () => refuse(request.id, BUSY),
      );
    }
  };

  port.on('message', take);
  const leave = () => {
    ports.delete(port);
    gate.abandon((owner) => owner.startsWith(`${name}.`));
    for (const owner of [...transactions.keys()]) abort(owner);
  };
  ports.set(port, leave);
  port.on('close', leave);
}

function atomically(request: SqliteRequest): Omit<SqliteAnswer, 'id'> {
  handle.db.exec('BEGIN IMMEDIATE');
  try {
    const result = handle.run(request);
    handle.db.exec('COMMIT');
    return result;
  } catch (error) {
    if (handle.db.isTransaction) handle.db.exec('ROLLBACK');
    throw error;
  }
}

parentPort!.on('message', (message: ThreadMessage) => {
  if ('port' in message) {
    serve(message.port, message.patience);
    return;
  }
  // a thread that sleeps at the other end does not close its own
  for (const [port, leave] of ports) {
    leave();
    port.close();
  }
  if (committed !== handle) committed.db.close();
  handle.db.close();
  parentPort!.postMessage('closed');
  parentPort!.close();
});
