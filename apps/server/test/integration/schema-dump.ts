import type { Database } from '../../src/db/database.ts';

/** The schema of a database as readable CREATE statements, in an order of their own; `migrations` keeps its own book. */
export async function dumpSchema(db: Database): Promise<string> {
  const statements = db.dialect === 'sqlite' ? await sqlite(db) : await mysql(db);
  return `${statements.join('\n\n')}\n`;
}

/** SQLite keeps the text of the statements; only its layout is made even. */
async function sqlite(db: Database): Promise<string[]> {
  const rows = await db.read<{ sql: string }>(
    `SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
     ORDER BY tbl_name, type DESC, name`,
  );
  return rows.map(({ sql }) => {
    const [, head, body, tail] = /^(.*?)\s*\((.*)\)(.*)$/s.exec(sql.replaceAll(/\s+/g, ' ').trim())!;
    const parts = splitAtCommas(body!);
    if (!head!.startsWith('CREATE TABLE')) return `${head} (${parts.join(', ')})${tail};`;
    return `${head} (\n${parts.map((part) => `  ${part}`).join(',\n')}\n)${tail};`;
  });
}

function splitAtCommas(text: string): string[] {
  const parts = [''];
  let depth = 0;
  for (const letter of text) {
    if (letter === '(') depth++;
    if (letter === ')') depth--;
    if (letter === ',' && depth === 0) parts.push('');
    else parts[parts.length - 1] += letter;
  }
  return parts.map((part) => part.trim());
}

type Row = Record<string, string | number | null>;

/** Then by name; in JavaScript, since the catalogue's own order differs from version to version. */
const primaryFirst = ([a]: [unknown, unknown], [b]: [unknown, unknown]) =>
  Number(b === 'PRIMARY') - Number(a === 'PRIMARY') || (String(a) < String(b) ? -1 : 1);

/** From the catalogue, not from SHOW CREATE TABLE, whose text every version writes differently. */
async function mysql(db: Database): Promise<string[]> {
  const ask = (columns: string, rest: string) =>
    db.read<Row>(`SELECT ${columns} FROM information_schema.${rest.replace('{here}', 'TABLE_SCHEMA = DATABASE()')}`);
  const tables = await ask(
    'TABLE_NAME AS name, ENGINE AS engine, TABLE_COLLATION AS collation',
    `TABLES WHERE {here} AND TABLE_TYPE = 'BASE TABLE'`,
  );
  const columns = await ask(
    `TABLE_NAME AS tab, COLUMN_NAME AS name, COLUMN_TYPE AS type, IS_NULLABLE AS nullable, COLUMN_DEFAULT AS fallback,
     EXTRA AS extra, COLLATION_NAME AS collation, GENERATION_EXPRESSION AS expression`,
    'COLUMNS WHERE {here} ORDER BY ORDINAL_POSITION',
  );
  const indexes = await ask(
    'TABLE_NAME AS tab, INDEX_NAME AS name, COLUMN_NAME AS col, NON_UNIQUE AS many, SUB_PART AS part, COLLATION AS direction',
    'STATISTICS WHERE {here} ORDER BY SEQ_IN_INDEX',
  );
  const references = await db.read<Row>(
    `SELECT k.TABLE_NAME AS tab, k.CONSTRAINT_NAME AS name, k.COLUMN_NAME AS col, k.REFERENCED_TABLE_NAME AS target,
       k.REFERENCED_COLUMN_NAME AS target_col, r.DELETE_RULE AS on_delete
     FROM information_schema.KEY_COLUMN_USAGE k
     JOIN information_schema.REFERENTIAL_CONSTRAINTS r
       ON r.CONSTRAINT_SCHEMA = k.CONSTRAINT_SCHEMA AND r.CONSTRAINT_NAME = k.CONSTRAINT_NAME AND r.TABLE_NAME = k.TABLE_NAME
     WHERE k.TABLE_SCHEMA = DATABASE() AND k.REFERENCED_TABLE_NAME IS NOT NULL
     ORDER BY k.ORDINAL_POSITION`,
  );

  tables.sort((a, b) => (String(a.name) < String(b.name) ? -1 : 1));
  return tables.map((table) => {
    const of = (rows: Row[]) => rows.filter((row) => row.tab === table.name);
    const groups = (rows: Row[]) => [...Map.groupBy(of(rows), (row) => row.name)].sort(primaryFirst);
    const lines = [
      ...of(columns).map((column) => columnText(column, table)),
      ...groups(indexes).map(([name, parts]) => {
        const list = parts.map(
          ({ col, part, direction }) => `${col}${part ? `(${part})` : ''}${direction === 'D' ? ' DESC' : ''}`,
        );
        const kind = name === 'PRIMARY' ? 'PRIMARY KEY' : `${Number(parts[0]!.many) ? '' : 'UNIQUE '}KEY ${name}`;
        return `${kind} (${list.join(', ')})`;
      }),
      ...groups(references).map(([name, parts]) => {
        const list = (key: string) => parts.map((part) => part[key]).join(', ');
        const { target, on_delete } = parts[0]!;
        // RESTRICT and NO ACTION are one and the same, and versions differ in which they tell
        const rule = ['RESTRICT', 'NO ACTION'].includes(String(on_delete)) ? '' : ` ON DELETE ${on_delete}`;
        return `CONSTRAINT ${name} FOREIGN KEY (${list('col')}) REFERENCES ${target} (${list('target_col')})${rule}`;
      }),
    ];
    return `CREATE TABLE ${table.name} (\n${lines.map((line) => `  ${line}`).join(',\n')}\n) ENGINE=${table.engine} COLLATE=${table.collation};`;
  });
}

function columnText({ name, type, nullable, fallback, extra, collation, expression }: Row, table: Row): string {
  // MySQL 8 shows no display width of integers but tinyint(1); MariaDB shows all
  const plainType = String(type).replace(/\b((?:small|medium|big)?int)\(\d+\)/, '$1');
  const rule = plain(expression);
  // MariaDB says NULL as text where MySQL says nothing
  const standard = fallback === null || fallback === 'NULL' ? '' : ` DEFAULT ${plain(fallback)}`;
  const other = plain(extra)
    .replace(/default_generated ?|(stored|virtual|persistent) generated/g, '')
    .trim();
  return [
    `${name} ${plainType}`,
    collation && collation !== table.collation ? ` COLLATE ${collation}` : '',
    rule ? ` GENERATED ALWAYS AS (${rule}) ${/virtual/i.test(String(extra)) ? 'VIRTUAL' : 'STORED'}` : '',
    nullable === 'NO' ? ' NOT NULL' : '',
    standard,
    other ? ` ${other}` : '',
  ].join('');
}

/** An expression without the quotes, character sets and blanks in which versions differ. */
const plain = (expression: string | number | null | undefined): string =>
  String(expression ?? '')
    .replaceAll('`', '')
    .replaceAll("\\'", "'")
    .replaceAll(/_utf8mb4(?=')/g, '')
    .replaceAll(/,\s*/g, ', ')
    .toLowerCase()
    .trim();
