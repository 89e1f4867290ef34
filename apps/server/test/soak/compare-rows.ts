import { toMinor } from '@xeno/contracts';
import { expect } from 'vitest';
import type { Sandbox } from '../../../sandbox/src/index.ts';
import type { Database } from '../../src/db/database.ts';
import { asDate } from '../../src/db/values.ts';

interface Amount {
  shopMoney: { amount: string };
}
interface Paged {
  pageInfo?: { hasNextPage: boolean };
}
interface Node {
  id: string;
  updatedAt: string;
}
interface OrderNode extends Node {
  cancelledAt: string | null;
  test: boolean;
  displayFinancialStatus: string | null;
  customer: { id: string } | null;
  totalPriceSet: Amount;
  currentTotalPriceSet: Amount;
  lineItems: { nodes: { id: string; quantity: number; currentQuantity: number }[] };
  refunds: { id: string }[];
}
interface CustomerNode extends Node {
  firstName: string | null;
  lastName: string | null;
  defaultEmailAddress: { emailAddress: string } | null;
}
interface ProductNode extends Node {
  title: string;
  status: string;
  totalInventory: number;
  variants: { nodes: { id: string; sku: string | null; price: string; inventoryQuantity: number }[] };
}
interface CheckoutNode extends Node {
  createdAt: string;
  completedAt: string | null;
  totalPriceSet: Amount;
}

/** A list of the shop's, in pages, with what is compared of each. */
const LISTS = {
  orders: `id updatedAt cancelledAt test displayFinancialStatus customer { id }
    totalPriceSet { shopMoney { amount } } currentTotalPriceSet { shopMoney { amount } }
    lineItems(first: 60) { nodes { id quantity currentQuantity } pageInfo { hasNextPage } } refunds { id }`,
  customers: 'id updatedAt firstName lastName defaultEmailAddress { emailAddress }',
  products: `id updatedAt title status totalInventory
    variants(first: 50) { nodes { id sku price inventoryQuantity } pageInfo { hasNextPage } }`,
  abandonedCheckouts: 'id updatedAt createdAt completedAt totalPriceSet { shopMoney { amount } }',
};

/**
 * Compares the rows of orders, their lines and refunds, of customers, and of products and their variants with what the
 * shop answers when it is asked for all of them: by queries of its own, and with nothing of the program's.
 */
export async function expectSameRows(sandbox: Sandbox, db: Database, tenantId: string, shop: string): Promise<void> {
  const { currency } = sandbox.control.shop(shop);
  const minor = (amount: string) => toMinor(amount, currency);
  const read = (sql: string) =>
    db.read<Record<string, string | number | null>>(`${sql} WHERE tenant_id = ?`, [BigInt(tenantId)]);
  const below = async (sql: string) => {
    const found = new Map<string, unknown[][]>();
    for (const [owner, ...values] of (await read(sql)).map((row) => Object.values(row).map(plain))) {
      found.set(String(owner), [...(found.get(String(owner)) ?? []), values]);
    }
    return (owner: string) => sorted(found.get(owner) ?? []);
  };
  const all = lister(sandbox, shop);

  const lines = await below('SELECT shopify_order_id, shopify_line_id, quantity, current_quantity FROM order_lines');
  const refunds = await below('SELECT shopify_order_id, shopify_refund_id FROM refunds');
  const orders = await read(
    `SELECT shopify_order_id AS id, updated_at, cancelled_at, test, financial_status, customer_id, total_price,
       current_total_price FROM orders`,
  );
  expect(
    byId(
      orders.map(({ id, ...row }) => [
        String(id),
        instant(row.updated_at),
        instant(row.cancelled_at),
        Boolean(row.test),
        row.financial_status,
        plain(row.customer_id),
        plain(row.total_price),
        plain(row.current_total_price),
        lines(String(id)),
        refunds(String(id)),
      ]),
    ),
  ).toEqual(
    byId(
      (await all<OrderNode>('orders')).map((order) => [
        idOf(order),
        instant(order.updatedAt),
        instant(order.cancelledAt),
        order.test,
        order.displayFinancialStatus,
        order.customer && idOf(order.customer),
        String(minor(order.totalPriceSet.shopMoney.amount)),
        String(minor(order.currentTotalPriceSet.shopMoney.amount)),
        sorted(order.lineItems.nodes.map((line) => [idOf(line), String(line.quantity), String(line.currentQuantity)])),
        sorted(order.refunds.map((refund) => [idOf(refund)])),
      ]),
    ),
  );

  const customers = await read('SELECT shopify_customer_id AS id, updated_at, name, email FROM customers');
  expect(byId(customers.map(({ id, ...row }) => [String(id), instant(row.updated_at), row.name, row.email]))).toEqual(
    byId(
      (await all<CustomerNode>('customers')).map((customer) => [
        idOf(customer),
        instant(customer.updatedAt),
        [customer.firstName, customer.lastName].filter(Boolean).join(' ') || null,
        customer.defaultEmailAddress?.emailAddress ?? null,
      ]),
    ),
  );

  const variants = await below('SELECT shopify_product_id, shopify_variant_id, sku, price, inventory FROM variants');
  const products = await read('SELECT shopify_product_id AS id, updated_at, title, status, inventory FROM products');
  expect(
    byId(
      products.map(({ id, ...row }) => [
        String(id),
        instant(row.updated_at),
        row.title,
        row.status,
        plain(row.inventory),
        variants(String(id)),
      ]),
    ),
  ).toEqual(
    byId(
      (await all<ProductNode>('products')).map((product) => [
        idOf(product),
        instant(product.updatedAt),
        product.title,
        product.status,
        String(product.totalInventory),
        sorted(
          product.variants.nodes.map((variant) => [
            idOf(variant),
            variant.sku || null,
            String(minor(variant.price)),
            String(variant.inventoryQuantity),
          ]),
        ),
      ]),
    ),
  );
}

