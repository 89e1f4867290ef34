import type { FastifyInstance, FastifyRequest } from 'fastify';
import { TooMany } from '../http/errors.ts';
import { addressKey } from './address-key.ts';
import type { Counts } from './counts.ts';

const MINUTE_MS = 60_000;

/** Requests to the API in a minute; null: as many as come. */
export interface RequestLimits {
  perAddress: number | null;
  perUser: number | null;
  perTenant: number | null;
}

/**
 * Limits requests to the API: by address before anything is read, by user and tenant as soon as it is known who asks.
 * Webhooks are not limited (they come from few addresses, as many as happens in the stores; their signature guards them),
 * nor is what says whether the server is well.
 */
export function limitRequests(app: FastifyInstance, counts: Counts, limits: RequestLimits): void {
  const within = async (limit: number | null, key: string) => {
    if (limit === null) return;
    const { tries, endsInMs } = await counts.add(`requests ${key}`, MINUTE_MS);
    if (tries > limit) throw new TooMany(endsInMs / 1000);
  };
  app.addHook('onRequest', async (request) => {
    if (isLimited(request)) await within(limits.perAddress, `address ${addressKey(request.ip)}`);
  });
  // runs after the hooks that read who sends the request, and before its body
  app.addHook('preParsing', async ({ actor }) => {
    if (!actor) return;
    await within(limits.perUser, `user ${actor.userId}`);
    if (actor.membership) await within(limits.perTenant, `tenant ${actor.membership.tenantId}`);
  });
}

/** By the route that was found, since a path may be written in many ways, and by the path where there is none. */
function isLimited({ routeOptions, url }: FastifyRequest): boolean {
  const route = routeOptions.url ?? '';
  return (isApi(route) || isApi(url)) && !/^\/api\/shopify\/webhooks(?:\/|$)/.test(route);
}

export const isApi = (path: string): boolean => /^\/api(?:[/?]|$)/.test(path);
