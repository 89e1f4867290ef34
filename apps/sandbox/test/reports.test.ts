import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ALL_SCOPES, clientOf, minor, sandboxWith, type Client, type Json } from './helper.ts';

const SHOP = 'demo.myshopify.com';
const MEASURES = [
  'orders',
  'gross_sales',
  'discounts',
  'sales_reversals',
  'net_sales',
  'shipping_charges',
  'taxes',
  'duties',
  'additional_fees',
  'total_sales',
];

let world: Awaited<ReturnType<typeof sandboxWith>>;
let client: Client;
beforeAll(async () => {
  world = await sandboxWith({ size: 400, maximumAvailable: 1e6, restoreRate: 1e6 });
  client = world.client(SHOP, [...ALL_SCOPES, 'read_reports']);
});
afterAll(() => world.sandbox.close());

const report = async (query: string): Promise<Json> => {
  const { data, errors } = await client.ask(
    `query ($query: String!) { shopifyqlQuery(query: $query) {
      tableData { columns { name dataType displayName } rows } parseErrors } }`,
    { query },
  );
  expect(errors).toBeUndefined();
  return data.shopifyqlQuery;
};

describe('a report', () => {
  it('by day says what the orders add up to', async () => {
    const { control } = world;
    control.refundOrder(SHOP, '#1100', { adjustment: '-2', lines: [] });
    control.createOrder(SHOP, { test: true });
    const { days, totals } = await control.expected(SHOP);
    const dates = Object.keys(days);
    const { tableData, parseErrors } = await report(
      `FROM sales SHOW ${MEASURES.join(', ')} TIMESERIES day SINCE ${dates[0]!} UNTIL today ORDER BY day`,
    );
    expect(parseErrors).toEqual([]);
    expect(tableData.columns[0]).toEqual({ name: 'day', dataType: 'DAY_TIMESTAMP', displayName: 'Day' });
    expect(tableData.columns.at(-1)).toEqual({ name: 'total_sales', dataType: 'MONEY', displayName: 'Total sales' });
    // days without sales are there, too
    expect(tableData.rows.length).toBeGreaterThan(dates.length);
    for (const row of tableData.rows) {
      const day = days[row.day];
      expect(Number(row.orders)).toBe(day?.orders ?? 0);
      expect(minor(row.total_sales, 2)).toBe(day?.total ?? 0);
      expect(minor(row.gross_sales, 2)).toBe(day?.gross ?? 0);
      expect(minor(row.sales_reversals, 2)).toBe(day ? day.returns + day.adjustments : 0);
      const parts = ['net_sales', 'shipping_charges', 'taxes', 'duties', 'additional_fees'];
      expect(parts.reduce((sum, part) => sum + minor(row[part], 2), 0)).toBe(minor(row.total_sales, 2));
    }
    const sum = tableData.rows.reduce((all: number, row: Json) => all + minor(row.total_sales, 2), 0);
    expect(sum).toBe(totals.total);
  });

  it('is of any period, ordered, cut, with totals', async () => {
    const { totals } = await world.control.expected(SHOP);
    const whole = await report('FROM sales SHOW total_sales, orders');
    expect(whole.tableData.rows).toEqual([
      { total_sales: expect.any(String) as string, orders: String(totals.orders) },
    ]);
    const months = await report(
      'FROM sales\n  SHOW orders, returns\n  GROUP BY month WITH TOTALS\n  SINCE startOfYear(-3y) UNTIL endOfDay(0d) ORDER BY orders DESC LIMIT 2 VISUALIZE orders TYPE line',
    );
    expect(months.tableData.rows).toHaveLength(2);
    const [first, second] = months.tableData.rows;
    expect(first.month).toMatch(/^\d{4}-\d{2}-01$/);
    expect(Number(first.orders)).toBeGreaterThanOrEqual(Number(second.orders));
    expect(first.orders__totals).toBe(String(totals.orders));
    const week = await report('FROM sales SHOW orders TIMESERIES day SINCE -6d UNTIL today');
    expect(week.tableData.rows).toHaveLength(7);
  });

  it('that cannot be read says where', async () => {
    const error = async (query: string): Promise<string> => {
      const { tableData, parseErrors } = await report(query);
      expect(tableData).toBeNull();
      return parseErrors[0];
    };
    expect(await error('FORM sales SHOW orders')).toBe("Line 1 Column 1: unexpected 'FORM', expecting FROM.");
    expect(await error('FROM sales\nSHOW happiness')).toMatch(/'happiness' was not found/);
    expect(await error('FROM sales SHOW orders SINCE yesterdayish')).toMatch(/expecting a date/);
    expect(await error('FROM sales SHOW')).toMatch(/^Unexpected end/);
    expect(await error('FROM sales SHOW orders TIMESERIES fortnight')).toMatch(/expecting a period/);
    expect(await error('FROM sales SHOW orders ORDER BY day')).toMatch(/not shown/);
  });

  it('needs read_reports', async () => {
    const poor = clientOf(world.sandbox, SHOP, world.control.issueToken(SHOP, ALL_SCOPES).access_token);
    const { errors } = await poor.ask('{ shopifyqlQuery(query: "FROM sales SHOW orders") { parseErrors } }');
    expect(errors[0].extensions.code).toBe('ACCESS_DENIED');
  });
});

