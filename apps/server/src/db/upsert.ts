import type { Dialect } from './types.ts';

/**
 * What to do with a row whose key is there already: `keys` names the key, the others the columns to overwrite, to add to,
 * or to keep the less of (null is the least).
 * Null where no row can be there: a double is then an error.
 */
export type OnConflict = Upsert | null;

interface Upsert {
  keys: readonly string[];
  replace?: readonly string[];
  add?: readonly string[];
  least?: readonly string[];
}

/** The end of a multi-row INSERT. MySQL's `AS new` alias is unknown to MariaDB, hence VALUES(). */
export function conflictTail(dialect: Dialect, onConflict: OnConflict): string {
  if (onConflict === null) return '';
  const { keys, replace = [], add = [], least = [] } = onConflict;
  if (replace.length + add.length + least.length === 0) {
    return dialect === 'sqlite'
      ? ` ON CONFLICT (${keys.join(',')}) DO NOTHING`
      : ` ON DUPLICATE KEY UPDATE ${keys[0]}=${keys[0]}`;
  }
  const incoming = (column: string) => (dialect === 'sqlite' ? `excluded.${column}` : `VALUES(${column})`);
  const sets = [
    ...replace.map((column) => `${column}=${incoming(column)}`),
    ...add.map((column) => `${column}=${column}+${incoming(column)}`),
    ...least.map((column) => `${column}=${dialect === 'sqlite' ? 'MIN' : 'LEAST'}(${column},${incoming(column)})`),
  ].join(',');
  return dialect === 'sqlite'
    ? ` ON CONFLICT (${keys.join(',')}) DO UPDATE SET ${sets}`
    : ` ON DUPLICATE KEY UPDATE ${sets}`;
}
