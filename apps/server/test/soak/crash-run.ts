import type { FindingKind, Reconciliation, WebhookSummary } from '@xeno/contracts';
import { globSync, readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Sandbox, startSandbox } from '../../../sandbox/src/index.ts';
import { type Database, openDatabase } from '../../src/db/database.ts';
import type { Finding } from '../../src/ingest/reconcile/findings.ts';
import { findDrift } from '../../src/ingest/rollups.ts';
import { seeded } from '../harness/seeded.ts';
import { freshDatabase, type RedisService, type Service, startMariaDb, startRedis } from '../harness/services.ts';
import { Browser, expectExact, wentWell } from '../integration/world.ts';
import { Cluster, type Size } from './cluster.ts';
import { expectSameCheckouts, expectSameRows } from './compare-rows.ts';

export interface CrashOptions {
  size: Size;
  seed: number;
  /** How long the shop is busy: longer where not everything has been killed by then, or a fail point was not hit. */
  seconds: number;
  /** Changes a second in the shop; each is one to four webhooks. */
  rate: number;
  /** Orders of the shop before it is connected. */
  orders?: number;
  /** Mean pause between kills. */
  killSeconds?: number;
  /** Fail points of which each has to be hit; all that the source names unless given. */
  failPoints?: readonly string[];
  log?: (line: string) => void;
}

export interface CrashReport {
  seed: number;
  size: Size;
  /** By the sandbox's count; what it dropped on purpose was never sent. */
  webhooks: { delivered: number; dropped: number; failed: number };
  /** Distinct webhooks that were answered 200, and how many of these are not in the inbox, or never ended. */
  acknowledged: number;
  lost: number;
  unfinished: number;
  dead: number;
  kills: string[];
  failPointsHit: string[];
  /** What all reconciliations found and mended, counted by kind. */
  findings: Partial<Record<FindingKind, number>>;
  /** Median and 95th percentile of the seconds from Shopify's clock to the commit, over the last webhooks. */
  lagSeconds: { median: number | null; p95: number | null };
  /** From the end of the traffic until nothing was pending. */
  drainSeconds: number;
}

const SHOP = 'crash.myshopify.com';
/** How long one that is armed may take to reach its fail point before it is killed anyway. */
const PATIENCE_MS = 60_000;
const HOUR_MS = 3_600_000;
/**
 * What a webhook that is late or never comes leads to; anything else that is found is a fault of the program. The total of
 * a day that has ended changes with an order that is deleted while the comparison goes on.
 */
const OF_LOST_WEBHOOKS: readonly FindingKind[] = ['missing', 'outdated', 'deleted', 'day_total'];
const SOURCE = path.resolve(import.meta.dirname, '../../src');

/** The names in all `failPoint('…')` of the program. */
export function failPointsOfSource(): string[] {
  const names = globSync('**/*.ts', { cwd: SOURCE, exclude: ['**/*.test.ts'] }).flatMap((file) =>
    [...readFileSync(path.join(SOURCE, file), 'utf8').matchAll(/failPoint\('([\w.-]+)'\)/g)].map(([, name]) => name!),
  );
  return [...new Set(names)].sort();
}

/**
 * Connects a shop, then lets it be busy while its webhooks come doubled, reordered, late and not at all, and while
 * processes, database and Redis are killed; at last what is in the tables, and every figure, must equal the shop.
 * Everything random follows from the seed. @throws when anything differs
 */
