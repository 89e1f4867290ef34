import type { Tenant } from '@xeno/contracts';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeDue } from '../../src/jobs/recurring.ts';
import { noteTrouble } from '../../src/ingest/trouble.ts';
import { ReconnectNeeded } from '../../src/shopify/errors.ts';
import { createSealer } from '../../src/db/seal.ts';
import { markUninstalled } from '../../src/stores/disconnect.ts';
import { webhookStates } from '../../src/stores/subscriptions.ts';
import { tokenStore } from '../../src/stores/tokens.ts';
import { caughtUp } from './webhooks.ts';
import { type Browser, expectExact, onEachDatabase, startWorld, wentWell, type World } from './world.ts';

const SHOP = 'standing.myshopify.com';

onEachDatabase('the life of a connection', (engine) => {
  let world: World;
  let ada: Browser;
  let id: string;

  beforeEach(async () => {
    world = await startWorld(engine, {
      env: {
        SWEEP_SECONDS: '1',
        SUBSCRIPTIONS_EVERY_SECONDS: '1',
        PROBE_EVERY_SECONDS: '1',
        EVENT_RETRY_SECONDS: '1',
        RECONCILE_SETTLE_SECONDS: '1',
      },
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
  /** The newest run is not the first of the list where the clock went back. */
  const sync = async (kind: 'incremental' | 'full') => {
    expect((await ada.call('POST', `/api/tenants/${id}/sync`, { kind })).status).toBe(202);
    await until(
      () => ada.tenant(id),
      ({ activeRun }) => activeRun === null,
    );
  };
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
    const compared = await ada.call<object>('POST', `/api/tenants/${id}/reconcile`);
    expect(compared.body).toMatchObject({
      status: 409,
      code: 'paused',
      detail: expect.stringMatching(/frozen/) as string,
    });
    world.sandbox.control.setStanding(SHOP, 'open');
    await status('connected');
    await orders(before + 1);
    await ada.settled(id);
    await expectExact(world, ada, id, SHOP);
  });

  test('F21: back from a pause and synced by hand before anybody asked: what was deleted meanwhile is found too', async () => {
    const { control } = world.sandbox;
    const gone = control.createOrder(SHOP, { test: false });
    await caughtUp(world, id, SHOP);
    const before = await count();
    control.setStanding(SHOP, 'frozen');
    await ada.syncAndWait(id);
    await status('paused');
    await makeDue(world.db, id, 'probe', 3_600);
    control.setFault({ kind: 'webhook_drop', probability: 1, times: null });
    control.deleteOrder(SHOP, gone.id);
    control.setStanding(SHOP, 'open');
    await ada.synced(id);
    await status('connected');
    await orders(before - 1);
    await expectExact(world, ada, id, SHOP);
  });

  test('F18: a store that is paused and whose token is revoked has to be connected again, and says so at once', async () => {
    const { control } = world.sandbox;
    control.setStanding(SHOP, 'frozen');
    await ada.syncAndWait(id);
    await status('paused');
    // no probe, which would find it out as well
    await makeDue(world.db, id, 'probe', 3_600);
    control.revokeTokens(SHOP);
    control.setStanding(SHOP, 'open');
    await ada.syncAndWait(id);
    expect((await ada.tenant(id)).status).toBe('reconnect_needed');
  });

  test('F39: uninstalled: it stops, the tokens go, the data stays; a late webhook of it does not end a reinstallation', async () => {
    const before = await ada.overview(id);
    const readBefore = await webhookStates(world.db, [id]);
    expect(readBefore({ id, status: 'connected' })).toMatchObject({ status: 'active' });
    world.sandbox.control.uninstall(SHOP);
    const gone = await status('uninstalled');
    expect(gone.webhooks).toBeNull();
    expect(readBefore({ id, status: gone.status })).toBeNull();
    expect(gone.isActive).toBe(false);
    const [tokens] = await world.db.read<object>('SELECT access_token, refresh_token FROM tenants');
    expect(tokens).toEqual({ access_token: null, refresh_token: null });
    expect((await ada.overview(id)).totals).toEqual(before.totals);
    const noted = await world.db.read<object>(
      "SELECT user_id FROM audit_log WHERE tenant_id = ? AND action = 'store.uninstalled'",
      [BigInt(id)],
    );
    expect(noted).toEqual([{ user_id: null }]);
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

  test('F39: uninstalled and installed again within a second: the late webhook of it ends nothing', async () => {
    const { control } = world.sandbox;
    for (const installedAgain of [true, false]) {
      control.setFault({ kind: 'webhook_delay', delayMs: 3_000, times: 1, probability: 1, match: 'app/uninstalled' });
      await delay(1_020 - (Date.now() % 1_000)); // at the beginning of a second
      control.uninstall(SHOP);
      // as if it had been, within this second
      if (installedAgain) expect(await ada.connect(SHOP)).toBe(id);
      const installedAt = new Date(Math.floor(Date.now() / 1_000) * 1_000);
      await world.db.models.Tenant.update({ installedAt }, { where: { id } });
      await control.idle({ shop: SHOP });
      await caughtUp(world, id, SHOP);
      expect((await ada.tenant(id)).status).toBe(installedAgain ? 'connected' : 'uninstalled');
      if (installedAgain) wentWell(await ada.settled(id));
    }
  });

  test('F39: what was told by a connection that is no more ends nothing', async () => {
    const { Tenant } = world.db.models;
    const before = (await Tenant.findByPk(id))!;
    await Tenant.update({ installedAt: new Date(before.installedAt!.getTime() + 1_000) }, { where: { id } });
    expect(await markUninstalled(world.db, before)).toBe(false);
    // nor does an error of somebody who began with the tokens of before
    expect(await noteTrouble(world.db, before, new ReconnectNeeded(SHOP, 'a dead token'))).toBe(true);
    expect((await ada.tenant(id)).status).toBe('connected');
    const now = (await Tenant.findByPk(id))!;
    expect(await noteTrouble(world.db, now, new ReconnectNeeded(SHOP, 'a dead token'))).toBe(true);
    expect((await ada.tenant(id)).status).toBe('reconnect_needed');
    expect(await markUninstalled(world.db, now)).toBe(true);
    expect((await ada.tenant(id)).status).toBe('uninstalled');
  });

  test('F19: tokens that come from a refresh are not stored over those of a new connection, nor after the end', async () => {
    const ports = tokenStore(world.db, createSealer(world.config.encryptionKeys), async (_id, work) => ({
      result: await work(),
    }));
    const old = (await ports.load(SHOP))!;
    const newer = { ...old, accessToken: 'a newer one', refreshToken: 'a newer one to refresh it with' };
    expect(await ports.save(SHOP, newer, old)).toBe(true);
    expect(await ports.save(SHOP, { ...old, accessToken: 'of a late answer' }, old)).toBe(false);
    expect(await ports.load(SHOP)).toEqual(newer);
    expect(await markUninstalled(world.db, (await world.db.models.Tenant.findByPk(id))!)).toBe(true);
    expect(await ports.save(SHOP, old, newer)).toBe(false);
    expect(await ports.load(SHOP)).toBeNull();
  });

  test('F39: uninstalled in the middle of a sync: it stops, and what is in stays; installed again, all is there', async () => {
    const before = await ada.overview(id);
    const { control } = world.sandbox;
    const slow = control.setFault({ kind: 'slow', match: 'BulkPoll', delayMs: 15_000, times: null });
    expect((await ada.call('POST', `/api/tenants/${id}/sync`, { kind: 'full' })).status).toBe(202);
    // it waits for an answer: what ends it is what Shopify tells, and not its own next request
    await expect.poll(() => slow.struck).toBeGreaterThan(0);
    control.uninstall(SHOP);
    await status('uninstalled');
    await until(
      async () => (await ada.runs(id))[0]!,
      (run) => run.status === 'cancelled',
    );
    expect((await ada.tenant(id)).activeRun).toBeNull();
    expect((await ada.overview(id)).totals).toEqual(before.totals);
    control.clearFaults();
    control.createOrder(SHOP, { test: false });
    await delay(1100); // installed in another second of Shopify's clock
    expect(await ada.fill(SHOP)).toBe(id);
    await expectExact(world, ada, id, SHOP);
  });

  test.each([
    ['ahead of', 3_600_000],
    ['behind', -3_600_000],
  ])('F31: our clock an hour %s the others’: webhooks, syncs and deletions stay exact', async (_, offset) => {
    const { control } = world.sandbox;
    const before = await count();
    const restore = shiftClock(offset);
    control.settings({ clockOffset: -offset }); // Shopify's clock, and the database's, are right
    try {
      await ada.login();
      const { id: order } = control.createOrder(SHOP, { test: false });
      await orders(before + 1);
      control.setFault({ kind: 'webhook_drop', probability: 1, times: null });
      control.createOrder(SHOP, { test: false });
      control.refundOrder(SHOP, order);
      await sync('incremental');
      await orders(before + 2);
      control.clearFaults();
      control.deleteOrder(SHOP, order);
      await orders(before + 1);
      await sync('full');
      await caughtUp(world, id, SHOP);
      await expectExact(world, ada, id, SHOP);
    } finally {
      restore();
    }
    // and when it is set right again
    control.settings({ clockOffset: 0 });
    await ada.login();
    control.createOrder(SHOP, { test: false });
    await orders(before + 2);
    await caughtUp(world, id, SHOP);
    await expectExact(world, ada, id, SHOP);
  });

  test('disconnecting removes the subscriptions at Shopify', async () => {
    const { control } = world.sandbox;
    expect(control.subscriptions(SHOP).length).toBeGreaterThan(10);
    control.setFault({ kind: 'slow', match: 'WebhookUnsubscribe', delayMs: 4_000, times: null });
    const asked = ada.call('DELETE', `/api/tenants/${id}`);
    await status('disconnected');
    // first of all the tokens are gone: a check, each second one, would make them anew
    expect(control.subscriptions(SHOP)).not.toEqual([]);
    expect((await asked).status).toBe(204);
    // it is answered after a few seconds at the latest, with requests still under way
    await expect.poll(() => control.subscriptions(SHOP), { timeout: 15_000 }).toEqual([]);
    await delay(1_500);
    expect(control.subscriptions(SHOP)).toEqual([]);
  });
});

/** Sets this process's clock, and so the server's, off by so many milliseconds; gives what sets it right. */
function shiftClock(offset: number): () => void {
  const Right = Date;
  class Shifted extends Right {
    constructor(...args: []) {
      if (args.length === 0) super(Right.now() + offset);
      else super(...args);
    }
    static override now = () => Right.now() + offset;
    static override [Symbol.hasInstance](value: unknown) {
      return value instanceof Right;
    }
  }
  globalThis.Date = Shifted as unknown as DateConstructor;
  return () => void (globalThis.Date = Right);
}
