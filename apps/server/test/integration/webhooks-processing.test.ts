import fc from 'fast-check';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { AbandonedCheckouts } from '@xeno/contracts';
import type { FaultWishes } from '../../../sandbox/src/index.ts';
import { type Browser, expectExact, onEachDatabase, startWorld, type World } from './world.ts';
import { createInboxWriter } from '../../src/inbox/writer.ts';
import { addressOf, caughtUp, type EventRow, eventsOf, subscribeAgain } from './webhooks.ts';

/** Nothing has to be waited for longer than this. */
const ENV = {
  FETCH_SETTLE_SECONDS: '1',
  EVENT_RETRY_SECONDS: '1',
  EVENT_TRIES: '2',
  MARK_RETRY_SECONDS: '1',
  SWEEP_SECONDS: '1',
};
const DAY_MS = 86_400_000;

const change = fc.record({
  what: fc.constantFrom(
    ...([
      'create',
      'create',
      'create',
      'update',
      'edit',
      'refund',
      'cancel',
      'delete',
      'merge',
      'customer',
      'stock',
    ] as const),
  ),
  which: fc.nat(1000),
  taxed: fc.boolean(),
});
const fault = fc.constantFrom<FaultWishes[]>(
  { kind: 'webhook_duplicate', probability: 0.2 },
  { kind: 'webhook_reorder', probability: 0.3, delayMs: 300 },
  { kind: 'webhook_stale', probability: 0.2, delayMs: 200 },
  { kind: 'webhook_delay', probability: 0.2, delayMs: 400 },
);

type Change = typeof change extends fc.Arbitrary<infer T> ? T : never;

interface Store {
  browser: Browser;
  shop: string;
  id: string;
  /** Where its webhooks go. */
  uri: string;
}

