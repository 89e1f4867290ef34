/** The engine's own code of an error, wherever Sequelize has put it. */
export function codeOf(error: unknown): string | undefined {
  const { code, original, parent } = error as { code?: string; original?: unknown; parent?: unknown };
  return code ?? (original ? codeOf(original) : parent ? codeOf(parent) : undefined);
}

/** The server has become a replica, as when another one took its place. */
const READ_ONLY = new Set(['ER_OPTION_PREVENTS_STATEMENT', 'ER_READ_ONLY_MODE']);
/** The engine gave up on a transaction that may succeed when it is done again from its beginning. */
const REPEATABLE = new Set([
  'ER_LOCK_DEADLOCK',
  'ER_LOCK_WAIT_TIMEOUT',
  'ER_CHECKREAD',
  'ER_XA_RBDEADLOCK',
  'SQLITE_BUSY',
  ...READ_ONLY,
]);
/** What a DDL statement of MySQL says the second time. */
const DONE_ALREADY = new Set([
  'ER_TABLE_EXISTS_ERROR',
  'ER_DUP_FIELDNAME',
  'ER_DUP_KEYNAME',
  'ER_BAD_TABLE_ERROR',
  'ER_CANT_DROP_FIELD_OR_KEY',
]);
/** The server takes no connection, or ends those that there are. */
const TURNED_AWAY = new Set(['ER_CON_COUNT_ERROR', 'ER_SERVER_SHUTDOWN']);
/** No room, for the database or for a file. */
const FULL = new Set(['ENOSPC', 'SQLITE_FULL', 'ER_RECORD_FILE_FULL', 'ER_DISK_FULL']);
/** No room, or no way to write. */
const UNWRITABLE = new Set([...FULL, 'SQLITE_IOERR', 'SQLITE_READONLY', 'ER_ERROR_ON_WRITE']);

const hasCode = (codes: ReadonlySet<string>) => (error: unknown) => codes.has(codeOf(error) ?? '');

export const isReadOnly = hasCode(READ_ONLY);
export const isDoneAlready = hasCode(DONE_ALREADY);
export const isRepeatable = hasCode(REPEATABLE);
const isTurnedAway = hasCode(TURNED_AWAY);
const hasNoRoom = hasCode(FULL);
const isUnwritable = hasCode(UNWRITABLE);

/** What another thread says that has found the database away. */
export class DatabaseAway extends Error {
  override name = 'DatabaseAway';
}

/** What another thread says that has found no room. */
export class DiskFull extends Error {
  override name = 'DiskFull';
}

export const isFull = (error: unknown): boolean => hasNoRoom(error) || error instanceof DiskFull;

/** The database is away, read-only or too busy, which passes by itself: whatever was being done goes on then. */
export function isAway(error: unknown): boolean {
  const { name, fatal, original } = error as { name?: string; fatal?: boolean; original?: { fatal?: boolean } };
  const isDisconnected = (fatal ?? original?.fatal) === true || /^SequelizeConnection/.test(name ?? '');
  return isDisconnected || isTurnedAway(error) || isRepeatable(error) || error instanceof DatabaseAway;
}

/** The database cannot do its work for now, whatever is asked of it: away, or full. */
export const isUnavailable = (error: unknown): boolean => isAway(error) || isUnwritable(error);
