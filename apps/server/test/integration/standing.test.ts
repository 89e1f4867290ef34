import type { Tenant } from '@xeno/contracts';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Browser, expectExact, onEachDatabase, startWorld, type World } from './world.ts';

const SHOP = 'standing.myshopify.com';

onEachDatabase('the life of a connection', (engine) => {
  let world: World;
  let ada: Browser;
  let id: string;

  beforeEach(async () => {
    world = await startWorld(engine, {
      env: { SWEEP_SECONDS: '1', SUBSCRIPTIONS_EVERY_SECONDS: '1', PROBE_EVERY_SECONDS: '1', EVENT_RETRY_SECONDS: '1' },
      sandbox: { webhooks: { retrySpan: 2_000 } } as object,
    });
    world.sandbox.control.createShop(SHOP, { orders: 60 });
    ada = await world.register();
    id = await ada.fill(SHOP);
  });
  afterEach(() => world.close());

  const until = async <T>(ask: () => Promise<T>, isIt: (value: T) => boolean, seconds = 20): Promise<T> => {
    for (const deadline = Date.now() + seconds * 1000; ; await delay(50)) {
      const value = await ask();
      if (isIt(value)) return value;
      if (Date.now() > deadline) throw new Error(`never so: ${JSON.stringify(value)}`);
    }
  };
  const status = (wanted: Tenant['status']) =>
    until(
      () => ada.tenant(id),
      (tenant) => tenant.status === wanted,
    );
  const orders = (count: number) =>
    until(
      () => ada.overview(id),
      ({ totals }) => totals.orders === count,
    );
  const count = async () => (await ada.overview(id)).totals.orders;

  test('webhooks are subscribed to before anything is fetched, and tell changes at once', async () => {
    expect((await ada.tenant(id)).webhooks).toEqual({ status: 'active', reason: null });
    const before = await count();
    world.sandbox.control.createOrder(SHOP, { test: false });
    await orders(before + 1);
    await expectExact(world, ada, id, SHOP);
  });

  test('F7: a subscription that Shopify removed is made again, and what happened meanwhile is fetched', async () => {
    const made = world.sandbox.control.subscriptions(SHOP).length;
    world.sandbox.control.removeSubscriptions(SHOP);
    const before = await count();
    world.sandbox.control.createOrder(SHOP, { test: false });
    await until(
      async () => world.sandbox.control.subscriptions(SHOP).length,
      (now) => now === made,
    );
    await orders(before + 1);
    await ada.settled(id);
    await expectExact(world, ada, id, SHOP);
  });

  test('F21: a frozen shop is paused and asked now and then; when it is back, the gap is filled', async () => {
    world.sandbox.control.setStanding(SHOP, 'frozen');
    await ada.syncAndWait(id);
    expect((await status('paused')).statusReason).toMatch(/frozen/);
    world.sandbox.control.setFault({ kind: 'webhook_drop', probability: 1, times: null });
    const before = await count();
    world.sandbox.control.createOrder(SHOP, { test: false });
    await delay(1500);
    expect((await ada.tenant(id)).status).toBe('paused');
    world.sandbox.control.setStanding(SHOP, 'open');
    await status('connected');
    await orders(before + 1);
    await ada.settled(id);
    await expectExact(world, ada, id, SHOP);
  });

  test('F39: uninstalled: it stops, the tokens go, the data stays; a late webhook of it does not end a reinstallation', async () => {
    const before = await ada.overview(id);
    world.sandbox.control.uninstall(SHOP);
    const gone = await status('uninstalled');
    expect(gone.isActive).toBe(false);
    const [tokens] = await world.db.read<object>('SELECT access_token, refresh_token FROM tenants');
    expect(tokens).toEqual({ access_token: null, refresh_token: null });
    expect((await ada.overview(id)).totals).toEqual(before.totals);
    const late = world.sandbox.control.deliveries({ topic: 'app/uninstalled' }).at(-1)!;
    world.sandbox.control.createOrder(SHOP, { test: false });

    await delay(1100); // installed in another second of Shopify's clock
    expect(await ada.fill(SHOP)).toBe(id);
    world.sandbox.control.resend(late.id, { newId: true });
    await world.sandbox.control.idle({});
    await delay(300);
    expect((await ada.tenant(id)).status).toBe('connected');
    await expectExact(world, ada, id, SHOP);
  });

  test('disconnecting removes the subscriptions at Shopify', async () => {
    expect(world.sandbox.control.subscriptions(SHOP).length).toBeGreaterThan(10);
    expect((await ada.call('DELETE', `/api/tenants/${id}`)).status).toBe(204);
    expect(world.sandbox.control.subscriptions(SHOP)).toEqual([]);
  });
});
