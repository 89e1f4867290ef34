import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest';
import { TooMany } from '../../src/http/errors.ts';
import { Throttle } from '../../src/identity/throttle.ts';
import { type Counts, localCounts } from '../../src/limits/counts.ts';
import { redisCounts } from '../../src/limits/redis-counts.ts';
import { databases } from '../harness/databases.ts';
import { type RedisService, startRedis } from '../harness/services.ts';
import { startMailbox } from './mailbox.ts';
import { type Account, addTenant, type Frame, register, startFrame } from './identity-server.ts';

const sqlite = databases[0]!;
const hasRedis = inject('redisUrl') !== null;
const MINUTE = 60_000;

let server: RedisService;
beforeAll(async () => void (hasRedis && (server = await startRedis())));
afterAll(() => server?.stop());

/** Waits until Redis is used, since whatever is asked before is counted in the process. */
async function connected(counts: Counts): Promise<Counts> {
  const seen = redisCounts(server.url, () => {});
  for (let tries = 0; (await counts.add('probe', MINUTE)).tries !== (await seen.get('probe'))?.tries; tries++) {
    if (tries > 200) throw new Error('Redis is not used');
    await delay(50);
  }
  seen.close();
  return counts;
}

const adapters = [
  { name: 'in the process', open: async () => localCounts(), there: true },
  { name: 'in Redis', open: () => connected(redisCounts(server.url, () => {})), there: hasRedis },
];

describe.each(adapters)('counts $name', ({ open, there }) => {
  test.skipIf(!there)('begin anew after their window, and when they are forgotten', async () => {
    const counts = await open();
    expect(await counts.get('a')).toBeNull();
    for (let tries = 1; tries <= 3; tries++) {
      const count = await counts.add('a', MINUTE);
      expect(count.tries).toBe(tries);
      expect(count.endsInMs).toBeGreaterThan(MINUTE - 20_000);
      expect(count.endsInMs).toBeLessThanOrEqual(MINUTE);
    }
    expect(await counts.get('a')).toMatchObject({ tries: 3 });
    expect((await counts.add('b', MINUTE)).tries).toBe(1);
    await counts.forget('a');
    expect(await counts.get('a')).toBeNull();
    expect((await counts.add('b', 1)).tries).toBe(2);

    await counts.add('short', 100);
    while ((await counts.get('short')) !== null) await delay(20);
    expect((await counts.add('short', MINUTE)).tries).toBe(1);
    counts.close();
  });
});

describe.each(adapters)('a throttle that counts $name', ({ open, there }) => {
  test.skipIf(!there)('A8: lets a few of many guesses at once be made, whichever process is asked', async () => {
    const counts = await open();
    const processes = [1, 2, 3].map(() => new Throttle(counts, 'guesses', 3, 60));
    let made = 0;
    const wrong = async () => {
      made++;
      throw new Error('wrong');
    };
    const guesses = Array.from({ length: 12 }, (_, i) => processes[i % 3]!.guess('ada', wrong));
    await Promise.allSettled(guesses);
    expect(made).toBe(3);
    await expect(processes[0]!.guess('ada', async () => 'right')).rejects.toBeInstanceOf(TooMany);
    expect(await processes[0]!.guess('bob', async () => 'right')).toBe('right');
    counts.close();
  });
});

