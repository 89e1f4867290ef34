import { Secret, TOTP } from 'otpauth';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { resetUser } from '../../src/user-reset.ts';
import { readConfig } from '../../src/config.ts';
import { databases } from '../harness/databases.ts';
import { type Account, addTenant, type Frame, refreshCookie, register, startFrame } from './identity-server.ts';
import { type Mailbox, startMailbox } from './mailbox.ts';

describe.each(databases)('an account on $name', { timeout: 60_000 }, (engine) => {
  describe.skipIf(!engine.available)('of one’s own', () => {
    let frame: Frame;
    let mailbox: Mailbox;
    beforeAll(async () => {
      mailbox = await startMailbox();
      frame = await startFrame(engine, {
        SMTP_URL: mailbox.url,
        APP_URL: 'https://xeno.example.com',
        RESETS_PER_ADDRESS: '100000',
        RESETS_PER_EMAIL: '100000',
        LOGIN_FAILURES_PER_ADDRESS: '100000',
        SECOND_FACTOR_FAILURES: '4',
      });
    });
    afterAll(async () => {
      await frame?.close();
      await mailbox?.close();
    });

    const ask = (
      method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
      url: string,
      account: { bearer: object } | null = null,
      payload?: object,
    ) => frame.app.inject({ method, url: `/api/auth${url}`, headers: { ...account?.bearer }, payload });
    const login = (email: string, password: string) => ask('POST', '/login', null, { email, password });
    const loggedIn = async ({ email, password }: Account) => {
      const answer = await login(email, password);
      expect(answer.statusCode).toBe(200);
      const { accessToken } = answer.json<{ accessToken: string }>();
      return { bearer: { authorization: `Bearer ${accessToken}` }, cookie: refreshCookie(answer)! };
    };
    const works = async (account: { bearer: object }) => (await ask('GET', '/me', account)).statusCode === 200;

    test('its name may be changed', async () => {
      const ada = await register(frame);
      const answer = await ask('PATCH', '/me', ada, { name: ' Ada Lovelace ' });
      expect(answer.json()).toMatchObject({ user: { name: 'Ada Lovelace', email: ada.email }, secondFactor: false });
      expect((await ask('PATCH', '/me', ada, { name: '  ' })).statusCode).toBe(400);
      expect((await ask('PATCH', '/me', ada, { name: 'A', email: 'x@example.com' })).statusCode).toBe(400);
    });

    test('sessions are listed and ended, one or all, of oneself alone', async () => {
      const ada = await register(frame);
      const eve = await register(frame);
      const second = await loggedIn(ada);
      const third = await loggedIn(ada);
      const list = async () => {
        const answer = await ask('GET', '/sessions', ada);
        return answer.json<{ data: { id: string; current: boolean }[] }>().data;
      };
      const sessions = await list();
      expect(sessions.map(({ current }) => current).sort()).toEqual([false, false, true]);
      const [other] = sessions.filter(({ current }) => !current);
      expect((await ask('DELETE', `/sessions/${other!.id}`, eve)).statusCode).toBe(404);
      expect(await list()).toHaveLength(3);
      expect((await ask('DELETE', `/sessions/${other!.id}`, ada)).statusCode).toBe(204);
      expect((await ask('DELETE', `/sessions/${other!.id}`, ada)).statusCode).toBe(404);
      expect([await works(second), await works(third)].sort()).toEqual([false, true]);
      expect((await ask('DELETE', '/sessions?keep_current=true', ada)).statusCode).toBe(204);
      expect([await works(ada), await works(second), await works(third)]).toEqual([true, false, false]);
      const fourth = await loggedIn(ada);
      expect((await ask('DELETE', '/sessions', ada)).statusCode).toBe(204);
      expect([await works(ada), await works(fourth), await works(eve)]).toEqual([false, false, true]);
    });

    test('A7: a changed password ends all other sessions, and needs the old one', async () => {
      const ada = await register(frame);
      const other = await loggedIn(ada);
      const change = (currentPassword: string, newPassword: string) =>
        ask('POST', '/password', ada, { currentPassword, newPassword });
      expect((await change('wrong', 'a new password')).json()).toMatchObject({
        status: 400,
        errors: [{ path: 'currentPassword' }],
      });
      expect((await change(ada.password, 'short')).statusCode).toBe(400);
      expect(await works(other)).toBe(true);
      expect((await change(ada.password, 'a new password')).statusCode).toBe(204);
      expect([await works(ada), await works(other)]).toEqual([true, false]);
      expect((await login(ada.email, ada.password)).statusCode).toBe(401);
      expect((await login(ada.email, 'a new password')).statusCode).toBe(200);
      const refresh = await frame.app.inject({
        method: 'POST',
        url: '/api/auth/refresh',
        cookies: { xeno_refresh: other.cookie },
      });
      expect(refresh.statusCode).toBe(401);
      // guessing it from a session that was left open stops
      for (let i = 0; i < 10; i++) await change('wrong', 'another password');
      expect((await change('a new password', 'another password')).statusCode).toBe(429);
    });

    test('A7: no log-in with the old password outlives the change, however close they are', async () => {
      const ada = await register(frame);
      let password = ada.password;
      for (let round = 0; round < 12; round++) {
        const newPassword = `password number ${round}`;
        const changed = ask('POST', '/password', ada, { currentPassword: password, newPassword });
        await delay(round * 6);
        const answer = await login(ada.email, password);
        expect((await changed).statusCode).toBe(204);
        if (answer.statusCode === 200) {
          const { accessToken } = answer.json<{ accessToken: string }>();
          expect(await works({ bearer: { authorization: `Bearer ${accessToken}` } })).toBe(false);
        }
        password = newPassword;
      }
    });

    test('a password may be reset by mail, once; all sessions end, and earlier links', async () => {
      const ada = await register(frame);
      const reset = (token: string, password: string) =>
        ask('POST', '/password-reset/confirm', null, { token, password });
      await ask('POST', '/password-reset', null, { email: ada.email });
      const first = await mailbox.link(ada.email);
      await ask('POST', '/password-reset', null, { email: ` ${ada.email.toUpperCase()} ` });
      const token = await mailbox.link(ada.email, 1);
      const stored = JSON.stringify(await frame.db.read('SELECT * FROM one_time_tokens'));
      expect(stored).not.toContain(token);
      expect((await reset(token, 'short')).statusCode).toBe(400);
      expect((await reset(`${token}x`, 'a new password')).json()).toMatchObject({ status: 403, code: 'link_invalid' });
      const both = await Promise.all([reset(token, 'a new password'), reset(token, 'a new password')]);
      expect(both.map(({ statusCode }) => statusCode).sort()).toEqual([204, 403]);
      expect(await works(ada)).toBe(false);
      expect((await reset(first, 'yet another one')).statusCode).toBe(403);
      expect((await login(ada.email, 'a new password')).statusCode).toBe(200);
    });

    test('A9: asking for a reset tells nothing of who has an account: status, body, headers, time', async () => {
      const ada = await register(frame);
      const times: Record<string, number[]> = { known: [], unknown: [] };
      const said = new Set<string>();
      for (let i = 0; i < 40; i++) {
        for (const who of ['known', 'unknown']) {
          const began = performance.now();
          const answer = await ask('POST', '/password-reset', null, {
            email: who === 'known' ? ada.email : `nobody${i}@example.com`,
          });
          times[who]!.push(performance.now() - began);
          const { date: _date, 'x-request-id': _id, ...headers } = answer.headers;
          said.add(JSON.stringify([answer.statusCode, answer.body, Object.keys(headers)]));
        }
      }
      expect([...said]).toHaveLength(1);
      expect([...said][0]).toContain('[202,"{\\"requested\\":true}"');
      const median = (list: number[]) => list.sort((a, b) => a - b)[list.length / 2]!;
      // of a few attempts on a busy machine; what would tell them apart is a mail sent before the answer, or no write
      const ratio = median(times['known']!) / median(times['unknown']!);
      expect(ratio).toBeGreaterThan(0.5);
      expect(ratio).toBeLessThan(2);
      expect(mailbox.to('nobody1@example.com')).toEqual([]);
    });

    test('an e-mail is changed by a link to the new one; the old one is told; a taken one is told to its owner', async () => {
      const ada = await register(frame);
      const bob = await register(frame);
      const change = (email: string, password = ada.password) => ask('POST', '/email', ada, { email, password });
      expect((await change('new-ada@example.com', 'wrong')).json()).toMatchObject({ errors: [{ path: 'password' }] });
      expect((await change('New-Ada@example.com')).statusCode).toBe(202);
      const token = await mailbox.link('new-ada@example.com');
      expect((await ask('GET', '/me', ada)).json()).toMatchObject({ user: { email: ada.email } });
      const confirm = () => ask('POST', '/email/confirm', null, { token });
      expect((await confirm()).json()).toEqual({ email: 'new-ada@example.com' });
      expect((await confirm()).statusCode).toBe(403);
      expect((await ask('GET', '/me', ada)).json()).toMatchObject({ user: { email: 'new-ada@example.com' } });
      while (mailbox.to(ada.email).length === 0) await delay(20);
      expect(mailbox.to(ada.email)[0]).toContain('new-ada@example.com');

      expect((await change(bob.email)).statusCode).toBe(202);
      while (mailbox.to(bob.email).length === 0) await delay(20);
      expect(mailbox.to(bob.email)[0]).toMatch(/have an account with it already/);
      expect(mailbox.to(bob.email)[0]).not.toContain('#');
    });

    test.each([
      [
        'a new password',
        (ada: Account) =>
          ask('POST', '/password', ada, { currentPassword: ada.password, newPassword: 'a new password' }),
      ],
      ['the end of all sessions', (ada: Account) => ask('DELETE', '/sessions', ada)],
    ])('A7: %s ends links to change the e-mail, and links for a new password', async (_case, end) => {
      const ada = await register(frame);
      const other = `new-${ada.email}`;
      await ask('POST', '/email', ada, { email: other, password: ada.password });
      const change = await mailbox.link(other);
      await ask('POST', '/password-reset', null, { email: ada.email });
      const reset = await mailbox.link(ada.email);
      expect((await end(ada)).statusCode).toBe(204);
      const answers = [
        await ask('POST', '/email/confirm', null, { token: change }),
        await ask('POST', '/password-reset/confirm', null, { token: reset, password: 'of somebody else' }),
      ];
      expect(answers.map((answer) => answer.json<{ code: string }>().code)).toEqual(['link_invalid', 'link_invalid']);
      const [user] = await frame.db.read<object>('SELECT email FROM users WHERE id = ?', [BigInt(ada.id)]);
      expect(user).toEqual({ email: ada.email });
    });

    test('a link, or a log-in that waits for its second factor, opens nothing but what it is for', async () => {
      const ada = await register(frame);
      await ask('POST', '/password-reset', null, { email: ada.email });
      const reset = await mailbox.link(ada.email);
      await ask('POST', '/email', ada, { email: `new-${ada.email}`, password: ada.password });
      const email = await mailbox.link(`new-${ada.email}`);
      await frame.db.models.User.update({ totpConfirmedAt: new Date() }, { where: { id: ada.id } });
      const { challenge } = (await login(ada.email, ada.password)).json<{ challenge: string }>();
      for (const token of [reset, challenge]) {
        expect((await ask('POST', '/email/confirm', null, { token })).json()).toMatchObject({ code: 'link_invalid' });
      }
      for (const token of [email, challenge]) {
        const answer = await ask('POST', '/password-reset/confirm', null, { token, password: 'a new password' });
        expect(answer.json()).toMatchObject({ code: 'link_invalid' });
      }
      for (const token of [email, reset]) {
        const answer = await ask('POST', '/second-factor', null, { challenge: token, code: '123456' });
        expect(answer.json()).toMatchObject({ code: 'challenge_invalid' });
      }
      expect((await ask('GET', '/me', ada)).json()).toMatchObject({ user: { email: ada.email } });
    });

    test('a second factor: asked for at log-in, each code once, recovery codes in its place', async () => {
      const ada = await register(frame);
      expect((await ask('POST', '/totp', ada, { password: 'wrong' })).statusCode).toBe(400);
      expect((await ask('POST', '/totp/confirm', ada, { code: '123456' })).json()).toMatchObject({ code: 'not_begun' });
      const { secret, uri } = (await ask('POST', '/totp', ada, { password: ada.password })).json<{
        secret: string;
        uri: string;
      }>();
      expect(uri).toMatch(/^otpauth:\/\/totp\/Xeno:/);
      const [row] = await frame.db.read<Record<string, unknown>>('SELECT * FROM users WHERE id = ?', [ada.id]);
      expect(JSON.stringify(row)).not.toContain(secret);
      // until it is confirmed nothing is asked for
      expect((await login(ada.email, ada.password)).statusCode).toBe(200);
      const app = new TOTP({ secret: Secret.fromBase32(secret) });
      expect((await ask('POST', '/totp/confirm', ada, { code: wrongCode(app) })).statusCode).toBe(400);
      const code = app.generate();
      const confirmed = await ask('POST', '/totp/confirm', ada, { code });
      const { recoveryCodes } = confirmed.json<{ recoveryCodes: string[] }>();
      expect(new Set(recoveryCodes).size).toBe(10);
      expect((await ask('GET', '/me', ada)).json()).toMatchObject({ secondFactor: true });

      const challenge = async () => {
        const answer = await login(ada.email, ada.password);
        expect([answer.statusCode, refreshCookie(answer)]).toEqual([202, undefined]);
        return answer.json<{ challenge: string }>().challenge;
      };
      const finish = async (given: string, by?: string) =>
        ask('POST', '/second-factor', null, { challenge: by ?? (await challenge()), code: given });
      // the code that has turned it on is used up, the next one is not
      expect((await finish(code)).json()).toMatchObject({ status: 401, code: 'wrong_code' });
      const next = app.generate({ timestamp: Date.now() + 30_000 });
      const twice = await challenge();
      const passed = await finish(next, twice);
      expect(passed.statusCode).toBe(200);
      expect(refreshCookie(passed)).toBeDefined();
      expect((await finish(recoveryCodes[0]!, twice)).json()).toMatchObject({ code: 'challenge_invalid' });
      expect((await finish(recoveryCodes[0]!.toUpperCase().replaceAll('-', ' '))).statusCode).toBe(200);
      expect((await finish(recoveryCodes[0]!)).statusCode).toBe(401);
      // two codes at once begin one session, and the other code is not used up
      const one = await challenge();
      const both = await Promise.all([finish(recoveryCodes[1]!, one), finish(recoveryCodes[5]!, one)]);
      expect(both.map(({ statusCode }) => statusCode).sort()).toEqual([200, 401]);
      const unused = both[0]!.statusCode === 200 ? recoveryCodes[5]! : recoveryCodes[1]!;
      expect((await finish(unused)).statusCode).toBe(200);
      const used = await frame.db.read<{ address: string }>(
        "SELECT address FROM audit_log WHERE user_id = ? AND action = 'account.recovery_code_used'",
        [BigInt(ada.id)],
      );
      expect(used).toEqual(Array(3).fill({ address: '127.0.0.1' }));
      expect((await finish('x', 'unknown')).json()).toMatchObject({ code: 'challenge_invalid' });

      // nobody else's codes, nor a log-in that was begun with a password that is no more
      const bob = await register(frame);
      await frame.db.transaction(async (tx) => {
        const [sealed] = await tx.query<{ totp_secret: string }>('SELECT totp_secret FROM users WHERE id = ?', [
          ada.id,
        ]);
        await tx.run('UPDATE users SET totp_confirmed_at = ?, totp_secret = ? WHERE id = ?', [
          new Date(),
          sealed!.totp_secret,
          bob.id,
        ]);
      });
      const bobs = (await login(bob.email, bob.password)).json<{ challenge: string }>().challenge;
      expect((await finish(recoveryCodes[3]!, bobs)).json()).toMatchObject({ code: 'wrong_code' });
      // a sealed secret that was moved to another user opens nothing
      expect((await finish(app.generate(), bobs)).statusCode).not.toBe(200);
      const begun = await challenge();
      const change = { currentPassword: ada.password, newPassword: 'a new password' };
      expect((await ask('POST', '/password', ada, change)).statusCode).toBe(204);
      expect((await finish(recoveryCodes[3]!, begun)).json()).toMatchObject({ code: 'challenge_invalid' });
      ada.password = change.newPassword;

      // whoever has the password alone guesses a few times
      for (let i = 0; i < 4; i++) expect((await finish(wrongCode(app))).statusCode).toBe(401);
      const denied = await finish(app.generate({ timestamp: Date.now() + 30_000 }));
      expect(denied.statusCode).toBe(429);
      // and locks out nobody who has a recovery code
      expect((await finish(recoveryCodes[2]!)).statusCode).toBe(200);
      for (let i = 0; i < 4; i++) expect((await finish(`${recoveryCodes[4]}${i}`)).statusCode).toBe(401);
      expect((await finish(recoveryCodes[4]!)).statusCode).toBe(429);

      expect((await ask('POST', '/totp/disable', ada, { password: ada.password })).statusCode).toBe(204);
      expect((await login(ada.email, ada.password)).statusCode).toBe(200);
    });

    test('recovery codes that are left are counted, and new ones take their place', async () => {
      const ada = await register(frame);
      const left = async () => (await ask('GET', '/me', ada)).json<{ recoveryCodesLeft: number }>().recoveryCodesLeft;
      const renew = (password: string) => ask('POST', '/totp/recovery-codes', ada, { password });
      const codesIn = (answer: Awaited<ReturnType<typeof ask>>) =>
        answer.json<{ recoveryCodes: string[] }>().recoveryCodes;
      expect((await renew(ada.password)).json()).toMatchObject({ status: 409, code: 'not_on' });
      expect((await ask('POST', '/totp/disable', ada, { password: ada.password })).json()).toMatchObject({
        code: 'not_on',
      });
      expect(await left()).toBe(0);
      const { secret } = (await ask('POST', '/totp', ada, { password: ada.password })).json<{ secret: string }>();
      const app = new TOTP({ secret: Secret.fromBase32(secret) });
      const old = codesIn(await ask('POST', '/totp/confirm', ada, { code: app.generate() }));
      const opens = async (code: string) => {
        const { challenge } = (await login(ada.email, ada.password)).json<{ challenge: string }>();
        return (await ask('POST', '/second-factor', null, { challenge, code })).statusCode === 200;
      };
      expect([await left(), await opens(old[0]!), await left()]).toEqual([10, true, 9]);

      expect((await renew('wrong')).statusCode).toBe(400);
      expect(await left()).toBe(9);
      const renewed = codesIn(await renew(ada.password));
      expect(new Set([...renewed, ...old]).size).toBe(20);
      expect([await left(), await opens(old[1]!), await opens(renewed[0]!), await left()]).toEqual([
        10,
        false,
        true,
        9,
      ]);
      const entries = (await ask('GET', '/audit-log', ada)).json<{ data: { action: string }[] }>().data;
      expect(entries.map(({ action }) => action)).toContain('account.recovery_codes_renewed');
    });

    test('an operator gives who is locked out a new password, and takes the second factor away', async () => {
      const ada = await register(frame);
      const settings = { DATA_DIR: frame.dataDir, DATABASE_URL: frame.databaseUrl ?? '' };
      const reset = (email: string) => resetUser(readConfig(settings), { email, secondFactor: true });
      const password = await reset(ada.email.toUpperCase());
      const noted = await frame.db.read<{ action: string; address: unknown }>(
        'SELECT action, address FROM audit_log WHERE user_id = ? ORDER BY action',
        [BigInt(ada.id)],
      );
      expect(noted).toEqual([
        { action: 'account.reset_by_operator', address: null },
        { action: 'account.second_factor_off', address: null },
      ]);
      expect(await works(ada)).toBe(false);
      expect((await login(ada.email, ada.password)).statusCode).toBe(401);
      expect((await login(ada.email, password!)).statusCode).toBe(200);
      expect(await reset('nobody@example.com')).toBe(null);
    });

    describe('API tokens', () => {
      interface Made {
        apiToken: { id: string };
        token: string;
      }
      const create = (account: Account, role: string, tenantIds: string[], expiresInDays = 30) =>
        ask('POST', '/tokens', account, { name: 'A report', role, tenantIds, expiresInDays });
      const bearer = (token: string) => ({ bearer: { authorization: `Bearer ${token}` } });
      const sync = (store: string, { bearer }: { bearer: object }) =>
        frame.app.inject({ method: 'POST', url: `/api/tenants/${store}/sync`, headers: { ...bearer } });

      test('go as far as their stores and their role, never further than their user', async () => {
        const ada = await register(frame);
        const [one, two] = [await addTenant(frame, ada.id), await addTenant(frame, ada.id)];
        const made = await create(ada, 'store_manager', [one]);
        expect(made.statusCode).toBe(201);
        const { token, apiToken } = made.json<Made>();
        expect(token).toMatch(/^xeno_[0-9a-f]{72}$/);
        const program = bearer(token);
        expect((await sync(one, program)).statusCode).toBe(202);
        expect((await sync(two, program)).statusCode).toBe(404);
        const remove = await frame.app.inject({
          method: 'DELETE',
          url: `/api/tenants/${one}`,
          headers: program.bearer,
        });
        expect(remove.statusCode).toBe(403);
        const list = (await ask('GET', '/tokens', ada)).json<{ data: { lastUsedAt: string | null }[] }>();
        expect(list.data).toMatchObject([{ id: apiToken.id, role: 'store_manager', tenantIds: [one] }]);
        expect(list.data[0]!.lastUsedAt).not.toBe(null);
        expect(JSON.stringify(await frame.db.read('SELECT * FROM api_tokens'))).not.toContain(token);

        const where = { tenantId: one, userId: ada.id };
        await frame.db.models.Membership.update({ role: 'analyst' }, { where });
        expect((await sync(one, program)).statusCode).toBe(403);
        await frame.db.models.Membership.update({ role: 'admin', waitingSince: new Date() }, { where });
        expect((await sync(one, program)).statusCode).toBe(404);
        await frame.db.models.Membership.update({ waitingSince: null }, { where });
        expect((await sync(one, program)).statusCode).toBe(202);
        await frame.db.models.Membership.destroy({ where });
        expect((await sync(one, program)).statusCode).toBe(404);
      });

      test('are for those who may make them, for stores of their own', async () => {
        const ada = await register(frame);
        const eve = await register(frame);
        const mine = await addTenant(frame, ada.id);
        const lesser = await addTenant(frame, ada.id, 'analyst');
        expect((await create(eve, 'analyst', [mine])).statusCode).toBe(404);
        expect((await create(ada, 'analyst', [mine, await addTenant(frame, eve.id)])).statusCode).toBe(404);
        expect((await create(ada, 'analyst', [lesser])).statusCode).toBe(403);
        expect((await create(ada, 'owner', [mine])).statusCode).toBe(400);
        expect((await create(ada, 'admin', [])).statusCode).toBe(400);
      });

      test('do nothing to the account, and end: revoked, too old, not whole', async () => {
        const ada = await register(frame);
        const store = await addTenant(frame, ada.id);
        const { token, apiToken } = (await create(ada, 'admin', [store])).json<Made>();
        const program = bearer(token);
        for (const [method, url, payload] of [
          ['GET', '/sessions'],
          ['DELETE', '/sessions'],
          ['GET', '/tokens'],
          ['POST', '/password', { currentPassword: ada.password, newPassword: 'a new password' }],
          ['POST', '/tokens', { name: 'x', role: 'admin', tenantIds: [store], expiresInDays: 1 }],
        ] as const) {
          expect((await ask(method, url, program, payload)).json()).toMatchObject({
            status: 403,
            code: 'session_required',
          });
        }
        expect((await ask('GET', '/me', program)).statusCode).toBe(200);
        for (const other of [
          `${token}0`,
          token.slice(0, -1),
          token.replace(/.$/, (c) => (c === '0' ? '1' : '0')),
          'xeno_',
        ]) {
          expect((await ask('GET', '/me', bearer(other))).statusCode).toBe(401);
        }
        const eve = await register(frame);
        expect((await ask('DELETE', `/tokens/${apiToken.id}`, eve)).statusCode).toBe(404);
        expect((await ask('DELETE', `/tokens/${apiToken.id}`, ada)).statusCode).toBe(204);
        expect((await sync(store, program)).statusCode).toBe(401);

        const brief = (await create(ada, 'admin', [store], 1)).json<Made>();
        await frame.db.transaction((tx) =>
          tx.run('UPDATE api_tokens SET expires_at = ? WHERE id = ?', [new Date(), BigInt(brief.apiToken.id)]),
        );
        expect((await sync(store, bearer(brief.token))).statusCode).toBe(401);
      });
    });
  });
});

/** Six digits that are none of the codes that are let pass now. */
function wrongCode(app: TOTP): string {
  const near = [-1, 0, 1, 2].map((steps) => app.generate({ timestamp: Date.now() + steps * 30_000 }));
  return ['000000', '111111', '222222', '333333', '444444'].find((code) => !near.includes(code))!;
}
