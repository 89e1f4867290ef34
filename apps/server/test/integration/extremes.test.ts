import { MAX_DAYS } from '@xeno/contracts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Control } from '../../../sandbox/src/index.ts';
import { type Browser, expectExact, onEachDatabase, startWorld, wentWell, type World } from './world.ts';

/** What Shopify allows, if hardly anybody does it, and one database could hold and another could not. */
onEachDatabase('extremes', (engine) => {
  let world: World;
  let control: Control;
  let ada: Browser;
  beforeAll(async () => {
    world = await startWorld(engine);
    ({ control } = world.sandbox);
    ada = await world.register();
  });
  afterAll(() => world?.close());

  test('customers who pay in a currency of four letters', async () => {
    const shop = 'four-letters.myshopify.com';
    control.createShop(shop, { orders: 100, currency: 'USD', presentment: [['USDC', 1]] });
    const id = await ada.fill(shop);
    await expectExact(world, ada, id, shop);
    const paid = await world.db.read(
      "SELECT 1 FROM orders WHERE tenant_id = ? AND presentment_currency = 'USDC' AND presentment_total_price > 0",
      [BigInt(id)],
    );
    expect(paid.length).toBeGreaterThan(0);
  });

  test('a product of which there are more than fit into 32 bits', async () => {
    const shop = 'much-in-stock.myshopify.com';
    control.createShop(shop, { orders: 5 });
    for (let i = 0; i < 8; i++) control.updateProduct(shop, i, { inventory: 1_000_000_000 });
    const id = await ada.fill(shop);
    const [row] = await world.db.read<{ most: unknown }>(
      'SELECT MAX(inventory) AS most FROM products WHERE tenant_id = ?',
      [BigInt(id)],
    );
    expect(Number(row!.most)).toBeGreaterThan(2 ** 31);
  });

  test('orders of amounts that do not add up exactly are told of, and keep no others out', async () => {
    const shop = 'huge-amounts.myshopify.com';
    control.createShop(shop, { orders: 10, currency: 'USD' });
    const lines = [{ title: 'Huge', price: '60000000000000.00', quantity: 1 }];
    for (let i = 0; i < 2; i++) control.createOrder(shop, { lines, taxes: [], customer: null });
    const id = await ada.connect(shop);
    const run = wentWell(await ada.settled(id));
    expect(run.notice).toMatch(/too large an amount/);
    const stored = await world.db.read('SELECT 1 FROM orders WHERE tenant_id = ?', [BigInt(id)]);
    expect(stored).toHaveLength(10);
  });

  test('a day whose orders come to more than a number holds exactly is told to the penny', async () => {
    const shop = 'huge-day.myshopify.com';
    control.createShop(shop, { orders: 5, currency: 'USD' });
    const id = await ada.fill(shop);
    const { date } = (await ada.revenue(id)).data[0]!;
    await world.db.transaction(async (tx) => {
      const gross = 12_000_000_000_000_003n;
      const day = [gross, BigInt(id), date];
      expect(await tx.run('UPDATE daily_sales SET gross = ? WHERE tenant_id = ? AND local_date = ?', day)).toBe(1);
      await tx.run('UPDATE tenant_state SET changes = changes + 1 WHERE tenant_id = ?', [BigInt(id)]);
    });
    expect((await ada.revenue(id)).data[0]).toMatchObject({ date, gross: { amount: '120000000000000.03' } });
  });

  test('an order of long ago is among all days, which begin with it', async () => {
    const shop = 'long-ago.myshopify.com';
    control.createShop(shop, { orders: 5, timezone: 'Europe/London' });
    control.createOrder(shop, { processedAt: '1998-05-01T10:00:00Z', createdAt: '1998-05-01T10:00:00Z', test: false });
    const id = await ada.fill(shop);
    const { data } = await ada.revenue(id);
    expect(data[0]).toMatchObject({ date: '1998-05-01', orders: 1 });
    expect(data.length).toBeGreaterThan(10_000);
  });

  test('an order of so long ago that it must be a mistake keeps no other from being shown', async () => {
    const shop = 'zero-date.myshopify.com';
    control.createShop(shop, { orders: 5, timezone: 'Europe/London' });
    const zero = '1900-01-01T10:00:00Z'; // an empty cell of a spreadsheet
    control.createOrder(shop, { processedAt: zero, createdAt: zero, test: false });
    const id = await ada.fill(shop);
    const { from, to, data } = await ada.revenue(id);
    expect(data).toHaveLength(MAX_DAYS);
    expect([from, to]).toEqual([data[0]!.date, data.at(-1)!.date]);
    const ofDays = data.reduce((sum, { orders }) => sum + orders, 0);
    expect(await ada.overview(id)).toMatchObject({ from: null, totals: { orders: ofDays + 1 } });
    const asked = await ada.call('GET', `/api/analytics/revenue?tenant_id=${id}&from=1900-01-01`);
    expect(asked.body).toMatchObject({
      status: 400,
      errors: [{ path: 'from', message: 'must not be more than 40000 days before to' }],
    });
  });
});
