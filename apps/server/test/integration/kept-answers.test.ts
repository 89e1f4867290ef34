import { afterAll, beforeAll, expect, test } from 'vitest';
import { ordersByDate } from '../../src/analytics/queries/orders-by-date.ts';
import { overview } from '../../src/analytics/queries/overview.ts';
import { revenue } from '../../src/analytics/queries/revenue.ts';
import { topCustomers } from '../../src/analytics/queries/top-customers.ts';
import { readScope } from '../../src/analytics/scope.ts';
import { eraseStore, stepsOf } from '../../src/privacy/erase-store.ts';
import { markErasing } from '../../src/stores/disconnect.ts';
import { caughtUp } from './webhooks.ts';
import { type Browser, onEachDatabase, startWorld, type World } from './world.ts';

const ALL_TIME = { from: null, to: null };

onEachDatabase('kept answers', (engine) => {
  let world: World;
  let ada: Browser;
  let bob: Browser;
  let bobs: string;
  const shop = 'kept.myshopify.com';
  let id: string;

  beforeAll(async () => {
    world = await startWorld(engine, {
      env: { SWEEP_SECONDS: '1', EVENT_RETRY_SECONDS: '1', FETCH_SETTLE_SECONDS: '1', MARK_RETRY_SECONDS: '1' },
    });
    world.sandbox.control.settings({ complianceUrl: `${world.url}/api/shopify/webhooks` });
    world.sandbox.control.createShop(shop, { orders: 60 });
    [ada, bob] = [await world.register(), await world.register()];
    bobs = (await bob.get<{ user: { id: string } }>('/api/auth/me')).user.id;
    id = await ada.fill(shop);
  });
  afterAll(() => world?.close());

  const role = (tenantId: string, role: 'analyst' | 'store_manager') =>
    world.db.models.Membership.upsert({ tenantId, userId: bobs, role });
  const run = (sql: string, tenantId = id) => world.db.transaction((tx) => tx.run(sql, [BigInt(tenantId)]));
  const commit = () => run('UPDATE tenant_state SET changes = changes + 1 WHERE tenant_id = ?');

  test('an answer is kept until a commit says that figures have changed', async () => {
    const { totals } = await ada.overview(id);
    // unlike anything that Xeno does, this does not say so
    await run('UPDATE daily_sales SET orders = orders + 1 WHERE tenant_id = ?');
    expect((await ada.overview(id)).totals).toEqual(totals);
    await commit();
    expect((await ada.overview(id)).totals.orders).toBeGreaterThan(totals.orders);
    await run('UPDATE daily_sales SET orders = orders - 1 WHERE tenant_id = ?');
    await commit();
    expect((await ada.overview(id)).totals).toEqual(totals);
  });

  test('whoever takes it compressed is told the same', async () => {
    const path = `/api/analytics/revenue?tenant_id=${id}`;
    for (const encoding of ['identity', 'gzip', 'br;q=0.5, gzip;q=0', 'gzip, deflate, br, zstd']) {
      const answer = await ada.call('GET', path, undefined, { 'accept-encoding': encoding });
      expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
      expect(answer.headers.get('cache-control')).toBe('no-store');
      if (encoding === 'identity') expect(answer.headers.get('content-encoding')).toBe(null);
      if (encoding.startsWith('gzip')) expect(answer.headers.get('content-encoding')).toBe('gzip');
      expect(answer.body).toEqual(await ada.revenue(id));
    }
  });

  test('A31: what is kept for one store or role is given to no other', async () => {
    const other = await bob.fill('kept-by-bob.myshopify.com');
    await role(id, 'store_manager');
    const full = (await ada.topCustomers(id)).data;
    expect(full.some(({ name, email }) => name !== null && email !== null)).toBe(true);
    const masked = full.map((customer) => ({ ...customer, name: null, email: null, masked: true }));

    expect((await bob.topCustomers(id)).data).toEqual(full);
    await role(id, 'analyst');
    expect((await bob.topCustomers(id)).data).toEqual(masked);
    expect((await ada.topCustomers(id)).data).toEqual(full);
    await role(id, 'store_manager');
    expect((await bob.topCustomers(id)).data).toEqual(full);

    expect((await bob.topCustomers(other)).tenantId).toBe(other);
    expect((await bob.topCustomers(other)).data).not.toEqual(full);
    expect((await ada.call('GET', `/api/analytics/top-customers?tenant_id=${other}`)).status).toBe(404);

    await world.db.models.Membership.destroy({ where: { tenantId: id, userId: bobs } });
    expect((await bob.call('GET', `/api/analytics/top-customers?tenant_id=${id}`)).status).toBe(404);
    await bob.call('POST', '/api/auth/logout', undefined, { origin: world.url });
    expect((await bob.call('GET', `/api/analytics/top-customers?tenant_id=${other}`)).status).toBe(401);
    expect((await ada.topCustomers(id)).data).toEqual(full);
  });

  test('each question is asked for itself', async () => {
    const top = await ada.topCustomers(id, '&limit=3');
    expect(top.data).toHaveLength(3);
    expect((await ada.topCustomers(id)).data).toHaveLength(5);
    expect((await ada.topCustomers(id, '&limit=3')).data).toEqual(top.data);
    const day = (await ada.revenue(id)).data.at(-1)!.date;
    expect((await ada.revenue(id, `&from=${day}`)).data).toHaveLength(1);
    expect((await ada.ordersByDate(id, `&from=${day}`)).data).toEqual([{ date: day, orders: expect.any(Number) }]);
    expect((await ada.revenue(id)).data.length).toBeGreaterThan(1);
  });

  /** What is answered over HTTP is what the database says now, looked at while nothing, such as a late webhook, changes. */
  async function expectCurrent(tenantId = id): Promise<void> {
    for (let tries = 1; ; tries++) {
      const scope = await readScope(world.db, tenantId);
      const told = [await ada.overview(tenantId), await ada.revenue(tenantId), await ada.ordersByDate(tenantId)];
      const customers = (await ada.topCustomers(tenantId, '&limit=100')).data;
      const known = [
        await overview(scope, ALL_TIME),
        await revenue(scope, ALL_TIME),
        await ordersByDate(scope, ALL_TIME),
      ];
      const knownCustomers = (await topCustomers(scope, ALL_TIME, 100)).data;
      if ((await readScope(world.db, tenantId)).version !== scope.version && tries < 20) continue;
      expect(told).toEqual(known);
      expect(customers).toEqual(knownCustomers.map((customer) => expect.objectContaining(customer) as unknown));
      return;
    }
  }

  test('whatever changes an answer counts as a change; F41: of an erased person nothing is kept', async () => {
    const { control } = world.sandbox;
    const { customerId, email } = (await ada.topCustomers(id)).data.find((customer) => customer.email !== null)!;
    const toldOfAll = async () => JSON.stringify(await ada.topCustomers(id, '&limit=100'));
    const [first, second] = [control.createCustomer(shop), control.createCustomer(shop)];
    await caughtUp(world, id, shop);
    await expectCurrent();
    const order = control.createOrder(shop, { customer: first.id });
    const changes: [string, () => unknown][] = [
      ['an order', () => control.createOrder(shop, { customer: first.id })],
      ['an edit', () => control.editOrder(shop, order.id, { add: [{ title: 'More', price: '5.00', quantity: 1 }] })],
      ['a refund', () => control.refundOrder(shop, order.id)],
      ['a merge', () => control.mergeCustomers(shop, first.id, second.id)],
      ['a name', () => control.updateCustomer(shop, customerId, { firstName: 'Another', lastName: 'Name' })],
      ['a deleted order', () => control.deleteOrder(shop, order.id)],
      ['a redaction', () => control.requestCompliance(shop, 'customers/redact', customerId)],
    ];
    for (const [what, change] of changes) {
      const before = JSON.stringify([await ada.overview(id), await toldOfAll()]);
      expect(before).toContain(email);
      change();
      await caughtUp(world, id, shop);
      await expectCurrent();
      const after = JSON.stringify([await ada.overview(id), await toldOfAll()]);
      expect([what, after === before]).toEqual([what, false]);
    }
    // whom the last of them has erased
    expect(await toldOfAll()).not.toContain(email);
    control.updateShop(shop, { timezone: 'Pacific/Auckland' });
    await ada.synced(id);
    expect((await ada.overview(id)).timezone).toBe('Pacific/Auckland');
    await expectCurrent();
  });

  test('a store that was erased and comes back is not answered with what it was', async () => {
    const changes = async () => {
      const [row] = await world.db.read<{ changes: string | number }>(
        'SELECT changes FROM tenant_state WHERE tenant_id = ?',
        [BigInt(id)],
      );
      return row && Number(row.changes);
    };
    const [counted, { totals }] = [await changes(), await ada.overview(id)];
    const tenant = (await world.db.models.Tenant.findByPk(id))!;
    expect(await markErasing(world.db, tenant, new Date(Date.now() + 60_000))).toBe(true);
    await eraseStore(world.db, id, '', stepsOf(world.db, tenant));
    expect(await changes()).toBe(undefined);
    expect((await ada.overview(id)).totals.orders).toBe(0);
    await world.db.models.Tenant.update({ status: 'uninstalled' }, { where: { id } });
    world.sandbox.control.createOrder(shop);
    await ada.fill(shop);
    expect(await changes()).toBeGreaterThan(counted!);
    await expectCurrent();
    expect((await ada.overview(id)).totals).not.toEqual(totals);
  });
});
