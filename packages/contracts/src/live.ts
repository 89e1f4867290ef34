import { Type } from 'typebox';
import { Id } from './common.ts';
import { route } from './route.ts';
import type { SyncRun, TenantStatus } from './stores.ts';

/** Data of the events of a store's stream, by their names. */
export interface LiveEvents {
  /** Figures have changed; the event's id is the number of changes so far. */
  figures: { changes: string };
  /** What runs now, with its progress. */
  sync: { activeRun: SyncRun | null };
  tenant: {
    status: TenantStatus;
    /** Webhooks that are not applied yet. */
    pendingWebhooks: number;
    /** How long ago the oldest of them was sent by Shopify; 0 when there is none. */
    behindSeconds: number;
  };
}

export const events = route({
  method: 'GET',
  path: '/api/tenants/:id/events',
  summary:
    'Server-sent events of a store: figures, sync, tenant. Read it with fetch and the Authorization header; it ends with the access token',
  tag: 'live',
  access: 'member',
  params: Type.Object({ id: Id }),
  response: { 200: Type.Null({ description: 'text/event-stream' }) },
});
