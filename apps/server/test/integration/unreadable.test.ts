import type { Finding, Reconciliation } from '@xeno/contracts';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeDue } from '../../src/jobs/recurring.ts';
import { RECONCILE } from '../../src/ingest/reconcile/reconcile.ts';
import { caughtUp } from './webhooks.ts';
import { type Browser, expectExact, onEachDatabase, startWorld, type World } from './world.ts';

const SHOP = 'odd.myshopify.com';
/** No instant that a database here holds. */
const TOO_EARLY = Date.parse('0999-06-01T12:00:00Z');

onEachDatabase('what cannot be read', (engine) => {
  let world: World;
  let ada: Browser;
  let control: World['sandbox']['control'];

  beforeEach(async () => {
    const env = { SWEEP_SECONDS: '1', EVENT_RETRY_SECONDS: '1', EVENT_TRIES: '2', RECONCILE_SETTLE_SECONDS: '1' };
    world = await startWorld(engine, { env });
    ({ control } = world.sandbox);
    control.createShop(SHOP, { orders: 40 });
    ada = await world.register();
  });
  afterEach(() => world.close());

  const silence = () => control.setFault({ kind: 'webhook_drop', probability: 1, times: null });
  const kept = async () =>
    (await world.db.read<{ gid: string }>('SELECT gid FROM unreadable_records ORDER BY gid')).map(({ gid }) => gid);
  const cursor = async (id: string) =>
    (
      await world.db.read<{ applied_to: unknown }>(
        "SELECT applied_to FROM stream_cursors WHERE tenant_id = ? AND stream = 'orders'",
        [BigInt(id)],
      )
    )[0]!.applied_to;
  const gidOf = (order: { id: string }) => `gid://shopify/Order/${order.id}`;
  const until = async (isIt: () => Promise<boolean>, what: string) => {
    for (const deadline = Date.now() + 30_000; !(await isIt()); await delay(50))
      if (Date.now() > deadline) throw new Error(`never: ${what}`);
  };

  async function findings(id: string): Promise<Finding[]> {
    const list = async () => (await ada.get<{ data: Reconciliation[] }>(`/api/tenants/${id}/reconciliations`)).data;
    const before = (await list())[0]?.id;
    await makeDue(world.db, id, RECONCILE, 0);
    await until(async () => {
      const [last] = await list();
      return last !== undefined && last.id !== before && last.status !== 'running';
    }, 'compared');
    const [last] = await list();
    expect(last!.error).toBeNull();
    const page = await ada.get<{ data: Finding[] }>(`/api/tenants/${id}/reconciliations/${last!.id}/findings`);
    return page.data;
  }

  test('is named and told, in a back-fill and later; all else goes on, and it comes in as soon as it can be read', async () => {
    silence();
    const first = control.createOrder(SHOP, { test: false });
    control.updateOrder(SHOP, first.index, { processedAt: TOO_EARLY });
    const id = await ada.fill(SHOP);
    const filled = await ada.settled(id);
    expect(filled.notice).toMatch(/^1 of the orders could not be read.*"0999-06-01T12:00:00Z" is not an instant/);
    expect(await kept()).toEqual([gidOf(first)]);

    const before = await cursor(id);
    const second = control.createOrder(SHOP, { test: false });
    control.updateOrder(SHOP, second.index, { processedAt: TOO_EARLY });
    const fine = control.createOrder(SHOP, { test: false });
    control.settings({ clockOffset: 120_000 });
    expect((await ada.synced(id)).notice).toMatch(/^2 of the orders could not be read/);
    expect(await kept()).toEqual([gidOf(first), gidOf(second)].sort());
    expect(await cursor(id)).not.toEqual(before);
    const [stored] = await world.db.read('SELECT 1 FROM orders WHERE shopify_order_id = ?', [BigInt(fine.id)]);
    expect(stored).toBeDefined();

    const listed = (await findings(id)).filter(({ kind }) => kind === 'unreadable');
    expect(listed.map(({ name, mended, found }) => [name, mended, found])).toEqual(
      [first, second].map((order) => [gidOf(order), false, '"0999-06-01T12:00:00Z" is not an instant.']),
    );

    control.updateOrder(SHOP, first.index, { processedAt: Date.now() - 60_000 });
    control.deleteOrder(SHOP, second.index);
    expect((await ada.synced(id)).notice).toMatch(/^1 of the orders/);
    expect(await kept()).toEqual([gidOf(second)]);
    // what was deleted without a word is only missed by a comparison
    control.settings({ clockOffset: 240_000 });
    expect((await findings(id)).filter(({ kind }) => kind === 'unreadable')).toEqual([]);
    expect(await kept()).toEqual([]);
    expect((await ada.synced(id)).notice).toBeNull();
    await expectExact(world, ada, id, SHOP);
  });

  test('is fetched again when a webhook tells of it, and keeps no mark that is fetched for ever', async () => {
    const id = await ada.fill(SHOP);
    const order = control.createOrder(SHOP, { test: false });
    await caughtUp(world, id, SHOP);
    control.updateOrder(SHOP, order.index, { processedAt: TOO_EARLY });
    await until(async () => (await kept()).length === 1, 'kept');
    await caughtUp(world, id, SHOP);
    expect(await kept()).toEqual([gidOf(order)]);
    const [event] = await world.db.read<{ error: string }>("SELECT error FROM webhook_events WHERE status = 'dead'");
    expect(event!.error).toMatch(/not an instant.*fetched instead/);

    control.updateOrder(SHOP, order.index, { processedAt: Date.now() - 60_000 });
    await until(async () => (await kept()).length === 0, 'read');
    await caughtUp(world, id, SHOP);
    await expectExact(world, ada, id, SHOP);
  });
});
