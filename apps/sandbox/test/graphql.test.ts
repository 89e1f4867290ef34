import {
  getNamedType,
  isLeafType,
  isObjectType,
  isRequiredArgument,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLObjectType,
} from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { adminSchema, nodeTypeOf, requiredScopes } from '../src/graphql/schema.ts';
import { ALL_SCOPES, sandboxWith, type Client, type Json } from './helper.ts';

const SHOP = 'graph.myshopify.com';
let world: Awaited<ReturnType<typeof sandboxWith>>;
let client: Client;
beforeAll(async () => {
  world = await sandboxWith({ restoreRate: 100_000, maximumAvailable: 100_000 });
  client = world.client(SHOP);
});
afterAll(() => world.sandbox.close());

async function all(field: string, args: string, selection = 'id', page = 50): Promise<Json[]> {
  const found: Json[] = [];
  let after: string | null = null;
  do {
    const { data, errors }: Json = await client.ask(
      `query ($after: String) { ${field}(first: ${page}, after: $after ${args}) { nodes { ${selection} } pageInfo { hasNextPage endCursor } } }`,
      { after },
    );
    expect(errors).toBeUndefined();
    found.push(...data[field].nodes);
    after = data[field].pageInfo.hasNextPage ? data[field].pageInfo.endCursor : null;
  } while (after !== null);
  return found;
}

describe('documents', () => {
  it.each([
    ['a field that does not exist', '{ orders(first: 1) { nodes { price } } }', 'undefinedField'],
    ['a missing argument', '{ order { id } }', 'invalidDocument'],
    ['a wrong type of argument', '{ orders(first: "1") { nodes { id } } }', 'invalidDocument'],
    ['a syntax error', '{ orders(first: 1 { nodes { id } } }', 'parseError'],
    ['an object without a selection', '{ shop }', 'invalidDocument'],
  ])('with %s are refused', async (_what, query, code) => {
    const { data, errors } = await client.ask(query);
    expect(data).toBeUndefined();
    expect(errors[0].extensions.code).toBe(code);
  });

  it('need first or last on connections', async () => {
    const { errors } = await client.ask('{ orders { nodes { id } } }');
    expect(errors[0].message).toMatch(/first or last/);
    expect((await client.ask('{ orders(first: 251) { nodes { id } } }')).errors[0].message).toMatch(/250/);
  });

  it('that are valid are answered, whatever they ask: every field of every type near an order', async () => {
    const schema = adminSchema();
    const everything = world.client(SHOP, [...new Set(Object.values(requiredScopes).flat()), 'read_all_orders']);
    const takesNothing = (field: GraphQLField<unknown, unknown>) => field.args.every((arg) => !isRequiredArgument(arg));
    const isLeaf = (field: GraphQLField<unknown, unknown>) =>
      isLeafType(getNamedType(field.type)) && takesNothing(field);

    /** Scalars of an object and of the objects in it. */
    function selection(type: GraphQLNamedType, depth: number): string {
      if (!isObjectType(type)) return '__typename';
      const fields = Object.values(type.getFields()).map((field) => {
        if (isLeaf(field)) return field.name;
        const inner = getNamedType(field.type);
        if (depth === 0 || !isObjectType(inner) || !takesNothing(field) || nodeTypeOf(field.type)) return '';
        return `${field.name} { ${selection(inner, depth - 1)} }`;
      });
      return `__typename ${fields.join(' ')}`;
    }

    function queriesFor(open: string, close: string, typename: string): string[] {
      const type = schema.getType(typename) as GraphQLObjectType;
      return Object.values(type.getFields()).flatMap((field) => {
        if (isLeaf(field)) return [`${open} ${field.name} ${close}`];
        const node = nodeTypeOf(field.type);
        if (node)
          return takesNothing(field)
            ? [`${open} ${field.name}(first: 1) { nodes { ${selection(node, 0)} } } ${close}`]
            : [];
        const inner = getNamedType(field.type);
        return takesNothing(field) ? [`${open} ${field.name} { ${selection(inner, 0)} } ${close}`] : [];
      });
    }

    const queries = [
      ...queriesFor('{ shop {', '} }', 'Shop'),
      ...queriesFor('{ orders(first: 2) { nodes {', '} } }', 'Order'),
      ...queriesFor('{ orders(first: 2) { nodes { lineItems(first: 1) { nodes {', '} } } } }', 'LineItem'),
      ...queriesFor('{ orders(first: 60) { nodes { refunds {', '} } } }', 'Refund'),
      ...queriesFor(
        '{ orders(first: 2) { nodes { agreements(first: 1) { nodes { sales(first: 2) { nodes { ... on ProductSale {',
        '} } } } } } } }',
        'ProductSale',
      ),
      ...queriesFor('{ customers(first: 2) { nodes {', '} } }', 'Customer'),
      ...queriesFor('{ products(first: 2) { nodes {', '} } }', 'Product'),
      ...queriesFor('{ productVariants(first: 2) { nodes {', '} } }', 'ProductVariant'),
      ...queriesFor('{ orders(first: 2) { nodes { shippingLines(first: 1) { nodes {', '} } } } }', 'ShippingLine'),
      ...queriesFor('{ orders(first: 2) { nodes { transactions {', '} } } }', 'OrderTransaction'),
    ];
    const problems: string[] = [];
    for (const query of queries) {
      const { errors } = await everything.ask(query);
      if (errors) problems.push(`${query}: ${errors[0].message}`);
    }
    expect(problems).toEqual([]);
    expect(queries.length).toBeGreaterThan(400);
  });

  it('give unknown versions the supported one, and say so', async () => {
    const answer = await fetch(`${world.sandbox.url}/${SHOP}/admin/api/2019-04/graphql.json`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-shopify-access-token': client.token },
      body: JSON.stringify({ query: '{ shop { myshopifyDomain } }' }),
    });
    expect(answer.headers.get('x-shopify-api-version')).toBe('2026-10');
    expect(answer.headers.get('x-request-id')).toBeTruthy();
    expect(Math.abs(Date.parse(answer.headers.get('date')!) - Date.now())).toBeLessThan(5000);
    expect(await answer.json()).toMatchObject({ data: { shop: { myshopifyDomain: SHOP } } });
  });
});

