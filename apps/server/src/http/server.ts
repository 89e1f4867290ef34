import compress from '@fastify/compress';
import cookie from '@fastify/cookie';
import underPressure from '@fastify/under-pressure';
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { fileURLToPath } from 'node:url';
import type { Config } from '../config.ts';
import { type Counts, localCounts } from '../limits/counts.ts';
import { limitRequests } from '../limits/requests.ts';
import { answerBrokenRequest } from './broken-requests.ts';
import { serveDashboard } from './dashboard.ts';
import { serveDocs } from './docs.ts';
import { doorOf } from './door.ts';
import { Compressed, HttpError, isCompressed, Unavailable } from './errors.ts';
import { answerError } from './problems.ts';
import { securityHeaders } from './security-headers.ts';
import { compileValidator } from './validation.ts';

const MEGABYTE = 1_000_000;
const STALLED_MS = 10_000;
const BUILT_DASHBOARD = fileURLToPath(new URL('../../../dashboard/dist', import.meta.url));

declare module 'fastify' {
  interface FastifyInstance {
    /** What is counted to be limited: together with all other processes where there is Redis. */
    counts: Counts;
  }
}

export interface ServerOptions {
  config: Config;
  log: FastifyBaseLogger;
  /** Answers a request on Node's own terms, before the framework sees it; false for those that are the framework's. */
  first?(request: IncomingMessage, response: ServerResponse): boolean;
  /** Folder of the built dashboard; it need not exist yet. */
  dashboard?: string;
}

/** A server with everything but routes: limits, headers, errors, documentation, the dashboard. `close()` lets requests finish. */
export async function createServer({
  config,
  log,
  first,
  dashboard = BUILT_DASHBOARD,
}: ServerOptions): Promise<FastifyInstance> {
  const { tuning } = config;
  const app: FastifyInstance = Fastify({
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true }),
    trustProxy: trustedHops(config.trustProxy),
    bodyLimit: MEGABYTE,
    requestTimeout: tuning.requestSeconds * 1000,
    // longer than the pause between the pings of an event stream
    connectionTimeout: 120_000,
    http: { headersTimeout: tuning.headersSeconds * 1000, connectionsCheckingInterval: 1_000 },
    forceCloseConnections: 'idle',
    requestIdHeader: false,
    genReqId: () => randomUUID(),
    // longer than a head can be: whatever a path names, its route says that it is not there
    routerOptions: { maxParamLength: 20_000 },
    clientErrorHandler: answerBrokenRequest,
    frameworkErrors: (error, request, reply) => void answerError(error, request, reply),
  });
  if (first) askFirst(app.server, first);
  app.decorate('appUrl', config.appUrl);
  const counts = config.redisUrl
    ? (await import('../limits/redis-counts.ts')).redisCounts(config.redisUrl, (error) =>
        log.warn({ err: error }, 'Redis is away: limits are counted by each process for itself'),
      )
    : localCounts();
  app.decorate('counts', counts);
  app.addHook('onClose', () => counts.close());
  app.decorateRequest('actor', null);
  app.setValidatorCompiler(compileValidator);
  acceptJsonOnly(app);

  const headers = securityHeaders(config);
  app.decorateRequest('door', 'site');
  app.addHook('onRequest', (request, reply, done) => {
    request.door = doorOf(request);
    reply.header('x-request-id', request.id);
    if (request.door !== 'site') reply.header('cache-control', 'no-store');
    reply.headers(headers);
    done();
  });
  app.setErrorHandler((error, request, reply) => {
    reply.headers(headers);
    return answerError(error, request, reply);
  });
  // otherwise a connection that was busy when closing began would be kept alive, and closing would wait for it
  let isClosing = false;
  app.addHook('preClose', async () => void (isClosing = true));
  app.addHook('onSend', (_request, reply, payload, done) => {
    if (isClosing) reply.header('connection', 'close');
    done(null, payload);
  });

  app.addHook('onResponse', (request, reply, done) => {
    const { method, url, door } = request;
    if (door === 'webhooks') return done(); // their endpoint does it
    const ms = Math.round(reply.elapsedTime * 10) / 10;
    request.log[requestLevel(config)]({ method, url, status: reply.statusCode, ms }, 'request');
    done();
  });

  await app.register(underPressure, {
    maxEventLoopDelay: STALLED_MS,
    // an interval in which nothing ran counts as an endless delay, however short it was
    sampleInterval: STALLED_MS,
    pressureHandler: () => {
      throw new Unavailable('The server is overloaded.');
    },
  });
  limitRequests(app, counts, {
    perAddress: tuning.apiRequestsPerMinute ?? (config.production ? 10_000 : null),
    perUser: tuning.userRequestsPerMinute ?? (config.production ? 6_000 : null),
    perTenant: tuning.tenantRequestsPerMinute ?? (config.production ? 20_000 : null),
  });
  await app.register(cookie);
  await app.register(compress, { threshold: 1024, globalDecompression: false });
  await serveDocs(app);

  const methods = methodsByPath(app);
  const page = await serveDashboard(app, dashboard);
  app.setNotFoundHandler((request, reply) => {
    const allowed = methods(request.url.split('?')[0]!);
    if (allowed.length > 0) {
      throw new HttpError(405, 'method_not_allowed', `Use ${allowed.join(' or ')} here.`, {
        headers: { allow: allowed.join(', ') },
      });
    }
    return page(request, reply);
  });
  return app;
}

/** Of the server's own addresses; what comes to another that stands for the same (`localhost`) is the framework's. */
function askFirst(server: FastifyInstance['server'], first: NonNullable<ServerOptions['first']>): void {
  const [framework] = server.listeners('request') as RequestListener[];
  server.removeAllListeners('request');
  server.on('request', (request, response) => {
    if (!first(request, response)) framework!(request, response);
  });
}

/** At which a request that went well is logged. */
export const requestLevel = ({ production }: Pick<Config, 'production'>) => (production ? 'info' : 'debug');

/** A number is how many proxies stand before us. */
const trustedHops = (value: Config['trustProxy']) =>
  typeof value === 'number' ? (_address: string, hop: number) => hop < value : value;

/** Bodies are JSON, not compressed. An empty one is no body: some clients name a content type all the same. */
function acceptJsonOnly(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body === '') done(null, undefined);
    else void parse(request, body as string, done);
  });
  app.addHook('onRequest', ({ headers }, _reply, done) => done(isCompressed(headers) ? new Compressed() : undefined));
}

/** Which methods the API has at a path, to answer 405 where the method is what is wrong. */
function methodsByPath(app: FastifyInstance): (path: string) => string[] {
  const paths = new Map<string, { pattern: RegExp; methods: Set<string> }>();
  app.addHook('onRoute', ({ url, method }) => {
    if (!url.startsWith('/api/') || url.includes('*')) return;
    const entry = paths.get(url) ?? { pattern: new RegExp(`^${url.replace(/:\w+/g, '[^/]+')}$`), methods: new Set() };
    for (const name of [method].flat()) entry.methods.add(name);
    paths.set(url, entry);
  });
  return (path) => [...paths.values()].flatMap(({ pattern, methods }) => (pattern.test(path) ? [...methods] : []));
}
