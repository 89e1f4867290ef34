import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Sandbox } from '../../../sandbox/src/index.ts';
import { type Browser, expectExact, onEachDatabase, startWorld, type World } from './world.ts';

type Wishes = NonNullable<Parameters<Sandbox['control']['createShop']>[1]>;

/** Zero, two and three decimals; days of 23 and 25 hours, of 23.5 and 24.5, and a zone a quarter of an hour off. */
const SHOPS: Record<string, Wishes> = {
  dollars: { orders: 300, currency: 'USD', timezone: 'America/New_York', taxesIncluded: false },
  pounds: { orders: 300, currency: 'GBP', timezone: 'Europe/London', taxesIncluded: true },
  yen: { orders: 250, currency: 'JPY', timezone: 'Asia/Tokyo', taxesIncluded: true, bigIds: true },
  dinar: { orders: 250, currency: 'KWD', timezone: 'Asia/Kathmandu', taxesIncluded: false },
  island: { orders: 250, currency: 'AUD', timezone: 'Australia/Lord_Howe', taxesIncluded: true, bigIds: true },
};

const UGLY = [
  '=HYPERLINK("http://evil.example","x")',
  "Robert'); DROP TABLE orders;--",
  '<script>alert(1)</script>',
  '\u202eمرحبا \u{1f469}\u200d\u{1f680} e\u0301',
  'quote " backslash \\ newline \n tab \t __parentId "__parentId":"gid://shopify/Order/1"',
  'x'.repeat(4_000),
];