describe('access', () => {
  it('is refused field by field where a scope lacks', async () => {
    const limited = world.client(SHOP, ['read_orders', 'read_all_orders']);
    const { data, errors } = await limited.ask('{ orders(first: 2) { nodes { id customer { id } } } }');
    expect(data.orders.nodes.map((order: Json) => order.customer)).toEqual([null, null]);
    expect(errors[0]).toMatchObject({
      path: ['orders', 'nodes', 0, 'customer'],
      extensions: { code: 'ACCESS_DENIED' },
    });
    const none = await limited.ask('{ products(first: 1) { nodes { id } } }');
    expect(none.errors[0].message).toBe(
      'Access denied for products field. Required access: `read_products` access scope.',
    );
    expect(none.data).toBeNull();
  });

  it('by id needs the scope of the type', async () => {
    const [order] = await all('orders', 'reverse: true');
    const [product] = await all('products', '');
    const limited = world.client(SHOP, ['read_products']);
    const ids = [order.id, product.id];
    const { data, errors } = await limited.ask('query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', { ids });
    expect(data.nodes).toEqual([null, { id: product.id }]);
    expect(errors[0]).toMatchObject({ path: ['nodes', 0], extensions: { code: 'ACCESS_DENIED' } });
  });

  it('shows orders of 60 days without read_all_orders', async () => {
    const limited = world.client(SHOP, ['read_orders', 'read_customers']);
    const { data } = await limited.ask('{ orders(first: 250) { nodes { id createdAt } } ordersCount { count } }');
    const since = Date.now() - 60 * 864e5;
    expect(data.orders.nodes.length).toBeGreaterThan(0);
    expect(data.orders.nodes.length).toBe(data.ordersCount.count);
    expect(data.orders.nodes.every((order: Json) => Date.parse(order.createdAt) >= since)).toBe(true);
    const oldest = (await all('orders', 'sortKey: CREATED_AT'))[0];
    expect((await limited.ask('query ($id: ID!) { order(id: $id) { id } }', { id: oldest.id })).data.order).toBeNull();
  });

  it('needs a token', async () => {
    const answer = await fetch(`${world.sandbox.url}/${SHOP}/admin/api/2026-10/graphql.json`, { method: 'POST' });
    expect(answer.status).toBe(401);
    expect(await answer.json()).toHaveProperty('errors');
  });

  it('is told by currentAppInstallation', async () => {
    const { data } = await client.ask('{ currentAppInstallation { accessScopes { handle } } }');
    expect(data.currentAppInstallation.accessScopes.map((scope: Json) => scope.handle)).toEqual(ALL_SCOPES);
  });
});

