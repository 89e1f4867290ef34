import { audit, type AuditEntry } from '@xeno/contracts';
import { stringify } from 'csv-stringify';
import { Readable } from 'node:stream';
import type { Database, Param } from '../db/database.ts';
import { emailOf } from '../db/deleted-account.ts';
import { asDate } from '../db/values.ts';
import { instantsOf } from '../http/instant.ts';
import { pageOf, type Position, readCursor } from '../http/paging.ts';
import { handle, type HandledRoute } from '../http/routes.ts';
import { subjectNames } from './subject-names.ts';

interface Filter {
  action?: string;
  user_id?: string;
  from?: string;
  to?: string;
}

const AT_ONCE = 1_000;

/** Who did what to a store. Entries are written where it is done (db/audit.ts), and never changed. */
export const auditRoutes = (db: Database): HandledRoute[] => [
  handle(audit.listEntries, async ({ actor, query }) => {
    const { limit = 20, cursor, ...filter } = query;
    const entries = await readEntries(db, actor.tenantId, filter, limit + 1, readCursor(cursor));
    return pageOf(entries, limit, positionOf);
  }),

  handle(audit.listPeople, async ({ actor }) => {
    const rows = await db.read<{ id: string | number; name: string; email: string }>(
      `SELECT id, name, email FROM users
       WHERE id IN (SELECT user_id FROM audit_log WHERE tenant_id = ? AND user_id IS NOT NULL) ORDER BY name, id`,
      [BigInt(actor.tenantId)],
    );
    return { data: rows.map(({ id, name, email }) => ({ userId: String(id), name, email: emailOf(email) })) };
  }),

  handle(audit.exportEntries, async ({ actor, query, reply }) => {
    // what is wrong with the filter must be told before the first line
    const first = await readEntries(db, actor.tenantId, query, AT_ONCE, null);
    async function* rows() {
      for (let entries = first; ;) {
        for (const { detail, ...entry } of entries) yield { ...entry, detail: JSON.stringify(detail) };
        const last = entries.at(-1);
        if (!last || entries.length < AT_ONCE) return;
        entries = await readEntries(db, actor.tenantId, query, AT_ONCE, positionOf(last));
      }
    }
    const columns = [
      'happenedAt',
      'userId',
      'userName',
      'userEmail',
      'action',
      'subject',
      'subjectName',
      'detail',
      'address',
    ];
    // a cell must not become a formula in a spreadsheet
    const table = Readable.from(rows()).pipe(stringify({ header: true, columns, escape_formulas: true, bom: true }));
    reply.header('content-disposition', 'attachment; filename="audit-log.csv"');
    await reply.type('text/csv; charset=utf-8').send(table);
    return '';
  }),
];

const positionOf = ({ happenedAt, id }: AuditEntry): Position => ({ at: new Date(happenedAt), id });

async function readEntries(
  db: Database,
  tenantId: string,
  filter: Filter,
  limit: number,
  before: Position | null,
): Promise<AuditEntry[]> {
  const conditions: [string, ...Param[]][] = [['a.tenant_id = ?', BigInt(tenantId)]];
  if (filter.action !== undefined) {
    // what actions begin with, as words: no pattern of the caller's gets into the statement
    const begins = filter.action.split(',');
    conditions.push([
      `(${begins.map(() => 'SUBSTR(a.action, 1, ?) = ?').join(' OR ')})`,
      ...begins.flatMap((words) => [words.length, words]),
    ]);
  }
  if (filter.user_id !== undefined) conditions.push(['a.user_id = ?', filter.user_id]);
  const { from, to } = instantsOf(filter);
  if (from) conditions.push(['a.happened_at >= ?', from]);
  if (to) conditions.push(['a.happened_at < ?', to]);
  if (before) {
    conditions.push([
      '(a.happened_at < ? OR (a.happened_at = ? AND a.id < ?))',
      before.at,
      before.at,
      BigInt(before.id),
    ]);
  }
  const rows = await db.read<Record<string, unknown>>(
    `SELECT a.*, u.name AS user_name, u.email AS user_email FROM audit_log a LEFT JOIN users u ON u.id = a.user_id
     WHERE ${conditions.map(([sql]) => sql).join(' AND ')} ORDER BY a.happened_at DESC, a.id DESC LIMIT ${limit}`,
    conditions.flatMap(([, ...params]) => params),
  );
  const entries = rows.map(viewEntry);
  const names = await subjectNames(db, tenantId, entries);
  return entries.map((entry) => ({ ...entry, subjectName: names(entry) }));
}

const viewEntry = (row: Record<string, unknown>): Omit<AuditEntry, 'subjectName'> => ({
  id: String(row.id as string),
  happenedAt: asDate(row.happened_at)!.toISOString(),
  userId: row.user_id === null ? null : String(row.user_id as string),
  userName: row.user_name as string | null,
  userEmail: emailOf(row.user_email as string | null),
  action: row.action as string,
  subject: row.subject as string | null,
  detail: JSON.parse(row.detail as string) as Record<string, unknown>,
  address: row.address as string | null,
});
