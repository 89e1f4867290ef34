import type { PrivacyRequest } from '@xeno/contracts';
import type { Database, Tx } from '../db/database.ts';
import { dropBodies, type InboxEvent } from '../db/inbox-event.ts';
import { newId } from '../db/ids.ts';
import type { Dialect } from '../db/types.ts';
import type { Position } from '../http/paging.ts';
import { asDate, idParams, instantText, instantTextOrNull, marks } from '../db/values.ts';

/** Ids are Shopify's. */
export interface Person {
  customerIds: string[];
  orderIds: string[];
  /** E-mail addresses and phone numbers. */
  contacts: string[];
}

/** Rule: Shopify asks for requests to be completed within 30 days. */
const DUE_MS = 30 * 86_400_000;

export interface StoredRequest {
  id: string;
  kind: PrivacyRequest['kind'];
  customerId: string | null;
  orderIds: string[];
  /** Of a data request, until the person is erased. */
  contacts: string[];
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
  request: Pick<StoredRequest, 'kind' | 'customerId' | 'orderIds' | 'contacts' | 'status' | 'note'>,
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
      'contacts',
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
        JSON.stringify(request.contacts),
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

/** Whether one of these was erased: a request of before that may come late, and again. */
export async function isErased(
  tx: Tx,
  tenantId: string,
  { customerId, orderIds }: Pick<StoredRequest, 'customerId' | 'orderIds'>,
): Promise<boolean> {
  const customers = customerId === null ? [] : [customerId];
  for (const [stream, ids] of Object.entries({ customers, orders: orderIds })) {
    if (ids.length === 0) continue;
    const rows = await tx.query(
      `SELECT 1 FROM redactions WHERE tenant_id = ? AND stream = ? AND shopify_id IN (${marks(ids)}) LIMIT 1`,
      [BigInt(tenantId), stream, ...idParams(ids)],
    );
    if (rows.length > 0) return true;
  }
  return false;
}

/** Removes the contacts of a person from what was requested about them. */
export async function forgetContacts(
  tx: Tx,
  tenantId: string,
  { customerIds, orderIds, contacts }: Person,
): Promise<void> {
  const known = new Set([...customerIds, ...orderIds, ...contacts.map((contact) => contact.toLowerCase())]);
  const rows = await tx.query<Row>("SELECT * FROM privacy_requests WHERE tenant_id = ? AND contacts <> '[]'", [
    BigInt(tenantId),
  ]);
  for (const request of rows.map(requestOf)) {
    const named = [
      request.customerId ?? '',
      ...request.orderIds,
      ...request.contacts.map((text) => text.toLowerCase()),
    ];
    if (!named.some((name) => known.has(name))) continue;
    await tx.run("UPDATE privacy_requests SET contacts = '[]' WHERE tenant_id = ? AND id = ?", [
      BigInt(tenantId),
      BigInt(request.id),
    ]);
  }
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
  contacts: JSON.parse((row.contacts ?? '[]') as string) as string[],
  status: row.status as StoredRequest['status'],
  requestedAt: asDate(row.requested_at)!,
  dueAt: asDate(row.due_at)!,
  finishedAt: asDate(row.finished_at),
  note: row.note as string | null,
});
