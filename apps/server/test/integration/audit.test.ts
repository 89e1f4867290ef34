import { afterAll, beforeAll, expect, test } from 'vitest';
import type { AccountEntry, AuditEntry } from '@xeno/contracts';
import { type Browser, onEachDatabase, startWorld, type World } from './world.ts';

onEachDatabase('the audit log', (engine) => {
  let world: World;
  let ada: Browser;
  let bob: Browser;
  let id: string;
  let bobs: string;
  beforeAll(async () => {
    world = await startWorld(engine, { sandbox: { size: 40 } });
    [ada, bob] = [await world.register(), await world.register()];
    id = await ada.fill('noted.myshopify.com');
    bobs = (await bob.get<{ user: { id: string } }>('/api/auth/me')).user.id;
    const invited = await invite(bob.email);
    await bob.call('POST', '/api/invitations/accept', { token: invited.link.split('#')[1] });
  });
  afterAll(() => world?.close());

  const invite = async (email: string) =>
    (
      await ada.call<{ invitation: { id: string }; link: string }>('POST', `/api/tenants/${id}/invitations`, {
        email,
        role: 'analyst',
      })
    ).body;
  const entries = async () => (await ada.get<{ data: AuditEntry[] }>(`/api/tenants/${id}/audit-log?limit=100`)).data;
  const newest = async () => (await entries())[0]!;

  test('names members, invited addresses and tokens, and nobody of another store', async () => {
    const { invitation } = await invite('carl@example.com');
    expect(await newest()).toMatchObject({ subject: invitation.id, subjectName: 'carl@example.com' });
    await ada.call('PATCH', `/api/tenants/${id}/members/${bobs}`, { role: 'store_manager' });
    expect(await newest()).toMatchObject({ subject: bobs, subjectName: `Ada <${bob.email}>` });
    const token = { name: 'A report', role: 'analyst', tenantIds: [id], expiresInDays: 1 };
    const made = await ada.call<{ apiToken: { id: string } }>('POST', '/api/auth/tokens', token);
    expect(await newest()).toMatchObject({ action: 'token.created', subjectName: 'A report' });
    await ada.syncAndWait(id);
    expect(await newest()).toMatchObject({ action: 'sync.requested', subject: id, subjectName: null });

    // an invitation and a token of the same ids, of another store
    const eve = await world.register();
    const other = await eve.fill('other.myshopify.com');
    for (const [action, subject] of [
      ['member.invited', invitation.id],
      ['token.created', made.body.apiToken.id],
    ]) {
      await world.db.transaction((tx) =>
        tx.run(
          `INSERT INTO audit_log (tenant_id, id, happened_at, user_id, action, subject, detail)
           VALUES (?, ?, ?, NULL, ?, ?, '{}')`,
          [BigInt(other), BigInt(subject!), new Date(), action!, subject!],
        ),
      );
    }
    const told = (await eve.get<{ data: AuditEntry[] }>(`/api/tenants/${other}/audit-log`)).data;
    expect(told.slice(0, 2).map(({ subjectName }) => subjectName)).toEqual([null, null]);
    const table = await ada.call('GET', `/api/tenants/${id}/audit-log/export`);
    expect(table.text).toContain('carl@example.com');
  });

  test('is asked for kinds of actions and for what a person did; a deleted account is called so', async () => {
    const carl = await world.register();
    const { link } = await invite(carl.email);
    await carl.call('POST', '/api/invitations/accept', { token: link.split('#')[1] });
    const password = 'correct horse battery';
    expect((await carl.call('POST', '/api/auth/me/delete', { password })).status).toBe(204);
    await ada.syncAndWait(id);
    const actionsOf = async (query: string) => {
      const { data } = await ada.get<{ data: AuditEntry[] }>(`/api/tenants/${id}/audit-log?limit=100&${query}`);
      return [...new Set(data.map(({ action }) => action))].toSorted();
    };
    expect(await actionsOf('action=member.invited,member.joined,invitation.')).toEqual([
      'member.invited',
      'member.joined',
    ]);
    expect(await actionsOf('action=sync.')).toEqual(['sync.requested']);
    const left = (await entries()).find(({ action }) => action === 'member.left')!;
    expect(left).toMatchObject({
      userName: 'Deleted account',
      userEmail: null,
      subjectName: 'Deleted account',
      detail: { accountDeleted: true },
    });
    expect(await actionsOf(`user_id=${left.userId}`)).toEqual(['member.joined', 'member.left']);
  });

  test('of one’s own account: told page by page to its user alone', async () => {
    const eve = await world.register();
    const log = (query = '') =>
      eve.get<{ data: AccountEntry[]; nextCursor: string | null }>(`/api/auth/audit-log${query}`);
    expect(await log()).toEqual({ data: [], nextCursor: null });
    const passwords = ['correct horse battery', 'another long one', 'correct horse battery'];
    for (let i = 0; i < 2; i++) {
      const change = { currentPassword: passwords[i], newPassword: passwords[i + 1] };
      expect((await eve.call('POST', '/api/auth/password', change)).status).toBe(204);
    }
    const all = await log();
    expect(all.data).toMatchObject([
      { action: 'account.password_changed', address: '127.0.0.1' },
      { action: 'account.password_changed' },
    ]);
    const first = await log('?limit=1');
    const second = await log(`?limit=1&cursor=${first.nextCursor}`);
    expect([...first.data, ...second.data]).toEqual(all.data);
    expect(second.nextCursor).toBe(null);
    expect((await bob.get<{ data: unknown[] }>('/api/auth/audit-log')).data).toEqual([]);
  });

  test('what cannot be noted is not done', async () => {
    const { invitation } = await invite('dora@example.com');
    await world.db.transaction((tx) =>
      tx.run(
        `INSERT INTO webhook_events (shop_domain, webhook_id, tenant_id, topic, received_at, status, tries, due_at, finished_at, body)
         VALUES ('noted.myshopify.com', 'seen', ?, 'products/delete', ?, 'dead', 1, ?, ?, '{"id":7}')`,
        [BigInt(id), new Date(), new Date(), new Date()],
      ),
    );
    const tables = [
      'api_tokens',
      'invitations',
      'memberships',
      'one_time_tokens',
      'sync_runs',
      'users',
      "webhook_events WHERE status <> 'done'",
      'upkeep',
    ];
    const rows = async () => [
      ...(await Promise.all(tables.map((table) => world.db.read(`SELECT * FROM ${table}`)))),
      await world.db.read('SELECT id, user_id, status, requires_second_factor, access_token FROM tenants'),
    ];
    // who demands a second factor has one
    await world.db.models.User.update({ totpConfirmedAt: new Date() }, { where: { email: ada.email } });
    const before = await rows();
    const rename = (from: string, to: string) =>
      world.db.transaction((tx) => tx.run(`ALTER TABLE ${from} RENAME TO ${to}`));
    await rename('audit_log', 'audit_log_away');
    const password = 'correct horse battery';
    try {
      for (const [who, method, path, body] of [
        [ada, 'POST', `/api/tenants/${id}/sync`],
        [ada, 'POST', `/api/tenants/${id}/reconcile`],
        [ada, 'POST', `/api/tenants/${id}/webhooks/replay`, { status: 'dead' }],
        [ada, 'PATCH', `/api/tenants/${id}/members/${bobs}`, { role: 'admin' }],
        [ada, 'POST', `/api/tenants/${id}/members/${bobs}/hand-over`],
        [ada, 'PATCH', `/api/tenants/${id}/security`, { requiresSecondFactor: true }],
        [ada, 'POST', `/api/tenants/${id}/invitations`, { email: 'x@example.com', role: 'admin' }],
        [ada, 'DELETE', `/api/tenants/${id}/invitations/${invitation.id}`],
        [ada, 'DELETE', `/api/tenants/${id}/members/${bobs}`],
        [bob, 'POST', `/api/tenants/${id}/leave`],
        [ada, 'POST', '/api/auth/tokens', { name: 'x', role: 'admin', tenantIds: [id], expiresInDays: 1 }],
        [ada, 'POST', '/api/auth/password', { currentPassword: password, newPassword: 'another long one' }],
        [bob, 'POST', '/api/auth/me/delete', { password }],
        [ada, 'DELETE', `/api/tenants/${id}`],
      ] as const) {
        expect([path, (await who.call(method, path, body)).status]).toEqual([path, 500]);
      }
    } finally {
      await rename('audit_log_away', 'audit_log');
    }
    expect(await rows()).toEqual(before);
  });
});