describe('paging', () => {
  it.each([
    ['orders', ''],
    ['orders', 'sortKey: UPDATED_AT'],
    ['orders', 'sortKey: CREATED_AT, reverse: true'],
    ['customers', ''],
    ['customers', 'sortKey: UPDATED_AT, reverse: true'],
    ['products', 'sortKey: TITLE'],
    ['products', 'reverse: true'],
    ['productVariants', ''],
  ])('through %s (%s) gives everything once', async (field, args) => {
    const ids = (await all(field, args, 'id', 37)).map((node) => node.id);
    const { data } = await client.ask(`{ ${field}Count(limit: null) { count precision } }`);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.length).toBe(data[`${field}Count`].count);
  });

  it('stays complete while orders change', async () => {
    const shop = 'moving.myshopify.com';
    const moving = world.client(shop);
    const page = (after: string | null) =>
      moving.ask(
        `query ($after: String) { orders(first: 100, after: $after, sortKey: CREATED_AT) { nodes { id } pageInfo { hasNextPage endCursor } } }`,
        { after },
      );
    const first = (await page(null)).data.orders;
    world.control.refundOrder(shop, 150);
    world.control.deleteOrder(shop, 99);
    world.control.deleteOrder(shop, 160);
    const created = world.control.createOrder(shop);
    const second = (await page(first.pageInfo.endCursor)).data.orders;
    const third = (await page(second.pageInfo.endCursor)).data.orders;
    const ids = [...first.nodes, ...second.nodes, ...third.nodes].map((node: Json) => node.id);
    expect(ids).toHaveLength(300);
    expect(new Set(ids).size).toBe(300);
    expect(ids.at(-1)).toBe(`gid://shopify/Order/${created.id}`);
  });

  it('goes backwards with last and before', async () => {
    const ids = (await all('orders', 'sortKey: ID')).map((node) => node.id);
    const { data } = await client.ask(
      '{ orders(last: 4, sortKey: ID) { nodes { id } pageInfo { hasPreviousPage startCursor } } }',
    );
    expect(data.orders.nodes.map((node: Json) => node.id)).toEqual(ids.slice(-4));
    const before = data.orders.pageInfo.startCursor;
    const more = await client.ask(
      'query ($before: String) { orders(last: 3, before: $before, sortKey: ID) { nodes { id } } }',
      { before },
    );
    expect(more.data.orders.nodes.map((node: Json) => node.id)).toEqual(ids.slice(-7, -4));
  });

  it('sorts by the key', async () => {
    const times = (await all('orders', 'sortKey: UPDATED_AT', 'updatedAt')).map((node) => node.updatedAt);
    expect(times).toEqual([...times].sort());
  });
});

