import type { FastifyInstance } from 'fastify';
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
  app.addHook('onRequest', (request, _reply, done) => {
    if (request.door !== 'api') return done();
    within(limits.perAddress, `address ${addressKey(request.ip)}`).then(() => done(), done);
  });
  // runs after the hooks that read who sends the request, and before its body
  app.addHook('preParsing', ({ actor }, _reply, payload, done) => {
    if (!actor) return done(null, payload);
    const { userId, membership } = actor;
    within(limits.perUser, `user ${userId}`)
      .then(() => (membership ? within(limits.perTenant, `tenant ${membership.tenantId}`) : undefined))
      .then(() => done(null, payload), done);
  });
}
