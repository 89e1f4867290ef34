import { stores } from '@xeno/contracts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { randomBytes } from 'node:crypto';
import { pageOf, readCursor } from '../http/paging.ts';
import { handle, type HandledRoute, type TenantActor } from '../http/routes.ts';
import { auditRequest } from '../http/audit-request.ts';
import type { Tx } from '../db/database.ts';
import { beginConnect, type ConnectDeps, type ConnectOutcome, finishConnect } from './connect.ts';
import type { Tenant } from '../db/models/tenant.ts';
import type { ShopifyClient } from '../shopify/client.ts';
import { disconnect } from './disconnect.ts';
import { prepareFarewell } from './subscriptions.ts';
import { listRuns, requestSync } from './sync.ts';
import { getTenant, listTenants, listWaiting } from './tenants.ts';

export interface StoreDeps extends ConnectDeps {
  /** With the access token that the store has now, whatever becomes of it. */
  lastClientFor(tenant: Tenant): Promise<ShopifyClient>;
  /** Origin of this installation as the browser sees it. */
  appUrlOf(request: FastifyRequest): string;
  /** Tells the queue that a run of this store waits. */
  wake(tenantId: string): void;
  /** Stops what runs for a store. */
  stop(tenantId: string): void;
}

const STATE_COOKIE = 'xeno_connect';

export function storeRoutes(deps: StoreDeps): HandledRoute[] {
  const { db } = deps;
  const note = (
    tx: Tx,
    request: FastifyRequest,
    actor: TenantActor,
    action: string,
    detail?: Record<string, unknown>,
  ) => {
    const { tenantId } = actor;
    return auditRequest(tx, db.dialect, request, actor, { tenantId, action, subject: tenantId, detail });
  };
  return [
    handle(stores.beginConnect, async ({ body, actor, request, reply }) => {
      const browser = request.cookies[STATE_COOKIE] ?? randomBytes(24).toString('base64url');
      const appUrl = deps.appUrlOf(request);
      const answer = await beginConnect(deps, { ...actor, shop: body.shop, browser, appUrl });
      // Lax: Shopify's redirect back is a top-level navigation from another site
      reply.setCookie(STATE_COOKIE, browser, {
        path: '/api/shopify',
        httpOnly: true,
        sameSite: 'lax',
        secure: appUrl.startsWith('https:'),
        maxAge: 3600,
      });
      return answer;
    }),

    handle(stores.connectCallback, async ({ request, reply }) => {
      const query = request.query as Record<string, unknown>;
      const outcome = await finishConnect(deps, query, {
        browser: request.cookies[STATE_COOKIE] ?? null,
        address: request.ip,
      });
      if (outcome.ok) deps.wake(outcome.tenantId);
      return redirect(reply, outcome.ok ? `/stores/${outcome.tenantId}` : errorPage(outcome));
    }),

    handle(stores.listTenants, async ({ actor }) => {
      const [data, waiting] = await Promise.all([
        listTenants(db, actor),
        // a token is for the stores that it was made for
        actor.apiTokenId === null ? listWaiting(db, actor.userId) : [],
      ]);
      return { data, waiting };
    }),

    handle(stores.getTenant, ({ actor }) => getTenant(db, actor)),

    handle(stores.disconnect, async ({ actor, request }) => {
      const farewell = await prepareFarewell(deps, actor.tenantId);
      await db.transaction(async (tx) => {
        if (await disconnect(db, tx, actor.tenantId)) await note(tx, request, actor, 'store.disconnected');
      });
      deps.stop(actor.tenantId);
      await farewell();
      return null;
    }),

    handle(stores.startSync, async ({ actor, body, request }) => {
      const kind = body?.kind ?? 'incremental';
      const run = await requestSync(db, actor.tenantId, kind, (tx, runId) =>
        note(tx, request, actor, 'sync.requested', { runId, kind }),
      );
      deps.wake(actor.tenantId);
      return { run };
    }),

    handle(stores.listRuns, async ({ actor, query }) => {
      const { limit = 20, cursor } = query;
      const runs = await listRuns(db, actor.tenantId, { limit: limit + 1, before: readCursor(cursor) });
      return pageOf(runs, limit, ({ createdAt, id }) => ({ at: new Date(createdAt), id }));
    }),
  ];
}

const errorPage = ({ code, shop, ask }: Extract<ConnectOutcome, { ok: false }>) =>
  `/stores/connect-error?${new URLSearchParams({ code, ...(shop && { shop }), ...(ask && { ask }) }).toString()}`;

function redirect(reply: FastifyReply, path: string): null {
  reply.redirect(path, 302);
  return null;
}
