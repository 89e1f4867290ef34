import { gzipSync } from 'node:zlib';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSandbox, type Sandbox } from '../src/index.ts';
import { ALL_SCOPES, clientOf, minor, sandboxWith, type Client, type Json } from './helper.ts';

const SHOP = 'demo.myshopify.com';
const ORDER = `query ($id: ID!) { order(id: $id) { id name updatedAt cancelledAt test edited displayFinancialStatus customer { id }
  totalPriceSet { shopMoney { amount } } currentTotalPriceSet { shopMoney { amount } } totalRefundedSet { shopMoney { amount } }
  lineItems(first: 20) { nodes { id quantity currentQuantity } }
  agreements(first: 10) { nodes { __typename reason sales(first: 20) { nodes { __typename actionType lineType quantity totalAmount { shopMoney { amount } } } } } } } }`;

let world: Awaited<ReturnType<typeof sandboxWith>>;
let client: Client;
beforeAll(async () => {
  world = await sandboxWith();
  client = world.client(SHOP);
});
afterAll(() => world.sandbox.close());

const control = async (method: string, path: string, body?: object): Promise<Json> => {
  const answer = await fetch(`${world.sandbox.url}/_control${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    body: body && JSON.stringify(body),
  });
  if (answer.status === 204) return null;
  return answer.json();
};
const order = async (id: string): Promise<Json> =>
  (await client.ask(ORDER, { id: `gid://shopify/Order/${id}` })).data.order;
const amount = (set: Json) => minor(set.shopMoney.amount, 2);
const ledger = (o: Json) =>
  o.agreements.nodes
    .flatMap((agreement: Json) => agreement.sales.nodes)
    .filter((sale: Json) => sale.lineType !== 'ADJUSTMENT')
    .reduce((total: number, sale: Json) => total + amount(sale.totalAmount), 0);

describe('orders', () => {
  it('are created, edited, refunded, cancelled and deleted', async () => {
    const lines = [
      { title: '"Ugly" \u202Etitle 🎁', price: '10.01', quantity: 3 },
      { product: 0, quantity: 2 },
    ];
    const created = await control('POST', `/shops/${SHOP}/orders`, {
      lines,
      discount: { code: 'X', percentage: 33 },
      shipping: '4.95',
      tip: '1',
    });
    let seen = await order(created.id);
    expect(amount(seen.totalPriceSet)).toBe(minor(created.totalPrice, 2));
    expect(ledger(seen)).toBe(amount(seen.currentTotalPriceSet));

    await control('POST', `/shops/${SHOP}/orders/${created.id}/edit`, {
      add: [{ product: 1 }],
      remove: [{ line: 0, quantity: 1 }],
    });
    seen = await order(created.id);
    expect(seen.edited).toBe(true);
    expect(seen.agreements.nodes[1]).toMatchObject({ __typename: 'OrderEditAgreement', reason: 'ORDER_EDIT' });
    expect(ledger(seen)).toBe(amount(seen.currentTotalPriceSet));

    await control('POST', `/shops/${SHOP}/orders/${created.id}/refund`, {
      lines: [{ line: 0, quantity: 1 }],
      adjustment: '-1.50',
    });
    seen = await order(created.id);
    expect(seen.lineItems.nodes[0]).toMatchObject({ quantity: 3, currentQuantity: 1 });
    expect(seen.displayFinancialStatus).toBe('PARTIALLY_REFUNDED');
    expect(ledger(seen)).toBe(amount(seen.currentTotalPriceSet));
    const refund = seen.agreements.nodes[2].sales.nodes;
    expect(refund.map((sale: Json) => sale.__typename)).toEqual(['ProductSale', 'AdjustmentSale']);
    expect(-refund.reduce((total: number, sale: Json) => total + amount(sale.totalAmount), 0)).toBe(
      amount(seen.totalRefundedSet),
    );

    await control('POST', `/shops/${SHOP}/orders/${created.id}/cancel`);
    seen = await order(created.id);
    expect(seen.cancelledAt).not.toBeNull();
    expect(amount(seen.currentTotalPriceSet)).toBe(0);
    expect(ledger(seen)).toBe(0);

    await control('DELETE', `/shops/${SHOP}/orders/${created.id}`);
    expect(await order(created.id)).toBeNull();
    expect(await control('GET', `/shops/${SHOP}/orders/${created.id}`)).toHaveProperty('error');
  });

  it('that were generated can be changed by name, and show up as updated', async () => {
    const since = new Date(Date.now() - 1000).toISOString();
    world.control.refundOrder(SHOP, '#1205', { shipping: true });
    const { data } = await client.ask(
      `{ orders(first: 50, sortKey: UPDATED_AT, query: "updated_at:>='${since}'") { nodes { name } } }`,
    );
    expect(data.orders.nodes.map((o: Json) => o.name)).toContain('#1205');
  });

  it('never give back more than there is', () => {
    const created = world.control.createOrder(SHOP, { lines: [{ product: 0, quantity: 2 }] });
    expect(() => world.control.refundOrder(SHOP, created.id, { lines: [{ line: 0, quantity: 3 }] })).toThrow(
      '2 are left',
    );
    expect(() => world.control.refundOrder(SHOP, created.id, { lines: [{ line: 1 }] })).toThrow('no line 1');
  });

  it('count in the expected figures of their days', async () => {
    const shop = 'figures.myshopify.com';
    world.control.createShop(shop, { currency: 'KWD', timezone: 'Asia/Kuwait', orders: 0, taxesIncluded: false });
    const make = (createdAt: string, extra = {}) =>
      world.control.createOrder(shop, {
        createdAt,
        customer: null,
        lines: [{ title: 'A', price: '1.005', quantity: 4 }],
        taxes: [],
        ...extra,
      });
    make('2026-03-01T20:59:59Z');
    const second = make('2026-03-01T21:00:00Z', { discount: { amount: '0.020' } });
    make('2026-03-01T21:00:00Z', { test: true });
    world.control.refundOrder(shop, second.id, { at: '2026-03-05T00:00:00Z', lines: [{ line: 0, quantity: 1 }] });
    const figures = await control('GET', `/shops/${shop}/expected?amounts=decimal`);
    expect(figures.days['2026-03-01']).toMatchObject({ orders: 1, units: 4, gross: '4.020', total: '4.020' });
    expect(figures.days['2026-03-02']).toMatchObject({ orders: 1, gross: '4.020', discounts: '-0.020', net: '4.000' });
    expect(figures.days['2026-03-05']).toMatchObject({ orders: 0, returns: '-1.000', total: '-1.000' });
    expect(figures.orders).toBe(2);
    expect(figures.fetchable.orders).toBe(3);
  });
});

describe('customers and products', () => {
  it('are changed and deleted', async () => {
    const created = world.control.createCustomer(SHOP, { firstName: 'Zoë', email: 'zoe@example.com' });
    const made = world.control.createOrder(SHOP, { customer: created.key });
    const id = `gid://shopify/Customer/${created.id}`;
    const read = async () =>
      (
        await client.ask(
          'query ($id: ID!) { customer(id: $id) { firstName note numberOfOrders lastOrder { name } } }',
          { id },
        )
      ).data.customer;
    expect(await read()).toMatchObject({ firstName: 'Zoë', numberOfOrders: '1', lastOrder: { name: made.name } });
    world.control.updateCustomer(SHOP, created.id, { note: '=1+1' });
    expect((await read()).note).toBe('=1+1');
    world.control.deleteCustomer(SHOP, created.id);
    expect(await read()).toBeNull();
    expect((await order(made.id)).customer).toBeNull();

    const product = world.control.createProduct(SHOP, { title: 'Fresh', price: '3.50', inventory: 7 });
    const gid = `gid://shopify/Product/${product.id}`;
    const get = async () =>
      (
        await client.ask(
          'query ($id: ID!) { product(id: $id) { title totalInventory variants(first: 1) { nodes { id price product { id } } } } }',
          { id: gid },
        )
      ).data.product;
    expect(await get()).toMatchObject({
      title: 'Fresh',
      totalInventory: 7,
      variants: { nodes: [{ price: '3.50', product: { id: gid } }] },
    });
    const variant = (await get()).variants.nodes[0].id;
    expect(
      (await client.ask('query ($id: ID!) { productVariant(id: $id) { price } }', { id: variant })).data.productVariant
        .price,
    ).toBe('3.50');
    world.control.deleteProduct(SHOP, product.id);
    expect(await get()).toBeNull();
  });
});

describe('shops', () => {
  it('are made as wished, or it is said what is wrong with the wish', async () => {
    const wish = (wishes?: object) => control('PUT', '/shops/wished.myshopify.com', wishes);
    expect(await wish()).toMatchObject({ domain: 'wished.myshopify.com' });
    expect(await wish({ orders: 3, currency: 'EUR', presentment: [['USD', 1.2]] })).toMatchObject({
      orders: 3,
      presentment: [['USD', 1.2]],
    });
    expect(await wish({ presentment: ['USD'] })).toEqual({ error: 'body/presentment/0 must be array' });
    expect(await wish({ presentment: [['USD', 'x']] })).toEqual({ error: 'body/presentment/0/1 must be number' });
    expect(await wish({ orders: '3' })).toEqual({ error: 'body/orders must be integer' });
    expect(await wish({ order: 3 })).toEqual({ error: 'body must NOT have additional properties' });
    expect(await wish({ timezone: 'Mars' })).toEqual({ error: 'Invalid time zone specified: Mars' });
  });
});

describe('state', () => {
  it('survives a restart: tokens, shops and what was changed', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sandbox-state-'));
    const state = join(folder, 'state.json');
    try {
      const read = async (sandbox: Sandbox, token: string) =>
        (
          await clientOf(sandbox, SHOP, token).ask(
            '{ orders(first: 3, sortKey: CREATED_AT, reverse: true) { nodes { id createdAt updatedAt } } ordersCount { count } shop { name } }',
          )
        ).data;
      const first = await startSandbox({ state, size: 50 });
      const { access_token: token } = first.control.issueToken(SHOP, ALL_SCOPES);
      first.control.createOrder(SHOP);
      first.control.deleteOrder(SHOP, 10);
      const before = await read(first, token);
      await first.close();
      const second = await startSandbox({ state, size: 70 });
      const after = await read(second, token);
      await second.close();
      expect(after).toEqual(before);
      expect(before.ordersCount.count).toBe(50);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('real orders', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sandbox-test-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const rows = [
    {
      number: 17,
      createdAt: '2011-03-27T00:30:00Z',
      currency: 'GBP',
      customer: 42,
      country: 'EIRE',
      lines: [
        { sku: 'A1', title: 'CUP', quantity: 12, price: '1.25' },
        { sku: 'B', title: 'SAUCER', quantity: 1, price: '0.42' },
      ],
      refunds: [
        {
          number: 'C2',
          processedAt: '2011-07-01T22:59:00Z',
          lines: [
            { line: 0, quantity: 2 },
            { line: 1, quantity: 1 },
          ],
        },
        { number: 'C1', processedAt: '2011-04-01T23:00:00Z', lines: [{ line: 0, quantity: 1 }] },
      ],
    },
    {
      number: 16,
      createdAt: '2011-03-26T09:00:00Z',
      currency: 'GBP',
      customer: null,
      lines: [{ sku: 'A1', title: 'CUP', quantity: 1, price: '1.30' }],
    },
    {
      number: 18,
      createdAt: '2011-03-27T23:30:00Z',
      currency: 'GBP',
      customer: 42,
      lines: [{ sku: 'A1', title: 'CUP', quantity: 2, price: '1.30' }],
      refunds: [],
    },
  ];

  it('are served from a file', async () => {
    const file = join(folder, 'orders.jsonl.gz');
    writeFileSync(file, gzipSync(rows.map((row) => JSON.stringify(row)).join('\n') + '\n'));
    const shop = 'retail.myshopify.com';
    const sandbox = await startSandbox({ orders: file, shop, bulkDelay: 10 });
    try {
      const retail = clientOf(sandbox, shop, sandbox.control.issueToken(shop, ALL_SCOPES).access_token);
      const { data } =
        await retail.ask(`{ shop { currencyCode ianaTimezone } customersCount { count } productsCount { count }
        orders(first: 5, sortKey: CREATED_AT) { nodes { name createdAt updatedAt totalPriceSet { shopMoney { amount } } currentTotalPriceSet { shopMoney { amount } }
          customer { id email numberOfOrders amountSpent { amount } } refunds { processedAt totalRefundedSet { shopMoney { amount } } } } } }`);
      expect(data.shop).toEqual({ currencyCode: 'GBP', ianaTimezone: 'Europe/London' });
      expect(data.customersCount.count).toBe(1);
      expect(data.productsCount.count).toBe(2);
      expect(data.orders.nodes.map((o: Json) => o.name)).toEqual(['#16', '#17', '#18']);
      expect(data.orders.nodes[0].customer).toBeNull();
      const [, second] = data.orders.nodes;
      expect(second).toMatchObject({
        updatedAt: '2011-07-01T22:59:00Z',
        totalPriceSet: { shopMoney: { amount: '15.42' } },
        currentTotalPriceSet: { shopMoney: { amount: '11.25' } },
        customer: { email: 'customer.42@example.com', numberOfOrders: '2', amountSpent: { amount: '13.85' } },
        refunds: [
          { processedAt: '2011-04-01T23:00:00Z', totalRefundedSet: { shopMoney: { amount: '1.25' } } },
          { processedAt: '2011-07-01T22:59:00Z', totalRefundedSet: { shopMoney: { amount: '2.92' } } },
        ],
      });
      const bulk = await retail.bulk('{ orders { edges { node { id lineItems { edges { node { id } } } } } } }');
      expect(bulk).toMatchObject({ status: 'COMPLETED', objectCount: '7', rootObjectCount: '3' });
      const { days } = await sandbox.control.expected(shop);
      expect(days['2011-03-27']).toMatchObject({ orders: 1, gross: 1542, total: 1542 });
      expect(days['2011-03-28']).toMatchObject({ orders: 1, gross: 260 });
      expect(days['2011-04-02']).toMatchObject({ returns: -125, total: -125 });
      expect(days['2011-07-01']).toMatchObject({ returns: -292 });
    } finally {
      await sandbox.close();
    }
  });

  it('are refused where they make no sense', async () => {
    const file = join(folder, 'wrong.jsonl');
    for (const [row, message] of [
      [{ ...rows[1], createdAt: 'yesterday' }, 'not a time'],
      [{ ...rows[1], lines: [{ sku: 'A', title: 'A', quantity: 1, price: '1.005' }] }, 'more decimals'],
    ] as const) {
      writeFileSync(file, JSON.stringify(row));
      await expect(startSandbox({ orders: file, shop: 'wrong.myshopify.com' })).rejects.toThrow(message);
    }
    await expect(startSandbox({ orders: file })).rejects.toThrow('--shop');
  });
});
