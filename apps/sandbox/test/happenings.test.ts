import { afterEach, describe, expect, it } from 'vitest';
import { ALL_SCOPES, sandboxWith, type Json } from './helper.ts';
import { startReceiver } from './receiver.ts';

const SHOP = 'demo.myshopify.com';
const TOPICS = [
  'ORDERS_CREATE',
  'ORDERS_UPDATED',
  'ORDERS_EDITED',
  'ORDERS_CANCELLED',
  'ORDERS_DELETE',
  'REFUNDS_CREATE',
  'CUSTOMERS_CREATE',
  'CUSTOMERS_UPDATE',
  'CUSTOMERS_DELETE',
  'CUSTOMERS_MERGE',
  'PRODUCTS_CREATE',
  'PRODUCTS_UPDATE',
  'PRODUCTS_DELETE',
  'INVENTORY_LEVELS_UPDATE',
  'CHECKOUTS_CREATE',
  'CHECKOUTS_UPDATE',
  'APP_UNINSTALLED',
  'APP_SCOPES_UPDATE',
  'SHOP_UPDATE',
  'BULK_OPERATIONS_FINISH',
];

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** A shop with subscriptions to everything. */
async function start(wishes: object = { orders: 60 }) {
  const world = await sandboxWith();
  closers.push(() => world.sandbox.close());
  const { control } = world;
  control.createShop(SHOP, wishes);
  const app = await startReceiver();
  closers.push(app.close);
  const client = world.client(SHOP, [...ALL_SCOPES, 'read_customer_merge', 'read_reports']);
  for (const topic of TOPICS) {
    const { data } = await client.ask(
      `mutation ($topic: WebhookSubscriptionTopic!, $uri: String!) { webhookSubscriptionCreate(
        topic: $topic, webhookSubscription: { uri: $uri, format: JSON }) { userErrors { message } } }`,
      { topic, uri: `${app.url}/` },
    );
    expect(data.webhookSubscriptionCreate.userErrors).toEqual([]);
  }
  return {
    ...world,
    client,
    /** Bodies of what the action brought about, by topic; ids as text. */
    async told(action: () => unknown): Promise<Record<string, Json>> {
      await control.idle();
      app.received.length = 0;
      await action();
      await control.idle();
      return Object.fromEntries(
        app.received.map(({ headers, body }) => [
          headers['x-shopify-topic'],
          JSON.parse(body.toString().replace(/"((?:\w+_)?id)":(\d+)/g, '"$1":"$2"')) as Json,
        ]),
      ) as Record<string, Json>;
    },
  };
}

const usd = (amount: string) => ({
  shop_money: { amount, currency_code: 'USD' },
  presentment_money: { amount, currency_code: 'USD' },
});

