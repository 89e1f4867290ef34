import type { Database, Param, Tx } from '../db/database.ts';
import type { Dialect } from '../db/types.ts';
import { idParams, inParts, instantText, marks } from '../db/values.ts';
import { noteContacts } from './redacted-contacts.ts';
import { Unreadable } from './map/fields.ts';
import { type Body, idIn, idOfBody, isTold, objectIn, parseBody } from './webhook/body.ts';
import { type StoredBody, storedBodies } from './webhook/inbox.ts';
import { isEmpty } from './sparse-tables.ts';
import { ID_COLUMNS } from './records-of-rows.ts';
import { writeMarks } from './versions.ts';
import { type CustomerRecord, NOBODY, type OrderRecord } from './records.ts';

/** Whom a customers/redact is about; ids are Shopify's. */
export interface Person {
  /** All that the customer goes or went by: of those merged into one, and of the one who was kept. */
  customerIds: string[];
  /** Orders that name the person, guests' orders too. */
  orderIds: string[];
  /** E-mail addresses and phone numbers. */
  contacts: string[];
}

/** Ids of orders and customers. */
export interface Subjects {
  orders: string[];
  customers: string[];
}

/**
 * Asks which of these have had their personal data erased; gives whether any of some have. Whatever comes of them later
 * is masked before it is stored.
 */
export async function readRedacted(
  tx: Pick<Tx, 'query'>,
  tenant: bigint,
  { orders, customers }: Subjects,
): Promise<(some: Subjects) => boolean> {
  const asked = Object.entries({ orders, customers }).filter(([, ids]) => ids.length > 0);
  if (asked.length === 0 || isEmpty(tx, 'redactions')) return () => false;
  const rows = await tx.query<{ stream: keyof Subjects; id: string | number }>(
    `SELECT stream, shopify_id AS id FROM redactions WHERE tenant_id = ?
     AND (${asked.map(([, ids]) => `(stream = ? AND shopify_id IN (${marks(ids)}))`).join(' OR ')})`,
    [tenant, ...asked.flatMap(([stream, ids]) => [stream, ...idParams(ids)])],
  );
  const redacted = new Set(rows.map(({ stream, id }) => `${stream} ${id}`));
  return (some) =>
    some.orders.some((id) => redacted.has(`orders ${id}`)) ||
    some.customers.some((id) => redacted.has(`customers ${id}`));
}

/** Figures stay, since they tell nobody apart. */
export const maskCustomer = (record: CustomerRecord): CustomerRecord => ({
  ...record,
  ...NOBODY,
});

/** What people wrote may name somebody; all that figures are made of stays. */
export const maskOrder = (record: OrderRecord): OrderRecord => ({
  ...record,
  tags: [],
  refunds: record.refunds.map((refund) => ({ ...refund, note: null })),
});

type Read = Tx['query'];

/** Whom a request means that names a customer, orders or contacts: with all that is known here of the same person. */
export async function identify(
  db: Database,
  tenantId: string,
  named: { customerId: string | null; orderIds: string[]; contacts: string[] },
): Promise<Person> {
  const tenant = BigInt(tenantId);
  const customerIds = await sameCustomers(db.read, tenant, named.customerId === null ? [] : [named.customerId]);
  const contacts = [...new Set([...named.contacts, ...(await contactsOf(db.read, tenant, customerIds))])];
  // refunds and edits name the order alone, and may be told long after all that names the customer
  const own = await ordersOf(db.read, tenant, customerIds);
  const told = await ordersToldOf(db, tenantId, customerIds, contacts);
  return { customerIds, orderIds: [...new Set([...named.orderIds, ...own, ...told])], contacts };
}

/** The e-mail addresses and phone numbers that are stored of some customers. */
export async function contactsOf(read: Read, tenant: bigint, customerIds: string[]): Promise<string[]> {
  if (customerIds.length === 0) return [];
  const rows = await read<{ email: string | null; phone: string | null }>(
    `SELECT email, phone FROM customers WHERE tenant_id = ? AND shopify_customer_id IN (${marks(customerIds)})`,
    [tenant, ...idParams(customerIds)],
  );
  return rows
    .flatMap(({ email, phone }) => [email, phone])
    .filter((text) => text !== null && text.length > 3) as string[];
}

/** The orders that are stored as those of some customers. */
async function ordersOf(read: Read, tenant: bigint, customerIds: string[]): Promise<string[]> {
  if (customerIds.length === 0) return [];
  const rows = await read<{ id: string | number }>(
    `SELECT shopify_order_id AS id FROM orders WHERE tenant_id = ? AND customer_id IN (${marks(customerIds)})`,
    [tenant, ...idParams(customerIds)],
  );
  return rows.map(({ id }) => String(id));
}

