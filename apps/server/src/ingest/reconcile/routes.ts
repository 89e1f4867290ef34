import { type Finding, type Reconciliation, reconciliation } from '@xeno/contracts';
import { auditRequest } from '../../http/audit-request.ts';
import type { Database } from '../../db/database.ts';
import { asDate } from '../../db/values.ts';
import { BadInput, Conflict, NotFound } from '../../http/errors.ts';
import { pageOf, readCursor } from '../../http/paging.ts';
import { handle, type HandledRoute } from '../../http/routes.ts';
import type { Hint } from '../../jobs/job.ts';
import { makeDueWithin } from '../../jobs/recurring.ts';
import { RECONCILE } from './reconcile.ts';

export const reconciliationRoutes = ({ db, hint }: { db: Database; hint: Hint }): HandledRoute[] => [
  handle(reconciliation.reconcile, async ({ actor, request }) => {
    const tenant = await db.models.Tenant.findByPk(actor.tenantId);
    if (tenant?.status === 'paused') throw new Conflict(tenant.statusReason ?? 'This store is paused.', 'paused');
    if (tenant?.status !== 'connected') {
      throw new Conflict('This store is not connected. Connect it again, then compare.', 'not_connected');
    }
    const { tenantId } = actor;
    const entry = { tenantId, action: 'reconciliation.requested', subject: tenantId };
    await db.transaction(async (tx) => {
      await makeDueWithin(tx, db.dialect, tenantId, RECONCILE, 0);
      await auditRequest(tx, db.dialect, request, actor, entry);
    });
    hint(RECONCILE, actor.tenantId);
    return { requested: true as const };
  }),

  handle(reconciliation.listReconciliations, async ({ actor, query }) => {
    const { limit = 20, cursor } = query;
    const before = readCursor(cursor);
    const rows = await db.read<Record<string, unknown>>(
      `SELECT r.*, (SELECT COUNT(*) FROM findings f
                    WHERE f.tenant_id = r.tenant_id AND f.reconciliation_id = r.id AND f.mended = 0) AS unmended
       FROM reconciliations r WHERE r.tenant_id = ?${before ? ' AND (r.started_at < ? OR (r.started_at = ? AND r.id < ?))' : ''}
       ORDER BY r.started_at DESC, r.id DESC LIMIT ${limit + 1}`,
      [BigInt(actor.tenantId), ...(before ? [before.at, before.at, BigInt(before.id)] : [])],
    );
    return pageOf(rows.map(viewReconciliation), limit, ({ startedAt, id }) => ({ at: new Date(startedAt), id }));
  }),

  handle(reconciliation.listFindings, async ({ actor, params, query }) => {
    const { limit = 20, cursor } = query;
    if (cursor !== undefined && !/^\d{1,9}$/.test(cursor)) {
      throw new BadInput([{ path: 'cursor', message: 'is not a cursor this list has given' }]);
    }
    const key = [BigInt(actor.tenantId), BigInt(params.reconciliationId)];
    const [known] = await db.read('SELECT id FROM reconciliations WHERE tenant_id = ? AND id = ?', key);
    if (!known) throw new NotFound();
    const rows = await db.read<Record<string, unknown>>(
      `SELECT * FROM findings WHERE tenant_id = ? AND reconciliation_id = ?${cursor ? ' AND position > ?' : ''}
       ORDER BY position LIMIT ${limit + 1}`,
      [...key, ...(cursor ? [BigInt(cursor)] : [])],
    );
    const page = rows.slice(0, limit);
    return {
      data: page.map(viewFinding),
      nextCursor: rows.length > limit ? String(page.at(-1)!.position as number) : null,
    };
  }),
];

const text = (value: unknown): string | null => (value === null ? null : String(value as string));

const viewReconciliation = (row: Record<string, unknown>): Reconciliation => ({
  id: String(row.id as string),
  status: row.status as Reconciliation['status'],
  startedAt: asDate(row.started_at)!.toISOString(),
  finishedAt: asDate(row.finished_at)?.toISOString() ?? null,
  compared: {
    orders: 0,
    customers: 0,
    products: 0,
    days: 0,
    rows: 0,
    ...(JSON.parse(row.compared as string) as object),
  },
  findings: Number(row.findings),
  unmended: Number(row.unmended),
  notice: text(row.notice),
  error: text(row.error),
});

const viewFinding = (row: Record<string, unknown>): Finding => ({
  kind: row.kind as Finding['kind'],
  stream: row.stream as Finding['stream'],
  shopifyId: text(row.shopify_id),
  name: text(row.name),
  localDate: text(row.local_date),
  expected: text(row.expected),
  found: text(row.found),
  mended: Boolean(Number(row.mended)),
});