/**
 * Compares what is stored of the checkouts that were begun before an instant, all of which are abandoned, with what the
 * shop lists. Waits for it: the list is read some time after a sync.
 */
export async function expectSameCheckouts(
  sandbox: Sandbox,
  db: Database,
  tenantId: string,
  shop: string,
  before: Date,
): Promise<void> {
  const { currency } = sandbox.control.shop(shop);
  const listed = (await lister(sandbox, shop)<CheckoutNode>('abandonedCheckouts'))
    .filter(({ createdAt }) => new Date(createdAt) < before)
    .map((checkout) => [
      idOf(checkout),
      instant(checkout.updatedAt),
      instant(checkout.createdAt),
      instant(checkout.completedAt),
      String(toMinor(checkout.totalPriceSet.shopMoney.amount, currency)),
    ]);
  const stored = async () => {
    const rows = await db.read<Record<string, string | number | null>>(
      `SELECT shopify_checkout_id AS id, updated_at, created_at, completed_at, total_price FROM checkouts
       WHERE tenant_id = ? AND created_at < ? AND contact <> 0`,
      [BigInt(tenantId), before],
    );
    return byId(
      rows.map(({ id, ...row }) => [
        String(id),
        instant(row.updated_at),
        instant(row.created_at),
        instant(row.completed_at),
        plain(row.total_price),
      ]),
    );
  };
  await expect.poll(stored, { timeout: 30_000 }).toEqual(byId(listed));
}

/** Lists all of a kind as Shopify does, with a token of its own. */
function lister(sandbox: Sandbox, shop: string) {
  const { control } = sandbox;
  control.throttle(shop, { maximumAvailable: 1_000_000, restoreRate: 1_000_000 });
  const { access_token: token } = control.issueToken(shop, [
    'read_orders',
    'read_all_orders',
    'read_customers',
    'read_products',
  ]);
  return async <T extends Node>(kind: keyof typeof LISTS): Promise<T[]> => {
    const found: T[] = [];
    const query = `query ($after: String) { ${kind}(first: 10, after: $after) { nodes { ${LISTS[kind]} } pageInfo { hasNextPage endCursor } } }`;
    for (let after: string | null = null; ;) {
      const response = await fetch(`${sandbox.url}/${shop}/admin/api/2026-10/graphql.json`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-shopify-access-token': token },
        body: JSON.stringify({ query, variables: { after } }),
      });
      const { data, errors } = (await response.json()) as {
        data?: Record<string, { nodes: T[]; pageInfo: { hasNextPage: boolean; endCursor: string } }>;
        errors?: unknown;
      };
      if (!data || errors) throw new Error(`${kind}: ${JSON.stringify(errors)}`);
      if (data[kind]!.nodes.some(isCut)) throw new Error(`${kind}: more lines or variants than are compared`);
      const { nodes, pageInfo } = data[kind]!;
      found.push(...nodes);
      if (!pageInfo.hasNextPage) return found;
      after = pageInfo.endCursor;
    }
  };
}

const isCut = (node: object): boolean =>
  Object.values(node).some((value: Paged | null) => value?.pageInfo?.hasNextPage);
const idOf = ({ id }: { id: string }): string => id.slice(id.lastIndexOf('/') + 1);
/** To the second, as Shopify tells it. */
const instant = (value: unknown): number | null => {
  const date = asDate(value);
  return date && Math.floor(date.getTime() / 1000);
};
const plain = (value: unknown): unknown => (typeof value === 'number' ? String(value) : value);
const sorted = (rows: unknown[][]): unknown[][] => rows.sort((a, b) => (String(a[0]) < String(b[0]) ? -1 : 1));
const byId = (rows: unknown[][]): Record<string, unknown[]> =>
  Object.fromEntries(rows.map(([id, ...values]) => [String(id), values]));
