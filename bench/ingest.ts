/**
 * How fast orders come in: the limit (LOAD DATA, or node:sqlite itself), a plain multi-row upsert, Xeno and its naive
 * twin, on the same orders, in interleaved rounds. `--quick` for a few minutes, `--orders N` for another size.
 */
import path from 'node:path';
import type { Database } from '../apps/server/src/db/database.ts';
import { apply, type ApplyContext, applyPrepared, prepareNew, readFacts } from '../apps/server/src/ingest/apply.ts';
import { createIngestPool, type IngestPool } from '../apps/server/src/ingest/bulk/pool.ts';
import type { OrderRecord } from '../apps/server/src/ingest/records.ts';
import { findDrift } from '../apps/server/src/ingest/rollups.ts';
import { type Engine, type Place, startEngines } from './engines.ts';
import { ingestFile, readRecords } from './ingest/from-file.ts';
import { prepareLoadData } from './ingest/load-data.ts';
import { peakMemory } from './ingest/memory.ts';
import { defineNaive } from './ingest/naive.ts';
import { CURRENCY, ordersFile, type OrdersFile, TIMEZONE } from './ingest/orders-file.ts';
import { plainUpsert, plainUpsertDirect } from './ingest/plain-upsert.ts';
import { chunksOf, clear, countRows, readTables, type TableRows } from './ingest/tables.ts';
import { withoutRollups } from './ingest/without-rollups.ts';
import { makeStore } from './store.ts';
import {
  isQuick,
  machineLine,
  median,
  numberOption,
  progress,
  publish,
  short,
  sqliteVersion,
  type Table,
  timed,
} from './report.ts';

const BATCH = 500;
const SMALLEST_OF_BACKFILL = 200;
const PERCENT = new Intl.NumberFormat('en', { style: 'percent', signDisplay: 'exceptZero' });
/** Orders in a transaction, and how many orders are enough to measure it. */
const BATCHES = [
  { size: 1000, orders: 10_000 },
  { size: 200, orders: 4_000 },
  { size: 20, orders: 1_000 },
  { size: 1, orders: 200 },
];

/** One way of writing; gives the orders and rows it wrote in `ms`. */
interface Way {
  name: string;
  run(): Promise<{ orders: number; rows: number; ms: number }>;
}

interface Bench {
  engine: Engine;
  place: Place;
  db: Database;
  store: ApplyContext;
  pool: IngestPool;
  source: OrdersFile;
  records: OrderRecord[];
  tables: TableRows[];
  rows: number;
}

const orders = numberOption('orders', isQuick ? 10_000 : 50_000);
const rounds = numberOption('rounds', isQuick ? 3 : 5);
const source = await ordersFile(orders);
const fewer = await ordersFile(Math.max(1, Math.round(orders / 5)));
const engines = await startEngines();
const machine = machineLine([sqliteVersion(), ...engines.slice(1).map((engine) => engine.version)]);
const tables: Table[] = [];
let rowsOfAll = 0;
try {
  for (const engine of engines) {
    const place = await engine.open();
    const pool = createIngestPool(place.db);
    try {
      const bench = await prepare(engine, place, pool);
      rowsOfAll = bench.rows;
      tables.push(await measureWays(bench), await measureBatches(bench), await measureMemory(bench));
    } finally {
      await place.drop();
    }
  }
} finally {
  for (const engine of engines) await engine.stop();
}
await publish({
  name: 'ingest',
  title: 'How fast orders come in',
  facts: [
    machine,
    `${orders} generated orders, ${rowsOfAll} rows of orders, order_lines, refunds and sales; rollup rows are written besides and not counted.`,
    `Medians of ${rounds} interleaved rounds; only ratios within this run mean anything. Every commit is flushed.`,
  ],
  tables,
});

