import { type Reconciliation, type StreamName, STREAMS } from '@xeno/contracts';
import type { Database } from '../../db/database.ts';
import { isAway } from '../../db/faults.ts';
import { newId } from '../../db/ids.ts';
import { LeaseLost, withLease } from '../../db/leases.ts';
import { ACTIVE } from '../../db/models/sync-run.ts';
import type { Tenant } from '../../db/models/tenant.ts';
import { type JobKind, lookAgain } from '../../jobs/job.ts';
import { readNote, recurring, writeNote } from '../../jobs/recurring.ts';
import { failPoint } from '../../observe/fail-points.ts';
import {
  isDenied,
  PartialData,
  ReconnectNeeded,
  ScopeMissing,
  ShopifyError,
  ShopifyRefused,
  ShopUnavailable,
} from '../../shopify/errors.ts';
import { mayRead } from '../../shopify/scopes.ts';
import type { SyncDeps } from '../context.ts';
import { readCursors } from '../cursors.ts';
import { describeShop } from '../shop.ts';
import { idsOf, listUnreadable } from '../unreadable.ts';
import { dayBefore, localDates } from '../local-date.ts';
import { checkDays } from './check-days.ts';
import { checkLost } from './check-lost.ts';
import { checkRollups } from './check-rollups.ts';
import { checkRows } from './check-rows.ts';
import { compareIds, type ListContext } from './compare-ids.ts';
import { Findings } from './findings.ts';

export interface ReconcileDeps extends Pick<
  SyncDeps,
  'db' | 'log' | 'dataDir' | 'pool' | 'clientFor' | 'owner' | 'leaseSeconds'
> {
  reconcileEverySeconds: number;
  /** What changed in Shopify within this time may still be on its way. */
  reconcileSettleSeconds: number;
  /** How many stored rows are held against their content each time; the next time goes on with the others. */
  reconcileRows: number;
  /** How many days back totals are compared with Shopify's report. */
  reconcileDays: number;
  troubled(tenant: Tenant, error: unknown): Promise<unknown>;
  changed(tenantId: string): void;
}

export const RECONCILE = 'reconcile';
const DAY_MS = 86_400_000;

/** Compares each store with Shopify now and then. */
export const reconcileJobs = (deps: ReconcileDeps): JobKind =>
  recurring({
    db: deps.db,
    name: RECONCILE,
    everySeconds: deps.reconcileEverySeconds,
    retrySeconds: Math.min(3_600, deps.reconcileEverySeconds),
    async work(tenantId, signal) {
      const { db, owner, leaseSeconds: seconds } = deps;
      const tenant = await db.models.Tenant.findByPk(tenantId);
      if (tenant?.status !== 'connected') return;
      // before its first back-fill everything of a stream would be missing
      const underWay = await db.models.SyncStream.findAll({ where: { tenantId, status: ACTIVE } });
      const cursors = await readCursors(db, tenantId);
      // it may have been asked for because webhooks were missed since that began: it is not put off for a whole day
      const isComing = underWay.some(({ name }) => !cursors.has(name));
      if (cursors.size === 0) return isComing ? 'failed' : undefined;
      const held = await withLease(db, { tenantId, name: RECONCILE, owner, seconds, signal }, async (lease, kept) => {
        const client = deps.clientFor(tenant);
        const id = await begin(db, tenantId);
        const findings = new Findings(db, tenantId, id);
        const report: Report = {
          compared: { orders: 0, customers: 0, products: 0, days: 0, rows: 0 },
          notices: [],
          error: null,
        };
        try {
          const ctx = { ...deps, tenantId, lease, signal: kept, client };
          const shop = await describeShop(ctx, tenant);
          await compareAll(
            { ...ctx, ...shop, settleMs: deps.reconcileSettleSeconds * 1000 },
            STREAMS.filter((stream) => cursors.has(stream)),
            deps,
            findings,
            report,
          );
        } catch (error) {
          if (kept.aborted || error instanceof LeaseLost || isAway(error)) throw error;
          await deps.troubled(tenant, error);
          deps.log.warn({ tenantId, shop: tenant.shopDomain, err: error }, 'reconciliation failed');
          report.error =
            error instanceof ShopifyError
              ? error.message
              : 'Something went wrong inside Xeno; the log tells more. It is tried again by itself.';
        }
        await finish(db, tenantId, id, findings.count, report);
        if (findings.count > 0) deps.changed(tenantId);
        deps.log.info(
          { tenantId, shop: tenant.shopDomain, findings: findings.count, ...report.compared },
          'reconciled',
        );
        return report.error === null && !isComing ? undefined : 'failed';
      });
      // whose process was killed holds the lease for a while
      return held ? held.result : lookAgain(signal);
    },
  });

