import { setTimeout as delay } from 'node:timers/promises';
import type { AbandonedCheckouts } from '@xeno/contracts';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { caughtUp } from './webhooks.ts';
import { type Browser, onEachDatabase, startWorld, type World } from './world.ts';

const HOUR_MS = 3_600_000;
const DEADLINE_MS = 30_000;
const hoursAgo = (hours: number) => new Date(Date.now() - hours * HOUR_MS);

onEachDatabase('abandoned checkouts, as Shopify lists them', (engine) => {
  const fetched = globalThis.fetch;
  let world: World;
  let shops = 0;
  beforeAll(async () => {
    world = await startWorld(engine, { env: { FETCH_SETTLE_SECONDS: '1', SWEEP_SECONDS: '1' } });
  });
  afterEach(() => {
    globalThis.fetch = fetched;
    world.sandbox.control.clearFaults();
  });
  afterAll(() => world.close());

  interface Store {
    browser: Browser;
    shop: string;
    id: string;
  }
  const control = () => world.sandbox.control;
  const create = (shop: string, wishes: object) =>
    control().createCheckout(shop, { email: 'somebody@example.com', ...wishes }) as { id: string };
  async function connect(before: (shop: string) => void = () => {}): Promise<Store> {
    const shop = `abandoned-${++shops}.myshopify.com`;
    control().createShop(shop, { orders: 10, timezone: 'Pacific/Auckland' });
    before(shop);
    const browser = await world.register();
    const store = { browser, shop, id: await browser.fill(shop) };
    await readSince(store, null);
    return store;
  }
  const drop = (shop: string) => control().setFault({ kind: 'webhook_drop', shop, times: null });

  async function sums({ browser, id }: Store) {
    const { data } = await browser.get<AbandonedCheckouts>(`/api/analytics/abandoned-checkouts?tenant_id=${id}`);
    const days = data.filter(({ abandoned }) => abandoned > 0);
    return {
      completed: data.reduce((sum, day) => sum + day.completed, 0),
      days: Object.fromEntries(
        days.map((day) => [day.date, [day.abandoned, Math.round(Number(day.value.amount) * 100)]]),
      ),
    };
  }
  /** The sandbox's own account, in minor units. */
  async function expected({ shop }: Store) {
    const { completed, days } = (await control().expected(shop)).checkouts;
    return {
      completed,
      days: Object.fromEntries(Object.entries(days).map(([date, { count, value }]) => [date, [count, value]])),
    };
  }
  /** When the list was read last; null if it never was. */
  async function lastRead({ id }: Store): Promise<string | null> {
    const [row] = await world.db.read<{ note: string | null }>(
      "SELECT note FROM upkeep WHERE tenant_id = ? AND job = 'checkouts'",
      [BigInt(id)],
    );
    return row?.note ?? null;
  }
  async function readAgain(store: Store): Promise<void> {
    const before = await lastRead(store);
    await delay(1_100); // Shopify tells its clock in whole seconds
    await store.browser.synced(store.id, 'incremental');
    await readSince(store, before);
  }
  async function readSince(store: Store, before: string | null): Promise<void> {
    for (const end = Date.now() + DEADLINE_MS; (await lastRead(store)) === before; await delay(50)) {
      if (Date.now() > end) throw new Error('The list was not read.');
    }
  }
  /** As if nothing had happened to it for so long. */
  const age = ({ id }: Store, checkout: { id: string }, hours: number) =>
    world.db.transaction((tx) =>
      tx.run('UPDATE checkouts SET created_at = ?, updated_at = ? WHERE tenant_id = ? AND shopify_checkout_id = ?', [
        hoursAgo(hours),
        hoursAgo(hours),
        BigInt(id),
        BigInt(checkout.id),
      ]),
    );

  test.concurrent('what was begun before the store was connected comes with its first run, in pages', async () => {
    const store = await connect((shop) => {
      for (let i = 0; i < 130; i++) create(shop, { createdAt: hoursAgo(2 + (i % 60)).toISOString() });
      const { id } = create(shop, { createdAt: hoursAgo(5).toISOString() });
      control().completeCheckout(shop, id);
      create(shop, { createdAt: hoursAgo(5).toISOString(), email: null, customer: null });
    });
    const found = await sums(store);
    expect(found).toEqual(await expected(store));
    expect(found.completed).toBe(1);
  });

  test.concurrent('what webhooks have missed is found after the next run', async () => {
    const store = await connect();
    const { shop } = store;
    const changed = create(shop, { createdAt: hoursAgo(30).toISOString() });
    const recovered = create(shop, { createdAt: hoursAgo(20).toISOString() });
    await caughtUp(world, store.id, shop);
    expect(await sums(store)).toEqual(await expected(store));
    const fault = drop(shop);
    create(shop, { createdAt: hoursAgo(40).toISOString() });
    control().updateCheckout(shop, changed.id, { lines: [{ quantity: 3 }] });
    control().completeCheckout(shop, recovered.id);
    control().clearFaults(fault.id);
    expect(await sums(store)).not.toEqual(await expected(store));
    await readAgain(store);
    expect(await sums(store)).toEqual(await expected(store));
  });

  test.concurrent('one that was completed in time, unheard, is no longer taken to be abandoned', async () => {
    const store = await connect();
    const { shop } = store;
    const [inTime, justNow, abandoned] = [{}, {}, { createdAt: hoursAgo(4).toISOString() }].map((wishes) =>
      create(shop, wishes),
    );
    await caughtUp(world, store.id, shop);
    const fault = drop(shop);
    control().completeCheckout(shop, inTime!.id);
    control().clearFaults(fault.id);
    for (const one of [inTime!, abandoned!]) await age(store, one, 3);
    const counts = Object.values((await sums(store)).days).map(([count]) => count!);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(2); // of one day, or of two around midnight
    await readAgain(store);
    expect(await sums(store)).toEqual(await expected(store));
    expect(await isOpen(store, justNow!)).toBe(true);
  });

  /** What Shopify answers about its list is changed on its way; gives how often it was asked. */
  function change(how: (answer: Answer) => object): { count: number } {
    const asked = { count: 0 };
    globalThis.fetch = async (...args: Parameters<typeof fetch>) => {
      const answer = await fetched(...args);
      const sent = args[1]?.body;
      if (typeof sent !== 'string' || !sent.includes('AbandonedCheckouts')) return answer;
      asked.count++;
      return Response.json(how((await answer.json()) as Answer), { headers: answer.headers });
    };
    return asked;
  }
  const changeNodes = (how: (nodes: Node[]) => Node[]) =>
    change(({ data: { abandonedCheckouts: list } }) => ({
      data: { abandonedCheckouts: { ...list, nodes: how(list.nodes) } },
    }));
  const isOf = (checkout: { id: string }) => (node: Node) => node.id.endsWith(`/${checkout.id}`);
  const isOpen = async ({ id }: Store, checkout: { id: string }) =>
    (
      await world.db.read(
        'SELECT 1 FROM checkouts WHERE tenant_id = ? AND shopify_checkout_id = ? AND completed_at IS NULL',
        [BigInt(id), BigInt(checkout.id)],
      )
    ).length === 1;
  /** A store with so many checkouts, none of which was touched for that many hours. */
  async function withOld(...hours: number[]) {
    const store = await connect();
    const checkouts = hours.map(() => create(store.shop, { createdAt: hoursAgo(5).toISOString() }));
    await caughtUp(world, store.id, store.shop);
    for (const [i, one] of checkouts.entries()) await age(store, one, hours[i]!);
    return { store, checkouts: checkouts as [{ id: string }, { id: string }] };
  }

  test('an empty list completes nothing and is read again from the same day, and what is refused leaves the store as it is', async () => {
    const { store, checkouts } = await withOld(5);
    const before = await lastRead(store);
    const readOnce = async (answer: object) => {
      const asked = change(() => answer);
      await store.browser.synced(store.id, 'incremental');
      for (const end = Date.now() + DEADLINE_MS; asked.count === 0 && Date.now() < end;) await delay(50);
      await delay(200);
      return asked.count;
    };
    const empty = { nodes: [], pageInfo: { hasNextPage: false, endCursor: null } };
    const error = { message: 'Access denied', path: ['abandonedCheckouts'], extensions: { code: 'ACCESS_DENIED' } };
    expect(await readOnce({ data: { abandonedCheckouts: empty } })).toBe(1);
    expect(await readOnce({ data: null, errors: [error] })).toBe(1);
    expect([await isOpen(store, checkouts[0]), await lastRead(store)]).toEqual([true, before]);
    const { status } = await store.browser.get<{ status: string }>(`/api/tenants/${store.id}`);
    expect(status).toBe('connected');
  });

  test('one that is listed but cannot be read, or is too old to be listed, is still abandoned', async () => {
    const { store, checkouts } = await withOld(5, 24 * 70);
    const [unreadable, old] = checkouts;
    await world.db.transaction((tx) =>
      tx.run("UPDATE upkeep SET note = NULL WHERE tenant_id = ? AND job = 'checkouts'", [BigInt(store.id)]),
    );
    changeNodes((nodes) => {
      for (const node of nodes.filter(isOf(unreadable))) node.totalPriceSet.shopMoney.amount = '9999999999999999';
      return nodes.filter((node) => !isOf(old)(node));
    });
    await readAgain(store);
    expect([await isOpen(store, unreadable), await isOpen(store, old)]).toEqual([true, true]);
  });

  test('one that is presumed to be completed is open as soon as a webhook or the list tells so', async () => {
    const { store, checkouts } = await withOld(5, 6);
    const other = create(store.shop, { createdAt: hoursAgo(9).toISOString() });
    const [told, listed] = checkouts;
    changeNodes((nodes) => nodes.filter(isOf(other)));
    await readAgain(store);
    const open = async () => [await isOpen(store, told), await isOpen(store, listed)];
    expect(await open()).toEqual([false, false]);
    control().updateCheckout(store.shop, told.id, { lines: [{ quantity: 2 }] });
    await caughtUp(world, store.id, store.shop);
    expect(await open()).toEqual([true, false]);
    globalThis.fetch = fetched;
    await readAgain(store);
    expect(await open()).toEqual([true, true]);
    expect(await sums(store)).toEqual(await expected(store));
  });
});

interface Node {
  id: string;
  totalPriceSet: { shopMoney: { amount: string } };
}
interface Answer {
  data: { abandonedCheckouts: { nodes: Node[]; pageInfo: object } };
}