onEachDatabase('processing of webhooks', (engine) => {
  let world: World;
  let shops = 0;

  beforeAll(async () => {
    world = await startWorld(engine, { env: ENV });
  });
  afterAll(() => world.close());

  const control = () => world.sandbox.control;

  /** A store that is filled and hears of what happens. */
  async function open(wishes: object = {}): Promise<Store> {
    const shop = `webhooks-${++shops}.myshopify.com`;
    control().createShop(shop, { orders: 30, currency: 'GBP', timezone: 'Europe/London', country: 'GB', ...wishes });
    const browser = await world.register();
    const id = await browser.fill(shop);
    const uri = await vi.waitFor(() => addressOf(world, shop), 10_000);
    return { browser, shop, id, uri };
  }
  const expectExactNow = async (store: Store) => {
    await caughtUp(world, store.id, store.shop);
    await expectExact(world, store.browser, store.id, store.shop);
  };
  const send = (store: Store, topic: string, body: unknown, headers: Record<string, string> = {}) =>
    control().sendWebhook(store.shop, { topic, body: body as object, uri: store.uri, headers });

  /** What webhooks would have told of these changes; they are not sent. */
  function tellings(store: Store, change: () => void): { topic: string; body: string }[] {
    const before = new Set(
      control()
        .deliveries({ shop: store.shop })
        .map(({ id }) => id),
    );
    const fault = control().setFault({ kind: 'webhook_drop', shop: store.shop, times: null });
    change();
    control().clearFaults(fault.id);
    return control()
      .deliveries({ shop: store.shop })
      .filter(({ id }) => !before.has(id))
      .map(({ id, topic }) => ({ topic, body: control().delivery(id).body }));
  }

  const rows = <T>(sql: string, store: Store, ...params: bigint[]) =>
    world.db.read<T>(sql, [BigInt(store.id), ...params]);
  const orderRow = async (store: Store, id: string) =>
    (
      await rows<Record<string, unknown>>(
        'SELECT * FROM orders WHERE tenant_id = ? AND shopify_order_id = ?',
        store,
        BigInt(id),
      )
    )[0];
  const ended = async (store: Store, topic: string): Promise<EventRow[]> =>
    (await eventsOf(world, store.id)).filter((event) => event.topic === topic);

  test.concurrent(
    'F37, F38: edited, cancelled and refunded orders, gift cards, tips, test orders, late refunds',
    async () => {
      const store = await open();
      const { shop } = store;
      const placed = (wishes: object = {}) => control().createOrder(shop, wishes).id;
      placed({ lineCount: 3, shipping: '5.00', tip: '2.00', discount: { code: 'TEN', percentage: 10 } });
      control().updateOrder(shop, placed({ test: true }), { test: false });
      control().updateOrder(shop, placed(), { test: true });
      placed({ customer: null, lines: [{ title: 'Card', price: '50', giftCard: true }, { quantity: 3 }] });
      control().editOrder(shop, placed(), { add: [{ quantity: 2 }] });
      control().editOrder(shop, placed({ lines: [{ quantity: 3 }] }), { remove: [{ line: 0, quantity: 1 }] });
      control().refundOrder(shop, placed({ lines: [{ quantity: 3 }] }), { lines: [{ line: 0, quantity: 1 }] });
      control().refundOrder(shop, placed(), { cause: 'return', adjustment: '1.00', lines: [{ line: 0, quantity: 1 }] });
      control().cancelOrder(shop, placed({ shipping: '3.00' }), {});
      control().cancelOrder(shop, placed({ paid: false }), {});
      const yearAgo = new Date(Date.now() - 365 * DAY_MS).toISOString();
      control().refundOrder(shop, placed({ createdAt: yearAgo }), {});
      control().refundOrder(shop, 3, { note: 'after all' });
      const gone = placed();
      control().deleteOrder(shop, gone);
      await expectExactNow(store);
      expect(await orderRow(store, gone)).toBeUndefined();
      expect(new Set((await eventsOf(world, store.id)).map(({ status }) => status))).toEqual(new Set(['done']));
    },
  );

  test.concurrent('F1, F2: the same event again and again, and by two subscriptions, has one effect', async () => {
    const store = await open();
    await subscribeAgain(world, store.shop);
    control().setFault({ kind: 'webhook_duplicate', shop: store.shop, copies: 49 });
    const { id } = control().createOrder(store.shop, {});
    await expectExactNow(store);
    const [create] = control().deliveries({ shop: store.shop, topic: 'orders/create' });
    control().resend(create!.id, { times: 5, newId: true });
    await expectExactNow(store);
    expect((await ended(store, 'orders/create')).length).toBe(2 + 5);
    expect(await orderRow(store, id)).toBeDefined();
  });

  test.concurrent('F3: whatever order the webhooks of an order come in', async () => {
    const store = await open({ taxesIncluded: true });
    const changes: ((order: string) => void)[] = [
      (order) => control().updateOrder(store.shop, order, { tags: ['vip'] }),
      (order) => control().refundOrder(store.shop, order, { lines: [{ line: 0, quantity: 1 }] }),
      (order) => control().cancelOrder(store.shop, order, {}),
    ];
    let at = Date.now() - 3 * DAY_MS;
    for (const order of permutations([0, 1, 2, 3])) {
      let id = '';
      const steps = [
        tellings(store, () => {
          const lines = [{ quantity: 2 }, { quantity: 1 }];
          id = control().createOrder(store.shop, { lines, createdAt: new Date((at += 60_000)).toISOString() }).id;
        }),
        ...changes.map((change) => tellings(store, () => change(id))),
      ];
      for (const { topic, body } of order.flatMap((step) => steps[step]!)) {
        send(store, topic, body);
        await control().idle({ shop: store.shop });
      }
    }
    await expectExactNow(store);
  });

  test.concurrent('F4, F6: an old payload changes nothing, a late first one is taken', async () => {
    const store = await open();
    let id = '';
    const [created] = tellings(store, () => (id = control().createOrder(store.shop, { tags: ['old'] }).id));
    await new Promise((resolve) => setTimeout(resolve, 1100)); // Shopify's clock has seconds
    control().updateOrder(store.shop, id, { tags: ['new'] });
    await caughtUp(world, store.id, store.shop);
    send(store, 'orders/create', created!.body);
    await expectExactNow(store);
    expect((await orderRow(store, id))!.tags).toBe('["new"]');

    const late = tellings(store, () => (id = control().createOrder(store.shop, {}).id));
    const yesterday = { 'X-Shopify-Triggered-At': new Date(Date.now() - DAY_MS).toISOString() };
    for (const { topic, body } of late) send(store, topic, body, yesterday);
    await expectExactNow(store);
  });

  test.concurrent(
    'F9: a poison payload ends as dead with its reason, others pass it, and it can be replayed',
    async () => {
      const store = await open();
      const order = JSON.parse(tellings(store, () => control().createOrder(store.shop, {}))[0]!.body) as object;
      send(store, 'orders/create', '{"id": 1, "total_price":');
      send(store, 'orders/create', {
        ...order,
        id: 77,
        admin_graphql_api_id: null,
        total_price_set: null,
        total_price: 'lots',
      });
      send(store, 'products/update', ['not', 'a', 'product']);
      send(store, 'customers/delete', {});
      send(store, 'orders/create', JSON.stringify(order));
      control().createOrder(store.shop, {});
      await expectExactNow(store);
      const dead = (await eventsOf(world, store.id)).filter(({ status }) => status === 'dead').sort(byTopic);
      expect(dead.map(({ topic, tries }) => [topic, tries])).toEqual([
        ['customers/delete', 2],
        ['orders/create', 2],
        ['orders/create', 2],
        ['products/update', 2],
      ]);
      expect(dead.map(({ error }) => error)).toEqual([
        'The body has no id.',
        '"lots" is not a decimal amount. What Shopify says of it is fetched instead.',
        'The body is not JSON.',
        'The body is not an object.',
      ]);

      // as when the program has learnt to read it since
      let id = '';
      const [readable] = tellings(store, () => (id = control().createOrder(store.shop, {}).id));
      await world.db.transaction((tx) =>
        tx.run("UPDATE webhook_events SET body = ? WHERE tenant_id = ? AND error = 'The body is not JSON.'", [
          readable!.body,
          BigInt(store.id),
        ]),
      );
      const replay = await store.browser.call('POST', `/api/tenants/${store.id}/webhooks/replay`, { status: 'dead' });
      expect(replay.body).toEqual({ replayed: 4 });
      await expectExactNow(store);
      expect(await orderRow(store, id)).toBeDefined();
      const again = (await eventsOf(world, store.id)).filter(({ status }) => status === 'dead').sort(byTopic);
      expect(again.map(({ topic }) => topic)).toEqual(['customers/delete', 'orders/create', 'products/update']);
    },
  );

  test.concurrent('F10: fields that are missing are asked for, fields that nobody knows are let be', async () => {
    const store = await open();
    const bodies = Array.from({ length: 3 }, () =>
      JSON.parse(tellings(store, () => control().createOrder(store.shop, {}))[0]!.body),
    ) as Record<string, unknown>[];
    const without = (body: Record<string, unknown>, ...names: string[]) =>
      Object.fromEntries(Object.entries(body).filter(([name]) => !names.includes(name)));
    send(store, 'orders/create', JSON.stringify({ ...bodies[0], nobody_knows: { this: [1, 2, { deep: null }] } }));
    send(store, 'orders/create', JSON.stringify(without(bodies[1]!, 'line_items', 'currency')));
    send(
      store,
      'orders/create',
      JSON.stringify(without(bodies[2]!, 'current_total_price', 'current_total_price_set', 'customer', 'tags')),
    );
    await expectExactNow(store);
    expect((await ended(store, 'orders/create')).sort(byTopic).map(({ status, error }) => [status, error])).toEqual([
      ['done', null],
      ['done', 'The body lacks currency. What Shopify says of it is fetched instead.'],
      ['done', 'The body lacks current_total_price. What Shopify says of it is fetched instead.'],
    ]);
  });

  test.concurrent(
    'F33: strange text, a thousand lines and deep nesting are stored, or refused by themselves',
    async () => {
      const store = await open();
      const title = 'nul \0 half \ud83d عطر 🌸 <script>';
      const { id } = control().createOrder(store.shop, { lines: [{ title, price: '1.00', quantity: 2 }] });
      control().createOrder(store.shop, { lineCount: 1000 });
      const { body } = tellings(store, () => control().createOrder(store.shop, {}))[0]!;
      const odd = body.replace('"title":"', '"title":"\\ud83d\\u0000');
      send(store, 'orders/create', odd);
      send(store, 'orders/create', `{"id":1,"deep":${'['.repeat(100_000)}${']'.repeat(100_000)}}`);
      send(store, 'orders/create', `{"__proto__":{"id":5},"constructor":{"prototype":{"id":6}}}`);
      await expectExactNow(store);
      const [line] = await rows<{ title: string }>(
        'SELECT title FROM order_lines WHERE tenant_id = ? AND shopify_order_id = ?',
        store,
        BigInt(id),
      );
      expect(line!.title).toBe('nul  half \ufffd عطر 🌸 <script>');
    },
  );

  test.concurrent('F32, F34: ids above 2^53, currencies of no and of three decimals', async () => {
    for (const wishes of [
      { bigIds: true, currency: 'KWD', timezone: 'Asia/Kuwait', country: 'KW' },
      { currency: 'JPY', timezone: 'Asia/Tokyo', country: 'JP', taxesIncluded: true },
    ]) {
      const store = await open(wishes);
      const { id } = control().createOrder(store.shop, { discount: { percentage: 33 } });
      control().refundOrder(store.shop, control().createOrder(store.shop, { customer: 'new' }).id, {});
      control().deleteOrder(store.shop, 5);
      await expectExactNow(store);
      expect(await orderRow(store, id)).toBeDefined();
      if ('bigIds' in wishes) expect(Number.isSafeInteger(Number(id))).toBe(false);
    }
  });

  test.concurrent(
    'F32: what was sold before the store changed its currency is never added to what is sold since',
    async ({ expect }) => {
      const store = await open({ currency: 'JPY', timezone: 'Asia/Tokyo', country: 'JP' });
      const { browser, shop, id } = store;
      const before = control().createOrder(shop, { test: false, lines: [{ quantity: 2 }] });
      control().updateShop(shop, { currency: 'KWD' });
      await expect.poll(async () => (await browser.tenant(id)).currencyCode, { timeout: 10_000 }).toBe('KWD');
      for (let i = 0; i < 3; i++) control().createOrder(shop, { test: false });
      control().refundOrder(shop, before.id, { lines: [{ line: 0, quantity: 1 }] });
      await caughtUp(world, id, shop);
      await expectExact(world, browser, id, shop, { others: ['JPY'] });
      await browser.synced(id, 'full');
      await expectExact(world, browser, id, shop, { others: ['JPY'] });
    },
  );

  test.concurrent('F35: what was deleted stays so, whatever comes late', async () => {
    const store = await open();
    let id = '';
    const late = [
      ...tellings(store, () => (id = control().createOrder(store.shop, {}).id)),
      ...tellings(store, () => control().refundOrder(store.shop, id, {})),
    ];
    for (const { topic, body } of late) send(store, topic, body);
    const customer = control().createCustomer(store.shop, {}) as { id: string };
    await caughtUp(world, store.id, store.shop);
    control().deleteOrder(store.shop, id);
    const ofCustomer = tellings(store, () => control().updateCustomer(store.shop, customer.id, { firstName: 'Late' }));
    control().deleteCustomer(store.shop, customer.id);
    control().deleteProduct(store.shop, 2);
    await caughtUp(world, store.id, store.shop);
    for (const { topic, body } of [...late, ...ofCustomer]) send(store, topic, body);
    await expectExactNow(store);
    expect(await orderRow(store, id)).toBeUndefined();
  });

  test.concurrent(
    'F36: merged customers, in a chain and told in any order: their spend is the kept one’s, once',
    async () => {
      const store = await open({ orders: 80 });
      const { shop } = store;
      const ids = (await store.browser.topCustomers(store.id, '&limit=100')).data.map(({ customerId }) => customerId);
      for (const [first, second] of [
        [0, 1],
        [1, 0],
      ] as const) {
        const [a, b, c] = ids.splice(0, 3) as [string, string, string];
        let late = '';
        const lateOrder = tellings(store, () => (late = control().createOrder(shop, { customer: a }).id));
        const merges = [
          tellings(store, () => control().mergeCustomers(shop, a, b)),
          tellings(store, () => control().mergeCustomers(shop, b, c)),
        ];
        for (const which of [first, second]) for (const { topic, body } of merges[which]!) send(store, topic, body);
        await caughtUp(world, store.id, store.shop);
        for (const { topic, body } of lateOrder) send(store, topic, body);
        await expectExactNow(store);
        expect(String((await orderRow(store, late))!.customer_id)).toBe(c);
      }
      // without a webhook, the next full sync finds who is gone, and whose the orders are
      tellings(store, () => control().mergeCustomers(shop, ids[0]!, ids[1]!));
      await store.browser.synced(store.id, 'full');
      await expectExactNow(store);
    },
  );

  test.concurrent('customers: what a body does not tell is kept, and fetched once', async () => {
    const store = await open();
    const wishes = { firstName: 'Zoë', lastName: '🌸', email: 'zoe@example.com', tags: ['vip'] };
    const { id } = control().createCustomer(store.shop, wishes) as { id: string };
    await caughtUp(world, store.id, store.shop);
    const row = async () =>
      (
        await rows<Record<string, unknown>>(
          'SELECT name, email, tags FROM customers WHERE tenant_id = ? AND shopify_customer_id = ?',
          store,
          BigInt(id),
        )
      )[0];
    expect(await row()).toEqual({ name: 'Zoë 🌸', email: 'zoe@example.com', tags: '["vip"]' });
    await new Promise((resolve) => setTimeout(resolve, 1100));
    control().updateCustomer(store.shop, id, { email: 'z@example.com' });
    await expectExactNow(store);
    expect(await row()).toEqual({ name: 'Zoë 🌸', email: 'z@example.com', tags: '["vip"]' });
    const [update] = control().deliveries({ shop: store.shop, topic: 'customers/update' });
    control().resend(update!.id, { newId: true });
    await world.sandbox.control.idle({ shop: store.shop });
    await caughtUp(world, store.id, store.shop);
    expect(await rows('SELECT * FROM fetch_marks WHERE tenant_id = ?', store)).toEqual([]);
  });

  test.concurrent('products, their prices and what is in stock', async () => {
    const store = await open();
    control().updateProduct(store.shop, 1, { title: 'A new name', price: '12.34' });
    for (const available of [7, 5, 4]) control().setInventory(store.shop, 2, { variant: 0, available });
    control().createProduct(store.shop, { title: 'New', price: '3.00', inventory: 9 });
    await expectExactNow(store);
    const stock = () =>
      rows<Record<string, unknown>>(
        `SELECT title, price, inventory, (SELECT SUM(v.inventory) FROM variants v
           WHERE v.tenant_id = p.tenant_id AND v.shopify_product_id = p.shopify_product_id) AS variants
         FROM products p WHERE tenant_id = ? ORDER BY shopify_product_id`,
        store,
      );
    const told = await stock();
    for (const product of told) expect(Number(product.variants)).toBe(Number(product.inventory));
    expect(told[1]).toMatchObject({ title: 'A new name' });
    expect(Number(told[1]!.price)).toBe(1234);
    await store.browser.synced(store.id, 'full');
    expect(await stock()).toEqual(told);
  });

  test.concurrent('checkouts that were begun, completed and abandoned', async () => {
    const store = await open();
    const { shop } = store;
    const hoursAgo = (hours: number) => new Date(Date.now() - hours * 3_600_000).toISOString();
    control().createCheckout(shop, { createdAt: hoursAgo(30) });
    control().createCheckout(shop, { createdAt: hoursAgo(2), email: null, customer: null });
    control().createCheckout(shop, {});
    const { id } = control().createCheckout(shop, { createdAt: hoursAgo(3) }) as { id: string };
    control().completeCheckout(shop, id);
    const unheard = tellings(store, () => control().createCheckout(shop, { createdAt: hoursAgo(4) }));
    const completed = tellings(store, () => {
      const { id: last } = control().checkouts(shop).at(-1) as { id: string };
      control().completeCheckout(shop, last);
    });
    // of this one the end is heard before the beginning, and only from its order
    for (const { topic, body } of completed) if (topic === 'orders/create') send(store, topic, body);
    await caughtUp(world, store.id, store.shop);
    for (const { topic, body } of unheard) send(store, topic, body);
    await expectExactNow(store);
    const { checkouts } = await control().expected(shop);
    const answer = await store.browser.get<AbandonedCheckouts>(
      `/api/analytics/abandoned-checkouts?tenant_id=${store.id}`,
    );
    const sum = (name: 'checkouts' | 'completed' | 'abandoned') =>
      answer.data.reduce((total, day) => total + day[name], 0);
    expect([sum('checkouts'), sum('completed'), sum('abandoned')]).toEqual([5, 2, 1]);
    expect(checkouts.completed).toBe(2);
    for (const { date, abandoned, value } of answer.data) {
      const day = checkouts.days[date] ?? { count: 0, value: 0 };
      expect([date, abandoned, Number(value.amount)]).toEqual([date, day.count, day.value / 100]);
    }
  });

  test.concurrent('shop/update holds nothing up while Shopify does not answer', async ({ expect }) => {
    const store = await open();
    const slow = control().setFault({
      kind: 'slow',
      shop: store.shop,
      delayMs: 20_000,
      times: null,
      match: 'ianaTimezone',
    });
    send(store, 'shop/update', { id: 1, myshopify_domain: store.shop });
    await control().idle({ shop: store.shop });
    const order = control().createOrder(store.shop, { test: false });
    await expect.poll(() => orderRow(store, order.id), { timeout: 10_000 }).toBeDefined();
    control().clearFaults(slow.id);
  });

  test.concurrent(
    'another time zone or currency of the store is asked for when shop/update comes',
    async ({ expect }) => {
      const store = await open();
      control().updateShop(store.shop, { timezone: 'Pacific/Auckland' });
      const timezone = async () => (await store.browser.tenant(store.id)).timezone;
      await expect.poll(timezone, { timeout: 10_000 }).toBe('Pacific/Auckland');
      await expectExactNow(store);
    },
  );

  test.concurrent('asOf follows the webhooks', async () => {
    const store = await open();
    const before = (await store.browser.overview(store.id)).asOf!;
    control().createOrder(store.shop, {});
    await caughtUp(world, store.id, store.shop);
    const applied = Date.parse((await store.browser.overview(store.id)).asOf!);
    expect(applied).toBeGreaterThan(Date.parse(before));
    // one that failed is due after one that was sent later, and one that was applied is replayed
    const synced = Date.parse(before);
    const sent = [Math.floor((synced + applied) / 2), applied, synced].map((at) => new Date(at));
    const due = [7_200_000, 3_600_000, 3_600_000].map((ms) => new Date(Date.now() + ms));
    const columns = [
      'shop_domain',
      'webhook_id',
      'tenant_id',
      'topic',
      'triggered_at',
      'received_at',
      'status',
      'tries',
    ];
    await world.db.transaction((tx) =>
      tx.insert(
        'webhook_events',
        [...columns, 'due_at', 'finished_at'],
        sent.map((at, i) => [
          ...[store.shop, `waits-${i}`, BigInt(store.id), 'orders/updated', at, at, 'pending', 1],
          ...[due[i]!, i === 2 ? at : null],
        ]),
        null,
      ),
    );
    expect(Date.parse((await store.browser.overview(store.id)).asOf!)).toBe(sent[0]!.getTime());
  });

  test.concurrent('of a store that is disconnected, nothing is changed any more', async () => {
    const store = await open();
    const told = tellings(store, () => control().createOrder(store.shop, {}));
    const before = await store.browser.overview(store.id);
    expect((await store.browser.call('DELETE', `/api/tenants/${store.id}`)).status).toBe(204);
    // taken just before
    const now = Date.now();
    const { id: tenantId, shop: shopDomain } = store;
    const event = { shopDomain, tenantId, eventId: null, apiVersion: null, triggeredAt: now, receivedAt: now };
    const writer = createInboxWriter(world.db);
    await Promise.all(
      told.map(({ topic, body }, i) => writer.write({ ...event, webhookId: `late-${store.id}-${i}`, topic, body })),
    );
    const status = async () => (await ended(store, 'orders/create'))[0]?.status;
    while (!['done', 'dead'].includes((await status()) ?? '')) await delay(50);
    expect((await store.browser.overview(store.id)).totals).toEqual(before.totals);
    expect((await ended(store, 'orders/create'))[0]).toMatchObject({
      status: 'dead',
      error: 'The store was disconnected when it came to be processed.',
    });
  });

  test.concurrent('any sequence of changes, told twice, late and in disorder, ends exact', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(change, { minLength: 10, maxLength: 40 }),
        fc.uniqueArray(fault, { minLength: 2 }),
        async (changes, faults) => {
          const store = await open({ orders: 20, taxesIncluded: changes[0]!.taxed });
          const set = faults.map((wishes) => control().setFault({ ...wishes, shop: store.shop }));
          const orders = Array.from({ length: 20 }, (_, i) => String(i));
          for (const each of changes) {
            attempt(() => make(store, each, orders));
            await new Promise((resolve) => setTimeout(resolve, 15));
          }
          for (const { id } of set) control().clearFaults(id);
          await expectExactNow(store);
        },
      ),
      { numRuns: 3, endOnFailure: true },
    );
  });

  function make(store: Store, { what, which, taxed }: Change, orders: string[]): void {
    const { shop } = store;
    const order = orders[which % orders.length]!;
    const customers = [...new Set(orders.map((one) => control().order(shop, one).customer))].filter(
      Boolean,
    ) as string[];
    const customer = (at: number) => customers[at % customers.length]!;
    switch (what) {
      case 'create': {
        const discount = which % 3 === 0 ? { discount: { code: 'X', percentage: 15 } } : {};
        orders.push(
          control().createOrder(shop, { shipping: '4.95', customer: taxed ? 'new' : undefined, ...discount }).id,
        );
        return;
      }
      case 'update':
        control().updateOrder(shop, order, { tags: [`t${which}`] });
        return;
      case 'edit':
        control().editOrder(
          shop,
          order,
          which % 2 ? { add: [{ quantity: 1 }] } : { remove: [{ line: 0, quantity: 1 }] },
        );
        return;
      case 'refund':
        control().refundOrder(
          shop,
          order,
          which % 2 ? {} : { lines: [{ line: 0, quantity: 1 }], cause: taxed ? 'return' : 'refund' },
        );
        return;
      case 'cancel':
        control().cancelOrder(shop, order, {});
        return;
      case 'delete':
        orders.splice(orders.indexOf(order), 1);
        control().deleteOrder(shop, order);
        return;
      case 'merge':
        if (customer(which) !== customer(which + 1))
          control().mergeCustomers(shop, customer(which), customer(which + 1));
        return;
      case 'customer':
        control().updateCustomer(shop, customer(which), { firstName: `N${which}`, tags: [`c${which}`] });
        return;
      case 'stock':
        control().setInventory(shop, which % 20, { available: which % 50 });
        return;
    }
  }
});

/** Some changes cannot be made: what is refunded already cannot be refunded again. */
function attempt(change: () => void): void {
  try {
    change();
  } catch (error) {
    if (!/is cancelled|are left|there is no|nothing|has no/.test((error as Error).message)) throw error;
  }
}

const byTopic = (a: EventRow, b: EventRow) =>
  a.topic.localeCompare(b.topic) || (a.error ?? '').localeCompare(b.error ?? '');

function permutations<T>(items: T[]): T[][] {
  if (items.length === 0) return [[]];
  return items.flatMap((item, i) => permutations(items.toSpliced(i, 1)).map((rest) => [item, ...rest]));
}
