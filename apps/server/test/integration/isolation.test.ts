import * as contracts from '@xeno/contracts';
import { live, PERMISSIONS, privacy, type Route } from '@xeno/contracts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Param } from '../../src/db/database.ts';
import { ERASED_TABLES } from '../../src/privacy/erase-store.ts';
import { type Browser, onEachDatabase, startWorld, type World } from './world.ts';

const isRoute = (value: unknown): value is Route => typeof value === 'object' && value !== null && 'path' in value;
const ABOUT_A_STORE = Object.values(contracts)
  .flatMap((room) => Object.values(room).filter(isRoute))
  .filter(({ access }) => access === 'member' || Object.hasOwn(PERMISSIONS, access));
const nameOf = ({ method, path }: Route) => `${method} ${path}`;

/** What background work of one store writes by itself. */
const NOT_COPIED = ['upkeep', 'api_token_stores'];
const COPIED = [
  ...Object.keys(ERASED_TABLES).filter((table) => !NOT_COPIED.includes(table)),
  'tenant_state',
  'memberships',
  'audit_log',
  'webhook_events',
];
/** Without rows in these the comparison would say nothing. */
const FILLED = [
  'checkouts',
  'customer_days',
  'customers',
  'daily_sales',
  'fetch_marks',
  'findings',
  'invitations',
  'order_lines',
  'orders',
  'privacy_requests',
  'products',
  'reconciliations',
  'refunds',
  'sales',
  'stream_cursors',
  'sync_runs',
  'sync_streams',
  'audit_log',
  'memberships',
  'webhook_events',
];
const GENERATED = ['active', 'is_active'];
const HOUR = 3_600_000;

/**
 * Each row of a store is there twice more, under the same ids of Shopify and of ours, in the names of two other stores, of
 * which one comes first and one last wherever the order is by store. Whatever a statement forgets to say of whose rows it
 * means, it shows.
 */