interface Report {
  compared: Reconciliation['compared'];
  notices: string[];
  error: string | null;
}

type Context = ListContext & { timezone: string };

async function compareAll(
  ctx: Context,
  filled: StreamName[],
  deps: ReconcileDeps,
  findings: Findings,
  report: Report,
): Promise<void> {
  const { db, tenantId } = ctx;
  const granted = STREAMS.filter((stream) => mayRead(ctx.scopes, stream));
  const readable = new Set(granted.filter((stream) => filled.includes(stream)));
  /** What Shopify refuses of one stream says nothing about the others. */
  const eachReadable = async (work: (stream: StreamName) => Promise<void>) => {
    for (const stream of readable) {
      try {
        await work(stream);
      } catch (error) {
        if (!isDenied(error)) throw error;
        readable.delete(stream);
        report.notices.push(`Shopify did not let ${stream} be compared: ${error.message}`);
      }
    }
  };
  for (const stream of STREAMS) {
    if (readable.has(stream)) continue;
    const why = granted.includes(stream) ? 'Its first sync has yet to bring' : 'The store has not granted access to';
    report.notices.push(`${why} ${stream}.`);
  }
  /** Of single records that Shopify fails at. All else is compared first: one of them may last for long. */
  const errors: Error[] = [];
  // what is stored first: its repair asks Shopify only about what is damaged
  const places = await readPlaces(db, tenantId);
  await eachReadable(async (stream) => {
    const check = await checkRows(ctx, stream, { after: places[stream] ?? null, limit: deps.reconcileRows });
    places[stream] = check.next;
    report.compared.rows += check.checked;
    errors.push(...check.errors);
    await findings.add(check.findings);
    failPoint('reconcile.rows');
  });
  await writePlaces(db, tenantId, places);
  await eachReadable(async (stream) => {
    if (stream === 'orders') {
      const lost = await checkLost(ctx);
      errors.push(...lost.errors);
      await findings.add(lost.findings);
    }
    const { compared, findings: found, errors: ofRecords } = await compareIds(ctx, stream);
    report.compared[stream] = compared;
    errors.push(...ofRecords);
    await findings.add(found);
  });
  // rows before rollups: a rollup is right when it is what its rows add up to
  await findings.add((await checkRollups(ctx)).findings);
  // before they have come, or without leave to read them, each day would differ
  if (readable.has('orders')) errors.push(...(await compareDays(ctx, deps, findings, report)));
  await findings.add(await ledgerDifferences(db, tenantId));
  await findings.add(await unreadableRecords(db, tenantId));
  if (errors[0]) throw errors[0];
}

