import type { LiveEvents, QueueDepth } from '@xeno/contracts';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { redisSignals } from '../../src/live/redis-signals.ts';
import { localSignals, type Signals } from '../../src/live/signals.ts';
import { redis } from '../../../../scripts/lib/programs.mjs';
import { startRedis } from '../harness/services.ts';
import { caughtUp } from './webhooks.ts';
import { type Browser, onEachDatabase, startWorld, type World } from './world.ts';

const SHOP = 'live.myshopify.com';

interface Told {
  name: keyof LiveEvents;
  id: string | null;
  data: unknown;
}

/** Reads a stream as a page does. */
async function watch(world: World, who: Browser, id: string, headers: Record<string, string> = {}) {
  const abort = new AbortController();
  const response = await fetch(`${world.url}/api/tenants/${id}/events`, {
    signal: abort.signal,
    headers: { authorization: `Bearer ${who.token}`, ...headers },
  });
  const events: Told[] = [];
  let ended = false;
  const reading = (async () => {
    let text = '';
    for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
        const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(text.slice(0, end))?.[1] ?? null;
        const data = field('data');
        if (data) events.push({ name: field('event') as Told['name'], id: field('id'), data: JSON.parse(data) });
        text = text.slice(end + 2);
      }
    }
  })()
    .catch(() => {})
    .finally(() => (ended = true));
  const until = async (isIt: () => boolean, what: string, seconds = 20) => {
    for (const deadline = Date.now() + seconds * 1000; !isIt(); await delay(10)) {
      if (Date.now() > deadline) throw new Error(`${what}: ${JSON.stringify(events)}`);
    }
  };
  return {
    response,
    events,
    until,
    hasEnded: () => ended,
    of: (name: Told['name']) => events.filter((event) => event.name === name),
    async close() {
      abort.abort();
      await reading;
    },
  };
}