describe('filters', () => {
  it('agree with the data', async () => {
    const orders = await all(
      'orders',
      '',
      'id name email createdAt updatedAt test cancelledAt displayFinancialStatus customer { id }',
    );
    const [from, to] = [orders[80].createdAt, orders[200].createdAt];
    const withCustomer = orders.find((order) => order.customer);
    const cases: [string, (order: Json) => boolean][] = [
      [`created_at:>=${from} AND created_at:<'${to}'`, (o) => o.createdAt >= from && o.createdAt < to],
      [`created_at:>="${from}" created_at:<=${to}`, (o) => o.createdAt >= from && o.createdAt < to],
      [`updated_at:>${from}`, (o) => o.updatedAt > from],
      [`processed_at:<${from}`, (o) => o.createdAt < from],
      [`created_at:>=${from} AND updated_at:<${to}`, (o) => o.createdAt >= from && o.updatedAt < to],
      [`id:${orders[5].id.split('/').pop()}`, (o) => o.id === orders[5].id],
      [`id:>${orders[200].id.split('/').pop()}`, (o) => o.id > orders[200].id],
      [`name:${orders[7].name}`, (o) => o.name === orders[7].name],
      [`name:'${orders[7].name}' OR name:${orders[9].name}`, (o) => [orders[7].name, orders[9].name].includes(o.name)],
      [`email:${withCustomer.email}`, (o) => o.email === withCustomer.email],
      [`customer_id:${withCustomer.customer.id.split('/').pop()}`, (o) => o.customer?.id === withCustomer.customer.id],
      ['test:true', (o) => o.test],
      ['status:cancelled', (o) => o.cancelledAt !== null],
      ['NOT status:cancelled AND -test:true', (o) => o.cancelledAt === null && !o.test],
      ['financial_status:partially_refunded', (o) => o.displayFinancialStatus === 'PARTIALLY_REFUNDED'],
      [
        '(financial_status:refunded OR financial_status:voided) AND test:false',
        (o) => ['REFUNDED', 'VOIDED'].includes(o.displayFinancialStatus) && !o.test,
      ],
    ];
    // `to` and `from` are whole seconds while the shop keeps milliseconds, so <= matches as < does
    for (const [query, test] of cases) {
      const wanted = orders.filter(test).map((order) => order.id);
      for (const sort of ['ID', 'CREATED_AT', 'UPDATED_AT']) {
        const found = await all('orders', `query: ${JSON.stringify(query)}, sortKey: ${sort}`);
        expect(found.map((order) => order.id).sort(), query).toEqual([...wanted].sort());
      }
      const { data } = await client.ask('query ($query: String) { ordersCount(query: $query) { count } }', { query });
      expect(data.ordersCount.count, query).toBe(wanted.length);
    }
  });

  it('warn of fields that cannot be searched', async () => {
    const { data, extensions } = await client.ask(
      '{ orders(first: 1, query: "colour:red test:false") { nodes { id } } }',
    );
    expect(data.orders.nodes).toHaveLength(1);
    expect(extensions.search[0]).toMatchObject({ path: ['orders'], warnings: [{ field: 'colour' }] });
  });

  it('take a date as a day of the shop', async () => {
    world.control.createShop('tokyo.myshopify.com', {
      currency: 'JPY',
      timezone: 'Asia/Tokyo',
      orders: 200,
      start: '2026-01-01',
      end: '2026-01-10',
    });
    const tokyo = world.client('tokyo.myshopify.com');
    const { data } = await tokyo.ask('{ orders(first: 250, query: "created_at:2026-01-05") { nodes { createdAt } } }');
    expect(data.orders.nodes.length).toBeGreaterThan(0);
    for (const { createdAt } of data.orders.nodes) {
      expect(createdAt >= '2026-01-04T15:00:00Z' && createdAt < '2026-01-05T15:00:00Z').toBe(true);
    }
  });

  it('count up to a limit', async () => {
    const { data } = await client.ask(
      '{ a: ordersCount(limit: 10) { count precision } b: ordersCount(limit: null) { count precision } c: ordersCount { count precision } }',
    );
    expect(data).toEqual({
      a: { count: 10, precision: 'AT_LEAST' },
      b: { count: 300, precision: 'EXACT' },
      c: { count: 300, precision: 'EXACT' },
    });
  });
});

