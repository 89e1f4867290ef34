import type { Webhook, WebhookDetail, WebhookStatus, WebhookSummary } from '@xeno/contracts';
import type { Database, Param, Tx } from '../db/database.ts';
import { asDate, marks } from '../db/values.ts';
import type { Position } from '../http/paging.ts';

interface Row {
  webhook_id: string;
  topic: string;
  status: WebhookStatus;
  triggered_at: unknown;
  received_at: unknown;
  finished_at: unknown;
  tries: number;
  error: string | null;
}

const COLUMNS = 'webhook_id, topic, status, triggered_at, received_at, finished_at, tries, error';

/** A store's webhooks, the newest first. */
export async function listEvents(
  db: Database,
  tenantId: string,
  filter: { status?: WebhookStatus; topic?: string; limit: number; before: Position | null },
): Promise<Webhook[]> {
  const { status, topic, limit, before } = filter;
  const rows = await db.read<Row>(
    `SELECT ${COLUMNS} FROM webhook_events
     WHERE tenant_id = ?${status ? ' AND status = ?' : ''}${topic ? ' AND topic = ?' : ''}
       ${before ? 'AND (received_at < ? OR (received_at = ? AND webhook_id < ?))' : ''}
     ORDER BY received_at DESC, webhook_id DESC LIMIT ${limit}`,
    [
      BigInt(tenantId),
      ...(status ? [status] : []),
      ...(topic ? [topic] : []),
      ...(before ? [before.at, before.at, before.id] : []),
    ],
  );
  return rows.map(view);
}

export async function getEvent(db: Database, tenantId: string, webhookId: string): Promise<WebhookDetail | null> {
  // by the key, whose first part is the shop
  const [row] = await db.read<Row & { body: string | null }>(
    `SELECT ${COLUMNS}, body FROM webhook_events
     WHERE shop_domain = (SELECT shop_domain FROM tenants WHERE id = ?) AND webhook_id = ? AND tenant_id = ?`,
    [BigInt(tenantId), webhookId, BigInt(tenantId)],
  );
  return row ? { ...view(row), body: row.body } : null;
}

const DAY_MS = 24 * 3_600_000;

export async function summarize(db: Database, tenantId: string): Promise<WebhookSummary> {
  const tenant = BigInt(tenantId);
  const [received] = await db.read<{ count: number }>(
    'SELECT COUNT(*) AS count FROM webhook_events WHERE tenant_id = ? AND received_at > ?',
    [tenant, new Date(Date.now() - DAY_MS)],
  );
  const [open] = await db.read<{ pending: number; failed: number; oldest: unknown }>(
    `SELECT COUNT(*) AS pending, SUM(tries > 0) AS failed, MIN(received_at) AS oldest
     FROM webhook_events WHERE status = 'pending' AND tenant_id = ?`,
    [tenant],
  );
  const [given] = await db.read<{ dead: number }>(
    "SELECT COUNT(*) AS dead FROM webhook_events WHERE status = 'dead' AND tenant_id = ?",
    [tenant],
  );
  const last = await db.read<Row>(
    `SELECT ${COLUMNS} FROM webhook_events
     WHERE tenant_id = ? AND status = 'done' ORDER BY received_at DESC, webhook_id DESC LIMIT 100`,
    [tenant],
  );
  const lags = last.flatMap((row) => view(row).lagSeconds ?? []).sort((a, b) => a - b);
  const quantile = (part: number) => lags[Math.min(lags.length - 1, Math.floor(lags.length * part))] ?? null;
  return {
    receivedLastDay: Number(received!.count),
    pending: Number(open!.pending),
    failed: Number(open!.failed ?? 0),
    dead: Number(given!.dead),
    oldestPendingAt: asDate(open!.oldest)?.toISOString() ?? null,
    lagSeconds: { median: quantile(0.5), p95: quantile(0.95) },
  };
}

/** Events of one transaction, so that nobody waits long for it. */
const REPLAYED_AT_ONCE = 500;

