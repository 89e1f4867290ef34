import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { databases } from '../harness/databases.ts';
import { type Account, addTenant, type Frame, refreshCookie, register, startFrame } from './identity-server.ts';

const SECRET = 'newest-secret-for-signing-and-reading';
const OLD_SECRET = 'the-one-before-still-for-reading';

describe.each(databases)('identity on $name', (engine) => {
  describe.skipIf(!engine.available)('accounts and sessions', () => {
    let frame: Frame;
    beforeAll(async () => {
      frame = await startFrame(engine, {
        JWT_SECRET: SECRET,
        TAKEN_EMAILS_PER_ADDRESS: '1000',
        LOGIN_FAILURES_PER_ADDRESS: '1000',
      });
    });
    afterAll(() => frame.close());

    const post = (url: string, payload?: object, headers: Record<string, string> = {}) =>
      frame.app.inject({ method: 'POST', url: `/api/auth/${url}`, payload, headers });
    const refresh = (token: string, headers: Record<string, string> = {}) =>
      frame.app.inject({ method: 'POST', url: '/api/auth/refresh', cookies: { xeno_refresh: token }, headers });
    const me = (authorization: string) => frame.app.inject({ url: '/api/auth/me', headers: { authorization } });
    const ages = (hash: 'used_at' | 'created_at', seconds: number) =>
      frame.db.transaction((tx) =>
        tx.run(`UPDATE refresh_tokens SET ${hash} = ? WHERE used_at IS NOT NULL`, [
          new Date(Date.now() - seconds * 1000),
        ]),
      );

    test('register, and be known by the token', async () => {
      const answer = await post('register', {
        name: '  Ada Lovelace ',
        email: 'Ada@Example.com',
        password: 'a'.repeat(10),
      });
      expect(answer.statusCode).toBe(201);
      const body = answer.json<{ user: { id: string }; accessToken: string }>();
      expect(body).toEqual({
        user: { id: expect.stringMatching(/^\d+$/), name: 'Ada Lovelace', email: 'ada@example.com' },
        accessToken: expect.any(String),
        expiresIn: 900,
      });
      expect((await me(`Bearer ${body.accessToken}`)).json()).toEqual({
        user: body.user,
        secondFactor: false,
        recoveryCodesLeft: 0,
      });
      const [stored] = await frame.db.read<{ password: string }>('SELECT password FROM users WHERE email = ?', [
        'ada@example.com',
      ]);
      expect(stored!.password).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    });

    test('the refresh cookie is out of reach of scripts, other sites and other paths', async () => {
      const [cookie] = (await post('login', await register(frame).then(credentials))).cookies;
      expect(cookie).toMatchObject({ name: 'xeno_refresh', httpOnly: true, sameSite: 'Strict', path: '/api/auth' });
      expect(cookie).toMatchObject({ maxAge: 30 * 24 * 3600 });
      expect(cookie).not.toHaveProperty('secure');
    });

    test('log in, whatever the case and the blanks of the e-mail', async () => {
      const account = await register(frame);
      const answer = await post('login', { email: ` ${account.email.toUpperCase()} `, password: account.password });
      expect(answer.statusCode).toBe(200);
      expect(answer.json()).toMatchObject({ user: { id: account.id, email: account.email }, expiresIn: 900 });
    });

    test('A9: an unknown e-mail and a wrong password get the same answer', async () => {
      const account = await register(frame);
      const wrong = await post('login', { email: account.email, password: 'not the password' });
      const unknown = await post('login', { email: 'nobody@example.com', password: 'not the password' });
      expect(wrong.statusCode).toBe(401);
      expect(wrong.json()).toMatchObject({ status: 401, code: 'wrong_credentials' });
      expect(unknown.statusCode).toBe(401);
      expect(unknown.body).toBe(wrong.body);
      expect(Object.keys(unknown.headers)).toEqual(Object.keys(wrong.headers));
      expect(refreshCookie(wrong)).toBeUndefined();
    });

    test('a taken e-mail is a conflict, whatever the case and the blanks, also when both come at once', async () => {
      const { email } = await register(frame);
      const again = await post('register', { name: 'Eve', email: ` ${email.toUpperCase()} `, password: 'long enough' });
      expect(again.statusCode).toBe(409);
      expect(again.headers['content-type']).toMatch('application/problem+json');
      expect(again.json()).toMatchObject({ status: 409, code: 'email_taken' });

      const twins = await Promise.all(
        [1, 2, 3].map((i) =>
          frame.app.inject({
            method: 'POST',
            url: '/api/auth/register',
            remoteAddress: `10.1.1.${i}`,
            payload: { name: 'Twin', email: 'twin@example.com', password: 'long enough' },
          }),
        ),
      );
      expect(twins.map(({ statusCode }) => statusCode).sort()).toEqual([201, 409, 409]);
    });

    test.each([
      [{ email: 'a@example.com', password: 'long enough' }, 'name'],
      [{ name: '   ', email: 'a@example.com', password: 'long enough' }, 'name'],
      [{ name: 'A', email: 'not an e-mail', password: 'long enough' }, 'email'],
      [{ name: 'A', email: `${'İ'.repeat(200)}@example.com`, password: 'long enough' }, 'email'],
      [{ name: 'A', email: 'a\u0000@example.com', password: 'long enough' }, 'email'],
      [{ name: 'A\ud800', email: 'a@example.com', password: 'long enough' }, 'name'],
      [{ name: 'A', email: 'a@example.com', password: 'short' }, 'password'],
      [{ name: 'A', email: 'a@example.com', password: 'x'.repeat(201) }, 'password'],
      [{ name: 'A', email: 'a@example.com', password: 1234567890 }, 'password'],
      [{ name: 'A', email: ['a@example.com'], password: 'long enough' }, 'email'],
      [{ name: 'A', email: 'a@example.com', password: 'long enough', role: 'admin' }, 'role'],
      [{ name: 'A', email: 'a@example.com', password: 'long enough', id: '1' }, 'id'],
    ])('bad input is a 400 that names the field: %j → %s', async (payload, field) => {
      const answer = await post('register', payload);
      expect(answer.statusCode).toBe(400);
      expect(answer.json()).toMatchObject({ status: 400, title: 'Bad Request', code: 'bad_input' });
      expect(answer.json<{ errors: { path: string }[] }>().errors.map(({ path }) => path)).toEqual([field]);
    });

    test('SQL is data', async () => {
      const name = `Robert'); DROP TABLE users; -- ? $1 :x`;
      const email = `'or'1'='1'--@example.com`;
      const answer = await post('register', { name, email, password: `' OR '1'='1` });
      expect(answer.json()).toMatchObject({ user: { name, email } });
      expect((await post('login', { email: `' OR '1'='1`, password: `' OR '1'='1` })).statusCode).toBe(401);
    });

    test('an e-mail is found by whatever it holds: models write it into the text of what they ask', async () => {
      const account = { email: `a;b?$1:x--'"/*{}\`;c@example.com`, password: 'long enough' };
      expect((await post('register', { name: 'Ada', ...account })).statusCode).toBe(201);
      expect((await post('register', { name: 'Eve', ...account })).statusCode).toBe(409);
      expect((await post('login', account)).statusCode).toBe(200);
    });

    describe('refresh', () => {
      test('gives a new access token and rotates the cookie', async () => {
        const account = await register(frame);
        const first = await refresh(account.cookie);
        expect(first.statusCode).toBe(200);
        expect(first.json()).toEqual({ accessToken: expect.any(String), expiresIn: 900 });
        const second = refreshCookie(first)!;
        expect(second).not.toBe(account.cookie);
        expect((await refresh(second)).statusCode).toBe(200);
        const stored = await frame.db.read<{ token_hash: string }>('SELECT token_hash FROM refresh_tokens');
        expect(JSON.stringify(stored)).not.toContain(second);
      });

      test('two tabs at once: all get an access token and the same cookie, and the session lives', async () => {
        const account = await register(frame);
        const answers = await Promise.all([1, 2, 3, 4].map(() => refresh(account.cookie)));
        expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 200, 200, 200]);
        const cookies = new Set(answers.map(refreshCookie));
        expect(cookies.size).toBe(1);
        for (const answer of answers) {
          expect((await me(`Bearer ${answer.json<{ accessToken: string }>().accessToken}`)).statusCode).toBe(200);
        }
        expect((await refresh([...cookies][0]!)).statusCode).toBe(200);
      });

      test('a page that was reloaded before it had the answer gets it again, and the session lives', async () => {
        const account = await register(frame);
        await refresh(account.cookie);
        const again = refreshCookie(await refresh(account.cookie))!;
        await ages('used_at', 11);
        expect(refreshCookie(await refresh(again))).toBeDefined();
      });

      test('A6: whoever comes second with what both got within ten seconds ends it for both', async () => {
        const account = await register(frame);
        const [one, other] = [await refresh(account.cookie), await refresh(account.cookie)];
        const next = refreshCookie(await refresh(refreshCookie(one)!))!;
        // what was used must not take the place of what followed it
        expect(refreshCookie(await refresh(account.cookie))).toBeUndefined();
        await ages('used_at', 11);
        expect((await refresh(refreshCookie(other)!)).statusCode).toBe(401);
        expect((await refresh(next)).statusCode).toBe(401);
      });

      test('A6: a token that comes again later ends its whole family', async () => {
        const account = await register(frame);
        const rotated = await refresh(account.cookie);
        await ages('used_at', 11);
        const stolen = await refresh(account.cookie);
        expect(stolen.statusCode).toBe(401);
        expect(stolen.json()).toMatchObject({ code: 'session_ended' });
        expect((await refresh(refreshCookie(rotated)!)).statusCode).toBe(401);
        expect((await me(account.bearer.authorization)).statusCode).toBe(401);
        expect((await me(`Bearer ${rotated.json<{ accessToken: string }>().accessToken}`)).statusCode).toBe(401);
        const [session] = await frame.db.read('SELECT end_reason FROM sessions WHERE user_id = ?', [account.id]);
        expect(session).toEqual({ end_reason: 'reuse' });
      });

      test('other sessions of the user are untouched by it', async () => {
        const account = await register(frame);
        const other = await post('login', credentials(account));
        await refresh(account.cookie);
        await ages('used_at', 11);
        expect((await refresh(account.cookie)).statusCode).toBe(401);
        expect((await refresh(refreshCookie(other)!)).statusCode).toBe(200);
      });

      test('ends thirty days after the last use', async () => {
        const account = await register(frame);
        await frame.db.transaction((tx) =>
          tx.run('UPDATE sessions SET expires_at = ? WHERE user_id = ?', [new Date(Date.now() - 1000), account.id]),
        );
        expect((await refresh(account.cookie)).statusCode).toBe(401);
        expect((await me(account.bearer.authorization)).statusCode).toBe(401);
      });

      test.each([
        ['no cookie', undefined],
        ['an unknown one', 'x'.repeat(43)],
        ['nonsense', "' OR 1=1 --"],
      ])('%s: 401', async (_case, token) => {
        const answer = token === undefined ? await post('refresh') : await refresh(token);
        expect(answer.statusCode).toBe(401);
        expect(answer.headers['content-type']).toMatch('application/problem+json');
      });

      test('A5: an access token is no refresh token', async () => {
        expect((await refresh((await register(frame)).token)).statusCode).toBe(401);
      });
    });

    describe('log-out', () => {
      test('A7: ends the session, its access tokens at once', async () => {
        const account = await register(frame);
        const answer = await frame.app.inject({
          method: 'POST',
          url: '/api/auth/logout',
          cookies: { xeno_refresh: account.cookie },
        });
        expect(answer.statusCode).toBe(204);
        expect(answer.body).toBe('');
        expect(answer.cookies[0]).toMatchObject({ name: 'xeno_refresh', value: '', path: '/api/auth' });
        expect((await me(account.bearer.authorization)).json()).toMatchObject({ status: 401, code: 'session_ended' });
        expect((await refresh(account.cookie)).statusCode).toBe(401);
      });

      test('works with the access token alone, and without anything', async () => {
        const account = await register(frame);
        expect((await post('logout', undefined, account.bearer)).statusCode).toBe(204);
        expect((await me(account.bearer.authorization)).statusCode).toBe(401);
        expect((await post('logout')).statusCode).toBe(204);
      });
    });

    test.each([
      ['another site', { origin: 'https://evil.example' }, 403],
      ['a suffix of our host', { origin: 'http://localhost:80.evil.example' }, 403],
      ['a prefix of our host', { origin: 'http://evil-localhost:80' }, 403],
      ['a sandboxed frame', { origin: 'null' }, 403],
      ['an empty origin', { origin: '' }, 403],
      ['a sibling domain', { 'sec-fetch-site': 'same-site' }, 403],
      ['another site, by the fetch metadata', { 'sec-fetch-site': 'cross-site' }, 403],
      ['the dashboard', { origin: 'http://localhost:80', 'sec-fetch-site': 'same-origin' }, 200],
      ['the dashboard behind a proxy that ends TLS', { origin: 'https://localhost:80' }, 200],
      ['a program', {}, 200],
    ])('A24: cookie routes, asked by %s', async (_who, headers, status) => {
      const account = await register(frame);
      expect((await refresh(account.cookie, headers as Record<string, string>)).statusCode).toBe(status);
      expect((await post('login', credentials(account), headers as Record<string, string>)).statusCode).toBe(status);
    });

    describe('A5: access tokens', () => {
      let account: Account;
      beforeAll(async () => void (account = await register(frame)));

      const parts = () =>
        account.token
          .split('.')
          .slice(0, 2)
          .map((part) => JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>);
      const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
      const signed = (header: object, claims: object, secret = SECRET, hash = 'sha256') => {
        const input = `${encode({ ...parts()[0], ...header })}.${encode({ ...parts()[1], ...claims })}`;
        return `${input}.${createHmac(hash, secret).update(input).digest('base64url')}`;
      };
      const now = Math.floor(Date.now() / 1000);

      test('are short-lived, typed and for this API', () => {
        const [header, claims] = parts();
        expect(header).toEqual({ alg: 'HS256', typ: 'at+jwt', kid: expect.stringMatching(/^[0-9a-f]{12}$/) });
        expect(claims).toMatchObject({ iss: 'xeno', aud: 'xeno-api', sub: account.id });
        expect(Number(claims!.exp) - Number(claims!.iat)).toBe(900);
      });

      test('the forger of these tests can forge', async () => {
        expect((await me(`Bearer ${signed({}, {})}`)).statusCode).toBe(200);
      });

      test.each<[string, () => string]>([
        ['alg none', () => `${signed({ alg: 'none' }, {}).split('.').slice(0, 2).join('.')}.`],
        ['alg None with a signature', () => signed({ alg: 'None' }, {})],
        ['another HMAC', () => signed({ alg: 'HS512' }, {}, SECRET, 'sha512')],
        ['confusion with RS256', () => signed({ alg: 'RS256' }, {})],
        ['another secret', () => signed({}, {}, 'guessed')],
        ['an empty secret', () => signed({}, {}, '')],
        [
          'a changed claim',
          () =>
            [account.token.split('.')[0], encode({ ...parts()[1], sub: '1' }), account.token.split('.')[2]].join('.'),
        ],
        ['another issuer', () => signed({}, { iss: 'else' })],
        ['another audience', () => signed({}, { aud: 'else' })],
        ['no audience', () => signed({}, { aud: undefined })],
        ['another type', () => signed({ typ: 'refresh+jwt' }, {})],
        ['no type', () => signed({ typ: undefined }, {})],
        ['an unknown key', () => signed({ kid: 'x' }, {})],
        ['no key', () => signed({ kid: undefined }, {})],
        ['a key that is an object’s', () => signed({ kid: '__proto__' }, {})],
        ['critical headers', () => signed({ crit: ['x'], x: 1 }, {})],
        ['expired', () => signed({}, { exp: now - 1 })],
        ['never expiring', () => signed({}, { exp: undefined })],
        ['expiring in words', () => signed({}, { exp: 'tomorrow' })],
        ['not yet valid', () => signed({}, { nbf: now + 600 })],
        ['someone else', () => signed({}, { sub: '4503599627370495' })],
        ['another session', () => signed({}, { sid: '4503599627370495' })],
        ['a session in SQL', () => signed({}, { sid: "0' OR '1'='1" })],
        ['claims of other types', () => signed({}, { sub: 1, sid: { a: 1 } })],
        ['the refresh token', () => account.cookie],
        ['nonsense', () => 'a.b.c'],
        ['nothing', () => ''],
      ])('%s: 401', async (_case, forge) => {
        const answer = await me(`Bearer ${forge()}`);
        expect(answer.statusCode).toBe(401);
        expect(answer.headers['www-authenticate']).toMatch(/^Bearer/);
        expect(answer.headers['content-type']).toMatch('application/problem+json');
      });

      test.each(['Basic dXNlcjpwdw==', 'bearer', 'Bearer a b', 'Bearer'])('%s: 401', async (authorization) => {
        expect((await me(authorization)).statusCode).toBe(401);
      });
    });

    test('A5: a token’s secret may be rotated', async () => {
      const before = await startFrame(engine, { JWT_SECRET: OLD_SECRET });
      const account = await register(before);
      const during = await startFrame(engine, { JWT_SECRET: `${SECRET},${OLD_SECRET}` });
      const kid = (token: string) => Buffer.from(token.split('.')[0]!, 'base64url').toString();
      expect(kid((await register(during)).token)).not.toBe(kid(account.token));
      // a token of the old secret passes the signature and fails for want of its session, one of neither fails before
      const ask = (token: string) =>
        during.app.inject({ url: '/api/auth/me', headers: { authorization: `Bearer ${token}` } });
      expect((await ask(account.token)).json()).toMatchObject({ code: 'session_ended' });
      await during.close();
      const after = await startFrame(engine, { JWT_SECRET: SECRET });
      const late = await after.app.inject({ url: '/api/auth/me', headers: account.bearer });
      expect(late.json()).toMatchObject({ code: 'invalid_token' });
      await after.close();
      await before.close();
    });

    describe('stores of others', () => {
      let owner: Account;
      let stranger: Account;
      let tenant: string;
      beforeAll(async () => {
        [owner, stranger] = [await register(frame), await register(frame)];
        tenant = await addTenant(frame, owner.id);
      });
      const sync = (id: string, who?: Account, payload?: object) =>
        frame.app.inject({ method: 'POST', url: `/api/tenants/${id}/sync`, headers: who?.bearer ?? {}, payload });
      const orders = (query: string, who?: Account) =>
        frame.app.inject({ url: `/api/analytics/orders-by-date?${query}`, headers: who?.bearer ?? {} });

      test('a member is let in and told apart', async () => {
        const answer = await sync(tenant, owner);
        expect(answer.statusCode).toBe(202);
        expect(answer.json()).toMatchObject({ run: { id: tenant, kind: 'incremental', notice: 'admin' } });
        expect((await orders(`tenant_id=${tenant}`, owner)).json()).toMatchObject({ tenantId: tenant });
      });

      test('foreign, unknown and malformed ones get the same 404', async () => {
        const bodies = new Set<string>();
        for (const id of [
          tenant,
          '4503599627370495',
          '18446744073709551615',
          '99999999999999999999',
          'abc',
          `0${tenant}`,
        ]) {
          const answer = await sync(id, stranger);
          expect([id, answer.statusCode]).toEqual([id, 404]);
          bodies.add(answer.body);
        }
        for (const id of [tenant, '4503599627370495', '9999999999999999']) {
          const answer = await orders(`tenant_id=${id}`, stranger);
          expect([id, answer.statusCode]).toEqual([id, 404]);
          bodies.add(answer.body);
        }
        expect(bodies.size).toBe(1);
        expect([...bodies][0]).not.toMatch(/\d{4}/);
      });

      test.each([
        ['', 'tenant_id'],
        ['tenant_id=', 'tenant_id'],
        ['tenant_id=1%27%20OR%201=1', 'tenant_id'],
        ['tenant_id=99999999999999999999', 'tenant_id'],
        ['tenant_id=1&tenant_id=2', 'tenant_id'],
        ['tenant_id[]=1', 'tenant_id,tenant_id[]'],
        ['tenant_id=1&from=2026-1-1', 'from'],
        ['tenant_id=1&to=2026-01-01%00', 'to'],
        ['tenant_id=1&sort=name', 'sort'],
      ])('bad input is named before anything is said about the store: %s', async (query, fields) => {
        const answer = await orders(query, owner);
        expect(answer.statusCode).toBe(400);
        expect(
          answer
            .json<{ errors: { path: string }[] }>()
            .errors.map(({ path }) => path)
            .sort()
            .join(),
        ).toBe(fields);
      });

      test('who is not logged in is told so before everything else', async () => {
        expect((await orders('from=nonsense')).statusCode).toBe(401);
        expect((await sync(tenant, undefined, { kind: 'nonsense' })).statusCode).toBe(401);
        expect((await sync('abc')).statusCode).toBe(401);
      });

      test('a lower role is refused, and a change of roles counts at once', async () => {
        const store = await addTenant(frame, owner.id, 'analyst');
        const remove = () =>
          frame.app.inject({ method: 'DELETE', url: `/api/tenants/${store}`, headers: owner.bearer });
        const { Membership } = frame.db.models;
        const where = { tenantId: store, userId: owner.id };
        expect((await remove()).json()).toMatchObject({ status: 403, code: 'forbidden' });
        await Membership.update({ role: 'admin' }, { where });
        expect((await remove()).statusCode).toBe(204);
        await Membership.destroy({ where });
        expect((await remove()).statusCode).toBe(404);
      });
    });
  });

  describe.skipIf(!engine.available)('throttles', () => {
    let frame: Frame;
    beforeAll(async () => {
      frame = await startFrame(engine, {
        TRUST_PROXY: '1',
        LOGIN_FAILURES_PER_ACCOUNT: '3',
        LOGIN_FAILURES_PER_ADDRESS: '6',
        SECOND_FACTOR_FAILURES: '3',
        REGISTRATIONS_PER_ADDRESS: '5',
        TAKEN_EMAILS_PER_ADDRESS: '2',
      });
    });
    afterAll(() => frame.close());

    const post = (url: string, address: string, payload: object) =>
      frame.app.inject({ method: 'POST', url: `/api/auth/${url}`, headers: { 'x-forwarded-for': address }, payload });
    const statuses = async (answers: ReturnType<typeof post>[]) =>
      (await Promise.all(answers)).map(({ statusCode }) => statusCode);

    test('A8: guessing a password stops, also all at once, and the owner elsewhere is not locked out', async () => {
      const account = await register(frame);
      const guess = () => post('login', '10.0.0.1', { email: account.email, password: 'a guess' });
      const answers = await statuses(Array.from({ length: 8 }, guess));
      expect(answers.sort()).toEqual([401, 401, 401, 429, 429, 429, 429, 429]);

      const right = { email: account.email, password: account.password };
      const refused = await post('login', '10.0.0.1', right);
      expect(refused.statusCode).toBe(429);
      expect(Number(refused.headers['retry-after'])).toBeGreaterThan(800);
      expect(refused.json()).toMatchObject({ status: 429, code: 'too_many_requests' });
      expect((await post('login', '10.0.0.2', right)).statusCode).toBe(200);
    });

    test('A8: guessing it from a session that was left open stops, also all at once and wherever it is asked for', async () => {
      const { bearer, password } = await register(frame);
      const ask = (url: string, given: object) =>
        frame.app.inject({ method: 'POST', url: `/api/auth${url}`, headers: bearer, payload: given });
      const confirm = (url: string, given: string) => ask(url, { password: given });
      const right = Array.from({ length: 5 }, () => confirm('/totp/recovery-codes', password));
      expect(await statuses(right)).toEqual([409, 409, 409, 409, 409]);
      const guesses = [
        ask('/password', { currentPassword: 'a guess', newPassword: 'a new password' }),
        ...['/totp', '/totp/disable', '/totp/recovery-codes', '/me/delete'].map((url) => confirm(url, 'a guess')),
      ];
      expect((await statuses(guesses)).sort()).toEqual([400, 400, 400, 429, 429]);
      expect((await confirm('/totp', password)).statusCode).toBe(429);
    });

    test('A8: guessing the code of a second factor stops, also by many log-ins at once', async () => {
      const { id, email, password } = await register(frame);
      await frame.db.models.User.update({ totpConfirmedAt: new Date() }, { where: { id } });
      const challenges: string[] = [];
      for (let i = 0; i < 5; i++) {
        const answer = await post('login', '10.0.0.6', { email, password });
        challenges.push(answer.json<{ challenge: string }>().challenge);
      }
      const guesses = challenges.map((challenge, i) =>
        post('second-factor', `10.0.0.${i}`, { challenge, code: `00000${i}` }),
      );
      expect((await statuses(guesses)).sort()).toEqual([401, 401, 401, 429, 429]);
    });

    test('A8: trying many accounts from one address stops; a whole IPv6 network is one address', async () => {
      const answers: number[] = [];
      for (let i = 0; i < 8; i++) {
        const answer = await post('login', `2001:db8:1:2::${i + 1}`, {
          email: `n${i}@example.com`,
          password: 'a guess',
        });
        answers.push(answer.statusCode);
      }
      expect(answers).toEqual([401, 401, 401, 401, 401, 401, 429, 429]);
      expect((await post('login', '2001:db8:1:3::1', { email: 'n@example.com', password: 'a guess' })).statusCode).toBe(
        401,
      );
    });

    test('logging in rightly is never throttled, even much of it at once', async () => {
      const { email, password } = await register(frame);
      const answers = await statuses(Array.from({ length: 20 }, () => post('login', '10.0.0.3', { email, password })));
      expect(new Set(answers)).toEqual(new Set([200]));
    });

    test('asking which e-mails are taken stops soon', async () => {
      const { email } = await register(frame);
      const take = (name: string) => post('register', '10.0.0.4', { name, email, password: 'long enough' });
      expect(await statuses([take('a'), take('b'), take('c'), take('d')])).toEqual([409, 409, 429, 429]);
      const free = await post('register', '10.0.0.4', {
        name: 'x',
        email: 'free@example.com',
        password: 'long enough',
      });
      expect(free.statusCode).toBe(429);
    });

    test('making accounts in bulk stops', async () => {
      const make = (_: unknown, i: number) =>
        post('register', '10.0.0.5', { name: 'x', email: `bulk${i}@example.com`, password: 'long enough' });
      expect(await statuses(Array.from({ length: 7 }, make))).toEqual([201, 201, 201, 201, 201, 429, 429]);
    });
  });
});

const credentials = ({ email, password }: Account) => ({ email, password });