/** With these, all that were merged with them. */
async function sameCustomers(read: Read, tenant: bigint, ids: string[]): Promise<string[]> {
  if (ids.length === 0) return [];
  const kept = await read<{ id: string | number }>(
    `SELECT merged_into AS id FROM tombstones
     WHERE tenant_id = ? AND stream = 'customers' AND merged_into IS NOT NULL AND shopify_id IN (${marks(ids)})`,
    [tenant, ...idParams(ids)],
  );
  const all = new Set([...ids, ...kept.map(({ id }) => String(id))]);
  const merged = await read<{ id: string | number }>(
    `SELECT shopify_id AS id FROM tombstones
     WHERE tenant_id = ? AND stream = 'customers' AND merged_into IN (${marks([...all])})`,
    [tenant, ...idParams(all)],
  );
  for (const { id } of merged) all.add(String(id));
  return [...all];
}

/**
 * Erases what tells who a customer is from all records, for good: what Shopify sends of them later is masked. Totals
 * stay. Doing it twice changes nothing.
 */
export async function redactPerson(tx: Tx, dialect: Dialect, tenantId: string, person: Person): Promise<void> {
  const tenant = BigInt(tenantId);
  const forUpdate = dialect === 'mysql' ? ' FOR UPDATE' : '';
  await tx.query(`SELECT tenant_id FROM tenant_state WHERE tenant_id = ?${forUpdate}`, [tenant]); // as every writer does
  const customerIds = await sameCustomers(tx.query, tenant, person.customerIds);
  const customers: [string, Param[]] = [`IN (${marks(customerIds)})`, idParams(customerIds)];
  const orderIds = [...new Set([...person.orderIds, ...(await ordersOf(tx.query, tenant, customerIds))])];
  const now = instantText(dialect, Date.now());
  await tx.insert(
    'redactions',
    ['tenant_id', 'stream', 'shopify_id', 'redacted_at'],
    [...customerIds.map((id) => [tenant, 'customers', id, now]), ...orderIds.map((id) => [tenant, 'orders', id, now])],
    { keys: ['tenant_id', 'stream', 'shopify_id'] },
  );
  await noteContacts(tx, dialect, tenant, person.contacts);
  if (customerIds.length > 0) {
    // an unknown hash: any fetch, also one that is on its way, replaces the row by a masked one
    await tx.run(
      `UPDATE customers SET name = NULL, email = NULL, phone = NULL, country = NULL, tags = '[]', email_consent = NULL,
         content_hash = '' WHERE tenant_id = ? AND updated_at IS NOT NULL AND shopify_customer_id ${customers[0]}`,
      [tenant, ...customers[1]],
    );
    await fetchAnew(tx, dialect, tenant, 'customers', customerIds);
    await tx.run(
      `UPDATE findings SET name = NULL, expected = NULL, found = NULL
       WHERE tenant_id = ? AND stream = 'customers' AND shopify_id ${customers[0]}`,
      [tenant, ...customers[1]],
    );
  }
  for (const ids of inParts(orderIds)) {
    const these = [tenant, ...idParams(ids)];
    const where = `WHERE tenant_id = ? AND shopify_order_id IN (${marks(ids)})`;
    await tx.run(`UPDATE orders SET tags = '[]', content_hash = '' ${where}`, these);
    await tx.run(`UPDATE refunds SET note = NULL ${where}`, these);
    await fetchAnew(tx, dialect, tenant, 'orders', ids);
  }
  await tx.run('UPDATE tenant_state SET changes = changes + 1 WHERE tenant_id = ?', [tenant]);
}

/** Has masked rows fetched, which gives them a hash: without one nobody would see that a row is damaged. */
async function fetchAnew(
  tx: Tx,
  dialect: Dialect,
  tenant: bigint,
  stream: 'customers' | 'orders',
  ids: string[],
): Promise<void> {
  const rows = await tx.query<{ id: string | number }>(
    `SELECT ${ID_COLUMNS[stream]} AS id FROM ${stream}
     WHERE tenant_id = ? AND content_hash = '' AND ${ID_COLUMNS[stream]} IN (${marks(ids)})`,
    [tenant, ...idParams(ids)],
  );
  const masked = rows.map(({ id }) => String(id));
  await writeMarks(tx, dialect, tenant, stream, masked);
}

/** Ids and contacts of somebody whom bodies may name. */
interface Named {
  ids: readonly string[];
  /** E-mail addresses or phone numbers. */
  contacts?: readonly string[];
  /**
   * As for what is shown: contacts count only where they stand for themselves, since one may be a part of another's, and
   * where no customer is named, since it may be another's too. What is erased is rather too much than too little.
   */
  isShown?: boolean;
}

