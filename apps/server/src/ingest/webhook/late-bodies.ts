import type { Tx } from '../../db/database.ts';
import type { InboxEvent } from '../../db/inbox-event.ts';
import { marks } from '../../db/values.ts';
import { readRedacted, type Subjects } from '../redactions.ts';
import type { Action } from './read-event.ts';

interface Applied {
  event: InboxEvent;
  reading: { action: Action };
}

/** Drops the bodies of webhooks that tell of somebody whose personal data was erased before they were applied. */
export async function dropLateBodies(tx: Tx, tenant: bigint, applied: Applied[]): Promise<void> {
  const told = applied.map(({ event, reading }) => ({ event, subjects: subjectsOf(reading.action) }));
  const all = (stream: keyof Subjects) => [...new Set(told.flatMap(({ subjects }) => subjects[stream]))];
  const isErased = await readRedacted(tx, tenant, { orders: all('orders'), customers: all('customers') });
  const late = told.filter(({ subjects }) => isErased(subjects));
  if (late.length === 0) return;
  await tx.run(`UPDATE webhook_events SET body = NULL WHERE shop_domain = ? AND webhook_id IN (${marks(late)})`, [
    late[0]!.event.shopDomain,
    ...late.map(({ event }) => event.webhookId),
  ]);
}

function subjectsOf(action: Action): Subjects {
  const of = (orders: (string | null)[], customers: (string | null)[]): Subjects => ({
    orders: orders.filter((id) => id !== null),
    customers: customers.filter((id) => id !== null),
  });
  switch (action.do) {
    case 'order':
      return of([action.body.told.record.id], [action.body.told.record.customerId]);
    case 'customer':
      return of([], [action.told.id]);
    case 'checkout':
      return of([], [action.customerId]);
    case 'merge':
      return of([], [action.merged, action.into]);
    case 'delete':
    case 'fetch':
      return action.stream === 'orders'
        ? of([action.id], [])
        : of([], action.stream === 'customers' ? [action.id] : []);
    default:
      return of([], []);
  }
}
