import * as contracts from '@xeno/contracts';
import {
  live,
  PERMISSIONS,
  permits,
  type Permission,
  ROLES,
  type Route,
  stores,
  teams,
  webhooks,
} from '@xeno/contracts';
import { createHash, createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Answer, Browser, expectExact, onEachDatabase, startWorld, type World } from './world.ts';

const isRoute = (value: unknown): value is Route => typeof value === 'object' && value !== null && 'path' in value;
const CONTRACTS = Object.values(contracts).flatMap((room) => Object.values(room).filter(isRoute));
const permissionOf = ({ access }: Route): Permission | null =>
  Object.hasOwn(PERMISSIONS, access) ? (access as Permission) : null;
/** Every route that is about one store, and how it is asked for. */
const ABOUT_A_STORE = CONTRACTS.filter((route) => permissionOf(route) !== null || route.access === 'member');
/** Of these, what its owner gets is tested elsewhere: they name a thing of the store that is not here, or cannot be done. */
const REFUSED_ONLY = ABOUT_A_STORE.filter(
  (route) => /:id\/.*:/.test(route.path) || route === teams.leave || route === live.events,
);
/** What must be given. */
const BODIES = new Map<Route, object>([
  [webhooks.replay, { status: 'dead' }],
  [teams.changeRole, { role: 'analyst' }],
  [teams.demandSecondFactor, { requiresSecondFactor: false }],
  [teams.invite, { email: 'somebody@example.com', role: 'analyst' }],
]);
/** Last, since it ends what the others need. */
const DISCONNECT = stores.disconnect.path;

const MALFORMED = [
  'abc',
  '-1',
  '0',
  '1e3',
  '0x1',
  '1.0',
  ' ',
  '9'.repeat(20),
  '9'.repeat(40),
  "1' OR '1'='1",
  '../1',
  '%00',
  '*',
];

