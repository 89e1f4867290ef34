import type { FastifyInstance } from 'fastify';
import { inTime } from '../limits/in-time.ts';

/** Resolves when the thing is as it must be, throws when it is not. */
export type Check = () => Promise<void>;

const CHECK_MS = 3000;

/**
 * `/healthz`: the process is alive. `/readyz`: it can do its work; 503 names the check that failed, the log says why.
 * `states` are told beside the checks, and fail nothing.
 */
export function serveHealth(
  app: FastifyInstance,
  checks: Record<string, Check>,
  states: Record<string, () => 'ok' | 'degraded'> = {},
): void {
  app.get('/healthz', { schema: { hide: true } }, async (_request, reply) => {
    reply.header('cache-control', 'no-store');
    return { status: 'ok' };
  });

  app.get('/readyz', { schema: { hide: true } }, async (request, reply) => {
    const results = await Promise.all(
      Object.entries(checks).map(async ([name, check]) => {
        try {
          await inTime(check(), CHECK_MS, tooLate);
          return [name, 'ok'];
        } catch (error) {
          request.log.warn({ err: error, check: name }, 'not ready');
          return [name, 'failed'];
        }
      }),
    );
    const ready = results.every(([, result]) => result === 'ok');
    for (const [name, state] of Object.entries(states)) results.push([name, state()]);
    reply.code(ready ? 200 : 503).header('cache-control', 'no-store');
    return { status: ready ? 'ready' : 'not ready', checks: Object.fromEntries(results) as Record<string, string> };
  });
}

const tooLate = () => new Error(`no answer within ${CHECK_MS} ms`);