/**
 * Makes events pending again whose bodies are still kept; gives how many. What is given of the filter must hold together.
 * An event that is older than what is stored changes nothing; one that was applied keeps when that was. `note` is called
 * in the first of the transactions, and what it throws undoes that: how many there are to replay is known by then.
 */
export async function replayEvents(
  db: Database,
  tenantId: string,
  filter: { webhookIds?: string[]; status?: 'done' | 'dead'; from?: Date; to?: Date; topics?: readonly string[] },
  note: (tx: Tx, replayed: number) => Promise<void>,
): Promise<number> {
  const { webhookIds, status, from, to, topics } = filter;
  const conditions: [string, Param[]][] = [
    ['tenant_id = ?', [BigInt(tenantId)]],
    status ? ['status = ?', [status]] : ["status IN ('done', 'dead')", []],
    ['body IS NOT NULL', []],
    ...(webhookIds ? [[`webhook_id IN (${marks(webhookIds)})`, webhookIds] as [string, Param[]]] : []),
    ...(topics ? [[`topic IN (${marks(topics)})`, topics] as [string, Param[]]] : []),
    ...(from ? [['received_at >= ?', [from]] as [string, Param[]]] : []),
    ...(to ? [['received_at < ?', [to]] as [string, Param[]]] : []),
  ];
  const where = (some: [string, Param[]][]) => some.map(([sql]) => sql).join(' AND ');
  const [counted] = await db.read<{ count: number | string }>(
    `SELECT COUNT(*) AS count FROM webhook_events WHERE ${where(conditions)}`,
    conditions.flatMap(([, params]) => params),
  );
  const found = Number(counted!.count);
  for (let after: { at: Date; id: string } | null = null; ;) {
    const behind: [string, Param[]] | null = after && [
      '(received_at > ? OR (received_at = ? AND webhook_id > ?))',
      [after.at, after.at, after.id],
    ];
    const all = behind ? [...conditions, behind] : conditions;
    const rows: { shop_domain: string; webhook_id: string; received_at: unknown }[] = await db.read(
      `SELECT shop_domain, webhook_id, received_at FROM webhook_events WHERE ${where(all)}
       ORDER BY received_at, webhook_id LIMIT ${REPLAYED_AT_ONCE}`,
      all.flatMap(([, params]) => params),
    );
    const isFirst = after === null;
    await db.transaction(async (tx) => {
      if (isFirst) await note(tx, found);
      await makePending(tx, rows);
    });
    const last = rows.at(-1);
    if (!last) return found;
    after = { at: asDate(last.received_at)!, id: last.webhook_id };
  }
}

async function makePending(tx: Tx, rows: { shop_domain: string; webhook_id: string }[]): Promise<void> {
  for (const [shop, events] of Map.groupBy(rows, (row) => row.shop_domain)) {
    await tx.run(
      // the status last: MySQL assigns from left to right
      `UPDATE webhook_events SET tries = 0, due_at = ?, error = NULL,
         finished_at = CASE WHEN status = 'done' THEN finished_at END, status = 'pending'
       WHERE shop_domain = ? AND webhook_id IN (${marks(events)}) AND status <> 'pending' AND body IS NOT NULL`,
      [new Date(), shop, ...events.map((event) => event.webhook_id)],
    );
  }
}

function view(row: Row): Webhook {
  const [triggeredAt, receivedAt, finishedAt] = [row.triggered_at, row.received_at, row.finished_at].map(asDate);
  const isEnded = row.status !== 'pending';
  const isApplied = row.status === 'done' && finishedAt;
  return {
    webhookId: row.webhook_id,
    topic: row.topic,
    status: row.status,
    triggeredAt: triggeredAt?.toISOString() ?? null,
    receivedAt: receivedAt!.toISOString(),
    finishedAt: isEnded && finishedAt ? finishedAt.toISOString() : null,
    lagSeconds: isApplied ? Math.max(0, finishedAt.getTime() - (triggeredAt ?? receivedAt!).getTime()) / 1000 : null,
    tries: row.tries,
    error: row.error,
  };
}