describe('lists of ids', () => {
  const all = async (field: string, query?: string): Promise<string[]> => {
    const found: string[] = [];
    for (let after: string | null = null; ;) {
      const { data } = await client.ask(
        `query ($after: String, $query: String) { list: ${field}(first: 250, after: $after, query: $query) {
          nodes { id } pageInfo { hasNextPage endCursor } } }`,
        { after, query },
      );
      found.push(...data.list.nodes.map(({ id }: { id: string }) => id));
      if (!data.list.pageInfo.hasNextPage) return found;
      after = data.list.pageInfo.endCursor;
    }
  };
  const count = async (field: string, query?: string): Promise<number> =>
    (await client.ask(`query ($query: String) { c: ${field}(query: $query, limit: null) { count } }`, { query })).data.c
      .count;

  it('and counts tell what there is, without what was deleted or merged', async () => {
    const { control } = world;
    const [kept, merged] = [control.createCustomer(SHOP), control.createCustomer(SHOP)];
    control.createOrder(SHOP, { customer: merged.id });
    control.mergeCustomers(SHOP, merged.id, kept.id);
    control.deleteOrder(SHOP, '#1007');
    control.deleteProduct(SHOP, 3);
    control.deleteCustomer(SHOP, control.createCustomer(SHOP).id);
    const { fetchable } = await control.expected(SHOP);
    for (const field of ['orders', 'customers', 'products'] as const) {
      const ids = await all(field);
      expect(new Set(ids).size).toBe(ids.length);
      expect(ids).toHaveLength(fetchable[field]);
      expect(await count(`${field}Count`)).toBe(fetchable[field]);
    }
    expect(await all('customers')).not.toContain(`gid://shopify/Customer/${merged.id}`);
    const half = "created_at:<'2026-03-01T00:00:00Z'";
    expect(await all('orders', half)).toHaveLength(await count('ordersCount', half));
    expect(await all('orders', `id:>=${(await all('orders')).at(-1)!.split('/').at(-1)!}`)).toHaveLength(1);
    expect(await all('orders', `customer_id:${kept.id}`)).toHaveLength(1);
    expect(await all('orders', `customer_id:${merged.id}`)).toEqual([]);
    // by id, as one asks for what one has
    const ids = (await all('orders')).slice(0, 3).map((id) => id.split('/').at(-1)!);
    expect(await all('orders', ids.map((id) => `id:${id}`).join(' OR '))).toHaveLength(3);
  });
});
