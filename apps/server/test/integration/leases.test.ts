import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { accessOf, type Database, openDatabase } from '../../src/db/database.ts';
import { LeaseLost, withLease } from '../../src/db/leases.ts';
import { describeShop } from '../../src/ingest/shop.ts';
import { makeTenant } from './tenants.ts';
import { onEachDatabase, startWorld, type World } from './world.ts';

onEachDatabase('a lease', (engine) => {
  let world: World;
  let others: Database[];
  beforeEach(async () => {
    world = await startWorld(engine);
    others = engine.name === 'mariadb' ? [0, 1].map(() => openDatabase(accessOf(world.config))) : [world.db, world.db];
    for (const db of others) await db.now();
  });
  afterEach(async () => {
    if (engine.name === 'mariadb') for (const db of others) await db.close();
    await world.close();
  });
  const { signal } = new AbortController();

  test('of the installation, which has no row to lock, goes to one of those that come at the same moment', async () => {
    let [holders, most] = [0, 0];
    const hold = (db: Database, owner: string) =>
      withLease(db, { tenantId: '0', name: 'chores', owner, seconds: 30, signal }, async () => {
        most = Math.max(most, ++holders);
        await delay(5);
        holders--;
      });
    for (let round = 0; round < 40; round++) {
      await Promise.all(others.map((db, n) => hold(db, `o${n}`)));
      // it was given back, so that nobody waits for it to run out
      expect(await hold(world.db, 'me')).not.toBeNull();
    }
    expect(most).toBe(1);
  });

  test('that could not be given back while the database was away is, as soon as it is there again', async () => {
    let isAway = false;
    const db: Database = {
      ...world.db,
      transaction: (work) => (isAway ? Promise.reject(new Error('away')) : world.db.transaction(work)),
    };
    const hold = (by: Database, owner: string, work = async () => {}) =>
      withLease(by, { tenantId: '0', name: 'chores', owner, seconds: 30, signal }, work);
    await hold(db, 'me', async () => void (isAway = true));
    expect(await hold(db, 'me')).toBeNull();
    expect(await hold(world.db, 'other')).toBeNull();
    isAway = false;
    await vi.waitFor(async () => expect(await hold(world.db, 'other')).not.toBeNull(), 10_000);
    await vi.waitFor(async () => expect(await hold(db, 'me')).not.toBeNull(), 10_000);
  });

  test('that is lost lets nobody write down what the shop said before', async () => {
    const SHOP = 'lease.myshopify.com';
    world.sandbox.control.createShop(SHOP, { orders: 5, currency: 'GBP' });
    const ada = await world.register();
    const id = await ada.fill(SHOP);
    const tenant = (await world.db.models.Tenant.findByPk(id))!;
    const client = {
      query: async () => ({
        data: {
          shop: { name: 'Old', ianaTimezone: 'Asia/Tokyo', currencyCode: 'JPY' },
          currentAppInstallation: { accessScopes: [{ handle: 'read_orders' }] },
        },
        date: new Date(),
      }),
      fallenForwardTo: null,
    };
    const lost = { db: world.db, tenantId: id, lease: { name: 'sync', fence: '0' }, client: client as never, signal };
    await expect(describeShop(lost, tenant)).rejects.toThrow(LeaseLost);
    expect(await ada.tenant(id)).toMatchObject({ currencyCode: 'GBP', storeName: tenant.storeName });
  });

  test('what the shop said before somebody else wrote down more is asked again', async () => {
    const { tenantId, lease } = await makeTenant(world.db, { timezone: 'Europe/London' });
    const tenant = (await world.db.models.Tenant.findByPk(tenantId))!;
    const shop = (ianaTimezone: string) => ({
      data: {
        shop: { name: 'A shop', ianaTimezone, currencyCode: 'GBP' },
        currentAppInstallation: { accessScopes: [{ handle: 'read_orders' }] },
      },
      date: new Date(),
    });
    let asked = 0;
    const query = async () => {
      if (++asked > 1) return shop('Pacific/Auckland');
      // the shop moves, which another one hears first
      const other = { query: async () => shop('Pacific/Auckland'), fallenForwardTo: null };
      await describeShop({ db: world.db, tenantId, lease, client: other as never, signal }, tenant);
      return shop('Europe/London');
    };
    const client = { query, fallenForwardTo: null } as never;
    expect(await describeShop({ db: world.db, tenantId, lease, client, signal }, tenant)).toMatchObject({
      timezone: 'Pacific/Auckland',
    });
    expect(asked).toBe(2);
    const [state] = await world.db.read('SELECT timezone FROM tenant_state WHERE tenant_id = ?', [BigInt(tenantId)]);
    expect(state).toEqual({ timezone: 'Pacific/Auckland' });
  });
});