onEachDatabase('A1: a store and its twins', (engine) => {
  let world: World;
  let ada: Browser, bob: Browser, cara: Browser, eve: Browser;
  let own: string;
  let twins: string[];
  const began = Date.now();
  const ids: Record<string, string> = { webhookId: 'seen', reconciliationId: '5', requestId: '6' };

  beforeAll(async () => {
    world = await startWorld(engine, {
      sandbox: { size: 40 },
      env: { SYNC_EVERY_SECONDS: '86400', RECONCILE_EVERY_SECONDS: '86400' },
    });
    [ada, bob, cara, eve] = [
      await world.register(),
      await world.register(),
      await world.register(),
      await world.register(),
    ];
    world.sandbox.control.createShop('own.myshopify.com', { orders: 80, seed: 5 });
    own = await ada.fill('own.myshopify.com');
    twins = [String(BigInt(own) - 1n), String(BigInt(own) + 1n)];
    for (const [who, role] of [
      [bob, 'analyst'],
      [cara, 'store_manager'],
    ] as const) {
      await world.db.models.Membership.create({ tenantId: own, userId: await userIdOf(who), role });
    }
    const path = `/api/tenants/${own}/invitations`;
    const invited = await ada.call<{ invitation: { id: string } }>('POST', path, {
      email: 'dora@example.com',
      role: 'analyst',
    });
    ids.invitationId = invited.body.invitation.id;
    ids.userId = await userIdOf(bob);
    await addRows();
  });
  afterAll(() => world?.close());

  const userIdOf = async (who: Browser) => (await who.get<{ user: { id: string } }>('/api/auth/me')).user.id;
  const run = (sql: string, params: Param[] = []) => world.db.transaction((tx) => tx.run(sql, params));

  /** Up to when webhooks are in; null: none are, and what counts is how far the syncs have come. */
  async function eventsAppliedTo(instant: Date | null): Promise<void> {
    // an answer that was kept would be given again, whatever the statement says
    const sql = 'UPDATE tenant_state SET events_applied_to = ?, changes = changes + 1 WHERE tenant_id = ?';
    await run(sql, [instant, BigInt(own)]);
  }

  /** Of what a filled store does not have yet. */
  async function addRows(): Promise<void> {
    const [now, later] = [new Date(began), new Date(began + HOUR)];
    const tenant = BigInt(own);
    const [buyer] = await world.db.read<{ id: string | number; currency: string }>(
      `SELECT o.customer_id AS id, o.currency FROM orders o JOIN customers c ON c.tenant_id = o.tenant_id
         AND c.shopify_customer_id = o.customer_id WHERE o.tenant_id = ? LIMIT 1`,
      [tenant],
    );
    await eventsAppliedTo(later);
    await run(
      `INSERT INTO checkouts (tenant_id, shopify_checkout_id, currency, total_price, contact, created_at, updated_at, local_date)
       VALUES (?, 1, ?, 500, 1, ?, ?, '2026-01-02')`,
      [tenant, buyer!.currency, new Date(now.getTime() - 2 * HOUR), now],
    );
    await run('INSERT INTO fetch_marks (tenant_id, stream, shopify_id, marked_at, due_at) VALUES (?, ?, 1, ?, ?)', [
      tenant,
      'orders',
      new Date(now.getTime() + 2 * HOUR),
      new Date(now.getTime() + 3 * HOUR),
    ]);
    await run(
      `INSERT INTO reconciliations (tenant_id, id, status, started_at, compared, findings) VALUES (?, 5, 'succeeded', ?, '{}', 1)`,
      [tenant, now],
    );
    await run(
      `INSERT INTO findings (tenant_id, reconciliation_id, position, kind, mended) VALUES (?, 5, 0, 'missing', 0)`,
      [tenant],
    );
    await run(
      `INSERT INTO privacy_requests (tenant_id, id, kind, webhook_id, customer_id, order_ids, status, requested_at, due_at)
       VALUES (?, 6, 'data_request', 'asked', ?, '[]', 'open', ?, ?)`,
      [tenant, BigInt(buyer!.id), now, later],
    );
    for (const [webhookId, status] of [
      ['seen', 'done'],
      ['given-up', 'dead'],
    ]) {
      await run(
        `INSERT INTO webhook_events (shop_domain, webhook_id, tenant_id, topic, triggered_at, received_at, status, tries, due_at, finished_at, body)
         VALUES (?, ?, ?, 'products/delete', ?, ?, ?, 1, ?, ?, '{"id":7}')`,
        ['own.myshopify.com', webhookId!, tenant, now, now, status!, now, now],
      );
    }
  }

  async function makeTwin(twin: string): Promise<void> {
    const shop = `twin-${twin}.myshopify.com`;
    const [owner, first] = [await userIdOf(eve), await userIdOf(ada)];
    const tenant = BigInt(twin);
    const columnsOf = async (table: string) =>
      Object.keys((await world.db.read<object>(`SELECT * FROM ${table} LIMIT 1`))[0] ?? {}).filter(
        (name) => !GENERATED.includes(name),
      );
    const copy = async (table: string, replaced: Record<string, Param>, where: string) => {
      const columns = await columnsOf(table);
      if (columns.length === 0) return;
      const values = columns.map((name) => (name in replaced ? '?' : name));
      await run(
        `INSERT INTO ${table} (${columns.join(', ')}) SELECT ${values.join(', ')} FROM ${table} WHERE ${where} = ?`,
        [...columns.filter((name) => name in replaced).map((name) => replaced[name]!), BigInt(own)],
      );
    };
    await copy(
      'tenants',
      {
        id: tenant,
        user_id: BigInt(owner),
        shop_domain: shop,
        webhook_key: twin,
        status: 'disconnected',
        access_token: 'x',
      },
      'id',
    );
    for (const table of COPIED) {
      const more: Record<string, Param> = table === 'webhook_events' ? { shop_domain: shop, body: 'Twin' } : {};
      await copy(table, { tenant_id: tenant, ...more }, 'tenant_id');
    }
    await run('UPDATE memberships SET user_id = ? WHERE tenant_id = ? AND user_id = ?', [
      BigInt(owner),
      tenant,
      BigInt(first),
    ]);
    for (const [table, column] of [
      ['customers', 'name'],
      ['orders', 'name'],
      ['order_lines', 'title'],
      ['findings', 'name'],
      ['reconciliations', 'error'],
      ['sync_streams', 'error'],
    ]) {
      await run(`UPDATE ${table} SET ${column} = 'Twin' WHERE tenant_id = ?`, [tenant]);
    }
    await run(`UPDATE customers SET total_spent = total_spent * 3 + 1 WHERE tenant_id = ?`, [tenant]);
    // earlier than all of the store's own
    const earliest = `(SELECT local_date FROM (SELECT MIN(local_date) AS local_date FROM daily_sales WHERE tenant_id = ?) d)`;
    await run(`UPDATE daily_sales SET local_date = '2019-01-01' WHERE tenant_id = ? AND local_date = ${earliest}`, [
      tenant,
      tenant,
    ]);
    const earlier = new Date(Date.now() - 24 * HOUR);
    await run('UPDATE stream_cursors SET applied_to = ? WHERE tenant_id = ?', [earlier, tenant]);
    await run('UPDATE fetch_marks SET marked_at = ? WHERE tenant_id = ?', [new Date(Date.now() + HOUR / 4), tenant]);
    await run('UPDATE customer_days SET customer_id = customer_id + 1 WHERE tenant_id = ?', [tenant]);
    const soon = new Date(Date.now() + HOUR / 2);
    await run(
      `INSERT INTO webhook_events (shop_domain, webhook_id, tenant_id, topic, triggered_at, received_at, status, tries, due_at, body)
       VALUES (?, 'not-own', ?, 'products/delete', ?, ?, 'pending', 1, ?, 'Twin')`,
      [shop, tenant, soon, soon, soon],
    );
    await run('UPDATE webhook_events SET finished_at = ? WHERE tenant_id = ? AND finished_at IS NOT NULL', [
      soon,
      tenant,
    ]);
    await run("UPDATE privacy_requests SET customer_id = 1, order_ids = '[1]' WHERE tenant_id = ?", [tenant]);
    await run(
      `UPDATE orders SET customer_id = (SELECT customer_id FROM (SELECT customer_id FROM privacy_requests WHERE tenant_id = ?) p)
       WHERE tenant_id = ?`,
      [BigInt(own), tenant],
    );
    // what the store itself does not have
    await run(
      `INSERT INTO reconciliations (tenant_id, id, status, started_at, compared, findings) VALUES (?, 99, 'succeeded', ?, '{}', 0)`,
      [tenant, soon],
    );
    await run(
      `INSERT INTO privacy_requests (tenant_id, id, kind, webhook_id, customer_id, order_ids, status, requested_at, due_at)
       VALUES (?, 99, 'data_request', 'not-own', 1, '[]', 'open', ?, ?)`,
      [tenant, soon, soon],
    );
    await run(
      `INSERT INTO invitations (tenant_id, id, token_hash, email, role, invited_by, created_at, expires_at)
       VALUES (?, 99, ?, 'dora@example.com', 'analyst', ?, ?, ?)`,
      [tenant, twin, BigInt(owner), soon, soon],
    );
  }

  const pathOf = (route: Route) =>
    route.path.includes(':id')
      ? route.path.replaceAll(/:(\w+)/g, (_, name: string) => (name === 'id' ? own : ids[name]!))
      : `${route.path}?tenant_id=${own}`;
  /** What may be asked again and again. */
  const READ = ABOUT_A_STORE.filter(
    (route) => route.method === 'GET' && route !== live.events && route !== privacy.downloadFile,
  );
  const PERIODS = ['', 'from=2018-01-01&to=2030-01-01'];

  async function answers(): Promise<Record<string, unknown>> {
    const told: Record<string, unknown> = { tenants: await ada.get('/api/tenants') };
    for (const route of READ) {
      const isAnalytics = route.path.startsWith('/api/analytics/');
      for (const period of isAnalytics ? PERIODS : ['']) {
        const path = `${pathOf(route)}${period && `&${period}`}`;
        const answer = await ada.call('GET', path);
        expect([path, answer.status]).toEqual([path, 200]);
        told[path] = answer.body;
      }
    }
    return told;
  }

  async function answersWithAndWithoutEvents() {
    await eventsAppliedTo(null);
    const without = await answers();
    await eventsAppliedTo(new Date(began + HOUR));
    return { without, with: await answers() };
  }

  const rowsOf = async (twin: string): Promise<Record<string, unknown[]>> => {
    const rows: Record<string, unknown[]> = {
      tenants: await world.db.read('SELECT * FROM tenants WHERE id = ?', [BigInt(twin)]),
    };
    for (const table of COPIED) {
      rows[table] = await world.db.read(`SELECT * FROM ${table} WHERE tenant_id = ?`, [BigInt(twin)]);
    }
    return rows;
  };

  test('whatever is asked about the one is answered as if the other were not there', async () => {
    const file = async () => (await ada.call('GET', pathOf(privacy.downloadFile))).body as { orders: unknown[] };
    const filed = await file();
    expect(filed.orders.length).toBeGreaterThan(0);
    const before = await answersWithAndWithoutEvents();
    for (const twin of twins) await makeTwin(twin);
    const empty = Object.entries(await rowsOf(twins[0]!)).filter(([, rows]) => rows.length === 0);
    expect(empty.map(([table]) => table).filter((table) => FILLED.includes(table))).toEqual([]);
    expect(await answersWithAndWithoutEvents()).toEqual(before);
    expect(await file()).toEqual(filed);
    const eves = await userIdOf(eve);
    for (const [method, path, body] of [
      ['GET', 'webhooks/not-own'],
      ['GET', 'reconciliations/99/findings'],
      ['GET', 'privacy-requests/99/file'],
      ['DELETE', 'invitations/99'],
      ['PATCH', `members/${eves}`, { role: 'analyst' }],
      ['POST', `members/${eves}/confirm`],
      ['POST', `members/${eves}/hand-over`],
      ['DELETE', `members/${eves}`],
    ] as const) {
      expect([path, (await ada.call(method, `/api/tenants/${own}/${path}`, body)).status]).toEqual([path, 404]);
    }
  });

  test('whatever is done to the one changes nothing of the other', async () => {
    await run("UPDATE privacy_requests SET status = 'open', finished_at = NULL");
    const before = await Promise.all(twins.map(rowsOf));
    const done = new Set<string>();
    const act = async (who: Browser, method: string, path: string, body?: object) => {
      const [, user] = /^\/members\/(\d+)/.exec(path) ?? [];
      const { status, text } = await who.call(method, `/api/tenants/${own}${path}`, body);
      expect([method, path, status < 300 ? 'done' : `${status} ${text}`]).toEqual([method, path, 'done']);
      const named = path.replace(user ?? ' ', ':userId').replace(/^\/invitations\/\d+/, '/invitations/:invitationId');
      done.add(`${method} /api/tenants/:id${named}`);
    };
    const [adas, bobs] = [await userIdOf(ada), ids.userId!];
    // of a stream that has never succeeded a sync fetches all, whatever others have
    await run("DELETE FROM stream_cursors WHERE tenant_id = ? AND stream = 'products'", [BigInt(own)]);
    await act(ada, 'POST', '/sync');
    const [stream] = await world.db.read(
      `SELECT s.kind FROM sync_streams s JOIN sync_runs r ON r.tenant_id = s.tenant_id AND r.id = s.run_id
       WHERE s.tenant_id = ? AND s.name = 'products' ORDER BY r.created_at DESC LIMIT 1`,
      [BigInt(own)],
    );
    expect(stream).toEqual({ kind: 'full' });
    await ada.settled(own);
    await ada.get(pathOf(privacy.downloadFile));
    await act(ada, 'POST', '/reconcile');
    await act(ada, 'POST', '/webhooks/replay', { status: 'dead' });
    await act(ada, 'POST', '/webhooks/replay', { webhookIds: ['seen'] });
    await act(ada, 'PATCH', `/members/${bobs}`, { role: 'store_manager' });
    await act(ada, 'POST', `/members/${bobs}/confirm`);
    await act(ada, 'PATCH', '/security', { requiresSecondFactor: false });
    await act(ada, 'DELETE', `/invitations/${ids.invitationId}`);
    await act(ada, 'POST', '/invitations', { email: 'dora@example.com', role: 'analyst' });
    await act(cara, 'POST', '/leave');
    await act(ada, 'POST', `/members/${bobs}/hand-over`);
    await act(bob, 'DELETE', `/members/${adas}`);
    await bob.settled(own);
    await act(bob, 'DELETE', '');
    const writing = ABOUT_A_STORE.filter(({ method }) => method !== 'GET').map(nameOf);
    expect([...done].sort()).toEqual(writing.sort());
    expect(await Promise.all(twins.map(rowsOf))).toEqual(before);
    for (const twin of twins) expect((await eve.tenant(twin)).role).toBe('admin');
  });

  test('a run of one is not taken for a run of another', async () => {
    const shops = ['one.myshopify.com', 'two.myshopify.com'];
    const [one] = [await eve.fill(shops[0]!)];
    world.sandbox.control.settings({ bulkDelay: 20_000 });
    const two = await eve.connect(shops[1]!);
    expect((await eve.tenant(two)).activeRun).not.toBe(null);
    const started = await eve.sync(one);
    expect((await eve.tenant(one)).activeRun?.id ?? (await eve.runs(one))[0]!.id).toBe(started.id);
    expect((await eve.runs(two)).map(({ id }) => id)).not.toContain(started.id);
    world.sandbox.control.settings({ bulkDelay: 40 });
    await eve.call('DELETE', `/api/tenants/${two}`);
    await eve.settled(one);
  });
});
