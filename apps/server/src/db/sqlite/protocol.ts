/** What a connection asks of a database thread, and what it is told. */
import type { MessagePort } from 'node:worker_threads';
import type { PackedRows } from './packed-rows.ts';

export type SqlValue = null | string | number | bigint | Uint8Array;

export interface SqliteRequest {
  id: number;
  /** Connections are told apart by number; a transaction belongs to one of them. */
  connection: number;
  sql: string;
  params: SqlValue[];
  /** When given, these are inserted: `sql` ends before VALUES, `tail` follows the rows, and `params` is not used. */
  insert?: { rows: PackedRows; tail: string };
  /** The first statement of a transaction, which begins with it. */
  begin?: boolean;
  /** Nobody waits for the answer: if it fails, the transaction does nothing any more but to be rolled back. */
  deferred?: boolean;
  /** Ends the connection: an open transaction is rolled back. */
  end?: boolean;
}

export interface SqliteAnswer {
  id: number;
  columns?: string[];
  /** In the order of `columns`. Integers beyond 2^53 are text. */
  rows?: unknown[][];
  lastID?: number;
  changes?: number;
  error?: { message: string; code: string };
}

export interface ThreadData {
  file: string;
  role: 'writer' | 'reader' | 'checkpointer';
  /** How long a transaction waits for its turn to write, in milliseconds. */
  gateTimeoutMs: number;
}

/** `patience`: how many of those who ask later may write before who asks through this port. */
export type ThreadMessage = { port: MessagePort; patience: number } | { close: true };

export const isBegin = (sql: string) => /^\s*BEGIN\b/i.test(sql);
export const isRollback = (sql: string) => /^\s*ROLLBACK\s*;?\s*$/i.test(sql);
export const isEnd = (sql: string) => isRollback(sql) || /^\s*COMMIT\s*;?\s*$/i.test(sql);
export const isRead = (sql: string) =>
  /^\s*(SELECT|PRAGMA|EXPLAIN|VALUES)\b/i.test(sql) ||
  (/^\s*WITH\b/i.test(sql) && !/\b(INSERT|UPDATE|DELETE|REPLACE)\b/i.test(sql));
