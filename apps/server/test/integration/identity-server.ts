import { analytics, stores } from '@xeno/contracts';
import type { FastifyInstance } from 'fastify';
import { PassThrough } from 'node:stream';
import { readConfig } from '../../src/config.ts';
import { accessOf, type Database, openDatabase } from '../../src/db/database.ts';
import { newId } from '../../src/db/ids.ts';
import { pendingMigrations } from '../../src/db/migrate.ts';
import { handle, type HandledRoute, registerRoutes } from '../../src/http/routes.ts';
import { createServer } from '../../src/http/server.ts';
import { createIdentity } from '../../src/identity/routes.ts';
import { serveHealth } from '../../src/observe/health.ts';
import { embeddedQueue } from '../../src/jobs/embedded.ts';
import { createMailServer } from '../../src/mail/mail.ts';
import { createOutbox, mailJobs } from '../../src/mail/outbox.ts';
import { createSealer } from '../../src/db/seal.ts';
import { createLog } from '../../src/observe/log.ts';
import { createLeaveStores } from '../../src/teams/leave-stores.ts';
import type { Engine } from '../harness/databases.ts';

export interface Frame {
  app: FastifyInstance;
  db: Database;
  logged: () => string;
  dataDir: string;
  databaseUrl: string | null;
  close: () => Promise<void>;
}

/** The HTTP frame and the identity room on a database of their own, without the rooms that need a shop. */
export async function startFrame(engine: Engine, env: Record<string, string> = {}): Promise<Frame> {
  const { databaseUrl, dataDir, drop } = await engine.open();
  const config = readConfig({ DATA_DIR: dataDir, DATABASE_URL: databaseUrl ?? '', LOG_LEVEL: 'debug', ...env });
  const db = openDatabase(accessOf(config), { readers: 0 });
  const lines: string[] = [];
  const out = new PassThrough().on('data', (chunk: Buffer) => void lines.push(chunk.toString()));
  const log = createLog(config, out);
  const app = await createServer({ config, log, dashboard: `${dataDir}/dist` });
  const seal = createSealer(config.encryptionKeys);
  const queue = embeddedQueue({ log, sweepSeconds: 1, retrySeconds: 1 });
  const server = config.smtpUrl === null ? null : createMailServer(config.smtpUrl, { from: config.mailFrom });
  const alone = (work: () => Promise<void>) => work();
  const kinds = server ? [mailJobs({ ...config.tuning, db, seal, server, log, alone })] : [];
  queue.start(kinds, { work: true, schedule: true });
  const identity = await createIdentity(app, db, config, {
    seal,
    mailer: server && createOutbox({ db, seal, hint: queue.hint }),
    leaveStores: createLeaveStores({
      db,
      prepareFarewell: async () => async () => {},
      disconnect: async () => true,
      stop: () => {},
    }),
  });
  registerRoutes(app, [...identity.routes, ...echoes], identity.authenticate);
  serveHealth(app, {
    database: async () => void (await db.read('SELECT 1')),
    migrations: async () => {
      const pending = await pendingMigrations(db);
      if (pending.length > 0) throw new Error(`pending: ${pending.join(', ')}`);
    },
  });
  app.get('/api/boom', { schema: { hide: true } }, async () => {
    throw Object.assign(new Error('canary-message'), { sql: 'canary-sql', parameters: ['canary-parameter'] });
  });
  await app.ready();
  return {
    app,
    db,
    logged: () => lines.join(''),
    dataDir,
    databaseUrl: databaseUrl ?? null,
    close: async () => {
      await app.close();
      await queue.close();
      server?.close();
      await db.close();
      await drop();
    },
  };
}

/** Routes of other rooms, answered with what their handlers would be given. */
const echoes: HandledRoute[] = [
  handle(stores.listTenants, () => ({ data: [], waiting: [] })),
  handle(stores.disconnect, () => null),
  handle(stores.startSync, ({ actor, body }) => {
    const run = { id: actor.tenantId, kind: body?.kind ?? 'incremental', status: 'queued' as const, createdAt: 'now' };
    return { run: { ...run, startedAt: null, finishedAt: null, error: null, notice: actor.role, streams: [] } };
  }),
  handle(stores.listRuns, ({ query }) => ({ data: [], nextCursor: `${typeof query.limit}:${query.limit}` })),
  handle(analytics.ordersByDate, ({ actor, query }) => ({
    tenantId: actor.tenantId,
    from: query.from ?? null,
    to: query.to ?? null,
    timezone: null,
    currencyCode: null,
    asOf: null,
    data: [],
  })),
  handle(analytics.topCustomers, ({ actor, query }) => ({
    tenantId: actor.tenantId,
    from: null,
    to: null,
    timezone: String(query.limit),
    currencyCode: null,
    asOf: null,
    data: [],
  })),
];

/** A store in which the user has a role. */
export async function addTenant({ db }: Frame, userId: string, role: 'admin' | 'analyst' = 'admin'): Promise<string> {
  const id = newId();
  await db.models.Tenant.create({
    id,
    userId,
    shopDomain: `shop-${id}.myshopify.com`,
    storeName: 'Shop',
    accessToken: null,
    accessTokenExpiresAt: null,
    refreshToken: null,
    refreshTokenExpiresAt: null,
    scopes: '',
    currency: 'GBP',
    timezone: 'Europe/London',
    apiVersion: null,
    status: 'connected',
    statusReason: null,
  });
  await db.models.Membership.create({ tenantId: id, userId, role });
  return id;
}

let accounts = 0;

export interface Account {
  id: string;
  email: string;
  password: string;
  token: string;
  bearer: { authorization: string };
  cookie: string;
}

export async function register({ app }: Frame): Promise<Account> {
  const email = `user${++accounts}@example.com`;
  const password = `correct horse ${accounts}`;
  const answer = await app.inject({
    method: 'POST',
    url: '/api/auth/register',
    payload: { name: 'Ada', email, password },
  });
  if (answer.statusCode !== 201) throw new Error(answer.body);
  const { user, accessToken } = answer.json<{ user: { id: string }; accessToken: string }>();
  const bearer = { authorization: `Bearer ${accessToken}` };
  return { id: user.id, email, password, token: accessToken, bearer, cookie: refreshCookie(answer)! };
}

/** The value of the refresh cookie that an answer sets, if it sets one. */
export function refreshCookie(answer: { cookies: { name: string; value: string }[] }): string | undefined {
  return answer.cookies.find(({ name }) => name === 'xeno_refresh')?.value;
}
