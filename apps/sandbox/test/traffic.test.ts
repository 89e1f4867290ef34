import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { Random } from '../src/store/random.ts';
import { Shop } from '../src/store/shop.ts';
import { specOf } from '../src/store/spec.ts';
import { changeSomething, type ChangeKind } from '../src/traffic.ts';
import { ALL_SCOPES, minor, sandboxWith } from './helper.ts';
import { startReceiver } from './receiver.ts';

const SHOP = 'demo.myshopify.com';
const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

describe('live traffic', () => {
  it('is the same again from the same seed, and has everything in it', () => {
    const now = Date.parse('2026-10-01T12:00:00Z');
    const round = () => {
      const shop = new Shop(specOf(SHOP, {}, { orders: 200 }, now));
      const random = new Random(5);
      const made: ChangeKind[] = [];
      for (let i = 0; i < 2000; i++) made.push(changeSomething(shop, random, now + i * 1000));
      return { made, overlay: shop.overlay };
    };
    const first = round();
    expect(round()).toEqual(first);
    const kinds = Map.groupBy(first.made, (kind) => kind);
    expect(kinds.size).toBe(15);
    expect(kinds.get('create')!.length).toBeGreaterThan(900);
    expect(kinds.get('refund')!.length).toBeGreaterThan(60);
  });

  it('comes at the rate that is asked for, and all figures stay true', async () => {
    const world = await sandboxWith({ size: 150 });
    closers.push(() => world.sandbox.close());
    const { control } = world;
    const app = await startReceiver();
    closers.push(app.close);
    const client = world.client(SHOP);
    await client.ask(
      `mutation ($uri: String!) { webhookSubscriptionCreate(topic: ORDERS_CREATE, webhookSubscription: { uri: $uri }) {
        userErrors { message } } }`,
      { uri: app.url },
    );
    const began = performance.now();
    control.startTraffic(SHOP, { rate: 200, seed: 3 });
    await wait(1500);
    const made = Object.values(control.traffic()[SHOP]!.made).reduce((a, b) => a + b, 0);
    control.stopTraffic(SHOP);
    expect(made).toBeGreaterThan(150);
    expect(made).toBeLessThan((performance.now() - began) * 0.2 + 2);
    await control.idle();
    expect(app.received.length).toBeGreaterThan(60);

    const expected = await control.expected(SHOP);
    const { url } = await client.bulk(
      `{ orders { edges { node { id test currentTotalPriceSet { shopMoney { amount } } agreements { edges { node { id
        sales { edges { node { id lineType totalAmount { shopMoney { amount } } } } } } } } } } } }`,
      true,
    );
    const totals = { orders: 0, ledger: 0, current: 0 };
    let counts = false;
    for (const line of await client.lines(url)) {
      if ('test' in line) {
        counts = !line.test;
        if (!counts) continue;
        totals.orders++;
        totals.current += minor(line.currentTotalPriceSet.shopMoney.amount, 2);
      } else if (counts && 'lineType' in line && line.lineType !== 'ADJUSTMENT') {
        totals.ledger += minor(line.totalAmount.shopMoney.amount, 2);
      }
    }
    expect(totals.ledger).toBe(totals.current);
    expect(totals.orders).toBe(expected.orders);
    const { total, adjustments, giftCards, tips } = expected.totals;
    expect(totals.current).toBe(total - adjustments + giftCards + tips);
  }, 30_000);

  it('begins when the app is installed, and ends with it', async () => {
    const world = await sandboxWith({ size: 20, traffic: 50 });
    closers.push(() => world.sandbox.close());
    expect(world.control.traffic()).toEqual({});
    world.control.issueToken(SHOP, ALL_SCOPES);
    expect(world.control.traffic()).toHaveProperty([SHOP]);
    world.control.uninstall(SHOP);
    expect(world.control.traffic()).toEqual({});
    expect(() => world.control.startTraffic(SHOP, { rate: 0 })).toThrow('rate');
    expect(() => world.control.startTraffic(SHOP, { rate: 1, mix: { nonsense: 1 } as never })).toThrow('nonsense');
  });
});
