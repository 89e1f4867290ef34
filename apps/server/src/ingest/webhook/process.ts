import type { StreamName } from '@xeno/contracts';
import type { Database, Tx } from '../../db/database.ts';
import { isUnavailable } from '../../db/faults.ts';
import { dropBodies, type InboxEvent } from '../../db/inbox-event.ts';
import { LeaseLost, withLease } from '../../db/leases.ts';
import { ENDED, type Tenant } from '../../db/models/tenant.ts';
import { instantText } from '../../db/values.ts';
import { type Hint, type JobKind, lookAgain } from '../../jobs/job.ts';
import { failPoint } from '../../observe/fail-points.ts';
import { API_VERSION } from '../../shopify/client.ts';
import { ShopifyError } from '../../shopify/errors.ts';
import { type ApplyContext, deleteRecords, locked, type TenantState } from '../apply.ts';
import { applyProducts } from '../apply-products.ts';
import type { SyncDeps } from '../context.ts';
import { MARKS } from '../fetch-marks.ts';
import { unreadableAmong } from '../unreadable.ts';
import { markNeeds, NOT_FETCHED, writeMarks } from '../versions.ts';
import { applyCustomerBodies } from './apply-customer-bodies.ts';
import { applyOrderBodies } from './apply-order-bodies.ts';
import { applyCheckouts } from '../apply-checkouts.ts';
import { checkoutOf } from './map-checkout.ts';
import { finishEvents, type PendingEvent, pendingKeys, postponeEvent, readPending } from './inbox.ts';
import { applyInventoryLevels } from './inventory-levels.ts';
import { dropDeadBody, dropLateBodies } from './late-bodies.ts';
import { eraseBodiesOfMerged, mergeCustomers } from './merge-customers.ts';
import { type Action, readEvent, type Reading } from './read-event.ts';

/** Must be idempotent: an event whose end could not be stored is handled again. */
export type EventHandler = (event: InboxEvent, signal: AbortSignal) => Promise<void>;

export interface WebhookDeps extends Pick<SyncDeps, 'db' | 'log' | 'owner' | 'leaseSeconds' | 'clientFor'> {
  hint: Hint;
  /** What is done about topics that are not about records. */
  handlers: Readonly<Record<string, EventHandler>>;
  /** Called when figures of a tenant have changed. */
  changed(tenantId: string): void;
  /** How many stores' events one process works on at once. */
  webhooksAtOnce: number;
  /** After so many tries an event is dead. */
  eventTries: number;
  /** The pause after the first try; each further one is four times as long, up to an hour. */
  eventRetrySeconds: number;
  /** How long what a webhook cannot tell of a customer or an inventory waits to be fetched. */
  fetchSettleSeconds: number;
}

const WEBHOOKS = 'webhooks';
/** Batches of one turn; then other tenants have theirs. */
const TURN = 10;

/** The events of the inbox; the key is the tenant's id, or the domain of a shop that is not known. */
export const webhookJobs = (given: WebhookDeps, deps = { ...given, told: new Set<string>() }): JobKind => ({
  name: WEBHOOKS,
  concurrency: deps.webhooksAtOnce,
  pending: () => pendingKeys(deps.db),
  async run(key, signal) {
    if (!/^\d+$/.test(key)) return processStranger(deps, key, signal);
    const tenant = await deps.db.models.Tenant.findByPk(key);
    if (!tenant) return finishAll(deps.db, { tenantId: key }, 'The store is no longer known here.');
    const { db, owner, leaseSeconds: seconds } = deps;
    const held = await withLease(db, { tenantId: key, name: WEBHOOKS, owner, seconds, signal }, (lease, kept) =>
      processEvents({ ...deps, tenantId: key, lease, tenant, signal: kept }),
    );
    return held ? held.result : lookAgain(signal);
  },
});

type Work = WebhookDeps & ApplyContext & { tenant: Tenant; signal: AbortSignal; told: Set<string> };

async function processEvents(work: Work): Promise<'done' | 'more'> {
  const { db, tenant, handlers } = work;
  const whose = { tenantId: tenant.id };
  for (let turn = 0; turn < TURN; turn++) {
    work.signal.throwIfAborted();
    // until the first run has asked for the store's currency and time zone, events about records wait
    const isNew = tenant.currency === null && !ENDED.has(tenant.status);
    const { events, more } = await readPending(db, whose, isNew ? Object.keys(handlers) : null);
    const isRecord = ({ topic }: PendingEvent) => !Object.hasOwn(handlers, topic);
    const records = events.filter(isRecord);
    if (records.length > 0) await processRecords(work, records);
    const areLeft = await handleAll(
      work,
      events.filter((event) => !isRecord(event)),
    );
    if (!areLeft && !more) return 'done';
  }
  return 'more';
}

