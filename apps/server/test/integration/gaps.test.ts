import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeDue } from '../../src/jobs/recurring.ts';
import { caughtUp } from './webhooks.ts';
import { type Browser, expectExact, onEachDatabase, startWorld, type World } from './world.ts';

onEachDatabase('what one run leaves', (engine) => {
  let world: World;
  let shops = 0;
  beforeAll(async () => {
    world = await startWorld(engine, {
      env: { SWEEP_SECONDS: '1', SUBSCRIPTIONS_EVERY_SECONDS: '1', RECONCILE_SETTLE_SECONDS: '1' },
    });
  });
  afterAll(() => world.close());

  const control = () => world.sandbox.control;
  async function open() {
    const shop = `gaps-${++shops}.myshopify.com`;
    control().createShop(shop, { orders: 30 });
    const browser: Browser = await world.register();
    const id = await browser.fill(shop);
    // subscriptions may have been looked at before the first run made them
    await expect.poll(() => hasGap(id), { timeout: 10_000 }).toBe(false);
    await browser.settled(id);
    return { browser, shop, id };
  }
  async function hasGap(id: string): Promise<boolean> {
    const [row] = await world.db.read<{ note: string }>(
      "SELECT note FROM upkeep WHERE tenant_id = ? AND job = 'subscriptions'",
      [BigInt(id)],
    );
    return (JSON.parse(row!.note) as { gap: boolean }).gap;
  }
  const kinds = async (browser: Browser, id: string) =>
    (await browser.runs(id)).filter(({ status }) => status === 'succeeded').map(({ kind }) => kind);

  test('a full run that is asked for while changes are fetched follows', async () => {
    const { browser, id } = await open();
    control().setFault({ kind: 'slow', match: 'OrdersCount', delayMs: 1_500, times: 1 });
    const before = await kinds(browser, id); // more than one where subscriptions were looked at before the first run
    const first = await browser.sync(id, 'incremental');
    expect(await browser.sync(id, 'full')).toMatchObject({ id: first.id, kind: 'incremental' });
    expect(await browser.sync(id, 'incremental')).toMatchObject({ id: first.id });
    await expect.poll(() => kinds(browser, id), { timeout: 20_000 }).toEqual(['full', 'incremental', ...before]);
    await browser.settled(id);
    expect(await kinds(browser, id)).toEqual(['full', 'incremental', ...before]);
    // as if the first had been made by a process whose clock is ahead: what was asked of it is done all the same
    const ahead = [new Date(Date.now() + 600_000), BigInt(id), BigInt(first.id)];
    await world.db.transaction((tx) =>
      tx.run('UPDATE sync_runs SET created_at = ? WHERE tenant_id = ? AND id = ?', ahead),
    );
    expect(await browser.sync(id, 'incremental')).toMatchObject({ kind: 'incremental' });
  });

  test('a full run that is asked for while another finds the store frozen follows when it is back', async () => {
    const { browser, shop, id } = await open();
    const before = await kinds(browser, id);
    control().setFault({ kind: 'slow', shop, match: 'OrdersCount', delayMs: 1_500, times: 1 });
    const first = await browser.sync(id, 'incremental');
    const frozen = control().setFault({ kind: 'http_status', status: 402, shop, times: null });
    expect(await browser.sync(id, 'full')).toMatchObject({ id: first.id });
    expect((await browser.settled(id)).status).toBe('failed');
    control().clearFaults(frozen.id);
    await makeDue(world.db, id, 'probe', 0);
    await expect.poll(() => kinds(browser, id), { timeout: 20_000 }).toEqual(['full', ...before]);
    await browser.synced(id, 'incremental');
    expect(await kinds(browser, id)).toEqual(['incremental', 'full', ...before]);
  });

  test('a store that is connected again while a run finds it frozen is filled all the same', async () => {
    const { browser, shop, id } = await open();
    await makeDue(world.db, id, 'subscriptions', 3_600);
    const slow = control().setFault({ kind: 'slow', shop, match: 'OrdersCount', delayMs: 3_000, times: 1 });
    const first = await browser.sync(id, 'incremental');
    await expect.poll(() => slow.struck, { timeout: 10_000 }).toBe(1);
    const frozen = control().setFault({ kind: 'http_status', status: 402, shop, times: null });
    await browser.connect(shop);
    await makeDue(world.db, id, 'subscriptions', 3_600); // the run alone is to find it
    const ofFirst = async () => (await browser.runs(id)).find((run) => run.id === first.id);
    await expect.poll(async () => (await ofFirst())?.status, { timeout: 20_000 }).toBe('failed');
    await expect.poll(async () => (await browser.runs(id))[0]!.kind, { timeout: 20_000 }).toBe('full');
    await expect.poll(async () => (await browser.tenant(id)).status, { timeout: 20_000 }).toBe('paused');
    control().clearFaults(frozen.id);
    await makeDue(world.db, id, 'probe', 0);
    await expect.poll(async () => (await browser.tenant(id)).status, { timeout: 20_000 }).toBe('connected');
    expect((await browser.settled(id)).status).toBe('succeeded');
    await expectExact(world, browser, id, shop);
  });

  test('a gap that is found while a run goes on is filled after it, deletions too (F7)', async () => {
    const { browser, shop, id } = await open();
    const gone = control().createOrder(shop, { test: false });
    await caughtUp(world, id, shop);
    const topics = control().subscriptions(shop).length;
    // its orders are listed by then
    const slow = control().setFault({ kind: 'slow', shop, delayMs: 4_000, times: 1, match: 'ProductsCount' });
    const before = await kinds(browser, id);
    await browser.sync(id, 'incremental');
    await expect.poll(() => slow.struck, { timeout: 10_000 }).toBe(1);
    control().removeSubscriptions(shop);
    control().createOrder(shop, { test: false });
    control().deleteOrder(shop, gone.id);
    await expect.poll(() => control().subscriptions(shop).length, { timeout: 10_000 }).toBe(topics);
    await expect.poll(() => kinds(browser, id), { timeout: 20_000 }).toEqual(['incremental', 'incremental', ...before]);
    const count = async () => (await browser.overview(id)).totals.orders;
    const expected = (await control().expected(shop)).orders;
    await expect.poll(count, { timeout: 20_000 }).toBe(expected);
    await expectExact(world, browser, id, shop);
  });

  test('a gap that a run finds, its subscriptions made again, is filled by the next check, deletions too (F7)', async () => {
    const { browser, shop, id } = await open();
    const gone = control().createOrder(shop, { test: false });
    await caughtUp(world, id, shop);
    await makeDue(world.db, id, 'subscriptions', 3_600);
    const topics = control().subscriptions(shop).length;
    const before = (await browser.overview(id)).totals.orders;
    control().removeSubscriptions(shop);
    control().deleteOrder(shop, gone.id);
    await browser.synced(id, 'incremental');
    expect(control().subscriptions(shop)).toHaveLength(topics);
    expect(await hasGap(id)).toBe(true); // whoever was to fill it may have been killed
    expect((await browser.overview(id)).totals.orders).toBe(before);
    await makeDue(world.db, id, 'subscriptions', 0);
    await expect.poll(async () => (await browser.overview(id)).totals.orders, { timeout: 20_000 }).toBe(before - 1);
    await expect.poll(() => hasGap(id), { timeout: 10_000 }).toBe(false);
    await browser.settled(id);
    await expectExact(world, browser, id, shop);
  });

  test('what Shopify refuses to tell of is told, and is no gap at each check', async () => {
    const { browser, shop, id } = await open();
    const runs = (await browser.runs(id)).length;
    const topics = control().subscriptions(shop).length;
    const refusal = control().setFault({ kind: 'topic_refused', shop, match: 'CHECKOUTS', times: null });
    control().removeSubscriptions(shop);
    // the others were made again, which is a gap
    await expect.poll(async () => (await browser.runs(id)).length, { timeout: 20_000 }).toBe(runs + 1);
    await browser.settled(id);
    const webhooks = async () => (await browser.tenant(id)).webhooks;
    expect(await webhooks()).toMatchObject({ status: 'failing', reason: expect.stringContaining('CHECKOUTS_CREATE') });
    expect(control().subscriptions(shop)).toHaveLength(topics - 2);
    const struck = refusal.struck;
    await expect.poll(() => refusal.struck, { timeout: 20_000 }).toBeGreaterThan(struck + 4); // two checks at least
    expect(await browser.runs(id)).toHaveLength(runs + 1);
    await expect.poll(() => hasGap(id), { timeout: 10_000 }).toBe(false); // within a check there is one, until Shopify has refused
    control().clearFaults(refusal.id);
    await expect.poll(async () => (await browser.runs(id)).length, { timeout: 20_000 }).toBe(runs + 2);
    expect(await webhooks()).toMatchObject({ status: 'active' });
  });
});
