/**
 * How fast one worker turns webhooks that wait in the inbox into committed, exact figures: bodies of new orders and of
 * orders that are known, many and few at a time. `--quick` for a minute, `--events N` for another number.
 */
import { orderBody } from '../apps/sandbox/src/webhooks/bodies/order.ts';
import { World } from '../apps/sandbox/src/world.ts';
import { findDrift } from '../apps/server/src/ingest/rollups.ts';
import { webhookJobs } from '../apps/server/src/ingest/webhook/process.ts';
import { type Place, startEngines } from './engines.ts';
import {
  isQuick,
  machineLine,
  median,
  numberOption,
  progress,
  publish,
  sqliteVersion,
  type Table,
  timed,
} from './report.ts';
import { makeStore } from './store.ts';

/** Events that wait when the worker looks, and how many in all are enough to measure it. */
const AT_ONCE = [
  { size: 2000, share: 1 },
  { size: 200, share: 0.5 },
  { size: 20, share: 0.1 },
  { size: 1, share: 0.02 },
];
const HOUR_MS = 3_600_000;

const count = numberOption('events', isQuick ? 2_000 : 10_000);
const rounds = numberOption('rounds', isQuick ? 1 : 3);
const store = { orders: count, currency: 'GBP', country: 'GB', taxesIncluded: false } as const;
const shop = new World({}).create('webhooks.myshopify.com', store);
const placed = Array.from({ length: count }, (_, i) => shop.order(i)!);
const bodies = {
  'orders/create': placed.map((order) => JSON.stringify(orderBody(shop, order))),
  'orders/updated': placed.map((order) =>
    JSON.stringify(orderBody(shop, { ...order, updatedAt: order.updatedAt + HOUR_MS, tags: ['seen'] })),
  ),
};
const bytes = Math.round(median(bodies['orders/create'].map((body) => body.length)));

const engines = await startEngines();
const tables: Table[] = [];
try {
  for (const engine of engines) {
    const place = await engine.open();
    try {
      const rows: Table['rows'] = [];
      for (const { size, share } of AT_ONCE) {
        progress(`${engine.name}: ${size} at once`);
        const rates: Record<keyof typeof bodies, number[]> = { 'orders/create': [], 'orders/updated': [] };
        for (let round = 0; round < rounds; round++) await measure(place, size, Math.ceil(count * share), rates);
        rows.push([size, ...Object.values(rates).map((of) => Math.round(median(of)))]);
      }
      tables.push({
        title: engine.name,
        columns: ['events that wait at once', 'new orders, events/s', 'known orders, events/s'],
        rows,
      });
    } finally {
      await place.drop();
    }
  }
} finally {
  for (const engine of engines) await engine.stop();
}
await publish({
  name: 'processing',
  title: 'How fast webhooks are processed',
  facts: [
    machineLine([sqliteVersion(), ...engines.slice(1).map((engine) => engine.version)]),
    `${count} orders as Shopify's webhooks tell them, ${bytes} characters each in the median, from inbox rows to committed rows, ledger and rollups; one worker, at most 200 events a transaction, every commit flushed. Receiving them is not in it.`,
    `Medians of ${rounds} rounds.`,
  ],
  tables,
});

async function measure(
  { db }: Place,
  size: number,
  events: number,
  rates: Record<keyof typeof bodies, number[]>,
): Promise<void> {
  const { tenantId } = await makeStore(db, { currency: store.currency, timezone: shop.spec.timezone });
  const job = webhookJobs({
    db,
    log: { info() {}, warn: (fields, message) => progress(`${message} ${JSON.stringify(fields)}`) },
    owner: 'bench',
    leaseSeconds: 30,
    clientFor: () => {
      throw new Error('nothing is asked of Shopify here');
    },
    hint() {},
    handlers: {},
    changed() {},
    webhooksAtOnce: 1,
    eventTries: 1,
    eventRetrySeconds: 1,
    fetchSettleSeconds: 1,
  });
  const { signal } = new AbortController();
  for (const topic of ['orders/create', 'orders/updated'] as const) {
    let ms = 0;
    for (let at = 0; at < events; at += size) {
      const some = bodies[topic].slice(at, Math.min(at + size, events));
      await db.transaction((tx) =>
        tx.insert(
          'webhook_events',
          ['shop_domain', 'webhook_id', 'tenant_id', 'topic', 'received_at', 'status', 'tries', 'due_at', 'body'],
          some.map((body, i) => {
            const now = new Date();
            return [tenantId, `${topic} ${at + i}`, BigInt(tenantId), topic, now, 'pending', 0, now, body];
          }),
          null,
        ),
      );
      ms += await timed(async () => {
        while ((await job.run(tenantId, signal)) === 'more');
      });
    }
    rates[topic].push((events / ms) * 1000);
  }
  const [left] = await db.read<{ n: string | number }>(
    `SELECT COUNT(*) AS n FROM webhook_events WHERE tenant_id = ? AND status <> 'done'`,
    [BigInt(tenantId)],
  );
  const drift = await findDrift(db, tenantId);
  if (Number(left!.n) > 0 || drift.length > 0)
    throw new Error(`not exact: ${left!.n} events left, ${drift.length} figures`);
}
