import { Type, type Static } from 'typebox';
import { Id, Instant, masked, nullable, page, pageOf, personal } from './common.ts';
import { route } from './route.ts';

export const WebhookStatus = Type.Union([Type.Literal('pending'), Type.Literal('done'), Type.Literal('dead')]);
export type WebhookStatus = Static<typeof WebhookStatus>;

export const Webhook = Type.Object({
  webhookId: Type.String(),
  topic: Type.String(),
  status: WebhookStatus,
  triggeredAt: nullable(Type.String({ description: 'By Shopify’s clock; ISO 8601 in UTC.' })),
  receivedAt: Instant,
  finishedAt: nullable(Instant),
  lagSeconds: nullable(Type.Number({ description: 'From Shopify’s sending it to its being applied.' })),
  tries: Type.Integer({ description: 'How often processing it has failed.' }),
  error: personal(Type.String({ description: 'Why it failed last; it may quote the body.' })),
  masked,
});
export type Webhook = Static<typeof Webhook>;

export const WebhookDetail = Type.Intersect([
  Webhook,
  Type.Object({
    body: nullable(Type.String({ description: 'As it came; null once it is no longer kept.' })),
  }),
]);
export type WebhookDetail = Static<typeof WebhookDetail>;

export const WebhookSummary = Type.Object({
  receivedLastDay: Type.Integer(),
  pending: Type.Integer(),
  failed: Type.Integer({ description: 'Pending ones whose processing has failed so far.' }),
  dead: Type.Integer({ description: 'Given up after the last try; they can be replayed.' }),
  oldestPendingAt: nullable(Instant),
  lagSeconds: Type.Object({
    median: nullable(Type.Number({ description: 'Over the last hundred that were applied.' })),
    p95: nullable(Type.Number()),
  }),
});
export type WebhookSummary = Static<typeof WebhookSummary>;

const TenantParams = Type.Object({ id: Id });

const received = { 200: Type.Null() };

/** The address of one store's webhooks; its key and the shop header must belong together. */
export const receiveForStore = route({
  method: 'POST',
  path: '/api/shopify/webhooks/:key',
  summary: 'Where Shopify sends a store’s webhooks; 200 once it is stored, 503 when it has to be sent again',
  tag: 'webhooks',
  access: 'shopify',
  params: Type.Object({ key: Type.String() }),
  response: received,
});

export const receive = route({
  method: 'POST',
  path: '/api/shopify/webhooks',
  summary: 'Where Shopify sends the compliance topics and others whose body names the shop',
  tag: 'webhooks',
  access: 'shopify',
  response: received,
});

export const listWebhooks = route({
  method: 'GET',
  path: '/api/tenants/:id/webhooks',
  summary: 'Webhooks of a store, the newest first',
  tag: 'webhooks',
  access: 'metrics:read',
  params: TenantParams,
  query: Type.Object(
    {
      status: Type.Optional(WebhookStatus),
      topic: Type.Optional(Type.String({ maxLength: 64, examples: ['orders/create'] })),
      ...page,
    },
    { additionalProperties: false },
  ),
  response: { 200: pageOf(Webhook) },
});

export const summary = route({
  method: 'GET',
  path: '/api/tenants/:id/webhooks/summary',
  summary: 'How many webhooks came, wait, failed and were given up, and how late they are applied',
  tag: 'webhooks',
  access: 'metrics:read',
  params: TenantParams,
  response: { 200: WebhookSummary },
});

/** Bodies hold personal data. */
export const getWebhook = route({
  method: 'GET',
  path: '/api/tenants/:id/webhooks/:webhookId',
  summary: 'One webhook with its body',
  tag: 'webhooks',
  access: 'personal:read',
  params: Type.Object({ id: Id, webhookId: Type.String({ minLength: 1, maxLength: 128 }) }),
  response: { 200: WebhookDetail },
});

export const replay = route({
  method: 'POST',
  path: '/api/tenants/:id/webhooks/replay',
  summary: 'Process webhooks again: some, those of a status, or those of a period; old ones do no harm',
  tag: 'webhooks',
  access: 'sync:run',
  params: TenantParams,
  body: Type.Object(
    {
      webhookIds: Type.Optional(
        Type.Array(Type.String({ minLength: 1, maxLength: 128 }), { minItems: 1, maxItems: 500 }),
      ),
      status: Type.Optional(Type.Union([Type.Literal('done'), Type.Literal('dead')])),
      from: Type.Optional(Type.String({ description: 'Received at or after this instant.' })),
      to: Type.Optional(Type.String({ description: 'Received before this instant.' })),
    },
    { additionalProperties: false },
  ),
  response: { 200: Type.Object({ replayed: Type.Integer() }) },
});
