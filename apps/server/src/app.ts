import type { FastifyRequest } from 'fastify';
import { randomUUID } from 'node:crypto';
import { analyticsRoutes } from './analytics/routes.ts';
import type { Config } from './config.ts';
import { accessOf, openDatabase } from './db/database.ts';
import { migrate, pendingMigrations } from './db/migrate.ts';
import type { Tenant } from './db/models/tenant.ts';
import { registerRoutes } from './http/routes.ts';
import { createServer } from './http/server.ts';
import { createIdentity } from './identity/routes.ts';
import { createIngestPool } from './ingest/bulk/pool.ts';
import type { SyncDeps } from './ingest/context.ts';
import { voidLeases } from './ingest/leases.ts';
import { cleanSpool } from './ingest/spool.ts';
import { runSync } from './ingest/sync.ts';
import { startRunner } from './jobs/runner.ts';
import { serveHealth } from './observe/health.ts';
import { createLog } from './observe/log.ts';
import { createShopifyClient } from './shopify/client.ts';
import { type Clock, systemClock } from './shopify/clock.ts';
import { refreshTokens } from './shopify/oauth.ts';
import { createSealer } from './shopify/seal.ts';
import { createTokenSource } from './shopify/token-source.ts';
import { storeRoutes } from './stores/routes.ts';
import { activeRuns } from './stores/sync.ts';
import { tokenStore } from './stores/tokens.ts';

export interface App {
  /** Where it listens. */
  url: string;
  /** Ends requests and jobs, then what they used; what was running is gone on with at the next start. */
  close(): Promise<void>;
}

const SWEEP_MS = 5_000;
const SYNCS_AT_ONCE = 3;

/**
 * Wires everything together and starts it: the one place where rooms meet. Whatever is opened is closed in reverse.
 * `clock` is what waits between requests to Shopify.
 */
export async function startApp(config: Config, { clock = systemClock }: { clock?: Clock } = {}): Promise<App> {
  const closers: (() => Promise<unknown>)[] = [];
  const close = async () => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    const log = createLog(config);
    const db = openDatabase(accessOf(config));
    closers.push(() => db.close());
    const applied = await migrate(db);
    if (applied.length > 0) log.info({ count: applied.length }, 'the database schema is brought up to date');
    // an embedded database has one process: this one
    if (db.dialect === 'sqlite') await voidLeases(db);

    const { sandboxUrl, apiKey, apiSecrets } = config.shopify;
    const sealer = createSealer(config.encryptionKeys);
    const tokens = createTokenSource({
      ...tokenStore(db, sealer),
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
    const clientFor = (tenant: Tenant) =>
      createShopifyClient({
        sandboxUrl: sandboxUrl ?? undefined,
        shop: tenant.shopDomain,
        tokens: tokens.forShop(tenant.shopDomain),
        clock,
        log,
      });

    const pool = createIngestPool(db);
    closers.push(() => pool.close());
    const tidy = () => cleanSpool(config.dataDir, () => activeRuns(db));
    await tidy();
    const syncing: SyncDeps = {
      db,
      log,
      dataDir: config.dataDir,
      pool,
      clientFor,
      owner: randomUUID(),
      leaseSeconds: config.tuning.leaseSeconds,
    };
    const runner = startRunner({
      concurrency: SYNCS_AT_ONCE,
      sweepMs: SWEEP_MS,
      pending: async () =>
        (await activeRuns(db)).map(({ tenantId, runId }) => ({
          key: tenantId,
          run: async (signal) => {
            await runSync(syncing, tenantId, runId, signal);
            await tidy();
          },
        })),
      onError: (error, tenantId) => log.error({ err: error, tenantId }, 'a job failed and will be tried again'),
    });
    closers.push(() => runner.close());

    const server = await createServer({ config, log });
    closers.push(() => server.close());
    serveHealth(server, {
      database: async () => void (await db.read('SELECT 1')),
      migrations: async () => {
        const pending = await pendingMigrations(db);
        if (pending.length > 0) throw new Error(`Not applied: ${pending.join(', ')}`);
      },
    });
    const identity = await createIdentity(server, db, config);
    const appUrlOf = (request: FastifyRequest) => config.appUrl ?? `${request.protocol}://${request.host}`;
    registerRoutes(
      server,
      [
        ...identity.routes,
        ...storeRoutes({
          db,
          sealer,
          shopify: config.shopify,
          appUrlOf,
          wake: () => runner.wake(),
          stop: (tenantId) => runner.stop(tenantId),
        }),
        ...analyticsRoutes(db),
      ],
      identity.authenticate,
    );
    const url = await server.listen({ port: config.port, host: config.host });
    return { url, close };
  } catch (error) {
    await close();
    throw error;
  }
}
