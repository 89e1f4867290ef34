import { Type, type Static } from 'typebox';
import { Id, Instant, localDate, nullable, Page, pageOf, Role } from './common.ts';
import { route } from './route.ts';

export const TenantStatus = Type.Union([
  Type.Literal('connected'),
  Type.Literal('paused'),
  Type.Literal('reconnect_needed'),
  Type.Literal('uninstalled'),
  Type.Literal('disconnected'),
  Type.Literal('erasing'),
]);
export type TenantStatus = Static<typeof TenantStatus>;

export const StreamName = Type.Union([Type.Literal('products'), Type.Literal('customers'), Type.Literal('orders')]);
/** In the order in which they are told. */
export const STREAMS = StreamName.anyOf.map((name) => name.const);
export type StreamName = Static<typeof StreamName>;

export const RunStatus = Type.Union([
  Type.Literal('queued'),
  Type.Literal('running'),
  Type.Literal('succeeded'),
  Type.Literal('failed'),
  Type.Literal('cancelled'),
]);
export type RunStatus = Static<typeof RunStatus>;

export const SyncKind = Type.Union([Type.Literal('incremental'), Type.Literal('full')]);
export type SyncKind = Static<typeof SyncKind>;

export const SyncStream = Type.Object({
  name: StreamName,
  status: RunStatus,
  done: Type.Integer({ description: 'Products, customers or orders applied so far.' }),
  expected: nullable(Type.Integer({ description: 'How many there will be; null until Shopify has told.' })),
  ratePerSecond: nullable(Type.Number({ description: 'Applied per second, over the stream so far.' })),
  secondsLeft: nullable(Type.Integer()),
  completeFrom: nullable(localDate('Orders placed on or after this day are all in; newest are fetched first.')),
  error: nullable(Type.String({ description: 'What went wrong and what to do.' })),
});
export type SyncStream = Static<typeof SyncStream>;

export const SyncRun = Type.Object({
  id: Id,
  kind: Type.Union([SyncKind, Type.Literal('backfill')]),
  status: RunStatus,
  createdAt: Instant,
  startedAt: nullable(Instant),
  finishedAt: nullable(Instant),
  error: nullable(Type.String({ description: 'What went wrong and what to do.' })),
  notice: nullable(Type.String({ description: 'What is limited, such as orders older than 60 days.' })),
  streams: Type.Array(SyncStream),
});
export type SyncRun = Static<typeof SyncRun>;

export const Tenant = Type.Object({
  id: Id,
  shopDomain: Type.String(),
  storeName: Type.String(),
  isActive: Type.Boolean(),
  status: TenantStatus,
  statusReason: nullable(Type.String()),
  role: Role,
  requiresSecondFactor: Type.Boolean({
    description: 'Whether members must have a second factor; without one, all else about this store is refused.',
  }),
  lacksSecondFactor: Type.Boolean({ description: 'Whether that is so for the user who asks.' }),
  currencyCode: nullable(Type.String()),
  timezone: nullable(Type.String({ description: 'IANA name' })),
  lastSyncAt: nullable(Instant),
  webhooks: nullable(
    Type.Object(
      {
        status: Type.Union([Type.Literal('active'), Type.Literal('unavailable'), Type.Literal('failing')]),
        reason: nullable(Type.String()),
      },
      {
        description:
          'Whether Shopify tells changes at once; null until it was first asked to, and when the connection has ended.',
      },
    ),
  ),
  apiVersion: nullable(
    Type.String({ description: 'Set when Shopify answers with another API version than Xeno was made for.' }),
  ),
  createdAt: Instant,
  activeRun: nullable(SyncRun),
});
export type Tenant = Static<typeof Tenant>;

export const WaitingMembership = Type.Object({ tenantId: Id, shopDomain: Type.String(), since: Instant });
export type WaitingMembership = Static<typeof WaitingMembership>;

const TenantParams = Type.Object({ id: Id });

export const beginConnect = route({
  method: 'POST',
  path: '/api/shopify/auth',
  summary: 'Begin to connect a Shopify store: send the browser to authorizeUrl',
  tag: 'stores',
  access: 'account',
  body: Type.Object(
    { shop: Type.String({ minLength: 1, maxLength: 255, examples: ['my-store', 'my-store.myshopify.com'] }) },
    { additionalProperties: false },
  ),
  response: { 200: Type.Object({ authorizeUrl: Type.String() }) },
});

/** Shopify sends the browser here; the answer is a redirect to `/stores/:id` or `/stores/connect-error?code=…`. */
export const connectCallback = route({
  method: 'GET',
  path: '/api/shopify/callback',
  summary: 'Where Shopify sends the browser after the merchant agreed',
  tag: 'stores',
  access: 'public',
  response: { 302: Type.Null() },
});

export const listTenants = route({
  method: 'GET',
  path: '/api/tenants',
  summary: 'The stores the user has a role in',
  tag: 'stores',
  access: 'user',
  response: {
    200: Type.Object({
      data: Type.Array(Tenant),
      waiting: Type.Array(WaitingMembership, {
        description: 'Stores that have come to somebody else, whose admins have to let the user in again.',
      }),
    }),
  },
});

export const getTenant = route({
  method: 'GET',
  path: '/api/tenants/:id',
  summary: 'One store',
  tag: 'stores',
  access: 'metrics:read',
  params: TenantParams,
  response: { 200: Tenant },
});

export const disconnect = route({
  method: 'DELETE',
  path: '/api/tenants/:id',
  summary: 'Disconnect a store: its tokens are destroyed, its data kept',
  tag: 'stores',
  access: 'store:manage',
  params: TenantParams,
  response: { 204: Type.Null() },
});

export const startSync = route({
  method: 'POST',
  path: '/api/tenants/:id/sync',
  summary:
    'Fetch what changed since the last success, or with kind full everything; a running one is returned as it is',
  tag: 'stores',
  access: 'sync:run',
  params: TenantParams,
  body: Type.Optional(Type.Object({ kind: Type.Optional(SyncKind) }, { additionalProperties: false })),
  response: { 202: Type.Object({ run: SyncRun }) },
});

export const listRuns = route({
  method: 'GET',
  path: '/api/tenants/:id/sync-runs',
  summary: 'Sync runs, the newest first',
  tag: 'stores',
  access: 'metrics:read',
  params: TenantParams,
  query: Page,
  response: { 200: pageOf(SyncRun) },
});
