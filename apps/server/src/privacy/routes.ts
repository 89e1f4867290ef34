import { type PrivacyRequest, privacy } from '@xeno/contracts';
import { auditRequest } from '../http/audit-request.ts';
import type { Database } from '../db/database.ts';
import { Conflict, NotFound } from '../http/errors.ts';
import { pageOf, readCursor } from '../http/paging.ts';
import { handle, type HandledRoute } from '../http/routes.ts';
import { customerFile } from './customer-file.ts';
import { findRequest, listRequests, type Person, type StoredRequest } from './requests.ts';

export interface PrivacyRouteDeps {
  db: Database;
  webhooksNaming(
    db: Database,
    tenantId: string,
    named: { ids: string[]; contacts: string[]; isShown: true },
  ): Promise<{ shop_domain: string; webhook_id: string }[]>;
  /** Whom a request means, with all that is known of the same person. */
  identify(
    db: Database,
    tenantId: string,
    named: Pick<StoredRequest, 'customerId' | 'orderIds' | 'contacts'>,
  ): Promise<Person>;
}

export const privacyRoutes = ({ db, webhooksNaming, identify }: PrivacyRouteDeps): HandledRoute[] => [
  handle(privacy.listRequests, async ({ actor, query }) => {
    const { limit = 20, cursor } = query;
    const requests = await listRequests(db, actor.tenantId, { limit: limit + 1, before: readCursor(cursor) });
    const page = pageOf(requests, limit, ({ requestedAt, id }) => ({ at: requestedAt, id }));
    return { ...page, data: page.data.map(viewRequest) };
  }),

  handle(privacy.downloadFile, async ({ actor, params, request, reply }) => {
    const { tenantId } = actor;
    const found = await findRequest(db, tenantId, params.requestId);
    if (!found) throw new NotFound();
    if (found.kind !== 'data_request') {
      throw new Conflict('Only a data request has a file; this one asks for data to be erased.', 'no_file');
    }
    const person = await identify(db, tenantId, found);
    const file = await customerFile(db, tenantId, found.customerId, person, (named) =>
      webhooksNaming(db, tenantId, named),
    );
    await db.transaction(async (tx) => {
      await tx.run(
        "UPDATE privacy_requests SET status = 'done', finished_at = ? WHERE tenant_id = ? AND id = ? AND status = 'open'",
        [new Date(), BigInt(tenantId), BigInt(found.id)],
      );
      await auditRequest(tx, db.dialect, request, actor, {
        tenantId,
        action: 'privacy.file_downloaded',
        subject: found.customerId,
        detail: { requestId: found.id },
      });
    });
    reply.header('content-disposition', `attachment; filename="customer-${found.customerId ?? found.id}.json"`);
    return file;
  }),
];

const viewRequest = (request: StoredRequest): PrivacyRequest => ({
  id: request.id,
  kind: request.kind,
  customerId: request.customerId,
  orders: request.orderIds.length,
  status: request.status,
  requestedAt: request.requestedAt.toISOString(),
  dueAt: request.dueAt.toISOString(),
  finishedAt: request.finishedAt?.toISOString() ?? null,
  note: request.note,
});
