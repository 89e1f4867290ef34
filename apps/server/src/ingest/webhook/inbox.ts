import type { Database, Param, Tx } from '../../db/database.ts';
import type { InboxEvent } from '../../db/inbox-event.ts';
import type { Dialect } from '../../db/types.ts';
import { asDate, databaseNow, instantText, marks } from '../../db/values.ts';

export interface PendingEvent extends InboxEvent {
  apiVersion: string | null;
}

/** Events of one transaction, and about how many characters of them are read at once. */
const BATCH = 200;
const BATCH_CHARACTERS = 8_000_000;
const KEYS = 500;
/** A recursion ends after a thousand by itself: on MariaDB without a word, on MySQL with an error. */
const STEPS = 900;

/** An event that was never tried is due at once, whatever the clock of the process said that took it. */
const due = (dialect: Dialect) => `status = 'pending' AND (tries = 0 OR due_at <= ${databaseNow(dialect, 0)})`;

/** Tenants, and shops that are not known, that have events to process by now; a bounded number of them. */
export async function pendingKeys(db: Database): Promise<string[]> {
  const isDue = due(db.dialect);
  const tenants: string[] = [];
  // from tenant to tenant through the index, however many events each has
  for (let last = '0', isEnd = false; !isEnd && tenants.length < KEYS;) {
    const rows = await db.read<{ id: string | number; is_due: number }>(
      `WITH RECURSIVE waiting (id, place) AS (
         SELECT MIN(tenant_id), 1 FROM webhook_events WHERE status = 'pending' AND tenant_id > ?
         UNION ALL
         SELECT (SELECT MIN(tenant_id) FROM webhook_events WHERE status = 'pending' AND tenant_id > waiting.id), place + 1
         FROM waiting WHERE waiting.id IS NOT NULL AND place < ${STEPS}
       )
       SELECT id, EXISTS (SELECT 1 FROM webhook_events WHERE tenant_id = waiting.id AND ${isDue}) AS is_due
       FROM waiting WHERE id IS NOT NULL ORDER BY id`,
      [BigInt(last)],
    );
    tenants.push(...rows.filter((row) => Number(row.is_due)).map(({ id }) => String(id)));
    last = String(rows.at(-1)?.id);
    isEnd = rows.length < STEPS;
  }
  const strangers = await db.read<{ shop_domain: string }>(
    `SELECT DISTINCT shop_domain FROM webhook_events WHERE tenant_id IS NULL AND ${isDue} LIMIT ${KEYS}`,
  );
  return [...tenants, ...strangers.map(({ shop_domain: shop }) => shop)];
}

interface Row {
  shop_domain: string;
  webhook_id: string;
  tenant_id: string | number | null;
  topic: string;
  event_id: string | null;
  api_version: string | null;
  triggered_at: unknown;
  received_at: unknown;
  tries: number;
  size: number;
}

/** The next events that are due, the oldest first, of `topics` only if they are given; `more`: there may be others. */
export async function readPending(
  db: Database,
  whose: { tenantId: string } | { shopDomain: string },
  topics: readonly string[] | null,
): Promise<{ events: PendingEvent[]; more: boolean }> {
  const [owner, value]: [string, Param] =
    'tenantId' in whose
      ? ['tenant_id = ?', BigInt(whose.tenantId)]
      : ['tenant_id IS NULL AND shop_domain = ?', whose.shopDomain];
  const ofTopics = topics === null ? '' : ` AND topic IN (${marks(topics)})`;
  const rows = await db.read<Row>(
    `SELECT shop_domain, webhook_id, tenant_id, topic, event_id, api_version, triggered_at, received_at, tries,
       LENGTH(body) AS size
     FROM webhook_events WHERE ${owner} AND ${due(db.dialect)}${ofTopics} ORDER BY due_at LIMIT ${BATCH}`,
    [value, ...(topics ?? [])],
  );
  let characters = 0;
  const some = rows.filter((row, index) => (characters += Number(row.size ?? 0)) <= BATCH_CHARACTERS || index === 0);
  if (some.length === 0) return { events: [], more: false };
  const bodies = await db.read<{ webhook_id: string; body: string | null }>(
    `SELECT webhook_id, body FROM webhook_events WHERE shop_domain = ? AND webhook_id IN (${marks(some)})`,
    [some[0]!.shop_domain, ...some.map((row) => row.webhook_id)],
  );
  const bodyOf = new Map(bodies.map((row) => [row.webhook_id, row.body]));
  const events = some.map((row) => ({
    shopDomain: row.shop_domain,
    webhookId: row.webhook_id,
    tenantId: row.tenant_id === null ? null : String(row.tenant_id),
    topic: row.topic,
    eventId: row.event_id,
    apiVersion: row.api_version,
    triggeredAt: asDate(row.triggered_at),
    receivedAt: asDate(row.received_at)!,
    tries: row.tries,
    body: bodyOf.get(row.webhook_id) ?? '',
  }));
  return { events, more: rows.length === BATCH || some.length < rows.length };
}