async function finishAll(db: Database, whose: { tenantId: string }, note: string): Promise<'done' | 'more'> {
  const { events, more } = await readPending(db, whose, null);
  await db.transaction((tx) => finishEvents(tx, db.dialect, events, () => note));
  return more ? 'more' : 'done';
}

async function processRecords(work: Work, events: PendingEvent[]): Promise<void> {
  const { db, tenant } = work;
  warnOfVersions(work, events);
  if (ENDED.has(tenant.status)) {
    const state = tenant.status === 'erasing' ? 'being erased' : tenant.status;
    const note = `The store was ${state} when it came to be processed.`;
    return db.transaction(async (tx) => {
      await finishEvents(tx, db.dialect, events, () => note, 'dead');
      // of one that was erased nothing is left to tell by who is named
      if (tenant.currency === null) await dropBodies(tx, events);
      else for (const event of events) await dropDeadBody(tx, BigInt(tenant.id), event);
    });
  }
  const readings = events.map((event) => ({ event, reading: readEvent(event, tenant.currency!) }));
  const merges = readings.flatMap(({ reading: { action } }) => (action.do === 'merge' ? [action] : []));
  await eraseBodiesOfMerged(db, tenant.id, merges);
  await applyReadings(work, readings);
  work.changed(tenant.id);
  // a mark that is not due yet is found by the sweep
  if (readings.some(({ reading }) => reading.action.do !== 'nothing')) work.hint(MARKS, tenant.id);
}

interface Read {
  event: PendingEvent;
  reading: Reading;
}

/** All in one transaction; if that fails, in halves, until the one that is to blame stands alone and fails alone. */
async function applyReadings(work: Work, readings: Read[]): Promise<void> {
  try {
    await locked(work, (tx, state) => applyAll(work, tx, state, readings));
    failPoint('webhooks.committed');
  } catch (error) {
    work.signal.throwIfAborted();
    if (error instanceof LeaseLost || isUnavailable(error)) throw error;
    if (readings.length === 1) return fail(work, readings[0]!.event, error);
    const half = readings.length >> 1;
    await applyReadings(work, readings.slice(0, half));
    await applyReadings(work, readings.slice(half));
  }
}

async function applyAll(work: Work, tx: Tx, state: TenantState, readings: Read[]): Promise<void> {
  const { dialect } = work.db;
  const { fetchSettleSeconds } = work;
  const of = <D extends Action['do']>(what: D) =>
    readings.flatMap(({ reading: { action } }) => (action.do === what ? [action as Extract<Action, { do: D }>] : []));

  for (const merge of of('merge')) await mergeCustomers(tx, dialect, state, { ...merge, mergedAt: await tx.now() });
  const orders = of('order').map(({ body }) => body);
  await applyOrderBodies(tx, dialect, state, orders);
  const customers = of('customer').map(({ told }) => told);
  await applyCustomerBodies(tx, dialect, state, customers, fetchSettleSeconds);
  const products = of('product').map(({ record }) => record);
  await applyProducts(tx, dialect, state, products, NOT_FETCHED);
  const levels = of('level').map(({ level }) => level);
  await applyInventoryLevels(tx, dialect, state, levels, fetchSettleSeconds);
  const completed = orders.flatMap(({ told }) => checkoutOf(told) ?? []);
  await applyCheckouts(tx, dialect, state, [...of('checkout').map(({ checkout }) => checkout), ...completed]);
  for (const [stream, ids] of byStream(of('delete')))
    await deleteRecords(tx, dialect, state, stream, ids, await tx.now());
  for (const [stream, ids] of byStream(of('fetch'))) await writeMarks(tx, dialect, state.tenant, stream, ids);
  for (const { stream, id, since } of of('fetch')) {
    if (since !== null) await markNeeds(tx, dialect, state.tenant, stream, id, since);
  }
  // what could not be read may be readable now
  const told = {
    orders: orders.map((body) => body.told.record.id),
    customers: customers.map(({ id }) => id),
    products: products.map(({ id }) => id),
  };
  for (const [stream, ids] of Object.entries(told) as [StreamName, string[]][]) {
    await writeMarks(tx, dialect, state.tenant, stream, await unreadableAmong(tx, state.tenant, stream, ids));
  }

  const ended = readings.filter(({ reading }) => !reading.unreadable);
  const notes = new Map(ended.map(({ event, reading }) => [event, reading.note]));
  await finishEvents(tx, dialect, [...notes.keys()], (event) => notes.get(event) ?? null);
  await dropLateBodies(tx, state.tenant, ended);
  for (const { event, reading } of readings) {
    if (reading.unreadable) await postpone(work, tx, event, reading.note!);
  }
  await noteAppliedTo(work, tx, ended);
  failPoint('webhooks.before-commit');
}

