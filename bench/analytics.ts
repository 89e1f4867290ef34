/**
 * How fast questions are answered: what the usual implementation asks of the orders at each click, the same with a
 * covering index, and Xeno's rollups; one large store among others. `--quick` for a few minutes, `--orders N` for
 * another size.
 */
import { randomUUID } from 'node:crypto';
import { readScope } from '../apps/server/src/analytics/scope.ts';
import { startApp } from '../apps/server/src/app.ts';
import { readConfig } from '../apps/server/src/config.ts';
import type { Database } from '../apps/server/src/db/database.ts';
import { fillStore } from './analytics/fill.ts';
import { type Load, load } from './analytics/load.ts';
import { COVERING_INDEX, type Question, QUESTIONS, requestsOf } from './analytics/questions.ts';
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
  timed,
} from './report.ts';

const CONNECTIONS = 50;
/** Xeno's answers are quick enough to be asked for often, which p99 needs. */
const NAIVE_ROUNDS = isQuick ? 5 : 15;
/** But some naive ways take most of a minute a time: those are asked no more often than this allows. */
const NAIVE_MS = isQuick ? 5_000 : 60_000;
const XENO_PER_ROUND = isQuick ? 40 : 30;

const orders = numberOption('orders', isQuick ? 50_000 : 1_000_000);
/** The stores of the database: the one asked about, one a tenth of its size, and others. */
const sizes = [orders, Math.round(orders / 10), ...Array.from({ length: 5 }, () => Math.round(orders / 5))];
const total = sizes.reduce((sum, size) => sum + size, 0);

/** Answers are kept until the store changes, see apps/server/src/http/kept-answers.ts. */
const MODES = [
  { name: 'asked again and again', kept: true, changesEveryMs: null },
  { name: 'while the store changes ten times a second', kept: true, changesEveryMs: 100 },
  { name: 'every answer made anew', kept: false, changesEveryMs: null },
];

interface Answered {
  ms: number[];
  /** Milliseconds of them spent waiting for the database. */
  inDatabase: number[];
}

const engines = await startEngines();
const machine = machineLine([sqliteVersion(), ...engines.slice(1).map((engine) => engine.version)]);
const tables: Table[] = [];
try {
  for (const engine of engines) {
    const place = await engine.open();
    try {
      tables.push(...(await measure(engine, place)));
    } finally {
      await place.drop();
    }
  }
} finally {
  for (const engine of engines) await engine.stop();
}
await publish({
  name: 'analytics',
  title: 'How fast questions are answered',
  facts: [
    machine,
    `A store with ${orders} orders among ${total}, over three years. MariaDB with a buffer pool of 256 MB.`,
    'Milliseconds, median / p99 (the longest of few, where a naive way takes many seconds); only ratios within this run mean anything.',
    'Requests come from a process of its own on the same cores, compressed answers asked for as browsers do, each connection asking again as soon as it is answered. The control asks no database.',
  ],
  tables,
});

async function measure(engine: Engine, place: Place): Promise<Table[]> {
  const { db } = place;
  const tenantIds: string[] = [];
  for (const size of sizes) {
    progress(`${engine.name}: filling a store with ${size} orders`);
    tenantIds.push(await fillStore(db, size));
  }
  if (db.dialect === 'mysql') await db.sequelize.query('ANALYZE TABLE orders, customers, customer_days, daily_sales');
  else await db.sequelize.query('ANALYZE');
  const [large, small] = tenantIds as [string, string];

  const rows: Table['rows'] = [];
  const xeno: Answered[] = [];
  const naive: number[][] = [];
  for (const question of QUESTIONS) {
    await agree(db, large, question);
    const [naiveMs, ofLarge, ofSmall] = await inRounds(engine, db, question, large, small);
    naive.push(naiveMs);
    xeno.push(ofLarge);
    rows.push([question.name, both(naiveMs), null, both(ofLarge.inDatabase), both(ofLarge.ms), null, null]);
    rows.at(-1)![6] = short(median(ofLarge.inDatabase) / median(ofSmall.inDatabase));
  }
  progress(`${engine.name}: covering index`);
  await db.sequelize.query(COVERING_INDEX);
  for (const [i, question] of QUESTIONS.entries()) {
    const [coveredMs] = await inRounds(engine, db, question, large, small);
    rows[i]![2] = both(coveredMs);
    rows[i]![5] = `× ${short(median(naive[i]!) / median(xeno[i]!.ms))}`;
  }
  const first = await scopeTimes(db, large);
  const overHttpTables: Table[] = [];
  for (const mode of MODES) overHttpTables.push(await overHttp(engine, place, large, mode));
  return [
    {
      title: `${engine.name}: questions`,
      note: `"In the database" is the time Xeno waits for its statements, "whole" until the answer stands; "growth" compares the first with that of a store a tenth of the size. Before each question the store itself is read: ${both(first)} ms.`,
      columns: [
        'question',
        'naive',
        'covering index',
        'Xeno, in the database',
        'Xeno, whole',
        'naive / Xeno',
        'growth',
      ],
      rows,
    },
    ...overHttpTables,
  ];
}