export async function crashRun(options: CrashOptions): Promise<CrashReport> {
  const { size, seed, seconds, rate, orders = 500, killSeconds = 4, log = () => {} } = options;
  const random = seeded(seed);
  const folder = await mkdtemp(path.join(tmpdir(), 'xeno-crash-'));
  const closers: (() => unknown)[] = [() => rm(folder, { recursive: true, force: true })];
  try {
    const services: { database?: Service; redis?: RedisService } = {};
    let databaseUrl = '';
    if (size === 'many') {
      services.database = await startMariaDb();
      services.redis = await startRedis();
      closers.push(
        () => services.database!.stop(),
        () => services.redis!.stop(),
      );
      databaseUrl = (await freshDatabase(services.database.url)).url;
    }
    const sandbox = await startSandbox({ bulkDelay: 200, restoreRate: 1000, maximumAvailable: 2000 });
    closers.push(() => sandbox.close());
    sandbox.control.createShop(SHOP, { orders, bigIds: true, currency: 'EUR', timezone: 'Australia/Lord_Howe' });
    sandbox.control.settings({
      webhooks: { retrySpan: 20_000, kept: 1_000_000 },
      faultSeed: seed,
      lifetimes: { access: 30, refresh: 3600, code: 60 },
    });

    const hitsFile = path.join(folder, 'fail-points.log');
    const hits = async () => new Set((await readFile(hitsFile, 'utf8').catch(() => '')).split('\n').filter(Boolean));
    let missing = [...(options.failPoints ?? failPointsOfSource())];
    let turn = 0;
    let end = Infinity;
    /** Until when whoever is armed is given the time to reach its point. */
    let patience = 0;
    const notHit = async () => {
      const hit = await hits();
      return missing.filter((name) => !hit.has(name));
    };
    const cluster = await Cluster.start(
      size,
      {
        DATA_DIR: folder,
        DATABASE_URL: databaseUrl,
        REDIS_URL: services.redis?.url ?? '',
        SHOPIFY_SANDBOX_URL: sandbox.url,
        JWT_SECRET: 'j'.repeat(40),
        LEASE_SECONDS: '3',
        SWEEP_SECONDS: '1',
        EVENT_RETRY_SECONDS: '1',
        JOB_RETRY_SECONDS: '2',
        RECONCILE_SETTLE_SECONDS: '1',
        FETCH_SETTLE_SECONDS: '1',
        MARK_RETRY_SECONDS: '1',
        MARK_BELIEVED_SECONDS: '1',
      },
      (name): Record<string, string> => {
        // those that answer or schedule come to no fail point
        if (missing.length === 0 || !/^(all|worker)/.test(name)) return {};
        patience = Date.now() + PATIENCE_MS;
        const times = Date.now() < end ? 1 + Math.floor(random() * 3) : 1;
        return { FAIL_POINT: `${missing[turn++ % missing.length]}@${times}` };
      },
    );
    let running = true;
    closers.push(() => running && cluster.stop());

    // begun so long ago that they are abandoned: what the traffic begins is not for an hour
    const began = new Date();
    const leaveCheckouts = () => {
      for (let hours = 2; hours < 12; hours++) {
        const createdAt = new Date(began.getTime() - hours * HOUR_MS).toISOString();
        sandbox.control.createCheckout(SHOP, { email: 'somebody@example.com', createdAt });
      }
    };
    leaveCheckouts();

    const ada = new Browser(() => cluster.url);
    await ada.register('ada@example.com');
    const id = await ada.connect(SHOP);
    wentWell(await ada.settled(id, 120));
    log(`connected: ${orders} orders are in`);

    for (const [kind, probability] of [
      ['webhook_duplicate', 0.1],
      ['webhook_reorder', 0.2],
      ['webhook_drop', 0.05],
      ['webhook_stale', 0.02],
    ] as const) {
      sandbox.control.setFault({ kind, probability, times: null });
    }
    leaveCheckouts();
    sandbox.control.startTraffic(SHOP, { rate, seed });

    const kills: string[] = [];
    const targets = [...cluster.names, ...(size === 'many' ? ['database', 'redis', 'FLUSHALL'] : [])];
    /** All of them in random order, again and again. */
    let line: string[] = [];
    const nextTarget = () => {
      if (line.length === 0) line = [...targets];
      return line.splice(Math.floor(random() * line.length), 1)[0]!;
    };
    end = Date.now() + seconds * 1000;
    let nextSync = Date.now() + 5_000;
    while (Date.now() < end || missing.length > 0 || kills.length < targets.length) {
      if (Date.now() > end + 180_000 + seconds * 1000) {
        throw new Error(`never hit: ${missing.join(', ')}; killed ${kills.length} of ${targets.length}`);
      }
      if (Date.now() > nextSync) {
        nextSync = Date.now() + 8_000;
        const kind = random() < 0.5 ? 'full' : 'incremental';
        // whoever answers may just die
        await ada.call('POST', `/api/tenants/${id}/sync`, { kind }).catch(() => null);
        await ada.call('POST', `/api/tenants/${id}/reconcile`).catch(() => null);
      }
      if (Date.now() < end || missing.length === 0) {
        await delay(Math.min(killSeconds * 1000 * (0.3 + 1.4 * random()), Math.max(200, end - Date.now())));
      } else {
        const known = (await hits()).size;
        while ((await hits()).size === known && Date.now() < Math.min(patience, nextSync)) await delay(100);
        missing = await notHit();
        if (Date.now() < patience) continue;
      }
      const target = nextTarget();
      if (!(await kill(target, cluster, services))) {
        line.push(target);
        continue;
      }
      kills.push(`${new Date().toISOString()} ${target}`);
      missing = await notHit();
      log(`killed ${target}; fail points not hit yet: ${missing.join(', ') || 'none'}`);
    }
    sandbox.control.stopTraffic(SHOP);
    const hit = await hits();
    await cluster.restart(); // nothing may depend on what a process remembers; and no fail point is armed any more
    sandbox.control.clearFaults();

    const stopped = Date.now();
    const counts = await sandbox.control.idle({ timeoutMs: 120_000 });
    const db = openDatabase(databaseUrl ? { url: databaseUrl } : { file: path.join(folder, 'xeno.db') });
    closers.push(() => db.close());
    await ada.login();
    await drained(db, ada, id);
    const drainSeconds = (Date.now() - stopped) / 1000;
    log(`drained in ${drainSeconds} s: ${JSON.stringify(counts)}`);

    // before anything is asked for that would mend it
    const drift = await findDrift(db, id);
    if (drift.length > 0) throw new Error(`rollups drifted: ${JSON.stringify(drift)}`);

    // what was dropped on purpose is found by comparing with Shopify
    wentWell(await ada.syncAndWait(id));
    await delay(2_000); // what is younger is left to its webhook
    await reconciled(ada, id);
    await drained(db, ada, id);
    const inbox = await compareInbox(db, sandbox);
    const findings = await readFindings(db, id);
    await expectExact({ sandbox, db }, ada, id, SHOP);
    await expectSameRows(sandbox, db, id, SHOP);
    await expectSameCheckouts(sandbox, db, id, SHOP, began);
    const lagSeconds = await lags(ada, id);
    const codes = await cluster.stop();
    running = false;
    if (codes.some((code) => code !== 0)) throw new Error(`exit codes ${codes.join(', ')}\n${cluster.said}`);
    const failPointsHit = [...hit].sort();
    return { seed, size, webhooks: counts, ...inbox, kills, failPointsHit, findings, lagSeconds, drainSeconds };
  } finally {
    for (const closer of closers.reverse()) await closer();
  }
}