/** Why some of the orders behind a day that differs could not be had. */
async function compareDays(ctx: Context, deps: ReconcileDeps, findings: Findings, report: Report): Promise<Error[]> {
  if (!ctx.scopes.includes('read_reports')) {
    report.notices.push('The store has not granted read_reports: totals per day are not compared with Shopify’s own.');
    return [];
  }
  if (!ctx.scopes.includes('read_all_orders')) {
    report.notices.push(
      'The store has not granted read_all_orders: totals per day are not compared, since Shopify’s own hold sales of orders that it does not show.',
    );
    return [];
  }
  const localDate = localDates(ctx.timezone);
  const now = ctx.shopNow.getTime();
  const days = {
    from: localDate(now - deps.reconcileDays * DAY_MS),
    // of a day that has just begun, or not ended, sales are still on their way
    to: dayBefore(localDate(now - ctx.settleMs)),
  };
  if (days.to < days.from) return [];
  try {
    const { compared, findings: found, errors } = await checkDays(ctx, days);
    report.compared.days = compared;
    await findings.add(found);
    return errors;
  } catch (error) {
    const isOfReport = error instanceof ShopifyRefused || error instanceof PartialData || error instanceof ScopeMissing;
    if (!isOfReport || error instanceof ReconnectNeeded || error instanceof ShopUnavailable) throw error;
    report.notices.push(`Shopify’s sales report could not be had: ${error.message}`);
    return [];
  }
}

/**
 * Orders whose ledger, as Shopify tells it, is not what Shopify says they are worth. Those that wait to be fetched are no
 * finding: it may be a body that could not tell them.
 */
async function ledgerDifferences(db: Database, tenantId: string) {
  const rows = await db.read<Record<'id' | 'name' | 'worth' | 'difference' | 'currency', string>>(
    `SELECT shopify_order_id AS id, name, current_total_price AS worth, ledger_difference AS difference, currency
     FROM orders WHERE tenant_id = ? AND ledger_difference <> 0 AND NOT EXISTS (
       SELECT 1 FROM fetch_marks
       WHERE tenant_id = orders.tenant_id AND stream = 'orders' AND shopify_id = orders.shopify_order_id
     ) LIMIT 1000`,
    [BigInt(tenantId)],
  );
  return rows.map(({ id, name, worth, difference, currency }) => ({
    kind: 'ledger_difference' as const,
    stream: 'orders' as const,
    shopifyId: String(id),
    name,
    expected: `${worth} minor units of ${currency}`,
    found: `${BigInt(worth) - BigInt(difference)}`,
    mended: false,
  }));
}

/** What is still unreadable after it was tried again. */
async function unreadableRecords(db: Database, tenantId: string) {
  return (await listUnreadable(db, tenantId)).map(({ stream, gid, why }) => ({
    kind: 'unreadable' as const,
    stream,
    shopifyId: idsOf([gid]).ids[0] ?? null,
    name: gid,
    found: why,
    mended: false,
  }));
}

type Places = Partial<Record<StreamName, string | null>>;

const readPlaces = async (db: Database, tenantId: string) =>
  JSON.parse((await readNote(db, tenantId, RECONCILE)) ?? '{}') as Places;

const writePlaces = (db: Database, tenantId: string, places: Places) =>
  db.transaction((tx) => writeNote(tx, tenantId, RECONCILE, JSON.stringify(places)));

/** One whose process died is given up: all it did is done, and all it left is found again. */
async function begin(db: Database, tenantId: string): Promise<string> {
  const id = newId();
  const now = new Date();
  await db.transaction(async (tx) => {
    await tx.run(
      "UPDATE reconciliations SET status = 'failed', finished_at = ?, error = ? WHERE tenant_id = ? AND status = 'running'",
      [now, 'It was interrupted; the next one begins anew.', BigInt(tenantId)],
    );
    await tx.insert(
      'reconciliations',
      ['tenant_id', 'id', 'status', 'started_at', 'compared', 'findings'],
      [[BigInt(tenantId), BigInt(id), 'running', now, '{}', 0]],
      null,
    );
  });
  return id;
}

const finish = (db: Database, tenantId: string, id: string, findings: number, report: Report) =>
  db.transaction((tx) =>
    tx.run(
      `UPDATE reconciliations SET status = ?, finished_at = ?, compared = ?, findings = ?, notice = ?, error = ?
       WHERE tenant_id = ? AND id = ?`,
      [
        report.error === null ? 'succeeded' : 'failed',
        new Date(),
        JSON.stringify(report.compared),
        findings,
        report.notices.join(' ') || null,
        report.error,
        BigInt(tenantId),
        BigInt(id),
      ],
    ),
  );
