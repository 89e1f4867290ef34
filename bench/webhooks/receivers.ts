import Fastify, { type FastifyInstance } from 'fastify';
import { type App, startApp } from '../../apps/server/src/app.ts';
import { readConfig } from '../../apps/server/src/config.ts';
import type { Database } from '../../apps/server/src/db/database.ts';
import { parseBody } from '../../apps/server/src/ingest/webhook/body.ts';
import { mapOrderBody } from '../../apps/server/src/ingest/webhook/map-order.ts';
import { verifyWebhook } from '../../apps/server/src/shopify/verify-webhook.ts';
import type { Place } from '../engines.ts';
import { type CustomerBody, defineNaive } from '../ingest/naive.ts';
import { SECRET } from './deliveries.ts';

/** Something that takes webhooks. */
export interface Receiver {
  name: string;
  port: number;
  close(): Promise<unknown>;
}

/** No receiver can be quicker: it reads the body and answers. */
export const startControl = (): Promise<Receiver> => startFastify('Fastify, no database', async () => {});

export async function startXeno(
  { databaseUrl, dataDir }: Place,
  roles: Parameters<typeof startApp>[1],
): Promise<Receiver> {
  const app: App = await startApp(
    readConfig({
      DATABASE_URL: databaseUrl ?? '',
      DATA_DIR: dataDir,
      PORT: '0',
      LOG_LEVEL: 'silent',
      SHOPIFY_WEBHOOK_SECRET: SECRET,
      SHOPIFY_SANDBOX_URL: 'http://127.0.0.1:1',
    }),
    roles,
  );
  return { name: 'Xeno: committed in groups', port: Number(new URL(app.url).port), close: () => app.close() };
}

/** The signature is checked, and each webhook is a transaction. */
export function startInserts(db: Database, tenantId: string): Promise<Receiver> {
  return startFastify('one INSERT a request', async (headers, body) => {
    check(body, headers);
    const now = new Date();
    const { 'x-shopify-shop-domain': shop, 'x-shopify-webhook-id': id, 'x-shopify-topic': topic } = headers;
    const row = [shop, id, BigInt(tenantId), topic, now, 'pending', 0, now, body.toString('utf8')];
    await db.transaction((tx) =>
      tx.insert(
        'webhook_events',
        ['shop_domain', 'webhook_id', 'tenant_id', 'topic', 'received_at', 'status', 'tries', 'due_at', 'body'],
        [row],
        { keys: ['shop_domain', 'webhook_id'] },
      ),
    );
  });
}

/**
 * What the usual implementation does: finds the store, parses the order and looks for, creates or updates its rows and its
 * customer's before it answers.
 */
export async function startNaive(db: Database): Promise<Receiver> {
  const naive = await defineNaive(db.sequelize);
  return startFastify('naive twin, processed inside the request', async (headers, body) => {
    check(body, headers);
    const tenant = await db.models.Tenant.findOne({ where: { shopDomain: headers['x-shopify-shop-domain'] } });
    if (!tenant) throw new Error('The store is not known.');
    const text = body.toString('utf8');
    await naive.ingestCustomer(tenant.id, (JSON.parse(text) as { customer: CustomerBody }).customer);
    await naive.ingest(tenant.id, [mapOrderBody(parseBody(text)).record]);
  });
}

type Headers = Record<string, string>;

function check(body: Buffer, headers: Headers): void {
  if (!verifyWebhook(body, headers['x-shopify-hmac-sha256'], [SECRET])) throw new Error('The signature is wrong.');
}

async function startFastify(name: string, take: (headers: Headers, body: Buffer) => Promise<void>): Promise<Receiver> {
  const app: FastifyInstance = Fastify();
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  app.post('/*', async (request, reply) => {
    await take(request.headers as Headers, request.body as Buffer);
    return reply.send('');
  });
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  return { name, port: Number(new URL(url).port), close: () => app.close() };
}