onEachDatabase('a store’s events', (engine) => {
  let world: World;
  let ada: Browser;
  let id: string;

  beforeAll(async () => {
    world = await startWorld(engine, {
      env: { LIVE_CHECK_SECONDS: '1', SWEEP_SECONDS: '1', FETCH_SETTLE_SECONDS: '1' },
    });
    world.sandbox.control.createShop(SHOP, { orders: 30 });
    ada = await world.register();
    id = await ada.fill(SHOP);
  });
  afterAll(() => world.close());

  test('tell that figures have changed, soon after it happened in the shop', async () => {
    const stream = await watch(world, ada, id);
    expect(stream.response.headers.get('content-type')).toMatch(/^text\/event-stream/);
    await stream.until(() => stream.events.length >= 3, 'the first look');
    const before = stream.of('figures').length;
    const began = performance.now();
    world.sandbox.control.createOrder(SHOP, { test: false });
    await stream.until(() => stream.of('figures').length > before, 'the change');
    expect(performance.now() - began).toBeLessThan(10_000);
    const synced = () => (stream.of('sync').at(-1)?.data as LiveEvents['sync']).lastSyncAt;
    const last = synced();
    await ada.sync(id);
    await stream.until(() => synced() !== last, 'the end of the run');
    await stream.close();
  });

  test('tell how far behind Shopify a store is, as long as Shopify tells what changes', async () => {
    const stream = await watch(world, ada, id);
    const standing = () => stream.of('tenant').at(-1)?.data as LiveEvents['tenant'] | undefined;
    await stream.until(() => standing()?.behindSeconds === 0, 'up to date');
    await world.db.models.Tenant.update({ status: 'paused' }, { where: { id } });
    await stream.until(() => standing()?.status === 'paused' && standing()?.behindSeconds === null, 'paused');
    const sent = new Date(Date.now() - 60_000);
    const [longAgo, soon, tomorrow] = [-86_400_000, 3_600_000, 86_400_000].map((ms) => new Date(Date.now() + ms)) as [
      Date,
      Date,
      Date,
    ];
    await world.db.transaction((tx) =>
      tx.insert(
        'webhook_events',
        [
          'shop_domain',
          'webhook_id',
          'tenant_id',
          'topic',
          'triggered_at',
          'received_at',
          'status',
          'tries',
          'due_at',
          'finished_at',
        ],
        [
          [SHOP, 'waits', BigInt(id), 'orders/create', sent, sent, 'pending', 1, tomorrow, null],
          // came later and is due before it
          [SHOP, 'waits-too', BigInt(id), 'orders/create', new Date(), new Date(), 'pending', 1, soon, null],
          // was applied, and is replayed
          [SHOP, 'waits-again', BigInt(id), 'orders/create', longAgo, longAgo, 'pending', 1, soon, longAgo],
        ],
        null,
      ),
    );
    await stream.until(() => (standing()?.behindSeconds ?? 0) >= 60, 'behind');
    expect(standing()!.behindSeconds).toBeLessThan(3_600);
    expect(standing()).toMatchObject({ pendingWebhooks: 3, pendingOrders: 0 });
    // what could not be told by a webhook waits as well
    await world.db.transaction((tx) => tx.run("DELETE FROM webhook_events WHERE webhook_id LIKE 'waits%'"));
    await world.db.transaction((tx) =>
      tx.insert(
        'fetch_marks',
        ['tenant_id', 'stream', 'shopify_id', 'marked_at', 'due_at', 'tries'],
        [[BigInt(id), 'orders', 7n, new Date(Date.now() - 30_000), tomorrow, 5]], // Shopify failed to give it
        null,
      ),
    );
    await stream.until(() => standing()?.pendingOrders === 1, 'behind with an order');
    expect(standing()!.pendingWebhooks).toBe(0);
    expect(standing()!.behindSeconds).toBeGreaterThanOrEqual(30);
    await world.db.models.Tenant.update({ status: 'uninstalled' }, { where: { id } });
    await stream.until(() => standing()?.status === 'uninstalled', 'uninstalled');
    expect(standing()?.behindSeconds).toBeNull();
    await world.db.transaction((tx) => tx.run('DELETE FROM fetch_marks WHERE shopify_id = 7'));
    await world.db.models.Tenant.update({ status: 'connected' }, { where: { id } });
    await stream.until(() => standing()?.behindSeconds === 0, 'up to date again');
    await stream.close();
  });

  test('how much work waits is known to users', async () => {
    const { state, data } = await ada.get<{ state: string; data: QueueDepth[] }>('/api/queue');
    expect(state).toBe('ok');
    expect(data.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['sync', 'webhooks']));
    expect((await fetch(`${world.url}/api/queue`)).status).toBe(401);
  });

  test('a commit by another process is seen as well', async () => {
    const stream = await watch(world, ada, id);
    await stream.until(() => stream.of('figures').length > 0, 'the first look');
    const before = stream.of('figures').length;
    await world.db.transaction((tx) => tx.run('UPDATE tenant_state SET changes = changes + 1'));
    await stream.until(() => stream.of('figures').length > before, 'the change');
    await stream.close();
  });

  test('after a break only what is news is told', async () => {
    await caughtUp(world, id, SHOP);
    const first = await watch(world, ada, id);
    await first.until(() => first.events.length >= 3, 'the first look');
    const known = first.of('figures').at(-1)!.id!;
    await first.close();
    const again = await watch(world, ada, id, { 'last-event-id': known });
    await again.until(() => again.events.length >= 2, 'the first look');
    await delay(1_200);
    expect(again.of('figures')).toEqual([]);
    await again.close();
    await world.db.transaction((tx) => tx.run('UPDATE tenant_state SET changes = changes + 1'));
    const later = await watch(world, ada, id, { 'last-event-id': known });
    await later.until(() => later.of('figures').length > 0, 'what was missed');
    await later.close();
  });

  test('A29: no token in the address; closed when the membership, the role or the session ends', async () => {
    const naked = await fetch(`${world.url}/api/tenants/${id}/events?access_token=${ada.token}&token=${ada.token}`);
    expect(naked.status).toBe(401);
    await naked.body?.cancel();
    const eve = await world.register();
    expect((await eve.call('GET', `/api/tenants/${id}/events`)).status).toBe(404);

    const bob = await world.register();
    const { user } = await bob.get<{ user: { id: string } }>('/api/auth/me');
    await world.db.models.Membership.create({ tenantId: id, userId: user.id, role: 'analyst' });
    const bobs = await watch(world, bob, id);
    await bobs.until(() => bobs.events.length > 0, 'the first look');
    await world.db.models.Membership.update({ role: 'store_manager' }, { where: { tenantId: id, userId: user.id } });
    await bobs.until(bobs.hasEnded, 'the end of what the former role could see');

    const again = await watch(world, bob, id);
    await again.until(() => again.events.length > 0, 'the first look');
    await world.db.models.Membership.destroy({ where: { tenantId: id, userId: user.id } });
    await again.until(again.hasEnded, 'the end');

    const adas = await watch(world, ada, id);
    await adas.until(() => adas.events.length > 0, 'the first look');
    await ada.call('POST', '/api/auth/logout');
    await adas.until(adas.hasEnded, 'the end');
    await ada.login();
  });

  test('end when the server stops', async () => {
    const stream = await watch(world, ada, id);
    await stream.until(() => stream.events.length > 0, 'the first look');
    const began = performance.now();
    await world.restart();
    expect(performance.now() - began).toBeLessThan(12_000);
    await stream.until(stream.hasEnded, 'the end');
  });
});

const hears = async (speaker: Signals, listener: Signals) => {
  const heard: string[] = [];
  listener.subscribe((tenantId) => heard.push(tenantId));
  for (const deadline = Date.now() + 10_000; heard.length === 0; await delay(50)) {
    if (Date.now() > deadline) throw new Error('nothing was heard');
    speaker.publish('42');
  }
  expect(new Set(heard)).toEqual(new Set(['42']));
};

test('signals within a process', async () => {
  const signals = localSignals();
  await hears(signals, signals);
});

test.skipIf(!redis())('signals among processes, also after Redis was away', async () => {
  const service = await startRedis();
  const [one, other] = [redisSignals(service.url), redisSignals(service.url)];
  try {
    await hears(one, other);
    process.kill(service.pid, 'SIGKILL');
    await delay(100);
    one.publish('42'); // harms nobody
    await service.restart();
    await hears(one, other);
  } finally {
    one.close();
    other.close();
    await service.stop();
  }
});