describe('an order', () => {
  it('that is placed, with all that it moves', async () => {
    const { control, told } = await start();
    const customer = control.createCustomer(SHOP, { email: 'ada@example.com', tags: ['vip'] });
    const told1 = await told(() =>
      control.createOrder(SHOP, {
        customer: customer.id,
        lines: [
          { product: 0, quantity: 3, price: '10.01' },
          { title: 'Made to order "x"', price: '5' },
        ],
        discount: { code: 'TENOFF', percentage: 10 },
        shipping: '4.95',
        tip: '2',
        taxes: [['VAT', 0.2]],
        tags: ['a', 'b c'],
        createdAt: '2026-07-01T12:00:00.500Z',
      }),
    );
    expect(Object.keys(told1).sort()).toEqual([
      'customers/update',
      'inventory_levels/update',
      'orders/create',
      'products/update',
    ]);
    const order = told1['orders/create'];
    expect(order).toMatchObject({
      admin_graphql_api_id: `gid://shopify/Order/${order.id}`,
      created_at: '2026-07-01T08:00:00-04:00',
      processed_at: '2026-07-01T08:00:00-04:00',
      updated_at: expect.stringMatching(/^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d[-+]\d\d:\d\d$/) as string,
      cancelled_at: null,
      closed_at: null,
      currency: 'USD',
      financial_status: 'paid',
      fulfillment_status: null,
      test: false,
      tags: 'a, b c',
      taxes_included: false,
      total_line_items_price: '35.03',
      total_discounts: '3.50',
      subtotal_price: '31.53',
      total_tax: '7.30',
      total_shipping_price_set: usd('4.95'),
      total_tip_received: '2.00',
      total_price: '45.78',
      total_price_set: usd('45.78'),
      current_total_price_set: usd('45.78'),
      discount_codes: [{ code: 'TENOFF', amount: '3.50', type: 'percentage' }],
      discount_applications: [
        { type: 'discount_code', code: 'TENOFF', value: '10.0', value_type: 'percentage', target_type: 'line_item' },
      ],
      refunds: [],
      source_name: 'web',
    });
    expect(order.customer).toMatchObject({ id: customer.id, email: 'ada@example.com' });
    for (const field of ['tags', 'orders_count', 'total_spent', 'email_marketing_consent', 'accepts_marketing']) {
      expect(told1['customers/update']).not.toHaveProperty(field);
    }
    expect(order.line_items).toHaveLength(3);
    expect(order.line_items[0]).toMatchObject({
      admin_graphql_api_id: `gid://shopify/LineItem/${order.line_items[0].id}`,
      quantity: 3,
      current_quantity: 3,
      fulfillable_quantity: 3,
      price: '10.01',
      price_set: usd('10.01'),
      total_discount: '3.00',
      total_discount_set: usd('3.00'),
      discount_allocations: [{ amount: '3.00', amount_set: usd('3.00'), discount_application_index: 0 }],
      tax_lines: [{ title: 'VAT', rate: 0.2, price: '5.41', price_set: usd('5.41') }],
      duties: [],
      gift_card: false,
      properties: [],
    });
    expect(order.line_items[1]).toMatchObject({ product_id: null, variant_id: null, title: 'Made to order "x"' });
    expect(order.shipping_lines[0]).toMatchObject({ price: '4.95', tax_lines: [{ price: '0.99' }] });
    expect(order.tax_lines).toEqual([
      { title: 'VAT', rate: 0.2, price: '7.30', price_set: usd('7.30'), channel_liable: false },
    ]);
    const product = told1['products/update'];
    expect(product.id).toBe(order.line_items[0].product_id);
    expect(told1['inventory_levels/update']).toMatchObject({
      inventory_item_id: product.variants[0].inventory_item_id,
      available: product.variants[0].inventory_quantity,
    });
  });

  it('that is edited, refunded, cancelled, deleted', async () => {
    const { control, told } = await start();
    const { id } = control.createOrder(SHOP, {
      customer: null,
      lines: [{ title: 'A', price: '9.99', quantity: 3 }],
      shipping: '5',
      taxes: [['VAT', 0.1]],
    });
    const edited = await told(() =>
      control.editOrder(SHOP, id, { add: [{ title: 'B', price: '1' }], remove: [{ line: 0, quantity: 1 }] }),
    );
    expect(Object.keys(edited).sort()).toEqual(['orders/edited', 'orders/updated']);
    const [a, b] = edited['orders/updated'].line_items;
    expect(edited['orders/edited']).toMatchObject({
      order_edit: {
        order_id: id,
        line_items: { additions: [{ id: b.id, delta: 1 }], removals: [{ id: a.id, delta: 1 }] },
      },
    });
    expect(a).toMatchObject({ quantity: 3, current_quantity: 2 });
    expect(edited['orders/updated']).toMatchObject({ total_price: '38.47', current_total_price: '28.54' });

    const refunded = await told(() =>
      control.refundOrder(SHOP, id, {
        lines: [{ line: 0, quantity: 1 }],
        shipping: true,
        adjustment: '-1',
        note: 'late',
      }),
    );
    expect(Object.keys(refunded).sort()).toEqual(['orders/updated', 'refunds/create']);
    const refund = refunded['refunds/create'];
    expect(refund).toMatchObject({
      order_id: id,
      admin_graphql_api_id: `gid://shopify/Refund/${refund.id}`,
      note: 'late',
      restock: true,
      order_adjustments: [{ amount: '-1.00', kind: 'refund_discrepancy' }],
      refund_line_items: [
        {
          line_item_id: a.id,
          quantity: 1,
          restock_type: 'return',
          subtotal: 9.99,
          subtotal_set: usd('9.99'),
          total_tax: 1,
          total_tax_set: usd('1.00'),
        },
      ],
      refund_shipping_lines: [{ subtotal_amount_set: usd('5.00'), tax_amount_set: usd('0.50') }],
      transactions: [{ kind: 'refund', status: 'success', amount: '17.49' }],
    });
    expect(refunded['orders/updated']).toMatchObject({ financial_status: 'partially_refunded', refunds: [refund] });

    const cancelled = await told(() => control.cancelOrder(SHOP, id, { reason: 'INVENTORY' }));
    expect(Object.keys(cancelled).sort()).toEqual(['orders/cancelled', 'orders/updated', 'refunds/create']);
    expect(cancelled['orders/cancelled']).toMatchObject({
      cancel_reason: 'inventory',
      cancelled_at: expect.any(String) as string,
      current_total_price: '0.00',
    });
    expect(await told(() => control.deleteOrder(SHOP, id))).toEqual({ 'orders/delete': { id } });
  });

  it.each([
    ['JPY', 'Asia/Tokyo', '1234', '1234'],
    ['KWD', 'Asia/Kuwait', '1.005', '1.005'],
  ])('in %s has that many decimals, and ids beyond 2^53 stand bare', async (currency, timezone, price, total) => {
    const { control, told } = await start({ orders: 20, currency, timezone, bigIds: true, taxesIncluded: false });
    const events = await told(() => control.createOrder(SHOP, { lines: [{ title: 'A', price }], taxes: [] }));
    const order = events['orders/create'];
    expect(order.total_price).toBe(total);
    expect(BigInt(order.id)).toBeGreaterThan(2n ** 53n);
    expect(order.admin_graphql_api_id).toBe(`gid://shopify/Order/${order.id}`);
    const raw = control.delivery(control.deliveries({ topic: 'orders/create' }).at(-1)!.id).body;
    expect(raw).toContain(`"id":${order.id},`);
  });

  it('in another currency than the shop’s is told in both', async () => {
    const { control, told } = await start({ orders: 400 });
    let foreign: Json;
    for (let index = 0; foreign === undefined; index++) {
      const { 'orders/updated': order } = await told(() => control.updateOrder(SHOP, index, { note: 'x' }));
      if (order.presentment_currency !== 'USD') foreign = order;
    }
    const { shop_money: shop, presentment_money: paid } = foreign.total_price_set;
    expect(shop.currency_code).toBe('USD');
    expect(paid.currency_code).toBe(foreign.presentment_currency);
    expect(paid.amount).not.toBe(shop.amount);
    expect(foreign.total_price).toBe(shop.amount);
  });
});

