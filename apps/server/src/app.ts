import type { FastifyRequest } from 'fastify';
import { randomUUID } from 'node:crypto';
import { analyticsRoutes } from './analytics/routes.ts';
import { auditRoutes } from './audit/routes.ts';
import type { Config } from './config.ts';
import { lockDataDir } from './data-lock.ts';
import { accessOf, openDatabase } from './db/database.ts';
import { voidLeases, withLease } from './db/leases.ts';
import { migrate, pendingMigrations } from './db/migrate.ts';
import type { Tenant } from './db/models/tenant.ts';
import { createSealer } from './db/seal.ts';
import { keptAnswers } from './http/kept-answers.ts';
import { registerRoutes } from './http/routes.ts';
import { securityHeaders } from './http/security-headers.ts';
import { createServer, requestLevel } from './http/server.ts';
import { normalizeEmail } from './identity/email.ts';
import { pruneOneTimeTokens } from './identity/one-time-tokens.ts';
import { createIdentity } from './identity/routes.ts';
import { pruneSessions } from './identity/sessions.ts';
import { createWebhookEndpoint } from './inbox/endpoint.ts';
import { createReceiver } from './inbox/receive.ts';
import { dropOldBodies, forgetEvents } from './inbox/retention.ts';
import { inboxRoutes } from './inbox/routes.ts';
import { createInboxWriter } from './inbox/writer.ts';
import { checkoutJobs } from './ingest/abandoned-checkouts.ts';
import { createIngestPool } from './ingest/bulk/pool.ts';
import type { SyncDeps } from './ingest/context.ts';
import { markJobs } from './ingest/fetch-marks.ts';
import { forgetContacts } from './ingest/redacted-contacts.ts';
import { eraseBodies, identify, redactPerson, webhooksNaming } from './ingest/redactions.ts';
import { pruneRuns } from './ingest/prune.ts';
import { cleanSpool } from './ingest/spool.ts';
import { syncJobs } from './ingest/sync-jobs.ts';
import { DESCRIBE, describeJobs } from './ingest/describe-jobs.ts';
import { RECONCILE, reconcileJobs } from './ingest/reconcile/reconcile.ts';
import { reconciliationRoutes } from './ingest/reconcile/routes.ts';
import { noteTrouble } from './ingest/trouble.ts';
import { type EventHandler, webhookJobs } from './ingest/webhook/process.ts';
import { embeddedQueue } from './jobs/embedded.ts';
import { housekeeping } from './jobs/housekeeping.ts';
import type { JobKind } from './jobs/job.ts';
import { makeDue, makeDueWithin } from './jobs/recurring.ts';
import { createFeed } from './live/feed.ts';
import { liveRoutes } from './live/routes.ts';
import { localSignals } from './live/signals.ts';
import { createMailServer } from './mail/mail.ts';
import { createOutbox, mailJobs } from './mail/outbox.ts';
import { armFailPoint } from './observe/fail-points.ts';
import { serveHealth } from './observe/health.ts';
import { createLog } from './observe/log.ts';
import { createShopifyClient } from './shopify/client.ts';
import { type Clock, systemClock } from './shopify/clock.ts';
import { refreshTokens } from './shopify/oauth.ts';
import { createTokenSource, heldToken } from './shopify/token-source.ts';
import { complianceHandlers } from './privacy/handle-webhooks.ts';
import { privacyRoutes } from './privacy/routes.ts';
import { pruneStates } from './stores/connect.ts';
import { beginErasing } from './stores/begin-erasing.ts';
import { disconnect } from './stores/disconnect.ts';
import { hasEndedBy } from './stores/has-ended.ts';
import { storeRoutes } from './stores/routes.ts';
import { standingHandlers } from './stores/handle-webhooks.ts';
import {
  checkAllSubscriptions,
  ensureSubscriptions,
  prepareFarewell,
  webhookOrigin,
  webhookStates,
} from './stores/subscriptions.ts';
import { activeRun, activeRuns, startRun } from './stores/sync.ts';
import { viewActiveRuns } from './stores/tenants.ts';
import { tokenStore } from './stores/tokens.ts';
import { createLeaveStores } from './teams/leave-stores.ts';
import { teamRoutes } from './teams/routes.ts';
import { SCHEDULED_SYNC, upkeepJobs } from './stores/upkeep.ts';

