import type { AuditEntry, Member } from '@xeno/contracts';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Answer, Browser, consent, onEachDatabase, startWorld, type World } from './world.ts';
import { startMailbox } from './mailbox.ts';

interface Invited {
  invitation: { id: string; expiresAt: string };
  link: string | null;
}

onEachDatabase('teams', (engine) => {
  let world: World;
  let ada: Browser;
  let shops = 0;
  beforeAll(async () => {
    world = await startWorld(engine, { sandbox: { size: 40 } });
    ada = await world.register();
  });
  afterAll(() => world?.close());

  const newShop = () => `team-${++shops}.myshopify.com`;
  const userIdOf = async (browser: Browser) => (await browser.get<{ user: { id: string } }>('/api/auth/me')).user.id;
  const invite = (by: Browser, id: string, email: string, role: string, more: object = {}) =>
    by.call<Invited>('POST', `/api/tenants/${id}/invitations`, { email, role, ...more });
  const tokenOf = (answer: Answer<Invited>) => answer.body.link!.split('#')[1]!;
  const accept = (who: Browser, token: string) =>
    who.call<{ tenantIds: string[]; code: string }>('POST', '/api/invitations/accept', { token });
  const members = async (by: Browser, id: string) =>
    (await by.get<{ data: Member[] }>(`/api/tenants/${id}/members`)).data;
  /** Somebody new with a role in a store. */
  async function join(id: string, role: string, by = ada): Promise<Browser> {
    const browser = await world.register();
    expect((await accept(browser, tokenOf(await invite(by, id, browser.email, role)))).status).toBe(200);
    return browser;
  }

  test('A30: an invitation: hashed, single use, bound to the address, expiring, withdrawn, replaced', async () => {
    const id = await ada.fill(newShop());
    const [bob, eve] = [await world.register(), await world.register()];
    const first = tokenOf(await invite(ada, id, bob.email.toUpperCase(), 'analyst'));
    const answer = await invite(ada, id, bob.email, 'store_manager');
    expect([answer.status, answer.body.link]).toEqual([201, expect.stringContaining(`${world.url}/invitation#`)]);
    const token = tokenOf(answer);
    expect(JSON.stringify(await world.db.read('SELECT * FROM invitations'))).not.toContain(token);

    const nobody = new Browser(() => world.url, world.said);
    const read = (given: string) => nobody.call('POST', '/api/invitations/read', { token: given });
    expect((await read(token)).body).toMatchObject({ email: bob.email, role: 'store_manager', invitedBy: 'Ada' });
    for (const wrong of [first, `${token}x`, 'x']) {
      expect((await read(wrong)).body).toMatchObject({ status: 403, code: 'invitation_invalid' });
      expect((await accept(bob, wrong)).status).toBe(403);
    }
    expect((await accept(eve, token)).body).toMatchObject({ status: 403, code: 'invitation_for_another' });
    expect((await nobody.call('POST', '/api/invitations/accept', { token })).status).toBe(401);
    const both = await Promise.all([accept(bob, token), accept(bob, token)]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 403]);
    expect((await bob.tenant(id)).role).toBe('store_manager');
    expect((await accept(bob, token)).status).toBe(403);
    expect((await invite(ada, id, bob.email, 'admin')).body).toMatchObject({ status: 409, code: 'is_member' });

    const withdrawn = await invite(ada, id, eve.email, 'analyst');
    const { data } = await ada.get<{ data: { id: string }[] }>(`/api/tenants/${id}/invitations`);
    expect(data.map((each) => each.id)).toEqual([withdrawn.body.invitation.id]);
    const path = `/api/tenants/${id}/invitations/${withdrawn.body.invitation.id}`;
    expect((await ada.call('DELETE', path)).status).toBe(204);
    expect((await ada.call('DELETE', path)).body).toMatchObject({ status: 409, code: 'invitation_ended' });
    expect((await ada.call('DELETE', `${path}0`)).status).toBe(404);
    expect((await accept(eve, tokenOf(withdrawn))).status).toBe(403);

    const old = await invite(ada, id, eve.email, 'analyst');
    await world.db.transaction((tx) =>
      tx.run('UPDATE invitations SET expires_at = ? WHERE id = ?', [new Date(), BigInt(old.body.invitation.id)]),
    );
    expect((await accept(eve, tokenOf(old))).status).toBe(403);
    expect((await eve.get<{ data: unknown[] }>('/api/tenants')).data).toEqual([]);
  });

  test('A1: one invitation to several stores, and to none of others', async () => {
    const [one, two] = [await ada.connect(newShop()), await ada.connect(newShop())];
    const eve = await world.register();
    const hers = await eve.connect(newShop());
    const bob = await world.register();
    const refused = await invite(ada, one, bob.email, 'analyst', { tenantIds: [hers] });
    expect(refused.status).toBe(404);
    expect(refused.text).toBe((await invite(ada, one, bob.email, 'analyst', { tenantIds: ['1'] })).text);
    // a member of another store is none of this one
    expect((await invite(ada, one, eve.email, 'analyst')).status).toBe(201);
    const answer = await invite(ada, one, bob.email, 'analyst', { tenantIds: [two, one] });
    expect((await accept(bob, tokenOf(answer))).body.tenantIds).toEqual([one, two]);
    expect((await bob.get<{ data: { id: string }[] }>('/api/tenants')).data.map(({ id }) => id)).toEqual([one, two]);
    for (const id of [one, two, hers]) await (id === hers ? eve : ada).settled(id);
  });

  test('A3: nobody raises their own role, and the last admin stays one', async () => {
    const id = await ada.fill(newShop());
    const bob = await join(id, 'store_manager');
    const [adas, bobs] = [await userIdOf(ada), await userIdOf(bob)];
    const role = (by: Browser, userId: string, to: unknown) =>
      by.call('PATCH', `/api/tenants/${id}/members/${userId}`, { role: to });
    expect((await role(bob, bobs, 'admin')).status).toBe(403);
    expect((await role(ada, bobs, 'owner')).status).toBe(400);
    expect(
      (await ada.call('PATCH', `/api/tenants/${id}/members/${bobs}`, { role: 'admin', userId: adas })).status,
    ).toBe(400);
    for (const answer of [
      await role(ada, adas, 'analyst'),
      await ada.call('DELETE', `/api/tenants/${id}/members/${adas}`),
      await ada.call('POST', `/api/tenants/${id}/leave`),
    ]) {
      expect(answer.body).toMatchObject({ status: 409, code: 'last_admin' });
    }
    expect((await ada.tenant(id)).role).toBe('admin');
    // a program that may look must not give up what its user has
    const made = await ada.call<{ token: string }>('POST', '/api/auth/tokens', {
      name: 'A report',
      role: 'analyst',
      tenantIds: [id],
      expiresInDays: 1,
    });
    const program = { authorization: `Bearer ${made.body.token}` };
    expect((await ada.call('GET', `/api/tenants/${id}`, undefined, program)).body).toMatchObject({ role: 'analyst' });
    const seen = await ada.call<{ data: { id: string; role: string }[] }>('GET', '/api/tenants', undefined, program);
    expect(seen.body.data.map((store) => [store.id, store.role])).toEqual([[id, 'analyst']]);
    const byProgram = await ada.call('POST', `/api/tenants/${id}/leave`, undefined, program);
    expect(byProgram.body).toMatchObject({ status: 403, code: 'session_required' });
    // two admins who leave at once: one of them stays
    expect((await role(ada, bobs, 'admin')).status).toBe(200);
    const left = await Promise.all([ada, bob].map((who) => who.call('POST', `/api/tenants/${id}/leave`)));
    expect(left.map(({ status }) => status).sort()).toEqual([204, 409]);
    const stays = left[0]!.status === 409 ? ada : bob;
    expect((await members(stays, id)).map(({ role }) => role)).toEqual(['admin']);
    expect((await role(stays, '12345', 'analyst')).status).toBe(404);
  });

  test('A4: a changed role and a removal count from the next request on; what they gave others ends', async () => {
    const id = await ada.fill(newShop());
    const bob = await join(id, 'admin');
    const bobs = await userIdOf(bob);
    const eve = await world.register();
    const pending = tokenOf(await invite(bob, id, eve.email, 'admin'));
    const path = `/api/tenants/${id}/members/${bobs}`;
    expect((await ada.call('PATCH', path, { role: 'analyst' })).status).toBe(200);
    expect((await bob.call('POST', `/api/tenants/${id}/sync`)).status).toBe(403);
    expect((await accept(eve, pending)).status).toBe(403);
    expect((await ada.call('PATCH', path, { role: 'admin' })).status).toBe(200);
    const own = await bob.fill(newShop());
    const made = await bob.call<{ token: string }>('POST', '/api/auth/tokens', {
      name: 'A report',
      role: 'admin',
      tenantIds: [id, own],
      expiresInDays: 1,
    });
    const byToken = (store = id) =>
      bob.call('GET', `/api/tenants/${store}`, undefined, { authorization: `Bearer ${made.body.token}` });
    expect((await byToken()).status).toBe(200);
    expect((await ada.call('DELETE', path)).status).toBe(204);
    expect((await bob.call('GET', `/api/tenants/${id}`)).status).toBe(404);
    expect((await ada.call('DELETE', path)).status).toBe(404);
    // whoever comes back begins anew
    expect((await accept(bob, tokenOf(await invite(ada, id, bob.email, 'admin')))).status).toBe(200);
    expect((await byToken()).status).toBe(404);
    expect((await byToken(own)).status).toBe(200);

    const carl = await join(id, 'admin');
    const his = tokenOf(await invite(carl, id, eve.email, 'admin'));
    expect((await ada.call('DELETE', `/api/tenants/${id}/members/${await userIdOf(carl)}`)).status).toBe(204);
    expect((await accept(eve, his)).status).toBe(403);
  });

  test('an analyst sees figures without persons', async () => {
    const id = await ada.fill(newShop());
    const [bob, manager] = [await join(id, 'analyst'), await join(id, 'store_manager')];
    const full = (await ada.topCustomers(id)).data;
    expect(full.some(({ name, email }) => name !== null && email !== null)).toBe(true);
    expect((await manager.topCustomers(id)).data).toEqual(full);
    expect((await bob.topCustomers(id)).data).toEqual(
      full.map((customer) => ({ ...customer, name: null, email: null, masked: true })),
    );
    // neither in whatever else an analyst is answered
    const persons = full.flatMap(({ name, email }) => [name, email]).filter((text) => text !== null);
    const words = 'orders/create quotes its body';
    await world.db.sequelize.query('UPDATE webhook_events SET error = $words WHERE tenant_id = $id', {
      bind: { words, id },
    });
    persons.push(words);
    expect((await manager.call('GET', `/api/tenants/${id}/webhooks`)).text).toContain(words);
    for (const path of ['sync-runs', 'webhooks', 'webhooks/summary', 'reconciliations', '']) {
      const { status, text } = await bob.call('GET', `/api/tenants/${id}/${path}`.replace(/\/$/, ''));
      expect(status).toBe(200);
      for (const person of persons) expect(text).not.toContain(person);
    }
    expect((await bob.call('GET', `/api/tenants/${id}/webhooks/any`)).status).toBe(403);
  });

  test('a store is handed over: the other one owns it, one stays as store manager', async () => {
    const id = await ada.fill(newShop());
    const bob = await join(id, 'analyst');
    const bobs = await userIdOf(bob);
    expect((await bob.call('POST', `/api/tenants/${id}/members/${bobs}/hand-over`)).status).toBe(403);
    expect((await ada.call('POST', `/api/tenants/${id}/members/${bobs}/hand-over`)).body).toMatchObject({
      role: 'admin',
    });
    expect([(await ada.tenant(id)).role, (await bob.tenant(id)).role]).toEqual(['store_manager', 'admin']);
    // to who waits to be confirmed nothing is handed over
    const carl = await join(id, 'analyst', bob);
    const carls = await userIdOf(carl);
    await world.db.models.Membership.update({ waitingSince: new Date() }, { where: { tenantId: id, userId: carls } });
    const refused = await bob.call('POST', `/api/tenants/${id}/members/${carls}/hand-over`);
    expect(refused.body).toMatchObject({ status: 409, code: 'waiting' });
    expect((await bob.call('DELETE', `/api/tenants/${id}`)).status).toBe(204);
  });

  test('a second factor may be demanded of all members', async () => {
    const id = await ada.fill(newShop());
    const bob = await join(id, 'analyst');
    const demand = (requiresSecondFactor: boolean) =>
      ada.call('PATCH', `/api/tenants/${id}/security`, { requiresSecondFactor });
    expect((await demand(true)).body).toMatchObject({ status: 409, code: 'no_second_factor' });
    await world.db.models.User.update({ totpConfirmedAt: new Date() }, { where: { id: await userIdOf(ada) } });
    expect((await demand(true)).status).toBe(200);
    expect((await bob.call('GET', `/api/tenants/${id}`)).body).toMatchObject({
      status: 403,
      code: 'second_factor_required',
    });
    expect((await bob.get<{ data: unknown[] }>('/api/tenants')).data).toMatchObject([
      { id, requiresSecondFactor: true, lacksSecondFactor: true },
    ]);
    // to leave needs none
    const carl = await join(id, 'analyst');
    expect((await carl.call('POST', `/api/tenants/${id}/leave`)).status).toBe(204);
    expect((await carl.get<{ data: unknown[] }>('/api/tenants')).data).toEqual([]);
    const handOver = async () => ada.call('POST', `/api/tenants/${id}/members/${await userIdOf(bob)}/hand-over`);
    expect((await handOver()).body).toMatchObject({ status: 409, code: 'no_second_factor' });
    await world.db.models.User.update({ totpConfirmedAt: new Date() }, { where: { id: await userIdOf(bob) } });
    expect(await bob.tenant(id)).toMatchObject({ role: 'analyst', lacksSecondFactor: false });
    expect((await demand(false)).status).toBe(200);
    await world.db.models.User.update({ totpConfirmedAt: null }, { where: {} });
  });

  test('who agrees to an installation joins only if invited; others are told whom to ask', async () => {
    const shop = newShop();
    const id = await ada.fill(shop);
    const bob = await world.register();
    const refused = async () => {
      const landing = await bob.call('GET', await consent(await bob.begin(shop)));
      return Object.fromEntries(new URL(landing.headers.get('location')!, world.url).searchParams);
    };
    expect(await refused()).toEqual({ code: 'shop_owned_by_another', shop, ask: 'p•••@e•••.com' });

    await invite(ada, id, bob.email, 'analyst');
    expect(await bob.connect(shop)).toBe(id);
    expect((await bob.tenant(id)).role).toBe('analyst');
    expect((await ada.tenant(id)).role).toBe('admin');
    expect((await ada.get<{ data: unknown[] }>(`/api/tenants/${id}/invitations`)).data).toEqual([]);
    // an analyst is no admin: to connect it again is for who is
    const asked = await world.tokenRequests(shop, async () =>
      expect(await refused()).toEqual({ code: 'admin_needed', shop }),
    );
    expect(asked).toBe(0);
    await ada.settled(id);
  });

  test('a demand for a second factor lasts through a reinstallation, unless it would lock out who reinstalls', async () => {
    const shop = newShop();
    const id = await ada.fill(shop);
    const { Tenant, User } = world.db.models;
    const uninstall = () => Tenant.update({ status: 'uninstalled', accessToken: null }, { where: { id } });
    const ended = async () =>
      (await ada.get<{ data: unknown[] }>(`/api/tenants/${id}/audit-log?action=store.second_factor_not_demanded`)).data;
    await Tenant.update({ requiresSecondFactor: true }, { where: { id } });
    await User.update({ totpConfirmedAt: new Date() }, { where: { id: await userIdOf(ada) } });
    await uninstall();
    expect(await ada.connect(shop)).toBe(id);
    expect(await ada.tenant(id)).toMatchObject({ role: 'admin', requiresSecondFactor: true });
    expect(await ended()).toEqual([]);

    await User.update({ totpConfirmedAt: null }, { where: {} });
    await uninstall();
    expect(await ada.connect(shop)).toBe(id);
    expect(await ada.tenant(id)).toMatchObject({ role: 'admin', requiresSecondFactor: false });
    expect(await ended()).toHaveLength(1);
    await ada.settled(id);
  });

  test('after an uninstallation, or without an admin, who agrees is admin, and the others wait', async () => {
    const shop = newShop();
    const id = await ada.fill(shop);
    const carl = await join(id, 'analyst');
    const bob = await world.register();
    const invited = await world.register();
    const pending = tokenOf(await invite(ada, id, invited.email, 'admin'));
    await world.db.models.Tenant.update({ status: 'uninstalled', accessToken: null }, { where: { id } });
    expect(await bob.connect(shop)).toBe(id);
    expect((await accept(invited, pending)).status).toBe(403);
    for (const before of [ada, carl]) {
      expect((await before.call('GET', `/api/tenants/${id}`)).status).toBe(404);
      const listed = await before.get<{ data: { id: string }[]; waiting: { tenantId: string; shopDomain: string }[] }>(
        '/api/tenants',
      );
      expect(listed.data.map((each) => each.id)).not.toContain(id);
      expect(listed.waiting).toContainEqual(expect.objectContaining({ tenantId: id, shopDomain: shop }));
    }
    const waiting = (await members(bob, id)).filter(({ waitingSince }) => waitingSince !== null);
    expect(waiting.map(({ email }) => email).sort()).toEqual([ada.email, carl.email].sort());
    const asked = await world.tokenRequests(shop, async () => {
      const back = await carl.call('GET', await consent(await carl.begin(shop)));
      expect(back.headers.get('location')).toContain('code=confirmation_pending');
    });
    expect(asked).toBe(0);
    const path = `/api/tenants/${id}/members/${await userIdOf(carl)}`;
    expect((await bob.call('POST', `${path}/confirm`)).status).toBe(200);
    expect((await carl.tenant(id)).role).toBe('analyst');
    expect((await carl.get<{ waiting: unknown[] }>('/api/tenants')).waiting).toEqual([]);

    expect((await ada.call('POST', `/api/tenants/${id}/leave`)).status).toBe(204);
    expect((await ada.get<{ waiting: { shopDomain: string }[] }>('/api/tenants')).waiting).not.toContainEqual(
      expect.objectContaining({ shopDomain: shop }),
    );
    expect((await ada.call('POST', `/api/tenants/${id}/leave`)).status).toBe(404);

    // no admin is left
    await world.db.models.Membership.destroy({ where: { tenantId: id, userId: await userIdOf(bob) } });
    const dora = await world.register();
    const landing = await dora.call('GET', await consent(await dora.begin(shop)));
    expect(landing.headers.get('location')).toBe(`/stores/${id}`);
    expect((await dora.tenant(id)).role).toBe('admin');
    expect((await carl.call('GET', `/api/tenants/${id}`)).status).toBe(404);
    await dora.settled(id);
  });

  test('an account is deleted: alone its stores are disconnected, with others somebody else must be admin first', async () => {
    const password = 'correct horse battery';
    const eve = await world.register();
    const bob = await world.register();
    const [shared, alone, disconnected] = [
      await eve.fill(newShop()),
      await eve.fill(newShop()),
      await eve.fill(newShop()),
    ];
    await eve.call('DELETE', `/api/tenants/${disconnected}`);
    const waiting = await join(alone, 'analyst', eve);
    await world.db.models.Membership.update(
      { waitingSince: new Date() },
      { where: { tenantId: alone, userId: await userIdOf(waiting) } },
    );
    await accept(bob, tokenOf(await invite(eve, shared, bob.email, 'analyst')));
    const pending = tokenOf(await invite(eve, shared, 'carl@example.com', 'analyst'));
    const made = await eve.call<{ token: string }>('POST', '/api/auth/tokens', {
      name: 'A report',
      role: 'admin',
      tenantIds: [shared],
      expiresInDays: 1,
    });
    const program = { authorization: `Bearer ${made.body.token}` };
    const remove = (given: string, headers = {}) =>
      eve.call<{ code: string; detail: string }>('POST', '/api/auth/me/delete', { password: given }, headers);

    expect((await remove('wrong')).status).toBe(400);
    expect((await remove(password, program)).body).toMatchObject({ status: 403, code: 'session_required' });
    const refused = await remove(password);
    expect(refused.body).toMatchObject({ status: 409, code: 'last_admin' });
    expect(refused.body.detail).toContain((await bob.tenant(shared)).storeName);
    expect([(await eve.tenant(alone)).status, (await eve.tenant(shared)).role]).toEqual(['connected', 'admin']);

    const bobs = await userIdOf(bob);
    expect((await eve.call('POST', `/api/tenants/${shared}/members/${bobs}/hand-over`)).status).toBe(200);
    const eves = await userIdOf(eve);
    const { shopDomain } = await eve.tenant(alone);
    expect(world.sandbox.control.subscriptions(shopDomain)).not.toEqual([]);
    expect((await remove(password)).status).toBe(204);

    // nothing opens it any more, and the address is free
    for (const headers of [{}, program]) {
      expect((await eve.call('GET', '/api/auth/me', undefined, headers)).status).toBe(401);
    }
    const nobody = new Browser(() => world.url, world.said);
    const login = { email: eve.email, password };
    expect((await nobody.call('POST', '/api/auth/login', login)).body).toMatchObject({ code: 'wrong_credentials' });
    const tables = ['sessions', 'api_tokens', 'recovery_codes', 'memberships', 'one_time_tokens', 'oauth_states'];
    for (const table of tables) {
      expect(await world.db.read(`SELECT * FROM ${table} WHERE user_id = ?`, [BigInt(eves)])).toEqual([]);
    }
    expect(JSON.stringify(await world.db.read('SELECT * FROM users'))).not.toContain(eve.email);
    await nobody.register(eve.email);
    expect((await nobody.get<{ data: unknown[] }>('/api/tenants')).data).toEqual([]);

    // what becomes of the stores
    const [row] = await world.db.read<object>('SELECT status, access_token FROM tenants WHERE id = ?', [BigInt(alone)]);
    expect(row).toEqual({ status: 'disconnected', access_token: null });
    expect(world.sandbox.control.subscriptions(shopDomain)).toEqual([]);
    expect(await bob.tenant(shared)).toMatchObject({ role: 'admin', status: 'connected' });
    expect((await members(bob, shared)).map(({ userId }) => userId)).toEqual([bobs]);
    expect((await accept(nobody, pending)).status).toBe(403);
    const [entry] = (await bob.get<{ data: AuditEntry[] }>(`/api/tenants/${shared}/audit-log`)).data;
    expect(entry).toMatchObject({ action: 'member.left', subject: eves, detail: { accountDeleted: true } });
    expect(JSON.stringify(entry)).not.toContain(eve.email);
    // whoever may install apps there goes on with it
    expect(await nobody.connect(shopDomain)).toBe(alone);
    expect((await nobody.tenant(alone)).role).toBe('admin');
    expect((await waiting.call('GET', `/api/tenants/${alone}`)).status).toBe(404);
    await nobody.settled(alone);
  });

  test('an uninstallation stays one, whoever disconnects the store after it or before', async () => {
    const shop = newShop();
    const id = await ada.fill(shop);
    const status = async () => (await ada.tenant(id)).status;
    const until = async (wanted: string) => {
      while ((await status()) !== wanted) await delay(50);
    };
    world.sandbox.control.uninstall(shop);
    await until('uninstalled');
    expect((await ada.call('DELETE', `/api/tenants/${id}`)).status).toBe(204);
    expect(await status()).toBe('uninstalled');
    expect((await ada.get<{ data: unknown[] }>(`/api/tenants/${id}/audit-log?action=store.disconnected`)).data).toEqual(
      [],
    );
    const bob = await world.register();
    await delay(1100); // installed in another second of Shopify's clock
    expect(await bob.connect(shop)).toBe(id);
    await bob.settled(id);

    // Shopify tells the app of it, not the store's own address, whose subscriptions are gone
    expect((await bob.call('DELETE', `/api/tenants/${id}`)).status).toBe(204);
    expect((await bob.tenant(id)).status).toBe('disconnected');
    const uri = `${world.url}/api/shopify/webhooks`;
    world.sandbox.control.sendWebhook(shop, { topic: 'app/uninstalled', body: { id: 1, myshopify_domain: shop }, uri });
    while ((await bob.tenant(id)).status !== 'uninstalled') await delay(50);
    expect(await ada.connect(shop)).toBe(id);
    await ada.settled(id);
  });

  test('what ends with a role is in the audit log, and what changes nothing is not', async () => {
    const id = await ada.fill(newShop());
    const bob = await join(id, 'admin');
    const [adas, bobs] = [await userIdOf(ada), await userIdOf(bob)];
    const log = async () => (await bob.get<{ data: AuditEntry[] }>(`/api/tenants/${id}/audit-log?limit=50`)).data;
    const before = (await log()).length;
    const nothing = [
      ['POST', `members/${bobs}/confirm`, {}],
      ['PATCH', `members/${bobs}`, { role: 'admin' }],
      ['PATCH', 'security', { requiresSecondFactor: false }],
    ] as const;
    for (const [method, path, body] of nothing) {
      expect((await ada.call(method, `/api/tenants/${id}/${path}`, body)).status).toBe(200);
    }
    expect((await log()).length).toBe(before);

    const carl = await world.register();
    await invite(ada, id, carl.email, 'analyst');
    expect((await bob.call('PATCH', `/api/tenants/${id}/members/${adas}`, { role: 'analyst' })).status).toBe(200);
    await invite(bob, id, carl.email, 'analyst');
    expect((await bob.call('PATCH', `/api/tenants/${id}/members/${adas}`, { role: 'admin' })).status).toBe(200);
    expect((await bob.call('POST', `/api/tenants/${id}/members/${adas}/hand-over`)).status).toBe(200);
    expect((await ada.get<{ data: unknown[] }>(`/api/tenants/${id}/invitations`)).data).toEqual([]);
    const all = (await ada.get<{ data: AuditEntry[] }>(`/api/tenants/${id}/audit-log?limit=50`)).data;
    // what is done at once has no order
    const noted = all.slice(0, all.length - before).map(({ action, subjectName }) => `${action} ${subjectName}`);
    expect(noted.sort()).toEqual([
      `invitation.revoked ${carl.email}`,
      `invitation.revoked ${carl.email}`,
      `member.invited ${carl.email}`,
      `member.invited ${carl.email}`,
      `member.role_changed Ada <${ada.email}>`,
      `member.role_changed Ada <${ada.email}>`,
      `store.handed_over Ada <${ada.email}>`,
    ]);
    // an account that is deleted leaves no address behind
    const dora = await join(id, 'store_manager');
    const { email } = dora;
    const password = 'correct horse battery';
    expect((await dora.call('POST', '/api/auth/me/delete', { password })).status).toBe(204);
    const left = await ada.call('GET', `/api/tenants/${id}/audit-log?limit=50`);
    expect(left.text).toContain('Deleted account');
    expect(left.text).not.toContain(email);
    expect((await world.db.read('SELECT id FROM invitations WHERE email = ?', [email])).length).toBe(0);
  });

  test('A23: the audit log tells who did what from where, filtered and exported; no formula gets into a spreadsheet', async () => {
    const id = await ada.fill(newShop());
    const bob = await join(id, 'analyst');
    await ada.call('PATCH', '/api/auth/me', { name: '=cmd|calc' });
    const bobs = await userIdOf(bob);
    await ada.call('PATCH', `/api/tenants/${id}/members/${bobs}`, { role: 'store_manager' });
    await ada.syncAndWait(id);
    await ada.call('DELETE', `/api/tenants/${id}/members/${bobs}`);
    const log = async (query = '') =>
      (
        await ada.get<{ data: AuditEntry[]; nextCursor: string | null }>(
          `/api/tenants/${id}/audit-log?limit=50${query}`,
        )
      ).data;
    const all = await log();
    expect(all.map(({ action }) => action)).toEqual([
      'member.removed',
      'sync.requested',
      'member.role_changed',
      'member.joined',
      'member.invited',
      'store.connected',
    ]);
    expect(all[2]).toMatchObject({
      userId: await userIdOf(ada),
      userEmail: ada.email,
      subject: bobs,
      detail: { from: 'analyst', to: 'store_manager' },
      address: '127.0.0.1',
    });
    expect((await log('&action=member.')).length).toBe(4);
    const people = await ada.get<{ data: { userId: string }[] }>(`/api/tenants/${id}/audit-log/people`);
    expect(people.data.map(({ userId }) => userId)).toEqual([await userIdOf(ada), bobs]);
    expect((await log(`&user_id=${bobs}`)).map(({ action }) => action)).toEqual(['member.joined']);
    expect((await log(`&from=${encodeURIComponent(all[1]!.happenedAt)}`)).length).toBe(2);
    expect((await log(`&to=${encodeURIComponent(all[1]!.happenedAt)}`)).length).toBe(4);
    for (const wrong of ['from=yesterday', "action=%25' OR 1=1", 'tenant_id=1']) {
      const { status, body } = await ada.call<{ data?: unknown[] }>('GET', `/api/tenants/${id}/audit-log?${wrong}`);
      expect([400, 200]).toContain(status);
      if (status === 200) expect(body.data).toEqual([]);
    }
    const table = await ada.call('GET', `/api/tenants/${id}/audit-log/export?action=member.`);
    expect(table.headers.get('content-type')).toMatch(/^text\/csv/);
    expect(table.text.trim().split('\n')).toHaveLength(5);
    expect(table.text).toContain("'=cmd|calc");
    expect(table.text).not.toMatch(/(^|[,"\n])=cmd/);
    for (const by of [bob, await join(id, 'store_manager')]) {
      expect([403, 404]).toContain((await by.call('GET', `/api/tenants/${id}/audit-log/export`)).status);
    }
  });
});

onEachDatabase('invitations by e-mail', (engine) => {
  test('are sent to the address, and shown to nobody else', async () => {
    const mailbox = await startMailbox();
    const world = await startWorld(engine, {
      sandbox: { size: 20 },
      env: { SMTP_URL: mailbox.url, APP_URL: 'http://xeno.example.com', INVITATIONS_PER_USER: '3' },
    });
    try {
      const ada = await world.register();
      await ada.call('PATCH', '/api/auth/me', { name: 'Ada\nBcc: all@example.com' });
      const id = await tenantOf(world, ada);
      const answer = await ada.call<Invited>('POST', `/api/tenants/${id}/invitations`, {
        email: 'bob@example.com',
        role: 'analyst',
      });
      expect([answer.status, answer.body.link]).toEqual([201, null]);
      const token = await mailbox.link('bob@example.com');
      const mail = mailbox.to('bob@example.com')[0]!;
      expect(mail).toContain(`http://xeno.example.com/invitation#${token}`);
      expect(mail).not.toMatch(/^Bcc/im);
      expect(world.said.join('\n')).not.toContain(token);
      const bob = new Browser(() => world.url);
      await bob.register('bob@example.com');
      expect((await bob.call('POST', '/api/invitations/accept', { token })).status).toBe(200);
      // nobody is a sender of mails without end
      const sent: number[] = [];
      for (let i = 0; i < 3; i++) {
        const body = { email: `somebody${i}@example.com`, role: 'analyst' };
        sent.push((await ada.call('POST', `/api/tenants/${id}/invitations`, body)).status);
      }
      expect(sent).toEqual([201, 201, 429]);
    } finally {
      await world.close();
      await mailbox.close();
    }
  });
});

/** A store of somebody's that no Shopify knows. */
async function tenantOf(world: World, owner: Browser): Promise<string> {
  const { user } = await owner.get<{ user: { id: string } }>('/api/auth/me');
  const tenant = await world.db.models.Tenant.create({
    id: '77',
    userId: user.id,
    shopDomain: 'a-shop.myshopify.com',
    storeName: 'A shop',
    accessToken: null,
    accessTokenExpiresAt: null,
    refreshToken: null,
    refreshTokenExpiresAt: null,
    scopes: '',
    currency: null,
    timezone: null,
    apiVersion: null,
    status: 'disconnected',
    statusReason: null,
  });
  await world.db.models.Membership.create({ tenantId: tenant.id, userId: user.id, role: 'admin' });
  return tenant.id;
}