describe('other things that happen', () => {
  it('customers and products come, change and go', async () => {
    const { control, told } = await start();
    const events: Record<string, Json> = {};
    const note = async (action: () => unknown) => Object.assign(events, await told(action));
    let customer = { id: '' };
    let product = { id: '' };
    await note(() => (customer = control.createCustomer(SHOP, { firstName: 'Ada' })));
    await note(() => control.updateCustomer(SHOP, customer.id, { firstName: 'Bob' }));
    await note(() => control.deleteCustomer(SHOP, customer.id));
    await note(() => (product = control.createProduct(SHOP, { title: 'Lamp', price: '12.50', tags: ['x', 'y'] })));
    expect(Object.keys(events)).not.toContain('products/update');
    await note(() => control.setInventory(SHOP, product.id, { available: 7 }));
    await note(() => control.deleteProduct(SHOP, product.id));
    expect(events).toMatchObject({
      'customers/create': { id: customer.id, first_name: 'Ada' },
      'customers/update': { id: customer.id, first_name: 'Bob' },
      'customers/delete': { id: customer.id },
      'products/create': {
        id: product.id,
        title: 'Lamp',
        tags: 'x, y',
        status: 'active',
        variants: [{ price: '12.50' }],
      },
      'products/update': { id: product.id, variants: [{ inventory_quantity: 7 }] },
      'inventory_levels/update': { available: 7 },
      'products/delete': { id: product.id },
    });
  });

  it('a merge gives the orders to the customer who is kept, once and for all', async () => {
    const { control, client, told } = await start({ orders: 0 });
    const [kept, merged] = [control.createCustomer(SHOP), control.createCustomer(SHOP)];
    const order = (customer: string, price: string) =>
      control.createOrder(SHOP, { customer, lines: [{ title: 'A', price }], taxes: [] });
    order(kept.id, '10');
    const { id, updatedAt } = order(merged.id, '7');
    const events = await told(() => control.mergeCustomers(SHOP, merged.id, kept.id));
    expect(events['customers/merge']).toEqual({
      admin_graphql_api_customer_kept_id: `gid://shopify/Customer/${kept.id}`,
      admin_graphql_api_customer_deleted_id: `gid://shopify/Customer/${merged.id}`,
      admin_graphql_api_job_id: null,
      status: 'completed',
      errors: [],
    });
    const { data } = await client.ask(
      `query ($kept: ID!, $merged: ID!, $order: ID!) {
        kept: customer(id: $kept) { numberOfOrders amountSpent { amount } } merged: customer(id: $merged) { id }
        order(id: $order) { customer { legacyResourceId } updatedAt } customersCount { count }
        customers(first: 250) { nodes { id } } }`,
      {
        kept: `gid://shopify/Customer/${kept.id}`,
        merged: `gid://shopify/Customer/${merged.id}`,
        order: `gid://shopify/Order/${id}`,
      },
    );
    expect(data.kept).toEqual({ numberOfOrders: '2', amountSpent: { amount: '17.0' } });
    expect(data.merged).toBeNull();
    expect(data.order.customer.legacyResourceId).toBe(kept.id);
    expect(Date.parse(data.order.updatedAt)).toBe(Math.floor(Date.parse(updatedAt) / 1000) * 1000);
    expect(data.customersCount.count).toBe(1);
    expect(data.customers.nodes).toEqual([{ id: `gid://shopify/Customer/${kept.id}` }]);
    const expected = await control.expected(SHOP);
    expect(expected.topCustomers).toEqual([{ customerId: kept.id, orders: 2, totalSpent: 1700 }]);
    expect(expected.fetchable).toMatchObject({ orders: 2, customers: 1 });
    expect(() => control.mergeCustomers(SHOP, kept.id, kept.id)).toThrow('itself');
    expect(() => control.mergeCustomers(SHOP, merged.id, kept.id)).toThrow('no customer');
  });

  it('a checkout is abandoned after an hour, unless it becomes an order', async () => {
    const { control, client, told } = await start({ orders: 5 });
    const long = new Date(Date.now() - 2 * 3_600_000).toISOString();
    const lines = [{ title: 'A', price: '10', quantity: 2 }];
    const made = control.createCheckout(SHOP, { email: 'a@example.com', customer: null, lines, createdAt: long });
    control.createCheckout(SHOP, { email: null, lines, createdAt: long });
    control.createCheckout(SHOP, { email: 'b@example.com', customer: null });
    expect((await control.expected(SHOP)).checkouts).toMatchObject({
      completed: 0,
      open: 2,
      abandoned: { count: 1, value: 2000 },
    });
    const seen = `{ abandonedCheckoutsCount { count } abandonedCheckouts(first: 5) { nodes { id totalPriceSet { shopMoney { amount } }
      lineItems(first: 3) { nodes { title quantity } } } } }`;
    const { data } = await client.ask(seen);
    expect(data.abandonedCheckoutsCount.count).toBe(1);
    expect(data.abandonedCheckouts.nodes).toEqual([
      {
        id: `gid://shopify/AbandonedCheckout/${made.id}`,
        totalPriceSet: { shopMoney: { amount: '20.0' } },
        lineItems: { nodes: [{ title: 'A', quantity: 2 }] },
      },
    ]);
    const changed = await told(() => control.updateCheckout(SHOP, made.id, { lines: [{ title: 'B', price: '3' }] }));
    expect(changed['checkouts/update']).toMatchObject({ token: made.token, total_price: '3.00', completed_at: null });
    const completed = await told(() => control.completeCheckout(SHOP, made.id));
    expect(completed['checkouts/update']).toMatchObject({
      token: made.token,
      completed_at: expect.any(String) as string,
    });
    expect(completed['orders/create']).toMatchObject({
      checkout_token: made.token,
      checkout_id: made.id,
      email: 'a@example.com',
      total_line_items_price: '3.00',
    });
    expect((await control.expected(SHOP)).checkouts).toMatchObject({ completed: 1, abandoned: { count: 0, value: 0 } });
    expect(() => control.completeCheckout(SHOP, made.id)).toThrow('completed already');
  });

  it('a shop changes its name, its time zone and even its currency, while orders keep theirs', async () => {
    const { control, client, told } = await start({ orders: 40 });
    const before = await control.expected(SHOP);
    const events = await told(() => control.updateShop(SHOP, { name: 'New name', timezone: 'Asia/Tokyo' }));
    expect(events['shop/update']).toMatchObject({
      name: 'New name',
      iana_timezone: 'Asia/Tokyo',
      myshopify_domain: SHOP,
    });
    const moved = await control.expected(SHOP);
    expect(moved.timezone).toBe('Asia/Tokyo');
    expect(moved.totals).toEqual(before.totals);
    expect(moved.days).not.toEqual(before.days);
    control.updateShop(SHOP, { currency: 'EUR' });
    control.createOrder(SHOP, { lines: [{ title: 'A', price: '5' }] });
    expect(await control.expected(SHOP)).toMatchObject({ currency: 'EUR', orders: 1 });
    expect((await control.expected(SHOP, { currency: 'USD' })).totals).toEqual(before.totals);
    const { data } = await client.ask(
      '{ shop { name currencyCode ianaTimezone } orders(first: 1) { nodes { currencyCode } } }',
    );
    expect(data.shop).toEqual({ name: 'New name', currencyCode: 'EUR', ianaTimezone: 'Asia/Tokyo' });
    expect(data.orders.nodes).toEqual([{ currencyCode: 'USD' }]);
    expect(() => control.updateShop(SHOP, { timezone: 'Nowhere/Else' })).toThrow();
  });

  it('scopes change, and requests feel it', async () => {
    const { control, client, told } = await start();
    const events = await told(() => control.changeScopes(SHOP, ['read_products']));
    expect(events['app/scopes_update']).toMatchObject({
      previous: [...ALL_SCOPES, 'read_customer_merge', 'read_reports'],
      current: ['read_products'],
    });
    const { errors } = await client.ask('{ orders(first: 1) { nodes { id } } }');
    expect(errors[0].extensions.code).toBe('ACCESS_DENIED');
  });

  it('a bulk operation ends', async () => {
    const { client, told } = await start();
    let operation: Json;
    const events = await told(async () => {
      operation = await client.bulk('{ orders { edges { node { id } } } }');
    });
    expect(events['bulk_operations/finish']).toMatchObject({
      admin_graphql_api_id: operation.id,
      status: 'completed',
      error_code: null,
      type: 'query',
    });
  });

  it('a shop is frozen, or locked', async () => {
    const { control, client } = await start();
    const status = async () => (await client.post('{ shop { name } }')).status;
    control.setStanding(SHOP, 'frozen');
    expect(await status()).toBe(402);
    control.setStanding(SHOP, 'locked');
    expect(await status()).toBe(423);
    control.setStanding(SHOP, 'open');
    expect(await status()).toBe(200);
  });

  it('compliance topics go to the app’s address, and only if it has one', async () => {
    const { control } = await start();
    const app = await startReceiver();
    closers.push(app.close);
    const customer = control.createCustomer(SHOP, { email: 'ada@example.com', phone: '+15550001' });
    const order = control.createOrder(SHOP, { customer: customer.id });
    expect(() => control.requestCompliance(SHOP, 'shop/redact')).toThrow('complianceUrl');
    control.settings({ complianceUrl: `${app.url}/compliance` });
    control.requestCompliance(SHOP, 'customers/data_request', customer.id);
    control.deleteCustomer(SHOP, customer.id);
    control.requestCompliance(SHOP, 'customers/redact', customer.id);
    control.uninstall(SHOP);
    control.requestCompliance(SHOP, 'shop/redact');
    await control.idle();
    const bodies = app.received.map(({ headers, body }) => [headers['x-shopify-topic'], JSON.parse(body.toString())]);
    expect(Object.fromEntries(bodies)).toMatchObject({
      'customers/data_request': {
        shop_domain: SHOP,
        customer: { id: Number(customer.id), email: 'ada@example.com' },
        orders_requested: [Number(order.id)],
      },
      'customers/redact': { customer: { id: Number(customer.id) }, orders_to_redact: [Number(order.id)] },
      'shop/redact': { shop_domain: SHOP },
    });
  });
});