/** Takes the file in once: to warm up, to be sure that it is exact, and to have the rows that the others write. */
async function prepare(engine: Engine, place: Place, pool: IngestPool): Promise<Bench> {
  const { db } = place;
  const store = await makeStore(db, { currency: CURRENCY, timezone: TIMEZONE });
  progress(`${engine.name}: first load`);
  await ingestFile(store, pool, place.dataDir, source);
  const drift = await findDrift(db, store.tenantId);
  if (drift.length > 0) throw new Error(`rollups differ from their rows: ${JSON.stringify(drift[0])}`);
  return {
    engine,
    place,
    db,
    store,
    pool,
    source,
    records: await readRecords(place.dataDir, source, orders),
    tables: await readTables(db),
    rows: await countRows(db),
  };
}

async function measureWays(bench: Bench): Promise<Table> {
  const { engine, place, db, store, pool, records, rows } = bench;
  const file = path.join(place.dataDir, 'xeno.db');
  const chunks = chunksOf(bench.tables, BATCH);
  const all = async (work: () => Promise<unknown>) => ({ orders, rows, ms: await timed(work) });
  const emptied = async (work: () => Promise<unknown>) => {
    await clear(db);
    return all(work);
  };
  const loadData =
    place.databaseUrl === null ? null : await prepareLoadData(place.databaseUrl, place.dataDir, bench.tables);
  const naive = await defineNaive(db.sequelize);
  const few = records.slice(0, isQuick ? 100 : 300);

  const plain: Way = {
    name: `plain upsert, ${BATCH} orders a transaction`,
    run: () => emptied(() => plainUpsert(db, chunks)),
  };
  const ways: Way[] = [
    loadData
      ? { name: 'LOAD DATA LOCAL', run: () => emptied(loadData) }
      : {
          name: `node:sqlite itself, ${BATCH} orders a transaction`,
          run: () => emptied(async () => plainUpsertDirect(file, chunks)),
        },
    plain,
    { name: 'Xeno: records → committed', run: () => emptied(() => applyAll(store, records, BATCH)) },
    { name: 'Xeno: file → committed', run: () => emptied(() => ingestFile(store, pool, place.dataDir, source)) },
    { name: 'Xeno: the same file again', run: () => all(() => ingestFile(store, pool, place.dataDir, source)) },
    {
      name: `naive twin (${few.length} orders)`,
      async run() {
        await naive.clear();
        let written = 0;
        const ms = await timed(async () => (written = await naive.ingest(store.tenantId, few)));
        return { orders: few.length, rows: written, ms };
      },
    },
  ];
  const rates = await inRounds(engine.name, ways);
  const [limit, , , first, again] = rates;
  const naiveRate = rates.at(-1)!;
  return {
    title: `${engine.name}: ways of writing the same orders`,
    note: `"Of the limit" compares rows a second with the first line, "× naive" rows and orders a second with the last, which writes orders and lines only and has ${few.length} orders to do. Taking in unchanged data again runs at ${short(again!.orders / first!.orders)} × the first load.`,
    columns: ['way', 'rows/s', 'orders/s', 'of the limit', '× naive, rows', '× naive, orders'],
    rows: rates.map(({ name, rows: rowRate, orders: orderRate }) => [
      name,
      Math.round(rowRate),
      Math.round(orderRate),
      short(rowRate / limit!.rows),
      short(rowRate / naiveRate.rows),
      short(orderRate / naiveRate.orders),
    ]),
  };
}

