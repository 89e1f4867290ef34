import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createSealer } from '../../src/db/seal.ts';
import { createOutbox, mailJobs } from '../../src/mail/outbox.ts';
import { type Mailbox, startMailbox } from './mailbox.ts';
import { type Browser, onEachDatabase, startWorld, type World } from './world.ts';

onEachDatabase('e-mails', (engine) => {
  let world: World;
  let mailbox: Mailbox;
  let ada: Browser;

  beforeEach(async () => {
    mailbox = await startMailbox();
    world = await startWorld(engine, {
      env: {
        SMTP_URL: mailbox.url,
        APP_URL: 'http://xeno.example.com',
        MAIL_RETRY_SECONDS: '1',
        MAIL_TRIES: '3',
        SWEEP_SECONDS: '1',
        LOG_LEVEL: 'error',
      },
    });
    ada = await world.register();
  });
  afterEach(async () => {
    await world.close();
    await mailbox.close();
  });

  const reset = async (email: string) =>
    expect((await ada.call('POST', '/api/auth/password-reset', { email })).status).toBe(202);
  const waiting = () => world.db.read<{ sealed: string; tries: number }>('SELECT * FROM mails');
  const until = async (isSo: () => Promise<boolean>) => {
    for (const deadline = Date.now() + 30_000; !(await isSo()); await delay(20)) {
      if (Date.now() > deadline) throw new Error(JSON.stringify(await waiting()));
    }
  };

  test('outlive the process that was asked for them, sealed, and are sent once', async () => {
    mailbox.refuse = 451;
    await reset(ada.email);
    await until(async () => Number((await waiting())[0]?.tries) > 0);
    await world.restart();
    const kept = JSON.stringify(await waiting());
    expect(kept).not.toMatch(/example\.com|reset-password/);
    mailbox.refuse = null;
    const token = await mailbox.link(ada.email);
    await until(async () => (await waiting()).length === 0);
    expect(kept).not.toContain(token);
    expect(mailbox.to(ada.email)).toHaveLength(1);
  });

  test('A9: to nobody leave the same traces, and no mail', async () => {
    mailbox.refuse = 451;
    await Promise.all([reset('nobody@example.com'), reset(ada.email)]);
    await until(async () => (await waiting()).length === 1);
    mailbox.refuse = null;
    await mailbox.link(ada.email);
    expect(mailbox.to('nobody@example.com')).toEqual([]);
  });

  test.each([
    ['that the server refuses for good, at once', 550],
    ['that cannot be sent, after some tries', 451],
  ])('A26: are given up: one %s; the log does not tell to whom', async (_what, code) => {
    const logged: string[] = [];
    vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => logged.push(String(chunk)) > 0);
    try {
      mailbox.refuse = code;
      await reset(ada.email);
      await until(async () => (await waiting()).length === 0);
      expect(logged.join('')).toContain('given up');
      expect(logged.join('')).not.toContain(ada.email);
      expect(mailbox.to(ada.email)).toEqual([]);
    } finally {
      vi.restoreAllMocks();
    }
  });

  test('are not sent for a request that came to nothing', async () => {
    const hints: string[] = [];
    const seal = createSealer(world.config.encryptionKeys);
    const outbox = createOutbox({ db: world.db, seal, hint: (kind) => void hints.push(kind) });
    const sending = world.db.transaction(async (tx) => {
      await outbox.post(tx, { to: 'bob@example.com', subject: 'x', text: 'x' });
      throw new Error('it came to nothing');
    });
    await expect(sending).rejects.toThrow('it came to nothing');
    expect(await waiting()).toEqual([]);
  });

  test('A27: a sealed mail does not open in another row', async () => {
    mailbox.refuse = 451;
    const sent: unknown[] = [];
    const [seal, errors] = [createSealer(world.config.encryptionKeys), [] as string[]];
    const due = new Date(Date.now() - 60_000);
    const text = JSON.stringify({ to: 'bob@example.com', subject: 'x', text: 'x' });
    await world.close();
    world = await startWorld(engine);
    for (const [id, boundTo] of [
      [1, '1'],
      [2, '1'],
    ] as const) {
      await world.db.transaction((tx) =>
        tx.run('INSERT INTO mails (id, sealed, created_at, due_at, tries) VALUES (?, ?, ?, ?, 0)', [
          id,
          seal.seal(text, `mail:${boundTo}`),
          due,
          due,
        ]),
      );
    }
    const job = mailJobs({
      db: world.db,
      seal,
      server: { send: async (mail) => void sent.push(mail), close: () => {} },
      log: { error: (_fields, message) => void errors.push(message) },
      mailTries: 1,
      mailRetrySeconds: 1,
      alone: (work) => work(),
    });
    expect(await job.pending()).toEqual(['all']);
    expect(await job.run('all', new AbortController().signal)).toBe('done');
    expect([sent.length, errors.length, await waiting()]).toEqual([1, 1, []]);
  });
});