function byStream(actions: { stream: StreamName; id: string }[]): Map<StreamName, string[]> {
  const ids = new Map<StreamName, string[]>();
  for (const { stream, id } of actions) ids.set(stream, [...new Set([...(ids.get(stream) ?? []), id])]);
  return ids;
}

/** The header is not signed: nothing was sent later than it came. */
const sentAt = ({ triggeredAt, receivedAt }: InboxEvent) =>
  Math.min(triggeredAt?.getTime() ?? Infinity, receivedAt.getTime());

async function noteAppliedTo({ db, tenantId }: Work, tx: Tx, readings: Read[]): Promise<void> {
  if (readings.length === 0) return;
  const newest = instantText(db.dialect, Math.max(...readings.map(({ event }) => sentAt(event))));
  await tx.run(
    `UPDATE tenant_state SET events_applied_to = ?
     WHERE tenant_id = ? AND (events_applied_to IS NULL OR events_applied_to < ?)`,
    [newest, BigInt(tenantId), newest],
  );
}

/** What handlers wait for, records must not: after so long, those that have come meanwhile are looked for. */
const HANDLING_MS = 1_000;

/** One after the other; whether some are left. */
async function handleAll(work: Work, events: PendingEvent[]): Promise<boolean> {
  const began = performance.now();
  for (const [i, event] of events.entries()) {
    await handle(work, event);
    if (performance.now() - began > HANDLING_MS) return i < events.length - 1;
  }
  return false;
}

/** An event alone, in the hands of its handler. */
async function handle(work: Work, event: PendingEvent): Promise<void> {
  try {
    await work.handlers[event.topic]!(event, work.signal);
  } catch (error) {
    work.signal.throwIfAborted();
    if (error instanceof LeaseLost || isUnavailable(error)) throw error;
    return fail(work, event, error);
  }
  await work.db.transaction((tx) => finishEvents(tx, work.db.dialect, [event], () => null));
}

/** Events of a shop that is not known here: only what the law asks for is done about them. */
async function processStranger(deps: WebhookDeps, shopDomain: string, signal: AbortSignal): Promise<'done' | 'more'> {
  const { db, handlers } = deps;
  const { events, more } = await readPending(db, { shopDomain }, null);
  for (const event of events) {
    signal.throwIfAborted();
    try {
      await handlers[event.topic]?.(event, signal);
    } catch (error) {
      signal.throwIfAborted();
      if (isUnavailable(error)) throw error;
      await fail(deps, event, error);
      continue;
    }
    await db.transaction((tx) => finishEvents(tx, db.dialect, [event], () => null));
  }
  return more ? 'more' : 'done';
}

async function fail(deps: WebhookDeps, event: PendingEvent, error: unknown): Promise<void> {
  const { shopDomain: shop, topic, webhookId } = event;
  deps.log.warn({ err: error, shop, topic, webhookId }, 'a webhook could not be processed');
  const why =
    error instanceof ShopifyError
      ? error.message
      : 'Something went wrong inside Xeno; the log says what. Replay it once that is mended.';
  // Shopify may be away for longer than an event is tried
  const isPassing = error instanceof ShopifyError && error.retryable;
  const tries = isPassing ? Math.min(event.tries, deps.eventTries - 2) : event.tries;
  await deps.db.transaction((tx) => postpone(deps, tx, { ...event, tries }, why));
}

async function postpone(deps: WebhookDeps, tx: Tx, event: PendingEvent, why: string): Promise<void> {
  const { eventTries, eventRetrySeconds, db, handlers } = deps;
  const isDead = await postponeEvent(tx, db.dialect, event, why, { eventTries, eventRetrySeconds });
  // one for a handler may be what asks for the erasure
  if (isDead && event.tenantId !== null && !handlers[event.topic])
    await dropDeadBody(tx, BigInt(event.tenantId), event);
}

/** Rule: Shopify sends webhooks in the version of the request that made the subscription, while that is supported. */
function warnOfVersions({ log, tenant, told }: Work, events: PendingEvent[]): void {
  for (const { apiVersion } of events) {
    const what = `${tenant.id} ${apiVersion}`;
    if (apiVersion === null || apiVersion === API_VERSION || told.has(what)) continue;
    told.add(what);
    log.warn(
      { shop: tenant.shopDomain, version: apiVersion, expected: API_VERSION },
      'webhooks come in another version of the API than was asked for',
    );
  }
}
