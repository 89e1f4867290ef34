import { Type, type Static } from 'typebox';
import { Id } from './common.ts';
import { route } from './route.ts';
import type { SyncRun, Tenant, TenantStatus } from './stores.ts';

/** Data of the events of a store's stream, by their names. */
export interface LiveEvents {
  /** Figures have changed; the event's id is the number of changes so far. */
  figures: { changes: string };
  /** What runs now, with its progress, and when the last run succeeded. */
  sync: { activeRun: SyncRun | null; lastSyncAt: string | null };
  tenant: {
    status: TenantStatus;
    webhooks: NonNullable<Tenant['webhooks']>['status'] | null;
    /** Webhooks that are not applied yet. */
    pendingWebhooks: number;
    /** Orders of which a webhook could not tell all: they are being fetched. */
    pendingOrders: number;
    /**
     * How long ago Shopify told of what waits longest, of both; 0 when nothing does. Null when nobody knows, since Shopify
     * does not tell what changes: the last sync is how fresh the figures are.
     */
    behindSeconds: number | null;
  };
}

export const events = route({
  method: 'GET',
  path: '/api/tenants/:id/events',
  summary:
    'Server-sent events of a store: figures, sync, tenant. Read it with fetch and the Authorization header; it ends with the access token',
  produces: 'text/event-stream',
  tag: 'live',
  access: 'metrics:read',
  params: Type.Object({ id: Id }),
  response: { 200: Type.String({ description: 'The id of a figures event goes into Last-Event-ID after a break.' }) },
});

export const QueueDepth = Type.Object({
  kind: Type.String({ examples: ['webhooks'] }),
  waiting: Type.Integer(),
  active: Type.Integer(),
  delayed: Type.Integer({ description: 'To be tried again after a failure.' }),
});
export type QueueDepth = Static<typeof QueueDepth>;

export const queue = route({
  method: 'GET',
  path: '/api/queue',
  summary: 'How many stores wait for background work, by its kind, and have it done now, in the whole installation',
  tag: 'system',
  access: 'user',
  response: {
    200: Type.Object({
      state: Type.Union([Type.Literal('ok'), Type.Literal('degraded')], {
        description: 'degraded: Redis is away; work begins at sweeps of the database, some seconds later.',
      }),
      data: Type.Union([Type.Array(QueueDepth), Type.Null()], {
        description: 'Null where it is not known: Redis is away, or there is none and other processes do the work.',
      }),
    }),
  },
});