export interface StoredBody {
  shop_domain: string;
  webhook_id: string;
  topic: string;
  body: string;
}

/**
 * All bodies of a store that are still kept, about as many characters at a time as a batch may have; `finishedSince`: of
 * webhooks that have ended since then.
 */
export async function* storedBodies(
  db: Database,
  tenantId: string,
  finishedSince: Date | null = null,
): AsyncGenerator<StoredBody[]> {
  const tenant = BigInt(tenantId);
  const [store] = await db.read<{ shop_domain: string }>('SELECT shop_domain FROM tenants WHERE id = ?', [tenant]);
  if (!store) return;
  for (let last = ''; ;) {
    const rows = await db.read<{ webhook_id: string; size: number | null }>(
      `SELECT webhook_id, LENGTH(body) AS size FROM webhook_events
       WHERE shop_domain = ? AND webhook_id > ? AND tenant_id = ?${finishedSince ? ' AND finished_at >= ?' : ''}
       ORDER BY webhook_id LIMIT ${BATCH}`,
      [store.shop_domain, last, tenant, ...(finishedSince ? [finishedSince] : [])],
    );
    if (rows.length === 0) return;
    let characters = 0;
    const some = rows.filter(({ size }, index) => (characters += Number(size ?? 0)) <= BATCH_CHARACTERS || index === 0);
    yield await db.read<StoredBody>(
      `SELECT shop_domain, webhook_id, topic, body FROM webhook_events
       WHERE shop_domain = ? AND webhook_id IN (${marks(some)}) AND body IS NOT NULL`,
      [store.shop_domain, ...some.map((row) => row.webhook_id)],
    );
    last = some.at(-1)!.webhook_id;
  }
}

/** Ends events of one shop; `noteOf` says what people should know of one. */
export async function finishEvents<E extends InboxEvent>(
  tx: Tx,
  dialect: Dialect,
  events: E[],
  noteOf: (event: E) => string | null,
  status: 'done' | 'dead' = 'done',
): Promise<void> {
  const finishedAt = instantText(dialect, Date.now());
  for (const [note, ofNote] of Map.groupBy(events, noteOf)) {
    await tx.run(
      // one that is applied again was in the figures since the first time
      `UPDATE webhook_events SET status = ?, finished_at = COALESCE(finished_at, ?), error = ?
       WHERE shop_domain = ? AND webhook_id IN (${marks(ofNote)}) AND status = 'pending'`,
      [status, finishedAt, note, ofNote[0]!.shopDomain, ...ofNote.map(({ webhookId }) => webhookId)],
    );
  }
}

const LONGEST_PAUSE_SECONDS = 3_600;

/** Has an event tried again later, or ends it as dead after its last try; whether it is dead. */
export async function postponeEvent(
  tx: Tx,
  dialect: Dialect,
  event: InboxEvent,
  why: string,
  { eventTries, eventRetrySeconds }: { eventTries: number; eventRetrySeconds: number },
): Promise<boolean> {
  const tries = event.tries + 1;
  const pause = Math.min(LONGEST_PAUSE_SECONDS, eventRetrySeconds * 4 ** event.tries) * (0.75 + Math.random() / 4);
  const isDead = tries >= eventTries;
  await tx.run(
    `UPDATE webhook_events SET status = ?, tries = ?, due_at = ${databaseNow(dialect, isDead ? 0 : pause)}, error = ?,
       finished_at = ${isDead ? '?' : 'finished_at'}
     WHERE shop_domain = ? AND webhook_id = ? AND status = 'pending'`,
    [
      isDead ? 'dead' : 'pending',
      tries,
      why,
      ...(isDead ? [instantText(dialect, Date.now())] : []),
      event.shopDomain,
      event.webhookId,
    ],
  );
  return isDead;
}
