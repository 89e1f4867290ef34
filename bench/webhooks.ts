/**
 * How fast webhooks are received: bodies of 2.3 KB, each committed before its answer, against a server that stores
 * nothing, one INSERT a request, and the usual implementation, which processes inside of the request; then how much
 * later the slowest are answered at an ordinary rate, and whether one worker keeps up. `--quick` for a few minutes.
 */
import type { Database } from '../apps/server/src/db/database.ts';
import { asDate, instantText } from '../apps/server/src/db/values.ts';
import { type Engine, type Place, startEngines } from './engines.ts';
import {
  isQuick,
  machineLine,
  median,
  numberOption,
  progress,
  publish,
  quantile,
  short,
  sqliteVersion,
  type Table,
} from './report.ts';
import { makeStore } from './store.ts';
import { CURRENCY, type Delivery, TIMEZONE } from './webhooks/deliveries.ts';
import { type Load, load } from './webhooks/load.ts';
import { type Receiver, startControl, startInserts, startNaive, startXeno } from './webhooks/receivers.ts';

const CONNECTIONS = 50;
/** Ordinary, for latency; and what one worker is to keep up with. */
const [CALM, BUSY] = [500, 1_000];
const STORES = [1, 20];

const rounds = numberOption('rounds', isQuick ? 3 : 7);
const seconds = numberOption('seconds', isQuick ? 2 : 5);

interface Sent extends Load {
  /** Microseconds of this process for each delivery, in all its threads. */
  cpu: number;
}

const engines = await startEngines();
const machine = machineLine([sqliteVersion(), ...engines.slice(1).map((engine) => engine.version)]);
const tables: Table[] = [];
let next = 0;
try {
  for (const engine of engines) {
    tables.push(await measureRates(engine));
    tables.push(await measureCalm(engine));
    tables.push(await measureKeepingUp(engine));
  }
} finally {
  for (const engine of engines) await engine.stop();
}
await publish({
  name: 'webhooks',
  title: 'How fast webhooks are received',
  facts: [
    machine,
    `New orders of two lines and a customer, 2.3 KB each, sent over ${CONNECTIONS} connections by a process of its own on the same cores. Every commit is flushed. Requests are not logged.`,
    `Medians of ${rounds} interleaved rounds of ${seconds} seconds each; only ratios and differences within this run mean anything.`,
  ],
  tables,
});

/** Each receiver at full speed. */
async function measureRates(engine: Engine): Promise<Table> {
  const receivers = ({ db }: Place, tenantId: string) => [startInserts(db, tenantId), startNaive(db)];
  const { names, measured } = await measure(engine, receivers, null);
  const [control, , , naive] = measured.map((loads) => median(loads.map(({ perSecond }) => perSecond)));
  return {
    title: `${engine.name}: as fast as ${CONNECTIONS} connections can`,
    note: '"CPU" is of the receiver in all its threads, without a database server: unlike a rate it hardly depends on what else the machine does.',
    columns: [
      'receiver',
      'requests/s',
      'of the control',
      '× naive',
      'median ms',
      'p99 ms',
      'CPU µs a request',
      'not answered 200',
    ],
    rows: measured.map((loads, i) => {
      const rate = median(loads.map(({ perSecond }) => perSecond));
      return [
        names[i]!,
        Math.round(rate),
        short(rate / control!),
        short(rate / naive!),
        short(median(loads.map((one) => one.median))),
        short(median(loads.map(({ p99 }) => p99))),
        Math.round(median(loads.map(({ cpu }) => cpu))),
        loads.reduce((sum, { failed }) => sum + failed, 0),
      ];
    }),
  };
}

/** At an ordinary rate, in a database that has no millions of rows to clear away meanwhile. */
async function measureCalm(engine: Engine): Promise<Table> {
  const { names, measured } = await measure(engine, () => [], CALM);
  return {
    title: `${engine.name}: at ${CALM} requests/s`,
    columns: ['receiver', 'median ms', 'p99 ms', 'p99 above the control'],
    rows: measured.map((loads, i) => [
      names[i]!,
      short(median(loads.map((one) => one.median))),
      short(median(loads.map(({ p99 }) => p99))),
      i === 0 ? null : short(median(loads.map(({ p99 }, round) => p99 - measured[0]![round]!.p99))),
    ]),
  };
}

