import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSchema, graphql, type GraphQLSchema } from 'graphql';
import { beforeAll, describe, expect, it } from 'vitest';
import { changes } from '../../src/shopify/changes.ts';
import { createShopifyClient } from '../../src/shopify/client.ts';
import { fetchCustomers } from '../../src/shopify/fetch-customers.ts';
import { fetchOrders, type FetchedOrders } from '../../src/shopify/fetch-orders.ts';
import { fetchProducts } from '../../src/shopify/fetch-products.ts';
import { fakeClock, json, staticTokens, type Sent } from './doubles.ts';

let schema: GraphQLSchema;
beforeAll(() => {
  const file = join(import.meta.dirname, '../../../../packages/shopify-schema/admin_2026-10.graphql');
  schema = buildSchema(readFileSync(file, 'utf8'));
});

const SCOPES = ['read_orders', 'read_customers', 'read_products'];
let shops = 0;

/** A client whose Shopify is graphql-js on the official schema over `root`; `onSent` may change the data in between. */
function world(root: Record<string, unknown>, onSent: (sent: Sent['body']) => void = () => undefined) {
  const sent: Sent['body'][] = [];
  const fetch: typeof globalThis.fetch = async (_url, init) => {
    const body = JSON.parse(init?.body as string) as Sent['body'];
    sent.push(body);
    onSent(body);
    const answer = await graphql({ schema, source: body.query, variableValues: body.variables, rootValue: root });
    return json(answer, { headers: { date: 'Sun, 01 Nov 2026 12:00:00 GMT' } });
  };
  const shop = `by-id-${++shops}.myshopify.com`;
  return { client: createShopifyClient({ shop, tokens: staticTokens, fetch, clock: fakeClock() }), sent };
}

const connection =
  <T>(all: T[]) =>
  ({ first, after }: { first: number; after?: string | null }) => {
    const start = after ? Number(after) + 1 : 0;
    const page = all.slice(start, start + first);
    const edges = page.map((node, index) => ({ node, cursor: String(start + index) }));
    const pageInfo = { hasNextPage: start + first < all.length, endCursor: edges.at(-1)?.cursor ?? null };
    return { nodes: page, edges, pageInfo };
  };

const money = { amount: '1.0', currencyCode: 'GBP' };
const bag = { shopMoney: money, presentmentMoney: money };
const line = (id: string) => ({
  __typename: 'LineItem',
  id,
  title: `Line ${id}`,
  quantity: 1,
  currentQuantity: 1,
  isGiftCard: false,
  product: { id: 'p' },
  variant: { id: 'v' },
  originalUnitPriceSet: bag,
  discountedTotalSet: bag,
  totalDiscountSet: bag,
});
const sale = (id: string) => ({
  __typename: 'ProductSale',
  id,
  actionType: 'ORDER',
  lineType: 'PRODUCT',
  quantity: 1,
  totalAmount: bag,
  totalTaxAmount: bag,
  totalDiscountAmountBeforeTaxes: bag,
  lineItem: line(id),
});
const agreement = (id: string, sales: number) => ({
  __typename: 'OrderAgreement',
  id,
  happenedAt: '2026-10-01T00:00:00Z',
  reason: 'ORDER',
  sales: connection(Array.from({ length: sales }, (_, index) => sale(`${id}/${index}`))),
});
function order(id: string, lines: number, sales: number[]) {
  const time = '2026-10-01T00:00:00Z';
  return {
    __typename: 'Order',
    id,
    name: '#1',
    createdAt: time,
    processedAt: time,
    updatedAt: time,
    currencyCode: 'GBP',
    presentmentCurrencyCode: 'GBP',
    test: false,
    displayFulfillmentStatus: 'FULFILLED',
    tags: [],
    discountCodes: [],
    taxesIncluded: false,
    customer: { id: 'c' },
    totalPriceSet: bag,
    currentTotalPriceSet: bag,
    currentSubtotalPriceSet: bag,
    totalShippingPriceSet: bag,
    totalRefundedSet: bag,
    refunds: [],
    lineItems: connection(Array.from({ length: lines }, (_, index) => line(`${id}/${index}`))),
    agreements: connection(sales.map((count, index) => agreement(`${id}/a${index}`, count))),
  };
}
function shopOf(...things: { id: string }[]) {
  const byId = new Map(things.map((thing) => [thing.id, thing]));
  return {
    nodes: ({ ids }: { ids: string[] }) => ids.map((id) => byId.get(id) ?? null),
    order: ({ id }: { id: string }) => byId.get(id) ?? null,
    product: ({ id }: { id: string }) => byId.get(id) ?? null,
    forget: (id: string) => byId.delete(id),
  };
}

