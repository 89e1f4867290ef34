/** The column types of the migrations in each dialect. Tables are made with `t.table`, clustered by their primary key. */
export interface Types {
  dialect: Dialect;
  /** 64-bit id: ours, or Shopify's (never above 2^63 − 1, which is what SQLite holds). */
  id: string;
  int: string;
  /** Minor units of a currency. */
  money: string;
  bool: string;
  /** UTC with milliseconds. */
  instant: string;
  /** A day of the store's own calendar. */
  date: string;
  string: (length: number) => string;
  text: string;
  /** The end of a CREATE TABLE statement. */
  table: string;
}

export type Dialect = 'sqlite' | 'mysql';

const SQLITE: Types = {
  dialect: 'sqlite',
  id: 'BIGINT',
  int: 'INTEGER',
  money: 'BIGINT',
  bool: 'BOOLEAN',
  instant: 'DATETIME',
  date: 'DATE',
  string: (length) => `VARCHAR(${length})`,
  text: 'TEXT',
  table: ') WITHOUT ROWID',
};

const MYSQL: Types = {
  dialect: 'mysql',
  id: 'BIGINT UNSIGNED',
  int: 'INT',
  money: 'BIGINT',
  bool: 'TINYINT(1)',
  instant: 'DATETIME(3)',
  date: 'DATE',
  string: (length) => `VARCHAR(${length})`,
  text: 'MEDIUMTEXT',
  table: ') ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin',
};

export const typesOf = (dialect: Dialect): Types => (dialect === 'sqlite' ? SQLITE : MYSQL);
