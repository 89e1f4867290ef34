import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { contentSecurityPolicy } from './content-security-policy.ts';
import { NotFound } from './errors.ts';

/** In index.html, where a page's own nonce is to stand. */
const NONCE = '{{nonce}}';

/** Serves the built dashboard from `root`: any page's address yields index.html, and its router does the rest. */
export async function serveDashboard(
  app: FastifyInstance,
  root: string,
): Promise<(request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>> {
  await app.register(fastifyStatic, {
    root,
    wildcard: true,
    // pages are made anew each time, with their nonce
    index: false,
    allowedPath: (path) => !path.startsWith('/api/') && /\.\w+$/.test(path) && path !== '/index.html',
    cacheControl: false,
    suppressWarning: true,
    schemaHide: true,
    setHeaders(reply, path) {
      // the names of assets carry the hash of what is in them
      const lasting = path.startsWith(join(root, 'assets'));
      void reply.header('cache-control', lasting ? 'public, max-age=31536000, immutable' : 'no-cache');
    },
  });

  return async function page(request, reply) {
    const reads = ['GET', 'HEAD'].includes(request.method);
    const path = request.url.split('?')[0]!;
    const wantsPage = reads && (path === '/' || request.headers.accept?.includes('text/html'));
    if (!wantsPage || path === '/api' || path.startsWith('/api/') || path.startsWith('/assets/')) throw new NotFound();
    const built = await readFile(join(root, 'index.html'), 'utf8').catch(() => null);
    const nonce = randomBytes(16).toString('base64');
    return reply
      .code(built === null ? 503 : 200)
      .headers({
        'content-security-policy': contentSecurityPolicy(`nonce-${nonce}`),
        'cache-control': built === null ? 'no-store' : 'no-cache',
      })
      .type('text/html; charset=utf-8')
      .send((built ?? NOT_BUILT).replaceAll(NONCE, nonce));
  };
}

const NOT_BUILT = `<!doctype html>
<html lang="en">
<title>Xeno: the dashboard is not built yet</title>
<style nonce="${NONCE}">body { font: 16px/1.5 system-ui, sans-serif; max-width: 40rem; margin: 15vh auto; padding: 0 1rem; }</style>
<h1>The dashboard is not built yet</h1>
<p>The API is running; its documentation is at <a href="/api/docs">/api/docs</a>.
<p>Start with <code>npm start</code>, which builds the dashboard first, then load this page again.
</html>
`;
