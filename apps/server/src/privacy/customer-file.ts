import type { Database, Param } from '../db/database.ts';
import { asDate, idParams, inParts, marks } from '../db/values.ts';
import type { Person } from './requests.ts';

type Row = Record<string, unknown>;

/** Everything that is stored of a person, as rows; ids as digits, amounts in minor units. */
export interface CustomerFile {
  customerId: string | null;
  customer: Row | null;
  orders: Row[];
  webhooks: { topic: string; receivedAt: string; body: string }[];
}

/** `customerId`: by which the request names the person, who may go by others too. */
export async function customerFile(
  db: Database,
  tenantId: string,
  customerId: string | null,
  person: Person,
  webhooksNaming: (named: {
    ids: string[];
    contacts: string[];
    isShown: true;
  }) => Promise<{ shop_domain: string; webhook_id: string }[]>,
): Promise<CustomerFile> {
  const tenant = BigInt(tenantId);
  const { customerIds, orderIds: ids, contacts } = person;
  const read = async (sql: string, params: Param[]) => (await db.read<Row>(sql, params)).map(viewRow);
  const [customer] =
    customerIds.length === 0
      ? []
      : await read(
          `SELECT * FROM customers WHERE tenant_id = ? AND shopify_customer_id IN (${marks(customerIds)})
           ORDER BY updated_at DESC`,
          [tenant, ...idParams(customerIds)],
        );
  const sorted = idParams(ids).sort((a, b) => (a < b ? -1 : 1));
  const of = async (table: string) => {
    const rows: Row[] = [];
    for (const some of inParts(sorted)) {
      const these = `WHERE tenant_id = ? AND shopify_order_id IN (${marks(some)}) ORDER BY shopify_order_id`;
      for (const row of await read(`SELECT * FROM ${table} ${these}`, [tenant, ...some])) rows.push(row);
    }
    return rows;
  };
  const byOrder = async (table: string) => Map.groupBy(await of(table), (row) => row.shopify_order_id);
  const orders = await of('orders');
  const [lines, refunds, sales] = await Promise.all(['order_lines', 'refunds', 'sales'].map(byOrder));
  const children = (rows: Map<unknown, Row[]>, order: Row) =>
    (rows.get(order.shopify_order_id) ?? []).map(({ shopify_order_id: _, ...rest }) => rest);
  const events = await webhooksNaming({ ids: [...customerIds, ...ids], contacts, isShown: true });
  const webhooks: CustomerFile['webhooks'] = [];
  for (const { shop_domain, webhook_id } of events) {
    const [row] = await db.read<{ topic: string; received_at: unknown; body: string | null }>(
      'SELECT topic, received_at, body FROM webhook_events WHERE shop_domain = ? AND webhook_id = ?',
      [shop_domain, webhook_id],
    );
    if (row?.body)
      webhooks.push({ topic: row.topic, receivedAt: asDate(row.received_at)!.toISOString(), body: row.body });
  }
  return {
    customerId,
    customer: customer ?? null,
    orders: orders.map((order) => ({
      ...order,
      lines: children(lines!, order),
      refunds: children(refunds!, order),
      sales: children(sales!, order),
    })),
    webhooks,
  };
}

/** Without what is ours alone. */
function viewRow({ tenant_id: _, content_hash: __, ...row }: Row): Row {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name,
      name.endsWith('_id') && value !== null
        ? String(value as string)
        : value !== null && (value instanceof Date || name.endsWith('_at'))
          ? asDate(value)!.toISOString()
          : value,
    ]),
  );
}