/** What a process does: answer requests, run jobs, stand for election as the scheduler. */
export type Role = 'api' | 'worker' | 'scheduler';
const ALL_ROLES: readonly Role[] = ['api', 'worker', 'scheduler'];

/** In the place of a tenant's id, where a lease is about the whole installation. */
const INSTALLATION = '0';
const DAY_MS = 86_400_000;
const MEGABYTE = 1024 * 1024;

const daysAgo = (days: number): Date => new Date(Date.now() - days * DAY_MS);

export interface App {
  /** Where it listens; empty without the role `api`. */
  url: string;
  /** Ends requests and jobs, then what they used; what was running is gone on with at the next start. */
  close(): Promise<void>;
}

/**
 * Wires everything together and starts it: the one place where rooms meet, the same for every kind of process. Whatever
 * is opened is closed in reverse. `clock` is what waits between requests to Shopify.
 * @throws DataDirTaken when another process has the embedded database
 */
export async function startApp(
  config: Config,
  { clock = systemClock, roles = ALL_ROLES }: { clock?: Clock; roles?: readonly Role[] } = {},
): Promise<App> {
  const closers: (() => unknown)[] = [];
  const close = async () => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    const log = createLog(config);
    armFailPoint(config.failPoint, config.dataDir);
    // an embedded database has one process: whoever held a lease before this one is dead
    if (config.databaseUrl === null) closers.push(lockDataDir(config.dataDir));
    const db = openDatabase(accessOf(config));
    closers.push(() => db.close());
    const applied = await migrate(db);
    if (applied.length > 0) log.info({ count: applied.length }, 'the database schema is brought up to date');
    if (config.databaseUrl === null) await voidLeases(db);

    const { tuning } = config;
    const { sandboxUrl, apiKey, apiSecrets } = config.shopify;
    const sealer = createSealer(config.encryptionKeys);
    const owner = randomUUID();
    const tokens = createTokenSource({
      ...tokenStore(db, sealer, (tenantId, work) =>
        withLease(
          db,
          { tenantId, name: 'tokens', owner, seconds: tuning.leaseSeconds, signal: new AbortController().signal },
          work,
        ),
      ),
      refresh: (shop, refreshToken) =>
        refreshTokens({
          sandboxUrl: sandboxUrl ?? undefined,
          apiKey,
          apiSecret: apiSecrets[0]!,
          shop,
          refreshToken,
          now: clock.now(),
        }),
      clock,
    });
    const clientFor = ({ shopDomain: shop }: Tenant, its = tokens.forShop(shop)) =>
      createShopifyClient({ sandboxUrl: sandboxUrl ?? undefined, shop, tokens: its, clock, log });
    const lastClientFor = async (tenant: Tenant) =>
      clientFor(tenant, await heldToken(tenant.shopDomain, tokens.forShop(tenant.shopDomain)));
    const pool = createIngestPool(db);
    /** Where this process listens. */
    let ownUrl: string | null = null;
    const subscribing = {
      db,
      log,
      webhookOrigin: () => webhookOrigin(config, ownUrl),
      subscriptionsEverySeconds: tuning.subscriptionsEverySeconds,
    };
    const syncing: SyncDeps = {
      db,
      log,
      dataDir: config.dataDir,
      pool,
      clientFor,
      owner,
      leaseSeconds: tuning.leaseSeconds,
      turnSeconds: tuning.syncTurnSeconds,
      retrySoon: (tx, tenantId, failures) => {
        const seconds = Math.max(
          tuning.syncRetrySeconds,
          Math.min(3_600, tuning.syncRetrySeconds * 2 ** (failures - 1)),
        );
        return makeDueWithin(tx, db.dialect, tenantId, SCHEDULED_SYNC, seconds);
      },
      startRun: (tx, tenantId, kind) => startRun(tx, db, tenantId, kind),
      // what has changed just now is not compared
      compareSoon: (tx, tenantId) => makeDueWithin(tx, db.dialect, tenantId, RECONCILE, tuning.reconcileSettleSeconds),
      subscribe: (tenant, client, options) => ensureSubscriptions(subscribing, tenant, client, options),
    };

    // hints may be given from here on; work begins when all kinds are known
    const { leaseSeconds, sweepSeconds, jobRetrySeconds: retrySeconds } = tuning;
    const queueing = { log, sweepSeconds, retrySeconds };
    /** For what one process at a time does: work is done unless another process holds the lease of that name. */
    const alone = (name: string) => (work: (kept: AbortSignal) => Promise<void>, signal: AbortSignal) =>
      withLease(db, { tenantId: INSTALLATION, name, owner, seconds: leaseSeconds, signal }, (_lease, kept) =>
        work(kept),
      );
    const queue = config.redisUrl
      ? (await import('./jobs/bullmq.ts')).bullmqQueue({
          ...queueing,
          redisUrl: config.redisUrl,
          leaseSeconds,
          elect: alone('scheduler'),
        })
      : embeddedQueue(queueing);
    closers.push(() => queue.close());

    const signals = config.redisUrl
      ? (await import('./live/redis-signals.ts')).redisSignals(config.redisUrl)
      : localSignals();
    closers.push(() => signals.close());

    /** What is done about webhooks that are not about records, by topic. */
    const handlers: Record<string, EventHandler> = {
      ...complianceHandlers({
        db,
        identify,
        redactPerson,
        eraseBodies,
        beginErasing: async (tenant, asked, signal) => {
          const whyNot = await beginErasing(db, tenant, asked, clientFor, signal);
          if (whyNot === null) queue.stop(tenant.id);
          return whyNot;
        },
      }),
      ...standingHandlers({
        db,
        log,
        hint: queue.hint,
        stop: (tenantId) => queue.stop(tenantId),
        describeSoon: async (tenantId) => {
          await makeDue(db, tenantId, DESCRIBE, 0);
          queue.hint(DESCRIBE, tenantId);
        },
        hasEndedBy: (uninstalledAt, tenant, signal) => hasEndedBy(uninstalledAt, tenant, clientFor(tenant), signal),
      }),
    };
    const changed = (tenantId: string) => signals.publish(tenantId);
    const troubled = (tenant: Tenant, error: unknown) => noteTrouble(db, tenant, error);

    const mailServer = config.smtpUrl === null ? null : createMailServer(config.smtpUrl, { from: config.mailFrom });
    if (mailServer) closers.push(() => mailServer.close());

    /** The background work of every room. */
    const kinds: JobKind[] = [
      syncJobs(
        { ...syncing, hint: queue.hint },
        { active: () => activeRuns(db), activeOf: (tenantId) => activeRun(db, tenantId) },
        tuning.syncsAtOnce,
      ),
      webhookJobs({ ...syncing, ...tuning, hint: queue.hint, handlers, changed }),
      markJobs({
        ...syncing,
        ...tuning,
        changed,
        troubled,
        startRun: async (tenantId, kind) => {
          await db.transaction((tx) => startRun(tx, db, tenantId, kind));
          queue.hint('sync', tenantId);
        },
      }),
      describeJobs({ ...syncing, changed, troubled }),
      checkoutJobs({ ...syncing, changed, troubled }),
      reconcileJobs({ ...syncing, ...tuning, changed, troubled }),
      ...upkeepJobs({
        ...subscribing,
        ...tuning,
        clientFor,
        hint: queue.hint,
        troubled,
        compareSoon: syncing.compareSoon,
      }),
      ...(mailServer
        ? [mailJobs({ ...tuning, db, log, seal: sealer, server: mailServer, alone: alone('mails') })]
        : []),
      housekeeping({
        db,
        everySeconds: tuning.housekeepingSeconds,
        alone: alone('housekeeping'),
        chores: [
          () => pruneSessions(db, daysAgo(tuning.endedSessionDays)),
          () => pruneOneTimeTokens(db, daysAgo(tuning.endedSessionDays)),
          () => pruneStates(db),
          () => pruneRuns(db, daysAgo(tuning.finishedRunDays)),
          () => dropOldBodies(db, daysAgo(tuning.webhookBodyDays)),
          () => forgetEvents(db, daysAgo(tuning.webhookDays)),
          () => forgetContacts(db, daysAgo(tuning.webhookDays)),
        ],
      }),
    ];
    // what one that was killed after the end of a run has left
    if (roles.includes('worker')) await cleanSpool(config.dataDir, () => activeRuns(db));
    const begin = () => queue.start(kinds, { work: roles.includes('worker'), schedule: roles.includes('scheduler') });
    if (!roles.includes('api')) {
      begin();
      return { url: '', close };
    }

    const endpoint = createWebhookEndpoint({
      receive: createReceiver({
        db,
        writer: createInboxWriter(db),
        secrets: config.shopify.webhookSecrets,
        answerSeconds: tuning.webhookAnswerSeconds,
        hint: queue.hint,
      }),
      log,
      level: requestLevel(config),
      headers: securityHeaders(config),
    });
    const server = await createServer({ config, log, first: endpoint.takes });
    server.addHook('preClose', async () => endpoint.drain());
    closers.push(() => server.close());
    const checks = {
      database: async () => void (await db.read('SELECT 1')),
      migrations: async () => {
        const pending = await pendingMigrations(db);
        if (pending.length > 0) throw new Error(`Not applied: ${pending.join(', ')}`);
      },
    };
    serveHealth(server, checks, { queue: () => queue.state() });
    const mailer = mailServer && createOutbox({ db, seal: sealer, hint: queue.hint });
    const leaveStores = createLeaveStores({
      db,
      prepareFarewell: (tenantId) => prepareFarewell({ db, lastClientFor }, tenantId),
      disconnect: (tx, tenantId) => disconnect(db, tx, tenantId),
      stop: (tenantId) => queue.stop(tenantId),
    });
    const identity = await createIdentity(server, db, config, { seal: sealer, mailer, leaveStores });
    const appUrlOf = (request: FastifyRequest) => config.appUrl ?? `${request.protocol}://${request.host}`;

    const feed = createFeed({
      db,
      signals,
      activeRuns: (tenantIds) => viewActiveRuns(db, tenantIds),
      webhookStates: (tenantIds) => webhookStates(db, tenantIds),
      onError: (error) => log.warn({ err: error }, 'what is watched could not be looked at'),
    });
    closers.push(() => feed.close());

    /** The routes of every room. */
    const routes = [
      ...identity.routes,
      ...storeRoutes({
        db,
        sealer,
        shopify: config.shopify,
        appUrlOf,
        lastClientFor,
        wake: (tenantId) => {
          queue.hint('sync', tenantId);
          changed(tenantId);
        },
        stop: (tenantId) => queue.stop(tenantId),
      }),
      ...inboxRoutes({ db, hint: queue.hint, endpoint }),
      ...reconciliationRoutes({ db, hint: queue.hint }),
      ...privacyRoutes({ db, webhooksNaming, identify }),
      ...teamRoutes({
        ...tuning,
        db,
        mailer,
        appUrlOf,
        normalizeEmail,
        authenticate: identity.authenticate,
        counts: server.counts,
      }),
      ...auditRoutes(db),
      ...liveRoutes(server, {
        feed,
        queue,
        authenticate: identity.authenticate,
        checkSeconds: tuning.liveCheckSeconds,
      }),
      ...analyticsRoutes(db),
    ];
    registerRoutes(server, routes, identity.authenticate, keptAnswers(tuning.keptAnswersMegabytes * MEGABYTE));
    const url = await server.listen({ port: config.port, host: config.host });
    ownUrl = url;
    // addresses may have changed since the last start
    await checkAllSubscriptions(db);
    begin();
    return { url, close };
  } catch (error) {
    await close();
    throw error;
  }
}