/** The control, Xeno and others, on a database of their own; each one's loads by round. */
async function measure(
  engine: Engine,
  others: (place: Place, tenantId: string) => Promise<Receiver>[],
  rate: number | null,
): Promise<{ names: string[]; measured: Sent[][] }> {
  const place = await engine.open();
  const receivers: Receiver[] = [];
  try {
    const { tenantId, delivery } = await makeTarget(place.db);
    receivers.push(await startControl(), await startXeno(place, { roles: ['api'] }));
    receivers.push(...(await Promise.all(others(place, tenantId))));
    for (const { port } of receivers) await send(port, [delivery], null); // what was just started is slow
    const measured = await inRounds(engine, receivers, delivery, place.db, rate);
    return { names: receivers.map(({ name }) => name), measured };
  } finally {
    for (const receiver of receivers) await receiver.close();
    await place.drop();
  }
}

/** Every receiver once a round, one after the other: what else the machine does then meets all of them. */
async function inRounds(
  engine: Engine,
  receivers: Receiver[],
  delivery: Delivery,
  db: Database,
  rate: number | null,
): Promise<Sent[][]> {
  const measured = receivers.map(() => [] as Sent[]);
  for (let round = 1; round <= rounds; round++) {
    progress(`${engine.name}, ${rate === null ? 'as fast as it goes' : `${rate}/s`}: round ${round} of ${rounds}`);
    for (const [i, { port }] of receivers.entries()) {
      await db.transaction((tx) => tx.run('DELETE FROM webhook_events'));
      measured[i]!.push(await send(port, [delivery], rate));
    }
  }
  return measured;
}

/** Receives and processes in one process, and looks at what is left when no more is sent. */
async function measureKeepingUp(engine: Engine): Promise<Table> {
  const rows: Table['rows'] = [];
  for (const stores of STORES) {
    progress(`${engine.name}: receiving and processing for ${stores}`);
    const place = await engine.open();
    try {
      const targets = await Promise.all(Array.from({ length: stores }, () => makeTarget(place.db)));
      const xeno = await startXeno(place, {});
      try {
        const deliveries = targets.map(({ delivery }) => delivery);
        const { perSecond, p99 } = await send(xeno.port, deliveries, BUSY, 3 * seconds);
        const left = await pending(place.db);
        const began = performance.now();
        while ((await pending(place.db)) > 0) await new Promise((resolve) => setTimeout(resolve, 10));
        const rest = performance.now() - began;
        rows.push([stores, Math.round(perSecond), short(p99), left, Math.round(rest), await lag(place.db)]);
      } finally {
        await xeno.close();
      }
    } finally {
      await place.drop();
    }
  }
  return {
    title: `${engine.name}: one process that receives and processes ${BUSY} requests/s`,
    note: '"Lag" is from receiving to committed rows, ledger and rollups.',
    columns: ['stores', 'received/s', 'p99 ms', 'left at the end', 'ms until none is', 'lag, median / p99 ms'],
    rows,
  };
}

async function pending(db: Database): Promise<number> {
  const [row] = await db.read<{ n: string | number }>(
    `SELECT COUNT(*) AS n FROM webhook_events WHERE status = 'pending'`,
  );
  return Number(row!.n);
}

/** Milliseconds from when events were received until they were processed. */
async function lag(db: Database): Promise<string> {
  const rows = await db.read<{ received_at: unknown; finished_at: unknown }>(
    'SELECT received_at, finished_at FROM webhook_events',
  );
  const times = rows.map((row) => asDate(row.finished_at)!.getTime() - asDate(row.received_at)!.getTime());
  return `${median(times)} / ${quantile(times, 0.99)}`;
}

async function send(port: number, deliveries: Delivery[], rate: number | null, length = seconds): Promise<Sent> {
  const before = process.cpuUsage();
  const result = await load({ port, deliveries, connections: CONNECTIONS, rate, seconds: length, from: next });
  const { user, system } = process.cpuUsage(before);
  next += result.sent; // no id comes twice
  return { ...result, cpu: (user + system) / result.sent };
}

/** A store that webhooks are sent to, and that asks nothing of Shopify meanwhile. */
async function makeTarget(db: Database): Promise<{ tenantId: string; delivery: Delivery }> {
  const { tenantId } = await makeStore(db, { currency: CURRENCY, timezone: TIMEZONE });
  await db.transaction((tx) =>
    tx.run('UPDATE tenants SET webhook_key = ?, installed_at = ? WHERE id = ?', [
      tenantId,
      instantText(db.dialect, Date.now()),
      BigInt(tenantId),
    ]),
  );
  const shop = `shop-${tenantId}.myshopify.com`;
  return { tenantId, delivery: { path: `/api/shopify/webhooks/${tenantId}`, shop } };
}
