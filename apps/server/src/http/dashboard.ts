import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { NotFound } from './errors.ts';

/** Serves the built dashboard from `root`: any page's address yields index.html, and its router does the rest. */
export async function serveDashboard(
  app: FastifyInstance,
  root: string,
): Promise<(request: FastifyRequest, reply: FastifyReply) => FastifyReply> {
  await app.register(fastifyStatic, {
    root,
    wildcard: true,
    cacheControl: false,
    suppressWarning: true,
    schemaHide: true,
    setHeaders(reply, path) {
      // the names of assets carry the hash of what is in them
      const lasting = path.startsWith(join(root, 'assets'));
      void reply.header('cache-control', lasting ? 'public, max-age=31536000, immutable' : 'no-cache');
    },
  });

  return function page(request, reply) {
    const wantsPage = ['GET', 'HEAD'].includes(request.method) && request.headers.accept?.includes('text/html');
    const path = request.url.split('?')[0]!;
    if (!wantsPage || path === '/api' || path.startsWith('/api/') || path.startsWith('/assets/')) throw new NotFound();
    if (existsSync(join(root, 'index.html'))) return reply.sendFile('index.html');
    return reply.code(503).header('cache-control', 'no-store').type('text/html; charset=utf-8').send(NOT_BUILT);
  };
}

const NOT_BUILT = `<!doctype html>
<html lang="en">
<title>Xeno: the dashboard is not built yet</title>
<style>body { font: 16px/1.5 system-ui, sans-serif; max-width: 40rem; margin: 15vh auto; padding: 0 1rem; }</style>
<h1>The dashboard is not built yet</h1>
<p>The API is running; its documentation is at <a href="/api/docs">/api/docs</a>.
<p>Start with <code>npm start</code>, which builds the dashboard first, then load this page again.
</html>
`;