async function all<T>(source: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of source) items.push(item);
  return items;
}

async function collect(source: AsyncIterable<FetchedOrders>) {
  const orders = [];
  const missing = [];
  for await (const part of source) {
    orders.push(...part.orders);
    missing.push(...part.missing);
    expect(part.date).toEqual(new Date('2026-11-01T12:00:00Z'));
  }
  const shape = orders.map(({ order: { id }, lineItems, agreements }) => ({
    id,
    lines: lineItems.map((item) => item.id),
    sales: agreements.map(({ agreement: { id: event }, sales }) => [event, sales.map((item) => item.id)] as const),
  }));
  return { shape, missing, orders };
}
const expected = (id: string, lines: number, sales: number[]) => ({
  id,
  lines: Array.from({ length: lines }, (_, index) => `${id}/${index}`),
  sales: sales.map((count, at) => [
    `${id}/a${at}`,
    Array.from({ length: count }, (_, index) => `${id}/a${at}/${index}`),
  ]),
});

describe('fetchOrders', () => {
  it('reads small orders several at once', async () => {
    const { client, sent } = world(shopOf(order('1', 2, [2]), order('2', 8, [7, 7]), order('3', 0, [])));
    const { shape, missing } = await collect(fetchOrders(client, ['1', '2', '3', '2'], { scopes: SCOPES }));
    expect(shape).toEqual([expected('1', 2, [2]), expected('2', 8, [7, 7]), expected('3', 0, [])]);
    expect(missing).toEqual([]);
    expect(sent).toHaveLength(1);
  });

  it.each([
    [1100, [1100]],
    [9, [8]],
    [8, [7, 7, 1]],
    [98, [1, 200, 0, 9, 10, 81, 3, 1, 1, 1, 17]],
  ])('reads an order of %i lines and agreements of %j sales completely', async (lines, sales) => {
    const { client } = world(shopOf(order('big', lines, sales), order('small', 1, [1])));
    const { shape } = await collect(fetchOrders(client, ['big', 'small'], { scopes: SCOPES }));
    expect(shape).toEqual([expected('big', lines, sales), expected('small', 1, [1])]);
  });

  it('names what does not exist, or is of another kind', async () => {
    const { client } = world(shopOf(order('1', 1, [1]), { __typename: 'Customer', id: 'c' } as { id: string }));
    const { shape, missing } = await collect(fetchOrders(client, ['gone', '1', 'c', 'x'], { scopes: SCOPES }));
    expect(shape.map(({ id }) => id)).toEqual(['1']);
    expect(missing).toEqual(['gone', 'c', 'x']);
  });

  it('reads an order again that changed between its pages', async () => {
    const changing = order('1', 200, [1]);
    let follow = 0;
    const { client, sent } = world(shopOf(changing), ({ operationName }) => {
      if (operationName === 'OrderLines' && ++follow === 2) {
        Object.assign(changing, order('1', 210, [1, 3]), { updatedAt: '2026-10-02T00:00:00Z' });
      }
    });
    const { shape, orders } = await collect(fetchOrders(client, ['1'], { scopes: SCOPES }));
    expect(shape).toEqual([expected('1', 210, [1, 3])]);
    expect(orders[0]?.order.updatedAt).toBe('2026-10-02T00:00:00Z');
    expect(sent.filter(({ operationName }) => operationName === 'OrdersById')).toHaveLength(2);
  });

  it('an order that is deleted between its pages is missing, one that never rests is an error', async () => {
    const root = shopOf(order('1', 200, [1]));
    const deleted = world(root, ({ operationName }) => operationName === 'OrderLines' && root.forget('1'));
    expect((await collect(fetchOrders(deleted.client, ['1'], { scopes: SCOPES }))).missing).toEqual(['1']);

    const restless = order('1', 200, [1]);
    let seconds = 0;
    const busy = world(shopOf(restless), () => {
      restless.updatedAt = new Date(Date.UTC(2026, 9, 1) + ++seconds * 1000).toISOString();
    });
    await expect(collect(fetchOrders(busy.client, ['1'], { scopes: SCOPES }))).rejects.toMatchObject({
      retryable: true,
    });
  });

  it('leaves out what the scopes do not cover', async () => {
    const { client, sent } = world(shopOf(order('1', 20, [20])));
    const { orders } = await collect(fetchOrders(client, ['1'], { scopes: ['read_orders'] }));
    expect(orders[0]?.order.customer).toBeUndefined();
    expect(orders[0]?.lineItems).toHaveLength(20);
    for (const { query } of sent) expect(query).not.toMatch(/\b(customer|product|variant)\b \{/);
  });
});

describe('fetchProducts', () => {
  const product = (id: string, variants: number) => ({
    __typename: 'Product',
    id,
    title: id,
    vendor: '',
    productType: '',
    status: 'ACTIVE',
    handle: id,
    createdAt: '2026-10-01T00:00:00Z',
    updatedAt: '2026-10-01T00:00:00Z',
    variants: connection(
      Array.from({ length: variants }, (_, index) => ({
        id: `${id}/${index}`,
        title: '',
        price: '1.00',
        position: index + 1,
        inventoryItem: { id: `i${index}` },
        createdAt: '2026-10-01T00:00:00Z',
        updatedAt: '2026-10-01T00:00:00Z',
      })),
    ),
  });

  it('reads all variants of many products, and names the missing', async () => {
    const sizes = { a: 1, b: 2048, c: 0, d: 50, e: 51, f: 301, g: 1, h: 1, i: 2, j: 3 };
    const { client } = world(shopOf(...Object.entries(sizes).map(([id, count]) => product(id, count))));
    const found: Record<string, number> = {};
    const missing: string[] = [];
    for await (const part of fetchProducts(client, [...Object.keys(sizes), 'gone'])) {
      for (const {
        product: { id },
        variants,
      } of part.products) {
        expect(variants.map((variant) => variant.position)).toEqual(variants.map((_, index) => index + 1));
        found[id] = variants.length;
      }
      missing.push(...part.missing);
    }
    expect(found).toEqual(sizes);
    expect(missing).toEqual(['gone']);
  });
});

describe('fetchCustomers', () => {
  it('reads them a hundred at a time, and names the missing', async () => {
    const customer = (id: string) => ({
      __typename: 'Customer',
      id,
      displayName: id,
      state: 'ENABLED',
      createdAt: '2026-10-01T00:00:00Z',
      updatedAt: '2026-10-01T00:00:00Z',
      tags: [],
      numberOfOrders: '9007199254740993',
      amountSpent: money,
    });
    const ids = Array.from({ length: 205 }, (_, index) => `c${index}`);
    const { client, sent } = world(shopOf(...ids.map(customer)));
    const parts = await all(fetchCustomers(client, [...ids, 'gone']));
    expect(parts.flatMap(({ customers }) => customers.map(({ id }) => id))).toEqual(ids);
    expect(parts.flatMap(({ missing }) => missing)).toEqual(['gone']);
    expect(parts[0]?.customers[0]?.numberOfOrders).toBe('9007199254740993');
    expect(sent).toHaveLength(3);
  });
});

describe('changes', () => {
  it.each(['orders', 'customers', 'products'] as const)(
    'reads what changed of %s in a half-open window, page by page',
    async (stream) => {
      const nodes = Array.from({ length: 600 }, (_, index) => ({
        id: String(index),
        updatedAt: '2026-10-01T00:00:00Z',
      }));
      const { client, sent } = world({ [stream]: connection(nodes) });
      const window = { from: new Date('2026-10-01T00:00:00Z'), to: new Date('2026-10-02T00:00:00Z') };
      const pages = await all(changes(client, stream, window));
      expect(pages.map((page) => page.length)).toEqual([250, 250, 100]);
      expect(pages.flat()).toEqual(nodes);
      expect(sent[0]?.variables.query).toBe(
        "updated_at:>='2026-10-01T00:00:00.000Z' AND updated_at:<'2026-10-02T00:00:00.000Z'",
      );
      expect(sent[0]?.query).toContain('sortKey: UPDATED_AT');
    },
  );
});