/** The webhooks of a store whose bodies name somebody. Reads all bodies, or those of webhooks that ended since. */
export async function webhooksNaming(
  db: Database,
  tenantId: string,
  named: Named,
  finishedSince: Date | null = null,
): Promise<StoredBody[]> {
  const names = naming(named);
  const found: StoredBody[] = [];
  for await (const bodies of storedBodies(db, tenantId, finishedSince)) found.push(...bodies.filter(names));
  return found;
}

function naming({ ids, contacts = [], isShown = false }: Named): (stored: StoredBody) => boolean {
  const known = new Set(ids);
  const whole = contacts.map(
    (text) => new RegExp(`(?<![\\w.+@-])${text.replace(/[^\w@]/g, '\\$&')}(?![\\w@+-]|\\.\\w)`, 'i'),
  );
  const texts = contacts.map((contact) => contact.toLowerCase());
  return ({ topic, body }) => {
    if (known.size > 0 && (body.match(NUMBERS) ?? []).some((number) => known.has(number))) return true;
    if (texts.length === 0) return false;
    const lower = body.toLowerCase();
    if (isShown) return whole.some((one, i) => lower.includes(texts[i]!) && one.test(body)) && !saysWhose(topic, body);
    return texts.some((text) => lower.includes(text));
  };
}

const NUMBERS = /\d+/g;

const customerOf = (body: Body): string | null => {
  const customer = objectIn(body, 'customer');
  return customer && idIn(customer, 'id');
};

/** Whether a body says whose it is, by a customer or by an order alone: then contacts in it make it nobody else's. */
function saysWhose(topic: string, text: string): boolean {
  if (topic.startsWith('customers/')) return true;
  try {
    const body = parseBody(text);
    return customerOf(body) !== null || isTold(body, 'order_id') || isTold(body, 'order_edit');
  } catch (error) {
    if (error instanceof Unreadable) return true; // nobody can tell
    throw error;
  }
}

/**
 * The orders of a person that only webhooks still tell of, such as deleted ones: what is told of their refunds names the
 * order and not whose it is. Contacts tell of guests alone: those of an order with a customer may be anybody's.
 */
async function ordersToldOf(db: Database, tenantId: string, customerIds: string[], contacts: string[]) {
  const [ids, addresses] = [new Set(customerIds), new Set(contacts.map((contact) => contact.toLowerCase()))];
  const hasContact = (order: Body): boolean =>
    [order.email, order.contact_email, order.phone].some((text) => addresses.has(String(text).toLowerCase()));
  const [own, guests] = [new Set<string>(), new Set<string>()];
  for (const { topic, body } of await webhooksNaming(db, tenantId, { ids: customerIds, contacts })) {
    if (!topic.startsWith('orders/')) continue;
    try {
      const order = parseBody(body);
      const customer = customerOf(order);
      if (customer === null && hasContact(order)) guests.add(idOfBody(order));
      if (customer !== null && ids.has(customer)) own.add(idOfBody(order));
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error; // told by whoever was to apply it
    }
  }
  const given = await withCustomer(db.read, BigInt(tenantId), [...guests]);
  return [...own, ...[...guests].filter((id) => !given.has(id))];
}

/** Those of some orders that are stored with a customer. */
async function withCustomer(read: Read, tenant: bigint, orderIds: string[]): Promise<Set<string>> {
  if (orderIds.length === 0) return new Set();
  const rows = await read<{ id: string | number }>(
    `SELECT shopify_order_id AS id FROM orders
     WHERE tenant_id = ? AND customer_id IS NOT NULL AND shopify_order_id IN (${marks(orderIds)})`,
    [tenant, ...idParams(orderIds)],
  );
  return new Set(rows.map(({ id }) => String(id)));
}

/** What processes' clocks may differ by, in ms. */
const CLOCKS_MS = 600_000;

/**
 * Removes the bodies of webhooks that have ended, all or none; one that still waits loses its own when it is processed.
 * `since`: those that have ended since then.
 */
export async function eraseBodies(
  db: Database,
  tenantId: string,
  { customerIds, orderIds, contacts }: Person,
  since: Date | null = null,
): Promise<void> {
  const from = since && new Date(since.getTime() - CLOCKS_MS);
  const events = await webhooksNaming(db, tenantId, { ids: [...customerIds, ...orderIds], contacts }, from);
  await db.transaction(async (tx) => {
    for (const some of inParts(events)) {
      await tx.run(
        `UPDATE webhook_events SET body = NULL
         WHERE shop_domain = ? AND webhook_id IN (${marks(some)}) AND status <> 'pending'`,
        [some[0]!.shop_domain, ...some.map((event) => event.webhook_id)],
      );
    }
  });
}