describe('single things', () => {
  it('are found by id, with their type', async () => {
    const [order] = await all(
      'orders',
      'reverse: true',
      'id customer { id } lineItems(first: 1) { nodes { id product { id } variant { id } } }',
    );
    const line = order.lineItems.nodes[0];
    const ids = [
      order.id,
      line.id,
      line.product.id,
      line.variant.id,
      'gid://shopify/Order/1',
      'gid://shopify/Comment/5',
    ];
    const { data } = await client.ask('query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }', { ids });
    expect(data.nodes).toEqual([
      { __typename: 'Order', id: order.id },
      { __typename: 'LineItem', id: line.id },
      { __typename: 'Product', id: line.product.id },
      { __typename: 'ProductVariant', id: line.variant.id },
      null,
      null,
    ]);
  });

  it('may have ids beyond 2^53', async () => {
    world.control.createShop('big.myshopify.com', { bigIds: true, orders: 20 });
    const big = world.client('big.myshopify.com');
    const { data } = await big.ask('{ orders(first: 20) { nodes { id legacyResourceId name } } }');
    for (const { id, legacyResourceId, name } of data.orders.nodes) {
      expect(BigInt(legacyResourceId)).toBeGreaterThan(2n ** 53n);
      expect((await big.ask('query ($id: ID!) { order(id: $id) { name } }', { id })).data.order.name).toBe(name);
    }
  });
});

describe('cost', () => {
  it('is counted by Shopify’s rules', async () => {
    const cost = async (query: string) => (await client.ask(query)).extensions.cost.requestedQueryCost;
    expect(await cost('{ shop { id } }')).toBe(1);
    expect(await cost('{ orders(first: 3) { edges { node { id } } } }')).toBe(2 + 3);
    expect(
      await cost('{ orders(first: 10) { nodes { id customer { id } lineItems(first: 5) { nodes { id } } } } }'),
    ).toBe(2 + 10 * (1 + 1 + 2 + 5));
  });

  it('is at most 1000 a query', async () => {
    const { errors, data } = await client.ask(
      '{ orders(first: 250) { nodes { id lineItems(first: 10) { nodes { id } } } } }',
    );
    expect(errors[0].extensions).toMatchObject({ code: 'MAX_COST_EXCEEDED', cost: 2 + 250 * 13, maxCost: 1000 });
    expect(data).toBeUndefined();
  });

  it('empties a bucket that refills', async () => {
    const shop = 'thrifty.myshopify.com';
    const thrifty = world.client(shop);
    world.control.throttle(shop, { maximumAvailable: 100, restoreRate: 5 });
    const query = '{ orders(first: 90) { nodes { id } } }';
    const first = await thrifty.ask(query);
    expect(first.extensions.cost).toMatchObject({
      requestedQueryCost: 92,
      actualQueryCost: 92,
      throttleStatus: { maximumAvailable: 100, restoreRate: 5 },
    });
    const answer = await thrifty.post(query);
    expect(answer.status).toBe(200);
    const second: Json = await answer.json();
    expect(second.data).toBeUndefined();
    expect(second.errors[0]).toMatchObject({ message: 'Throttled', extensions: { code: 'THROTTLED' } });
    expect(second.extensions.cost.actualQueryCost).toBeNull();
    expect(second.extensions.cost.throttleStatus.currentlyAvailable).toBeLessThan(92);
    world.control.throttle(shop, { restoreRate: 100_000 });
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect((await thrifty.ask(query)).data.orders.nodes).toHaveLength(90);
  });
});
