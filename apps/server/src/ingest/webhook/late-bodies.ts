import type { Tx } from '../../db/database.ts';
import type { InboxEvent } from '../../db/inbox-event.ts';
import { marks } from '../../db/values.ts';
import { readRedacted } from '../redactions.ts';
import { idIn, objectIn, parseBody } from './body.ts';
import type { Action } from './read-event.ts';

interface Applied {
  event: InboxEvent;
  reading: { action: Action };
}

/** Drops the bodies of webhooks that tell of somebody whose personal data was erased before they were applied. */
export async function dropLateBodies(tx: Tx, tenant: bigint, applied: Applied[]): Promise<void> {
  if (applied.length === 0) return;
  const [any] = await tx.query('SELECT 1 AS found FROM redactions WHERE tenant_id = ? LIMIT 1', [tenant]);
  if (!any) return;
  const subjects = applied.map(({ event, reading }) => ({ event, ...subjectsOf(event, reading.action) }));
  const distinct = (ids: string[]) => [...new Set(ids)];
  const redacted = {
    customers: await readRedacted(tx, tenant, 'customers', distinct(subjects.flatMap(({ customers }) => customers))),
    orders: await readRedacted(tx, tenant, 'orders', distinct(subjects.flatMap(({ orders }) => orders))),
  };
  const late = subjects.filter(
    ({ customers, orders }) =>
      customers.some((id) => redacted.customers.has(id)) || orders.some((id) => redacted.orders.has(id)),
  );
  if (late.length === 0) return;
  await tx.run(`UPDATE webhook_events SET body = NULL WHERE shop_domain = ? AND webhook_id IN (${marks(late)})`, [
    late[0]!.event.shopDomain,
    ...late.map(({ event }) => event.webhookId),
  ]);
}

function subjectsOf(event: InboxEvent, action: Action): { customers: string[]; orders: string[] } {
  switch (action.do) {
    case 'order': {
      const { id, customerId } = action.body.told.record;
      return { customers: customerId === null ? [] : [customerId], orders: [id] };
    }
    case 'customer':
      return { customers: [action.told.id], orders: [] };
    case 'merge':
      return { customers: [action.merged, action.into], orders: [] };
    case 'delete':
    case 'fetch':
      return {
        customers: action.stream === 'customers' ? [action.id] : [],
        orders: action.stream === 'orders' ? [action.id] : [],
      };
    case 'checkout': {
      const customer = objectIn(parseBody(event.body), 'customer');
      const id = customer && idIn(customer, 'id');
      return { customers: id ? [id] : [], orders: [] };
    }
    default:
      return { customers: [], orders: [] };
  }
}