async function measureBatches({ engine, db, store, records, tables: written }: Bench): Promise<Table> {
  const rows: Table['rows'] = [];
  for (const { size, orders: enough } of BATCHES) {
    const some = records.slice(0, enough);
    const ids = new Set(some.map((record) => String(record.id)));
    const chunks = chunksOf(
      written.map((table) => ({ ...table, rows: table.rows.filter((row) => ids.has(String(row[1]))) })),
      size,
    );
    const emptied = async (work: () => Promise<unknown>) => {
      await clear(db);
      return { orders: some.length, rows: 0, ms: await timed(work) };
    };
    const [plain, without, xeno] = await inRounds(`${engine.name}, ${size} a transaction`, [
      { name: 'plain', run: () => emptied(() => plainUpsert(db, chunks)) },
      { name: 'without rollups', run: () => emptied(() => withoutRollups(() => applyAll(store, some, size))) },
      { name: 'xeno', run: () => emptied(() => applyAll(store, some, size)) },
    ]);
    const slowerThan = (other: { orders: number }) => PERCENT.format(other.orders / xeno!.orders - 1);
    const rates = [plain!, without!, xeno!].map((rate) => Math.round(rate.orders));
    const ofPlain = PERCENT.format(plain!.orders / xeno!.orders - plain!.orders / without!.orders);
    rows.push([size, some.length, ...rates, ofPlain, slowerThan(without!), slowerThan(plain!)]);
  }
  return {
    title: `${engine.name}: what versions, ledger and rollups cost over a plain upsert of the same rows`,
    note: '"Plain" is given finished rows and writes them; Xeno makes them of records, of which it first reads what is stored. Rollups cost the difference between the two times of Xeno: compared with the time of the plain upsert, and with Xeno without them, which writes the same rows by a faster road.',
    columns: [
      'orders a transaction',
      'orders',
      'plain, orders/s',
      'Xeno without rollups, orders/s',
      'Xeno, orders/s',
      'rollups, of plain',
      'rollups, of Xeno without',
      'all of Xeno over plain',
    ],
    rows,
  };
}

async function measureMemory({ engine, place, db, store }: Bench): Promise<Table> {
  const rows: Table['rows'] = [];
  for (const part of [fewer, source]) {
    progress(`${engine.name}: memory for ${part.orders} orders`);
    await clear(db);
    const { databaseUrl, dataDir } = place;
    rows.push([
      part.orders,
      await peakMemory({ databaseUrl, dataDir, tenantId: store.tenantId, lease: store.lease, source: part }),
    ]);
  }
  return {
    title: `${engine.name}: memory of a process that takes in a file`,
    columns: ['orders', 'peak resident MB'],
    rows,
  };
}

/** As a back-fill does, two batches at a time and one written after the other, or, a few orders, as webhooks are processed. */
async function applyAll(store: ApplyContext, records: OrderRecord[], size: number): Promise<void> {
  const batches = chunked(records, size).map((some) => ({
    stream: 'orders' as const,
    records: some,
    fetchBegan: Date.now(),
  }));
  if (size < SMALLEST_OF_BACKFILL) {
    for (const batch of batches) await apply(store, batch);
    return;
  }
  const { facts } = await readFacts(store.db, store.tenantId);
  const left = batches.values();
  const work = async () => {
    for (const batch of left) {
      const { fetchBegan, records: some } = batch;
      const parts = chunked(some, 25);
      await applyPrepared(store, await prepareNew(store.db, facts, { fetchBegan, parts, again: async () => some }));
    }
  };
  await Promise.all([work(), work()]);
}

function chunked<T>(items: T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size));
}

/** Every way once a round, one after the other: what else the machine does then meets all of them. */
async function inRounds(label: string, ways: Way[]): Promise<{ name: string; rows: number; orders: number }[]> {
  const measured = ways.map(() => [] as { rows: number; orders: number }[]);
  for (let round = 1; round <= rounds; round++) {
    progress(`${label}: round ${round} of ${rounds}`);
    for (const [i, way] of ways.entries()) {
      const { orders: count, rows, ms } = await way.run();
      measured[i]!.push({ rows: (rows / ms) * 1000, orders: (count / ms) * 1000 });
    }
  }
  return ways.map(({ name }, i) => ({
    name,
    rows: median(measured[i]!.map((rate) => rate.rows)),
    orders: median(measured[i]!.map((rate) => rate.orders)),
  }));
}
