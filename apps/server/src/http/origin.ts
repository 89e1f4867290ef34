import type { FastifyRequest } from 'fastify';
import { Forbidden } from './errors.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /** APP_URL, where it is set. */
    appUrl: string | null;
  }
}

/**
 * Refuses what another site's page makes a browser send (CSRF, log-in of a victim into the attacker's account).
 * Browsers set both headers and scripts cannot; programs send neither and pass. A page's own origin is the host that
 * was asked, whatever the scheme: TLS may end at a proxy that is not ours.
 */
export function requireSameOrigin(request: FastifyRequest): void {
  const { origin, 'sec-fetch-site': site } = request.headers;
  if (origin !== undefined && origin === request.server.appUrl) return;
  const sameHost = origin === undefined || (/^https?:\/\//.test(origin) && hostOf(origin) === request.host);
  const sameSite = site === undefined || site === 'same-origin' || site === 'none';
  if (!sameHost || !sameSite) throw new Forbidden('This request came from a page of another site.', 'cross_site');
}

const hostOf = (origin: string): string => origin.slice(origin.indexOf('//') + 2);
