import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import { contentSecurityPolicy } from './content-security-policy.ts';

/** Of the one style element that the page's library makes. */
const LIBRARY_STYLE = 'sha256-RL3ie0nH+Lzz2YNqQN83mnU0J1ot4QL7b99vMdIX99w=';

/** OpenAPI 3.1 from the contracts: a page at /api/docs, the document at /api/docs/json. */
export async function serveDocs(app: FastifyInstance): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Xeno',
        version: '0.1.0',
        description:
          'Money is `{amount, currencyCode}` with as many decimals as the currency has, ids are strings of digits, ' +
          'dates are the store’s own days, instants are in UTC. Every error is a problem (RFC 9457).',
      },
      tags: [
        { name: 'auth', description: 'Registering, logging in and out' },
        { name: 'account', description: 'One’s own account: sessions, password, second factor, API tokens' },
        { name: 'stores', description: 'Connecting Shopify stores and fetching their data' },
        { name: 'live', description: 'What happens, as it happens' },
        { name: 'webhooks', description: 'What Shopify sends, and what became of it' },
        { name: 'privacy', description: 'What people may ask to see or to have erased' },
        { name: 'teams', description: 'Who has which role in a store' },
        { name: 'audit', description: 'Who did what' },
        { name: 'analytics', description: 'Questions about one store' },
        { name: 'system', description: 'About this installation' },
      ],
      components: {
        securitySchemes: {
          accessToken: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
          apiToken: { type: 'http', scheme: 'bearer', bearerFormat: 'xeno_…' },
          shopifyHmac: { type: 'apiKey', in: 'header', name: 'X-Shopify-Hmac-Sha256' },
          refreshCookie: { type: 'apiKey', in: 'cookie', name: 'xeno_refresh' },
        },
      },
    },
    hideUntagged: true,
  });
  await app.register(swaggerUi, {
    routePrefix: '/api/docs',
    uiConfig: { persistAuthorization: false },
    uiHooks: {
      onRequest(_request, reply, next) {
        void reply.header('content-security-policy', contentSecurityPolicy(LIBRARY_STYLE));
        next();
      },
    },
  });
}