describe('A25: limits', () => {
  const frames: Frame[] = [];
  const start = async (env: Record<string, string>) => {
    const frame = await startFrame(sqlite, { TRUST_PROXY: '1', ...env });
    frames.push(frame);
    return frame;
  };
  afterEach(async () => {
    for (const frame of frames.splice(0)) await frame.close();
  });
  const from = (address: string, account?: Account) => ({ 'x-forwarded-for': address, ...account?.bearer });
  const statuses = async (times: number, ask: (time: number) => Promise<{ statusCode: number }>) => {
    const answers: number[] = [];
    for (let time = 0; time < times; time++) answers.push((await ask(time)).statusCode);
    return answers;
  };

  test('by address, whatever the way in which the path is written, and with a whole IPv6 network as one', async () => {
    const { app } = await start({ API_REQUESTS_PER_MINUTE: '4' });
    const paths = ['/api/config', '/%61pi/config', '/api/nothing', '/api/auth/me', '/api/config'];
    const answers = await statuses(5, (time) => app.inject({ url: paths[time]!, headers: from(`2001:db8::${time}`) }));
    expect(answers).toEqual([200, expect.any(Number), 404, 401, 429]);
    expect((await app.inject({ url: '/api/config', headers: from('2001:db8:0:1::1') })).statusCode).toBe(200);
    for (const url of ['/healthz', '/readyz']) {
      expect((await app.inject({ url, headers: from('2001:db8::1') })).statusCode).toBe(200);
    }
  });

  test('by user and by store, from wherever, and told as a problem with Retry-After', async () => {
    const frame = await start({ USER_REQUESTS_PER_MINUTE: '4', TENANT_REQUESTS_PER_MINUTE: '6' });
    const [ada, bob] = [await register(frame), await register(frame)];
    const store = await addTenant(frame, ada.id);
    await frame.db.models.Membership.create({ tenantId: store, userId: bob.id, role: 'admin' });
    const ask = (account: Account) => (time: number) =>
      frame.app.inject({
        url: `/api/analytics/orders-by-date?tenant_id=${store}`,
        headers: from(`10.0.0.${time}`, account),
      });
    expect(await statuses(5, ask(ada))).toEqual([200, 200, 200, 200, 429]);
    expect(await statuses(3, ask(bob))).toEqual([200, 200, 429]);
    const refused = await ask(ada)(9);
    expect(refused.headers['content-type']).toBe('application/problem+json');
    expect(refused.json()).toMatchObject({ status: 429, code: 'too_many_requests' });
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    expect(Number(refused.headers['retry-after'])).toBeLessThanOrEqual(60);
    // a store that is asked for too often hinders nobody at another
    const other = await addTenant(frame, bob.id);
    const elsewhere = `/api/analytics/orders-by-date?tenant_id=${other}`;
    expect((await frame.app.inject({ url: elsewhere, headers: bob.bearer })).statusCode).toBe(200);
  });

  test('links that are mailed: by who asks, and by the address they go to', async () => {
    const mailbox = await startMailbox();
    const mails = { SMTP_URL: mailbox.url, APP_URL: 'http://xeno.example.com' };
    const { app } = await start({ ...mails, RESETS_PER_ADDRESS: '5', RESETS_PER_EMAIL: '2' });
    const reset = (address: string, email: string) =>
      app.inject({ method: 'POST', url: '/api/auth/password-reset', headers: from(address), payload: { email } });
    expect(await statuses(3, (time) => reset(`10.4.0.${time}`, ' Ada@example.com'))).toEqual([202, 202, 429]);
    const asked = await statuses(6, (time) => reset('10.4.1.1', `somebody${time}@example.com`));
    expect(asked).toEqual([202, 202, 202, 202, 202, 429]);
    await mailbox.close();
  });

  // Redis is given a second to answer: what a busy machine holds up for longer is counted by the process
  const again = { retry: 2 };
  test.skipIf(!hasRedis)('are shared among processes, and so are the throttles of log-in', again, async () => {
    const mailbox = await startMailbox();
    const env = {
      REDIS_URL: server.url,
      API_REQUESTS_PER_MINUTE: '40',
      LOGIN_FAILURES_PER_ACCOUNT: '3',
      RESETS_PER_EMAIL: '2',
      SMTP_URL: mailbox.url,
      APP_URL: 'http://xeno.example.com',
    };
    await server.command('FLUSHALL');
    const processes = [await start(env), await start(env)];
    for (const { app } of processes) await connected(app.counts);
    const answers = await statuses(42, (time) =>
      processes[time % 2]!.app.inject({ url: '/api/config', headers: from('10.1.0.1') }),
    );
    expect(answers.filter((status) => status === 200)).toHaveLength(40);
    expect(answers.slice(40)).toEqual([429, 429]);

    const guess = (time: number) =>
      processes[time % 2]!.app.inject({
        method: 'POST',
        url: '/api/auth/login',
        headers: from('10.1.0.2'),
        payload: { email: 'nobody@example.com', password: 'a guess' },
      });
    expect(await statuses(5, guess)).toEqual([401, 401, 401, 429, 429]);

    const mail = (time: number) =>
      processes[time % 2]!.app.inject({
        method: 'POST',
        url: '/api/auth/password-reset',
        headers: from(`10.1.1.${time}`),
        payload: { email: 'ada@example.com' },
      });
    const mails = await Promise.all(Array.from({ length: 6 }, (_, time) => mail(time)));
    expect(mails.map(({ statusCode }) => statusCode).sort()).toEqual([202, 202, 429, 429, 429, 429]);
    await mailbox.close();
  });

  test.skipIf(!hasRedis)('hold when Redis is away, full or frozen: each process counts for itself', again, async () => {
    const frame = await start({ REDIS_URL: server.url, API_REQUESTS_PER_MINUTE: '5' });
    const { app } = frame;
    await server.command('FLUSHALL');
    await connected(app.counts);
    const ask = (address: string) => () => app.inject({ url: '/api/config', headers: from(address) });
    const fiveThenNone = [200, 200, 200, 200, 200, 429, 429];
    expect(await statuses(7, ask('10.2.0.1'))).toEqual(fiveThenNone);

    await server.command('CONFIG SET maxmemory 1');
    try {
      expect(await statuses(7, ask('10.2.0.2'))).toEqual(fiveThenNone);
    } finally {
      await server.command('CONFIG SET maxmemory 0');
    }

    process.kill(server.pid, 'SIGSTOP');
    try {
      expect(await statuses(7, ask('10.2.0.3'))).toEqual(fiveThenNone);
    } finally {
      process.kill(server.pid, 'SIGCONT');
    }
    process.kill(server.pid, 'SIGKILL');
    try {
      expect(await statuses(7, ask('10.2.0.4'))).toEqual(fiveThenNone);
      expect(frame.logged()).toContain('limits are counted by each process for itself');
    } finally {
      await server.restart();
    }
    await connected(app.counts);
    expect(await statuses(7, ask('10.2.0.5'))).toEqual(fiveThenNone);
  });
});
