import type { PrivacyRequest } from '@xeno/contracts';
import type { Database, Tx } from '../db/database.ts';
import { dropBodies, type InboxEvent } from '../db/inbox-event.ts';
import { newId } from '../db/ids.ts';
import type { Dialect } from '../db/types.ts';
import type { Position } from '../http/paging.ts';
import { asDate, instantText, instantTextOrNull } from '../db/values.ts';

/** Rule: Shopify asks for requests to be completed within 30 days. */
const DUE_MS = 30 * 86_400_000;

export interface StoredRequest {
  id: string;
  kind: PrivacyRequest['kind'];
  customerId: string | null;
  orderIds: string[];
  status: PrivacyRequest['status'];
  requestedAt: Date;
  dueAt: Date;
  finishedAt: Date | null;
  note: string | null;
}

/** By Shopify's clock; the header is not signed: nothing was sent later than it came. */
export const requestedAt = ({ triggeredAt, receivedAt }: InboxEvent): Date =>
  triggeredAt !== null && triggeredAt < receivedAt ? triggeredAt : receivedAt;

/** Notes a request, and removes the body that told it, which names the person. */
export async function noteRequest(
  tx: Tx,
  dialect: Dialect,
  event: InboxEvent & { tenantId: string },
  request: Pick<StoredRequest, 'kind' | 'customerId' | 'orderIds' | 'status' | 'note'>,
): Promise<void> {
  const asked = requestedAt(event).getTime();
  await tx.insert(
    'privacy_requests',
    [
      'tenant_id',
      'id',
      'kind',
      'webhook_id',
      'customer_id',
      'order_ids',
      'status',
      'requested_at',
      'due_at',
      'finished_at',
      'note',
    ],
    [
      [
        BigInt(event.tenantId),
        newId(),
        request.kind,
        event.webhookId,
        request.customerId,
        JSON.stringify(request.orderIds),
        request.status,
        instantText(dialect, asked),
        instantText(dialect, asked + DUE_MS),
        instantTextOrNull(dialect, request.status === 'open' ? null : Date.now()),
        request.note,
      ],
    ],
    null,
  );
  await dropBodies(tx, [event]);
}

/** Whether the request that this webhook told stands in the table: its end in the inbox could not be stored. */
export async function isNoted(db: Database, { tenantId, webhookId }: InboxEvent): Promise<boolean> {
  const rows = await db.read('SELECT id FROM privacy_requests WHERE tenant_id = ? AND webhook_id = ?', [
    BigInt(tenantId!),
    webhookId,
  ]);
  return rows.length > 0;
}

type Row = Record<string, unknown>;

export async function listRequests(
  db: Database,
  tenantId: string,
  { limit, before }: { limit: number; before: Position | null },
): Promise<StoredRequest[]> {
  const rows = await db.read<Row>(
    `SELECT * FROM privacy_requests WHERE tenant_id = ?
     ${before ? 'AND (requested_at < ? OR (requested_at = ? AND id < ?))' : ''}
     ORDER BY requested_at DESC, id DESC LIMIT ${limit}`,
    [BigInt(tenantId), ...(before ? [before.at, before.at, BigInt(before.id)] : [])],
  );
  return rows.map(requestOf);
}

export async function findRequest(db: Database, tenantId: string, id: string): Promise<StoredRequest | null> {
  const [row] = await db.read<Row>('SELECT * FROM privacy_requests WHERE tenant_id = ? AND id = ?', [
    BigInt(tenantId),
    BigInt(id),
  ]);
  return row ? requestOf(row) : null;
}

const requestOf = (row: Row): StoredRequest => ({
  id: String(row.id),
  kind: row.kind as StoredRequest['kind'],
  customerId: row.customer_id === null ? null : String(row.customer_id as string),
  orderIds: JSON.parse(row.order_ids as string) as string[],
  status: row.status as StoredRequest['status'],
  requestedAt: asDate(row.requested_at)!,
  dueAt: asDate(row.due_at)!,
  finishedAt: asDate(row.finished_at),
  note: row.note as string | null,
});
