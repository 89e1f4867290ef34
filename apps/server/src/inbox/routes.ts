import { webhooks } from '@xeno/contracts';
import type { Database } from '../db/database.ts';
import { auditRequest } from '../http/audit-request.ts';
import { BadInput, Conflict, NotFound } from '../http/errors.ts';
import { instantsOf } from '../http/instant.ts';
import { ENDED } from '../db/models/tenant.ts';
import { pageOf, readCursor } from '../http/paging.ts';
import { handle, type HandledRoute } from '../http/routes.ts';
import type { Hint } from '../jobs/job.ts';
import { getEvent, listEvents, replayEvents, summarize } from './events.ts';
import { COMPLIANCE_TOPICS } from '../shopify/verify-webhook.ts';
import type { WebhookEndpoint } from './endpoint.ts';

export interface InboxRouteDeps {
  db: Database;
  hint: Hint;
  endpoint: WebhookEndpoint;
}

export function inboxRoutes({ db, hint, endpoint }: InboxRouteDeps): HandledRoute[] {
  return [
    handle(webhooks.receiveForStore, ({ params, request, reply }) => {
      endpoint.answer(params.key, request.raw, reply.hijack().raw);
      return null;
    }),

    handle(webhooks.receive, ({ request, reply }) => {
      endpoint.answer(null, request.raw, reply.hijack().raw);
      return null;
    }),

    handle(webhooks.listWebhooks, async ({ actor, query }) => {
      const { status, topic, limit = 20, cursor } = query;
      const before = readCursor(cursor, /^.{1,128}$/);
      const events = await listEvents(db, actor.tenantId, { status, topic, limit: limit + 1, before });
      return pageOf(events, limit, ({ receivedAt, webhookId }) => ({ at: new Date(receivedAt), id: webhookId }));
    }),

    handle(webhooks.summary, ({ actor }) => summarize(db, actor.tenantId)),

    handle(webhooks.getWebhook, async ({ actor, params }) => {
      const event = await getEvent(db, actor.tenantId, params.webhookId);
      if (!event) throw new NotFound();
      return event;
    }),

    handle(webhooks.replay, async ({ actor, body, request }) => {
      const { webhookIds, status } = body;
      if (!webhookIds && !status && !body.from && !body.to) {
        throw new BadInput([{ path: 'webhookIds', message: 'must be given, or status, or from and to' }]);
      }
      const { from, to } = instantsOf(body);
      const { tenantId } = actor;
      const tenant = await db.models.Tenant.findByPk(tenantId);
      const hasEnded = !tenant || ENDED.has(tenant.status);
      const asked = {
        ...(status && { status }),
        ...(body.from && { from: body.from }),
        ...(body.to && { to: body.to }),
      };
      // what Shopify asks for on behalf of people is done all the same
      const topics = hasEnded ? COMPLIANCE_TOPICS : undefined;
      const filter = { webhookIds, status, from, to, topics };
      const replayed = await replayEvents(db, tenantId, filter, async (tx, count) => {
        if (hasEnded && count === 0) {
          throw new Conflict(
            'This store is not connected. Connect it again: that fetches all of it anew.',
            'not_connected',
          );
        }
        const entry = {
          tenantId,
          action: 'webhooks.replayed',
          subject: tenantId,
          detail: { replayed: count, ...asked },
        };
        await auditRequest(tx, db.dialect, request, actor, entry);
      });
      if (replayed > 0) hint('webhooks', tenantId);
      return { replayed };
    }),
  ];
}