onEachDatabase('back-fill', (engine) => {
  let world: World;
  let ada: Browser;

  beforeAll(async () => {
    world = await startWorld(engine);
    ada = await world.register();
  });
  afterAll(() => world?.close());

  test.each(Object.entries(SHOPS))('%s: every figure is exact', async (name, wishes) => {
    const shop = `${name}.myshopify.com`;
    const spec = world.sandbox.control.createShop(shop, wishes);
    const id = await ada.fill(shop);
    await expectExact(world, ada, id, shop);
    expect(await ada.tenant(id)).toMatchObject({
      storeName: spec.name,
      currencyCode: wishes.currency,
      timezone: wishes.timezone,
      isActive: true,
      activeRun: null,
    });
  });

  test('a store with nothing in it', async () => {
    const shop = 'empty.myshopify.com';
    world.sandbox.control.createShop(shop, { orders: 0 });
    const id = await ada.fill(shop);
    expect((await ada.revenue(id)).data).toEqual([]);
    expect((await ada.overview(id)).totals).toMatchObject({ orders: 0, averageOrderValue: { amount: '0.00' } });
    expect((await ada.topCustomers(id)).data).toEqual([]);
  });

  describe('unusual orders', () => {
    const shop = 'unusual.myshopify.com';
    let id: string;

    beforeAll(async () => {
      const { control } = world.sandbox;
      control.createShop(shop, { orders: 40, currency: 'EUR', timezone: 'Europe/Berlin', bigIds: true });
      const product = control.createProduct(shop, { title: UGLY.join(' ').slice(0, 255), price: '12.34' });
      const customer = control.createCustomer(shop, { firstName: UGLY[0], lastName: UGLY[3] });
      control.createOrder(shop, { lineCount: 1_100, customer: customer.key });
      control.createOrder(shop, { customer: null });
      control.createOrder(shop, { test: true });
      control.createOrder(shop, {
        customer: customer.key,
        lines: UGLY.map((title) => ({ title, price: '1.01' })),
        note: UGLY.join('\n'),
        tags: UGLY.slice(0, 4),
      });
      control.createOrder(shop, { lines: [{ product: product.index, quantity: 3 }], tip: '2.50', shipping: '4.90' });
      control.createOrder(shop, { lines: [{ title: 'Gift', giftCard: true, price: '50' }] });
      // a million-fold value, and none at all
      control.createOrder(shop, { lines: [{ title: 'Ship', price: '98765432.10' }], taxes: [] });
      control.createOrder(shop, { lines: [{ title: 'Sample', price: '0' }] });
      const [edited, refunded, kept] = [0, 1, 2].map(() => control.createOrder(shop, { lineCount: 3, shipping: '5' }));
      control.editOrder(shop, edited!.id, { add: [{ title: 'Added', price: '7.77' }], remove: [{ line: 0 }] });
      control.refundOrder(shop, refunded!.id, { lines: [{ line: 0, quantity: 1 }], adjustment: '-1.50' });
      control.cancelOrder(shop, kept!.id);
      id = await ada.fill(shop);
    });

    test('count to the penny', () => expectExact(world, ada, id, shop));

    test('are all stored, whatever their text and length', async () => {
      const { fetchable } = await world.sandbox.control.expected(shop);
      const [stored] = await world.db.read<Record<string, unknown>>(
        `SELECT (SELECT COUNT(*) FROM orders WHERE tenant_id = ?) AS orders,
           (SELECT COUNT(*) FROM products WHERE tenant_id = ?) AS products,
           (SELECT MAX(n) FROM (SELECT COUNT(*) AS n FROM order_lines WHERE tenant_id = ? GROUP BY shopify_order_id) AS t) AS longest`,
        [BigInt(id), BigInt(id), BigInt(id)],
      );
      expect({
        orders: Number(stored!.orders),
        products: Number(stored!.products),
        longest: Number(stored!.longest),
      }).toEqual({ orders: fetchable.orders, products: fetchable.products, longest: 1_100 });
      const titles = await world.db.read<{ title: string }>('SELECT title FROM order_lines WHERE tenant_id = ?', [
        BigInt(id),
      ]);
      const known = new Set(titles.map(({ title }) => title));
      for (const title of UGLY)
        expect([...known].some((text) => title.startsWith(text) && text.length > 10)).toBe(true);
    });

    test('name customers as they name themselves', async () => {
      const [first] = (await ada.topCustomers(id)).data.filter(({ name }) => name?.includes('HYPERLINK'));
      expect(first?.name).toBe(`${UGLY[0]} ${UGLY[3]}`);
      expect(BigInt(first!.customerId)).toBeGreaterThan(2n ** 53n);
    });
  });

  test('several windows, the newest first, and several partitions', async () => {
    const shop = 'larger.myshopify.com';
    world.sandbox.control.createShop(shop, { orders: 3_300 });
    const id = await ada.fill(shop);
    await expectExact(world, ada, id, shop);
    const windows = await world.db.read<{ from_at: unknown; to_at: unknown; partitions_done: unknown }>(
      `SELECT from_at, to_at, partitions_done FROM sync_windows WHERE tenant_id = ? AND stream = 'orders' ORDER BY position`,
      [BigInt(id)],
    );
    expect(windows.length).toBeGreaterThan(1);
    expect(windows[0]!.to_at).toBe(null);
    expect(windows.at(-1)!.from_at).toBe(null);
    expect(Math.max(...windows.map((window) => Number(window.partitions_done)))).toBeGreaterThan(1);
  });

  test('progress tells how many of how many', async () => {
    const shop = 'progress.myshopify.com';
    world.sandbox.control.createShop(shop, { orders: 200 });
    const run = await ada.settled(await ada.connect(shop));
    const { fetchable } = await world.sandbox.control.expected(shop);
    expect(run.kind).toBe('backfill');
    expect(run.streams.map(({ name, status, done, expected }) => [name, status, done, expected])).toEqual(
      (['products', 'customers', 'orders'] as const).map((name) => [
        name,
        'succeeded',
        fetchable[name],
        fetchable[name],
      ]),
    );
  });

  test('only the last sixty days where read_all_orders is not granted, and it says so', async () => {
    const shop = 'recent.myshopify.com';
    world.sandbox.control.createShop(shop, { orders: 400 });
    world.sandbox.control.withholdScopes(shop, ['read_all_orders']);
    const id = await ada.connect(shop);
    const run = await ada.settled(id);
    expect(run).toMatchObject({ status: 'succeeded', notice: expect.stringContaining('60 days') as string });
    await expectExact(world, ada, id, shop, { visible: true });
  });
});