/** Naive and Xeno must say the same of the same orders. */
async function agree(db: Database, tenantId: string, { name, naive, xeno, check }: Question): Promise<void> {
  const expected = check.naive(await db.read(naive(tenantId)));
  const actual = check.xeno((await xeno(await readScope(db, tenantId))) as never);
  if (expected !== actual) throw new Error(`${name}: naive says ${expected}, Xeno ${actual}`);
}

async function inRounds(
  engine: Engine,
  db: Database,
  { name, naive, xeno }: Question,
  large: string,
  small: string,
): Promise<[number[], Answered, Answered]> {
  progress(`${engine.name}: ${name}`);
  const watched = watch(db);
  const scopes = { large: await readScope(watched.db, large), small: await readScope(watched.db, small) };
  const naiveMs: number[] = [];
  const answers = { large: { ms: [], inDatabase: [] } as Answered, small: { ms: [], inDatabase: [] } as Answered };
  for (let round = 0; round < NAIVE_ROUNDS; round++) {
    const spent = naiveMs.reduce((sum, ms) => sum + ms, 0);
    if (spent < NAIVE_MS) naiveMs.push(await timed(() => db.read(naive(large))));
    for (let i = 0; i < XENO_PER_ROUND; i++) {
      for (const size of ['large', 'small'] as const) {
        watched.reset();
        answers[size].ms.push(await timed(() => xeno(scopes[size])));
        answers[size].inDatabase.push(watched.waited());
      }
    }
  }
  return [naiveMs, answers.large, answers.small];
}

async function scopeTimes(db: Database, tenantId: string): Promise<number[]> {
  const times: number[] = [];
  for (let i = 0; i < 200; i++) times.push(await timed(() => readScope(db, tenantId)));
  return times;
}

/** The same database, which notes how long is waited for it; statements that run at once count once each. */
function watch(db: Database): { db: Database; reset(): void; waited(): number } {
  let waited = 0;
  return {
    db: {
      ...db,
      async read<T>(sql: string, params?: Parameters<Database['read']>[1]) {
        const began = performance.now();
        const rows = await db.read<T>(sql, params);
        waited += performance.now() - began;
        return rows;
      },
    },
    reset: () => void (waited = 0),
    waited: () => waited,
  };
}

async function overHttp(
  engine: Engine,
  { db, databaseUrl, dataDir }: Place,
  tenantId: string,
  mode: (typeof MODES)[number],
): Promise<Table> {
  progress(`${engine.name}: over HTTP, ${mode.name}`);
  const config = readConfig({
    DATABASE_URL: databaseUrl ?? '',
    DATA_DIR: dataDir,
    PORT: '0',
    LOG_LEVEL: 'silent',
    SHOPIFY_SANDBOX_URL: 'http://127.0.0.1:1',
  });
  const tuning = { ...config.tuning, ...(!mode.kept && { keptAnswersMegabytes: 0 }) };
  const app = await startApp({ ...config, tuning });
  const changes =
    mode.changesEveryMs === null ? null : setInterval(() => void change(db, tenantId), mode.changesEveryMs);
  try {
    const token = await member(app.url, db, tenantId);
    const loads: { name: string; load: Load }[] = [];
    for (const { name, path } of requestsOf(tenantId)) {
      const url = `${app.url}${path}`;
      loads.push({ name, load: await load({ url, token, connections: CONNECTIONS, seconds: isQuick ? 2 : 10 }) });
    }
    const [control] = loads;
    return {
      title: `${engine.name}: over HTTP at ${CONNECTIONS} connections, ${mode.name}`,
      columns: ['request', 'requests/s', 'median ms', 'p99 ms', 'p99 above the control'],
      rows: loads.map(({ name, load: { perSecond, median: half, p99 } }, i) => [
        name,
        Math.round(perSecond),
        short(half),
        short(p99),
        i === 0 ? null : short(p99 - control!.load.p99),
      ]),
    };
  } finally {
    if (changes) clearInterval(changes);
    await app.close();
  }
}

/** What every commit that changes a figure does besides. */
async function change(db: Database, tenantId: string): Promise<void> {
  await db.transaction((tx) =>
    tx.run('UPDATE tenant_state SET changes = changes + 1 WHERE tenant_id = ?', [BigInt(tenantId)]),
  );
}

/** A registered user who may see the store; gives the access token. */
async function member(url: string, db: Database, tenantId: string): Promise<string> {
  const response = await fetch(`${url}/api/auth/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: url },
    body: JSON.stringify({
      name: 'Ada',
      email: `${randomUUID()}@example.com`,
      password: 'correct horse battery staple',
    }),
  });
  if (response.status !== 201) throw new Error(`register answered ${response.status}: ${await response.text()}`);
  const { user, accessToken } = (await response.json()) as { user: { id: string }; accessToken: string };
  await db.models.Membership.create({ tenantId, userId: user.id, role: 'admin' });
  return accessToken;
}

function both(times: number[]): string {
  return `${short(median(times))} / ${short(quantile(times, 0.99))}`;
}
