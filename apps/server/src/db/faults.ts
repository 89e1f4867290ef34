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
/** No room, or no way to write. */
const UNWRITABLE = new Set([
  'SQLITE_FULL',
  'SQLITE_IOERR',
  'SQLITE_READONLY',
  'ER_RECORD_FILE_FULL',
  'ER_DISK_FULL',
  'ER_ERROR_ON_WRITE',
  'ER_CON_COUNT_ERROR',
  'ER_SERVER_SHUTDOWN',
]);

const hasCode = (codes: ReadonlySet<string>) => (error: unknown) => codes.has(codeOf(error) ?? '');

export const isReadOnly = hasCode(READ_ONLY);
export const isRepeatable = hasCode(REPEATABLE);
const isUnwritable = hasCode(UNWRITABLE);

/** The database cannot do its work for now, whatever is asked of it: away, full, read-only, or too busy. */
export function isUnavailable(error: unknown): boolean {
  const { name, fatal, original } = error as { name?: string; fatal?: boolean; original?: { fatal?: boolean } };
  const isDisconnected = (fatal ?? original?.fatal) === true || /^SequelizeConnection/.test(name ?? '');
  return isDisconnected || isRepeatable(error) || isUnwritable(error);
}