onEachDatabase('one store of many', (engine) => {
  let world: World;
  /** Two users with two stores each, whose ids of Shopify's overlap. */
  const people: { browser: Browser; stores: { id: string; shop: string }[] }[] = [];

  beforeAll(async () => {
    world = await startWorld(engine);
    for (const name of ['ada', 'bob']) {
      const browser = await world.register();
      const owned = [];
      for (const number of [1, 2]) {
        const shop = `${name}-${number}.myshopify.com`;
        world.sandbox.control.createShop(shop, {
          orders: 40 + 10 * number,
          seed: people.length * 2 + number,
          currency: 'EUR',
        });
        owned.push({ shop, id: await browser.fill(shop) });
      }
      people.push({ browser, stores: owned });
    }
  });
  afterAll(() => world?.close());

  const everyStore = () => people.flatMap(({ browser, stores }) => stores.map((store) => ({ browser, ...store })));

  test('figures never mix, whatever happens in the stores of others', async () => {
    const ids = await world.db.read<{ orders: unknown; shared: unknown }>(
      `SELECT COUNT(*) AS orders, COUNT(DISTINCT shopify_order_id) AS shared FROM orders`,
    );
    expect(Number(ids[0]!.shared)).toBeLessThan(Number(ids[0]!.orders));
    for (const { browser, id, shop } of everyStore()) await expectExact(world, browser, id, shop);

    const [ada] = people;
    const [mine] = ada!.stores;
    for (let i = 0; i < 5; i++) world.sandbox.control.createOrder(mine!.shop, { lineCount: 3 });
    world.sandbox.control.refundOrder(mine!.shop, 2);
    for (let i = 5; i < 15; i++) world.sandbox.control.deleteOrder(mine!.shop, i);
    await ada!.browser.synced(mine!.id, 'full');
    for (const { browser, id, shop } of everyStore()) await expectExact(world, browser, id, shop);
  });

  test('everyone sees their own stores, in the order in which they were connected', async () => {
    for (const { browser, stores } of people) {
      const { data } = await browser.get<{ data: { id: string; role: string }[] }>('/api/tenants');
      expect(data.map(({ id, role }) => [id, role])).toEqual(stores.map(({ id }) => [id, 'admin']));
    }
    const stranger = await world.register();
    expect(await stranger.get('/api/tenants')).toEqual({ data: [], waiting: [] });
  });

  describe('every route about a store', () => {
    const ask = (route: Route, id: string, browser: Browser, headers: Record<string, string> = {}): Promise<Answer> => {
      const inPath = route.path.includes(':id');
      const path = inPath
        ? route.path.replace(':id', encodeURIComponent(id)).replaceAll(/:\w+/g, '1')
        : `${route.path}?tenant_id=${encodeURIComponent(id)}`;
      // the head of a stream ends
      return browser.call(route === live.events ? 'HEAD' : route.method, path, BODIES.get(route), headers);
    };
    const ids = () => ({
      own: people[0]!.stores[1]!.id,
      foreign: people[1]!.stores[0]!.id,
      unknown: String(BigInt(people[1]!.stores[0]!.id) + 1n),
    });
    /** What may differ between two answers that are the same. */
    const told = ({ status, text, headers }: Answer) => ({
      status,
      text,
      headers: [...headers].filter(([name]) => !['date', 'x-request-id'].includes(name)),
    });

    test('is in this matrix', async () => {
      const { paths } = await people[0]!.browser.get<{
        paths: Record<string, Record<string, { parameters?: { name: string }[] }>>;
      }>('/api/docs/json');
      const documented = Object.entries(paths).flatMap(([path, methods]) =>
        Object.entries(methods)
          .filter(
            ([, { parameters = [] }]) => /tenants\/\{/.test(path) || parameters.some(({ name }) => /tenant/.test(name)),
          )
          .map(([method]) => `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`),
      );
      expect(documented.length).toBeGreaterThan(6);
      expect(ABOUT_A_STORE.map(({ method, path }) => `${method} ${path}`).sort()).toEqual(documented.sort());
    });

    test.each(ABOUT_A_STORE.map((route) => [`${route.method} ${route.path}`, route] as const))(
      '%s',
      async (_name, route) => {
        const [{ browser: ada }, { browser: bob }] = people as [(typeof people)[0], (typeof people)[0]];
        const { own, foreign, unknown } = ids();
        const before = await Promise.all(
          people[1]!.stores.map(({ id }) => Promise.all([bob.tenant(id), bob.runs(id)])),
        );

        const answers = { foreign: await ask(route, foreign, ada), unknown: await ask(route, unknown, ada) };
        expect(answers.foreign.status).toBe(404);
        expect(told(answers.foreign)).toEqual(told(answers.unknown));
        for (const id of [...MALFORMED, `0${own}`, `${own} `, `${own}.0`, `+${own}`, `${own},${foreign}`]) {
          const answer = await ask(route, id, ada);
          const isQuery = !route.path.includes(':id');
          expect([id, [404, ...(isQuery ? [400] : [])].includes(answer.status)]).toEqual([id, true]);
          if (answer.status === 400) expect(answer.body).toMatchObject({ errors: [{ path: 'tenant_id' }] });
        }
        if (!route.path.includes(':id')) {
          const missing = await ada.call(route.method, route.path);
          expect(missing.body).toMatchObject({ status: 400, errors: [{ path: 'tenant_id', message: 'is required' }] });
          for (const query of [
            `tenant_id=${own}&tenant_id=${foreign}`,
            `tenant_id[]=${own}`,
            `tenant_id=${foreign}&tenant_id=${own}`,
          ]) {
            const answer = await ada.call(route.method, `${route.path}?${query}`);
            expect([query, answer.status]).toEqual([query, 400]);
          }
        } else {
          // an id elsewhere does not count
          for (const more of [`?tenant_id=${own}`, `?id=${own}`]) {
            const path = route.path.replace(':id', foreign) + more;
            expect([400, 404]).toContain((await ada.call(route.method, path)).status);
          }
        }

        const nobody = new Browser(() => world.url, world.said);
        for (const id of [own, foreign, unknown, 'abc']) {
          expect((await ask(route, id, nobody)).status).toBe(401);
          const expired = { authorization: `Bearer ${forged(world, ada.token, -10)}` };
          expect((await ask(route, id, nobody, expired)).status).toBe(401);
        }

        expect(
          await Promise.all(people[1]!.stores.map(({ id }) => Promise.all([bob.tenant(id), bob.runs(id)]))),
        ).toEqual(before);
        if ((route.path === DISCONNECT && route.method === 'DELETE') || REFUSED_ONLY.includes(route)) return;
        // what was refused above is allowed to whom it belongs
        expect(
          (await ask(route, own, nobody, { authorization: `Bearer ${forged(world, ada.token, 60)}` })).status,
        ).toBeLessThan(300);
        expect((await ask(route, own, ada)).status).toBeLessThan(300);
        await ada.settled(own);
      },
    );

    test('A2: each role may what the table says, on every route, and what was taken away ends at once', async () => {
      const [{ browser: ada, stores: owned }, { browser: bob }] = people as [(typeof people)[0], (typeof people)[0]];
      const [{ id }] = owned as [(typeof owned)[0]];
      const { user } = await bob.get<{ user: { id: string } }>('/api/auth/me');
      const member = { tenantId: id, userId: user.id };
      const { Membership } = world.db.models;
      // to disconnect comes last
      const routes = [...ABOUT_A_STORE].sort(
        (a, b) => Number(a === stores.disconnect) - Number(b === stores.disconnect),
      );
      for (const route of routes) {
        for (const role of ROLES) {
          await Membership.destroy({ where: member });
          await Membership.create({ ...member, role });
          const { status } = await ask(route, id, bob);
          const told = [route.method, route.path, role, status];
          const needed = permissionOf(route);
          if (needed && !permits(role, needed)) expect(told).toEqual([route.method, route.path, role, 403]);
          // a thing of the store that does not exist is not found
          else expect([told, status < 300 || (/:id\/.*:/.test(route.path) && status === 404)]).toEqual([told, true]);
        }
        await Membership.destroy({ where: member });
        expect((await ask(route, id, bob)).status).toBe(404);
        await Membership.create({ ...member, role: 'admin', waitingSince: new Date() });
        expect((await ask(route, id, bob)).status).toBe(route.access === 'member' ? 204 : 404);
        await Membership.destroy({ where: member });
      }
      await ada.settled(id);
    });

    test('A1: whatever is not public asks who is there', async () => {
      const nobody = new Browser(() => world.url, world.said);
      const expired = { authorization: `Bearer ${forged(world, people[0]!.browser.token, -10)}` };
      const guarded = CONTRACTS.filter(({ access }) => access === 'user' || access === 'account');
      expect(guarded.length).toBeGreaterThan(15);
      for (const route of guarded) {
        const path = route.path.replaceAll(/:\w+/g, '1');
        for (const headers of [{}, expired]) {
          const { status } = await nobody.call(route.method, path, undefined, headers);
          expect([route.path, status]).toEqual([route.path, 401]);
        }
      }
      // what anyone may ask is a list that was thought about
      expect(
        CONTRACTS.filter(({ access }) => access === 'public')
          .map(({ path }) => path)
          .sort(),
      ).toEqual([
        '/api/auth/email/confirm',
        '/api/auth/login',
        '/api/auth/password-reset',
        '/api/auth/password-reset/confirm',
        '/api/auth/register',
        '/api/auth/second-factor',
        '/api/config',
        '/api/invitations/read',
        '/api/shopify/callback',
      ]);
    });
  });
});

/** The same token with another end, signed with the server's own secret. */
function forged({ config }: World, token: string, secondsLeft: number): string {
  const secret = config.jwtSecrets[0]!;
  const [head, claims] = token
    .split('.', 2)
    .map((part) => JSON.parse(Buffer.from(part, 'base64url').toString()) as object);
  expect(head).toMatchObject({ kid: createHash('sha256').update(`kid:${secret}`).digest('hex').slice(0, 12) });
  const exp = Math.floor(Date.now() / 1000) + secondsLeft;
  const body = [head, { ...claims, exp }]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  return `${body}.${createHmac('sha256', secret).update(body).digest('base64url')}`;
}
