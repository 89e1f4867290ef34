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
  const told = applied.map(({ event, reading }) => ({ event, subjects: subjectsOf(reading.action) }));
  const all = (stream: keyof Subjects) => [...new Set(told.flatMap(({ subjects }) => subjects[stream]))];
  const isErased = await readRedacted(tx, tenant, { orders: all('orders'), customers: all('customers') });
  const namesErased = await readContacts(tx, tenant);
  const late = told.filter(({ event, subjects }) => isErased(subjects) || namesErased(event.body));
  await dropBodies(
    tx,
    late.map(({ event }) => event),
  );
}

/** The same for one that is given up: nobody has read whom it is about, so all that its body may name is looked for. */
export async function dropDeadBody(tx: Tx, tenant: bigint, event: InboxEvent): Promise<void> {
  const namesErased = await readContacts(tx, tenant);
  let isLate = namesErased(event.body);
  const ids = [...new Set(event.body.match(ID))].filter((id) => BigInt(id) <= MAX_ID);
  for (let at = 0; at < ids.length && !isLate; at += IDS_AT_ONCE) {
    const some = ids.slice(at, at + IDS_AT_ONCE);
    const all = { orders: some, customers: some };
    isLate = (await readRedacted(tx, tenant, all))(all);
  }
  if (isLate) await dropBodies(tx, [event]);
}

const ID = /(?<!\d)[1-9]\d{4,18}(?!\d)/g;
const MAX_ID = 2n ** 63n - 1n;
const IDS_AT_ONCE = 500;

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
