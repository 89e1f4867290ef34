import { randomUUID } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { REFUSALS, transportFault } from '../control/strike.ts';
import type { World } from '../world.ts';
import { visibleSince, type Context } from './context.ts';
import { answer, throttled } from './execute.ts';
import { API_VERSION } from './schema.ts';
import { effectiveScopes } from './scopes.ts';

const INVALID_TOKEN = '[API] Invalid API key or access token (unrecognized login or wrong password)';

export function graphqlRoutes(app: FastifyInstance, world: World): void {
  app.post<{ Params: { shop: string; version: string }; Body: unknown }>(
    '/:shop/admin/api/:version/graphql.json',
    async (request, reply) => {
      const { shop: domain } = request.params;
      if (!world.isShop(domain)) return reply.status(404).send({ errors: 'Not Found' });
      const body = (request.body ?? {}) as { query?: unknown; variables?: unknown; operationName?: unknown };
      const query = typeof body.query === 'string' ? body.query : '';

      // any version the sandbox does not know falls forward to the one it has
      const fallen = world.faults.take('version_fallforward', domain);
      reply.header('x-shopify-api-version', fallen ? (fallen.version ?? '2027-01') : API_VERSION);
      reply.header('x-request-id', randomUUID());
      reply.header('date', new Date(world.now).toUTCString());
      if (await transportFault(world, domain, 'graphql', query, reply)) return reply;

      const standing = world.standing(domain);
      if (standing !== 'open') {
        const status = standing === 'frozen' ? 402 : 423;
        return reply.status(status).send(REFUSALS[status]);
      }
      if (world.faults.take('token_revoked', domain)) {
        world.tokens.revoke(domain);
        world.changed();
      }
      const token = request.headers['x-shopify-access-token'];
      const granted = typeof token === 'string' ? world.tokens.check(token, domain) : null;
      if (!granted) return reply.status(401).send({ errors: INVALID_TOKEN });
      if (query === '') return reply.status(400).send({ errors: { query: 'Required parameter missing or invalid' } });

      const bucket = world.bucket(domain);
      if (world.faults.take('throttled', domain, 'graphql', query)) return throttled(100, bucket);
      const partial = world.faults.take('partial_data', domain, 'graphql', query);
      const scopes = effectiveScopes(granted);
      const context: Context = {
        shop: world.shop(domain),
        scopes,
        now: world.now,
        ordersSince: visibleSince(scopes, world.now),
        isBehind: world.faults.take('nodes_behind', domain, 'graphql', query) !== null,
        refused: new Set(partial ? (partial.fields ?? ['Order.customer', 'Customer.defaultEmailAddress']) : []),
        refusesTopic: (topic) => world.faults.take('topic_refused', domain, 'graphql', topic) !== null,
        searches: [],
        spent: { points: 0 },
        bulk: { operations: world.bulk, origin: `${request.protocol}://${request.host}` },
        webhooks: world.webhooks,
      };
      const variables = typeof body.variables === 'object' && body.variables !== null ? body.variables : {};
      const operationName = typeof body.operationName === 'string' ? body.operationName : undefined;
      return answer({ query, variables: variables as Record<string, unknown>, operationName }, context, bucket);
    },
  );
}