/** Whether it was killed. */
async function kill(
  target: string,
  cluster: Cluster,
  services: { database?: Service; redis?: RedisService },
): Promise<boolean> {
  if (target === 'FLUSHALL') {
    await services.redis!.command('FLUSHALL');
    return true;
  }
  const service = target === 'database' ? services.database : target === 'redis' ? services.redis : undefined;
  if (!service) return cluster.kill(target);
  process.kill(service.pid, 'SIGKILL');
  await delay(500);
  await service.restart();
  return true;
}

/** Waits until every webhook in the inbox has ended and nothing is to be fetched or run. */
async function drained(db: Database, ada: Browser, id: string): Promise<void> {
  for (const deadline = Date.now() + 120_000; ; await delay(200)) {
    const [events] = await db.read<{ open: number }>(
      "SELECT COUNT(*) AS open FROM webhook_events WHERE status = 'pending'",
    );
    const [marks] = await db.read<{ open: number }>('SELECT COUNT(*) AS open FROM fetch_marks');
    if (Number(events!.open) + Number(marks!.open) === 0) break;
    if (Date.now() > deadline) throw new Error(`pending: ${events!.open} webhooks, ${marks!.open} rows to be fetched`);
  }
  await ada.settled(id, 120);
}

/** Whatever Shopify was told that we have it must be in the inbox, and must have ended. */
async function compareInbox(db: Database, sandbox: Sandbox) {
  const rows = await db.read<{ webhook_id: string; status: string }>('SELECT webhook_id, status FROM webhook_events');
  const statuses = new Map(rows.map((row) => [row.webhook_id, row.status]));
  const acknowledged = new Set(
    sandbox.control.deliveries({ status: 'delivered', limit: 10_000_000 }).map((delivery) => delivery.id),
  );
  const missing = [...acknowledged].filter((webhookId) => !statuses.has(webhookId));
  const count = (status: string) => rows.filter((row) => row.status === status).length;
  const found = {
    acknowledged: acknowledged.size,
    lost: missing.length,
    unfinished: count('pending'),
    dead: count('dead'),
  };
  if (found.lost + found.unfinished + found.dead > 0) throw new Error(JSON.stringify(found));
  return found;
}

/**
 * All that reconciliations found. They mend what they find: whether the program counted wrongly is told by nothing else
 * in the end. @throws where it did
 */
async function readFindings(db: Database, id: string): Promise<CrashReport['findings']> {
  const rows = await db.read<Finding>(
    'SELECT kind, stream, shopify_id AS shopifyId, name, expected, found FROM findings WHERE tenant_id = ?',
    [BigInt(id)],
  );
  const deleted = await db.read<{ id: string | number }>(
    "SELECT shopify_id AS id FROM tombstones WHERE tenant_id = ? AND stream = 'orders'",
    [BigInt(id)],
  );
  const gone = new Set(deleted.map((row) => String(row.id)));
  const isOfDeletion = ({ stream, shopifyId }: Finding) => stream === 'orders' && gone.has(String(shopifyId));
  const faults = rows.filter((found) => !OF_LOST_WEBHOOKS.includes(found.kind) && !isOfDeletion(found));
  if (faults.length > 0) throw new Error(`reconciliations found: ${JSON.stringify(faults.slice(0, 20))}`);
  return Object.fromEntries([...Map.groupBy(rows, ({ kind }) => kind)].map(([kind, { length }]) => [kind, length]));
}

async function lags(ada: Browser, id: string): Promise<CrashReport['lagSeconds']> {
  const summary = await ada.get<WebhookSummary>(`/api/tenants/${id}/webhooks/summary`);
  return summary.lagSeconds;
}

async function reconciled(ada: Browser, id: string): Promise<void> {
  const last = async () => (await ada.get<{ data: Reconciliation[] }>(`/api/tenants/${id}/reconciliations`)).data[0];
  const before = await last();
  await ada.call('POST', `/api/tenants/${id}/reconcile`);
  for (const deadline = Date.now() + 120_000; ; await delay(200)) {
    const run = await last();
    if (run && run.id !== before?.id && run.status === 'succeeded' && run.unmended === 0) return;
    if (Date.now() > deadline) throw new Error(`not reconciled: ${JSON.stringify(run)}`);
  }
}
