import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { minor, sandboxWith, type Client, type Json } from './helper.ts';

const SHOP = 'demo.myshopify.com';
const SALES = `agreements { edges { node { __typename id happenedAt reason
  sales { edges { node { id __typename lineType quantity totalAmount { shopMoney { amount } } } } } } } }`;
const ORDERS = `{ orders { edges { node { name id createdAt currentTotalPriceSet { shopMoney { amount currencyCode } }
  refunds { id totalRefundedSet { shopMoney { amount } } }
  lineItems { edges { node { id title quantity } } } ${SALES} } } } }`;

let world: Awaited<ReturnType<typeof sandboxWith>>;
let client: Client;
beforeAll(async () => {
  world = await sandboxWith({ size: 2500 });
  client = world.client(SHOP);
});
afterAll(() => world.sandbox.close());

describe('a bulk operation', () => {
  let operation: Json;
  let lines: Json[];
  beforeAll(async () => {
    operation = await client.bulk(ORDERS);
    lines = await client.lines(operation.url);
  });

  it('says how much it found, in strings', () => {
    expect(operation).toMatchObject({
      status: 'COMPLETED',
      errorCode: null,
      rootObjectCount: '2500',
      objectCount: String(lines.length),
    });
    expect(Number(operation.fileSize)).toBeGreaterThan(lines.length * 50);
    expect(operation.url.startsWith(world.sandbox.url)).toBe(true);
  });

  it('joins up completely', () => {
    const ids = new Set(lines.map((line) => line.id));
    expect(ids.size).toBe(lines.length);
    for (const line of lines) if (line.__parentId) expect(ids.has(line.__parentId)).toBe(true);
    expect(lines.filter((line) => !line.__parentId)).toHaveLength(2500);
    const parents = new Map(lines.map((line) => [line.id, line.__parentId]));
    for (const line of lines) if (line.lineType) expect(parents.get(line.__parentId)).toMatch(/Order\//);
  });

  it('scatters children: some far behind their parents, some before', () => {
    const at = new Map(lines.map((line, i) => [line.id, i]));
    const distances = lines.flatMap((line, i) => (line.__parentId ? [i - at.get(line.__parentId)!] : []));
    expect(Math.max(...distances)).toBeGreaterThan(1500);
    expect(distances.filter((distance) => distance < 0).length).toBeGreaterThan(100);
    expect(distances.filter((distance) => distance === 1).length / distances.length).toBeLessThan(0.2);
  });

  it('keeps the fields as selected, the parent last', async () => {
    const text = (await (await fetch(operation.url)).text()).split('\n');
    const order = text.find((line) => line.includes('"name"'))!;
    expect(Object.keys(JSON.parse(order))).toEqual(['name', 'id', 'createdAt', 'currentTotalPriceSet', 'refunds']);
    const sale = text.find((line) => line.includes('"lineType"'))!;
    expect(Object.keys(JSON.parse(sale))).toEqual([
      'id',
      '__typename',
      'lineType',
      'quantity',
      'totalAmount',
      '__parentId',
    ]);
  });

  it('has a ledger that sums to the orders’ current totals', () => {
    const order = new Map(lines.filter((line) => !line.__parentId).map((line) => [line.id, line]));
    const agreement = new Map(lines.filter((line) => line.happenedAt).map((line) => [line.id, line]));
    const sums = new Map<string, number>();
    for (const line of lines) {
      if (!line.lineType || line.lineType === 'ADJUSTMENT') continue;
      const id = agreement.get(line.__parentId).__parentId;
      sums.set(id, (sums.get(id) ?? 0) + minor(line.totalAmount.shopMoney.amount, 2));
    }
    for (const [id, { currentTotalPriceSet }] of order) {
      expect(sums.get(id), id).toBe(minor(currentTotalPriceSet.shopMoney.amount, 2));
    }
  });

  it('says the same as paging', async () => {
    const query = `{ orders(first: 8, sortKey: CREATED_AT) { nodes { name id createdAt currentTotalPriceSet { shopMoney { amount currencyCode } } refunds { id totalRefundedSet { shopMoney { amount } } } } } }`;
    const { data } = await client.ask(query);
    for (const order of data.orders.nodes) expect(lines.find((line) => line.id === order.id)).toEqual(order);
  });

  it('is the same again', async () => {
    const again = await client.bulk(ORDERS);
    expect(await client.lines(again.url)).toEqual(lines);
  });

  it('serves ranges', async () => {
    const whole = await (await fetch(operation.url)).text();
    const part = await fetch(operation.url, { headers: { range: 'bytes=100-199' } });
    expect(part.status).toBe(206);
    expect(await part.text()).toBe(Buffer.from(whole).subarray(100, 200).toString());
  });
});

describe('bulk queries', () => {
  it('may group children with their parents', async () => {
    const operation = await client.bulk(
      '{ products { edges { node { id variants { edges { node { id price } } } } } } }',
      true,
    );
    let parent = '';
    for (const line of await client.lines(operation.url)) {
      if (line.__parentId) expect(line.__parentId).toBe(parent);
      else parent = line.id;
    }
  });

  it('filter, and have no address when nothing is found', async () => {
    const half = await client.bulk(
      `{ orders(query: "created_at:>='${new Date(Date.now() - 90 * 864e5).toISOString()}'") { edges { node { id createdAt } } } }`,
    );
    const { data } = await client.ask(
      `{ ordersCount(query: "created_at:>='${new Date(Date.now() - 90 * 864e5).toISOString()}'") { count } }`,
    );
    expect(Math.abs(Number(half.objectCount) - data.ordersCount.count)).toBeLessThanOrEqual(1);
    const none = await client.bulk('{ orders(query: "created_at:<2001-01-01") { edges { node { id } } } }');
    expect(none).toMatchObject({ status: 'COMPLETED', objectCount: '0', url: null });
  });

  it('see changes made before them, and customers and products', async () => {
    const shop = 'changed.myshopify.com';
    world.control.createShop(shop, { orders: 30 });
    const changed = world.client(shop);
    const created = world.control.createOrder(shop, { customer: 'new' });
    world.control.deleteOrder(shop, 3);
    const orders = await changed.lines(
      (await changed.bulk('{ orders { edges { node { id customer { id } } } } }')).url,
    );
    expect(orders).toHaveLength(30);
    const customer = orders.find((order) => order.id.endsWith(created.id)).customer.id;
    const customers = await changed.lines(
      (await changed.bulk('{ customers { edges { node { id displayName amountSpent { amount } numberOfOrders } } } }'))
        .url,
    );
    expect(customers.find(({ id }) => id === customer)).toMatchObject({ numberOfOrders: '1' });
    const { fetchable } = await world.control.expected(shop);
    expect(customers).toHaveLength(fetchable.customers);
  });

  it.each([
    ['no connection', '{ shop { id } }', 'at least one connection'],
    ['nodes', '{ orders { nodes { id } } }', 'nodes'],
    [
      'a connection in a list',
      '{ orders { edges { node { id refunds { id refundLineItems { edges { node { id } } } } } } } }',
      'within a list field',
    ],
    ['a parent without id', '{ orders { edges { node { name lineItems { edges { node { id } } } } } } }', "'id' field"],
    [
      'a parent with an aliased id',
      '{ orders { edges { node { me: id lineItems { edges { node { id } } } } } } }',
      "'id' field",
    ],
    [
      'too deep nesting',
      '{ customers { edges { node { id orders { edges { node { id agreements { edges { node { id sales { edges { node { id } } } } } } } } } } } } }',
      'nesting depth',
    ],
    [
      'more than five connections',
      '{ orders { edges { node { id lineItems { edges { node { id } } } agreements { edges { node { id } } } shippingLines { edges { node { id } } } discountApplications { edges { node { index } } } returns { edges { node { id } } } } } } }',
      'more than 5',
    ],
    ['an unknown field', '{ orders { edges { node { id colour } } } }', 'Cannot query field'],
  ])('with %s are refused', async (_what, query, message) => {
    const { userErrors } = await client.bulk(query);
    expect(userErrors[0].message).toContain(message);
  });

  it('fail where a scope lacks', async () => {
    const limited = world.client(SHOP, ['read_orders']);
    expect(await limited.bulk('{ customers { edges { node { id } } } }')).toMatchObject({
      status: 'FAILED',
      errorCode: 'ACCESS_DENIED',
      url: null,
    });
  });

  it('run five at once for a shop, can be listed and cancelled', async () => {
    const shop = 'busy.myshopify.com';
    const busy = world.client(shop);
    world.control.settings({ bulkDelay: 60_000 });
    const run = () =>
      busy.ask(
        'mutation { bulkOperationRunQuery(query: "{ products { edges { node { id } } } }") { bulkOperation { id status } userErrors { code } } }',
      );
    const five = await Promise.all([run(), run(), run(), run(), run()]);
    expect(five.every(({ data }) => data.bulkOperationRunQuery.bulkOperation.status === 'CREATED')).toBe(true);
    expect((await run()).data.bulkOperationRunQuery).toEqual({
      bulkOperation: null,
      userErrors: [{ code: 'LIMIT_REACHED' }],
    });
    const { data } = await busy.ask(
      '{ bulkOperations(first: 10, query: "status:created") { nodes { id } } currentBulkOperation { id } }',
    );
    expect(data.bulkOperations.nodes).toHaveLength(5);
    const cancel = await busy.ask(
      'mutation ($id: ID!) { bulkOperationCancel(id: $id) { bulkOperation { status } userErrors { message } } }',
      {
        id: data.bulkOperations.nodes[0].id,
      },
    );
    expect(cancel.data.bulkOperationCancel).toEqual({ bulkOperation: { status: 'CANCELING' }, userErrors: [] });
    world.control.settings({ bulkDelay: 20 });
  });
});
