import type { Tx } from '../../db/database.ts';
import { dropBodies, type InboxEvent } from '../../db/inbox-event.ts';
import { readContacts } from '../redacted-contacts.ts';
import { readRedacted, type Subjects } from '../redactions.ts';
import type { Action } from './read-event.ts';

interface Applied {
  event: InboxEvent;
  reading: { action: Action };
}

/** Drops the bodies of webhooks that tell of somebody whose personal data was erased before they were applied. */
export async function dropLateBodies(tx: Tx, tenant: bigint, applied: Applied[]): Promise<void> {
  const told = applied.map(({ event, reading }) => ({ event, subjects: subjectsOf(reading.action, event) }));
  const all = (stream: keyof Subjects) => [...new Set(told.flatMap(({ subjects }) => subjects[stream]))];
  const isErased = await readErased(tx, tenant, { orders: all('orders'), customers: all('customers') });
  const namesErased = await readContacts(tx, tenant);
  const late = told.filter(({ event, subjects }) => isErased(subjects) || namesErased(event.body));
  await dropBodies(
    tx,
    late.map(({ event }) => event),
  );
}

/** The same for one that is given up. */
export async function dropDeadBody(tx: Tx, tenant: bigint, event: InboxEvent): Promise<void> {
  const named = namedIn(event);
  const isLate = (await readContacts(tx, tenant))(event.body) || (await readErased(tx, tenant, named))(named);
  if (isLate) await dropBodies(tx, [event]);
}

const IDS_AT_ONCE = 500;

/** As `readRedacted`, of however many. */
async function readErased(tx: Tx, tenant: bigint, all: Subjects): Promise<(some: Subjects) => boolean> {
  const found: ((some: Subjects) => boolean)[] = [];
  for (let at = 0; at < Math.max(all.orders.length, all.customers.length); at += IDS_AT_ONCE) {
    const [orders, customers] = [all.orders, all.customers].map((ids) => ids.slice(at, at + IDS_AT_ONCE));
    found.push(await readRedacted(tx, tenant, { orders: orders!, customers: customers! }));
  }
  return (some) => found.some((isErased) => isErased(some));
}

const ID = /(?<!\d)[1-9]\d{4,18}(?!\d)/g;
const MAX_ID = 2n ** 63n - 1n;

/** All that a body may name which nobody has read, or not to its end: its numbers. */
function namedIn({ body }: InboxEvent): Subjects {
  const ids = [...new Set(body.match(ID))].filter((id) => BigInt(id) <= MAX_ID);
  return { orders: ids, customers: ids };
}

function subjectsOf(action: Action, event: InboxEvent): Subjects {
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
    case 'fetch':
      return namedIn(event);
    case 'delete':
      return action.stream === 'orders'
        ? of([action.id], [])
        : of([], action.stream === 'customers' ? [action.id] : []);
    default:
      return of([], []);
  }
}
