import { Redis } from 'ioredis';
import { createHmac, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import { createSealer } from '../../src/db/seal.ts';
import { tokenStore } from '../../src/stores/tokens.ts';
import { databases } from '../harness/databases.ts';
import { type Service, startRedis } from '../harness/services.ts';
import { Browser, consent, startWorld, type World } from './world.ts';

/** Unlike any token that a pattern would know. */
const canary = (name: string) => `canary ${name}+/=${randomBytes(12).toString('hex')}`;

/**
 * Stands before the sandbox and gives tokens of another form; `gossips` makes it answer with an error that tells
 * whatever secret it was sent.
 */
class Gossip {
  gossips = false;
  target = '';
  readonly #server: Server;
  readonly #tokens = new Map<string, string>();

  constructor() {
    this.#server = createServer((request, response) => {
      void (async () => {
        const chunks: Buffer[] = [];
        for await (const chunk of request) chunks.push(chunk as Buffer);
        const sent = Buffer.concat(chunks).toString();
        const token = request.headers['x-shopify-access-token'] as string | undefined;
        if (this.gossips && (token || request.url!.includes('/oauth/access_token'))) {
          const message = `refused ${token ?? ''} ${sent} ${decodeURIComponent(sent.replaceAll('+', ' '))}`;
          response.writeHead(token ? 200 : 400, { 'content-type': 'application/json' });
          return response.end(JSON.stringify({ errors: [{ message }], error: message, error_description: message }));
        }
        const answer = await fetch(this.target + request.url, {
          method: request.method,
          redirect: 'manual',
          headers: Object.entries({
            ...request.headers,
            ...(token && { 'x-shopify-access-token': this.#tokens.get(token) ?? token }),
          }).filter(([name]) => !['host', 'connection', 'content-length'].includes(name)) as [string, string][],
          ...(chunks.length > 0 && { body: this.#unmasked(sent) }),
        });
        const text = (await answer.text()).replaceAll(this.target, this.url);
        const headers = [...answer.headers].filter(
          ([name]) => !/^(content-(length|encoding)|transfer|conn)/.test(name),
        );
        response.writeHead(answer.status, Object.fromEntries(headers));
        response.end(text.replaceAll(/shp(?:at|rt)_\w+/g, (real) => this.#masked(real)));
      })().catch(() => response.destroy());
    });
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async start(): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  #masked(real: string): string {
    const known = [...this.#tokens].find(([, token]) => token === real)?.[0];
    const mask = known ?? `canary-token.${randomBytes(12).toString('hex')}`;
    this.#tokens.set(mask, real);
    return mask;
  }

  #unmasked(sent: string): string {
    return [...this.#tokens].reduce((text, [mask, real]) => text.replaceAll(mask, real), sent);
  }
}

let redis: Service | null = null;
const hasRedis = inject('redisUrl') !== null;
beforeAll(async () => void (hasRedis && (redis = await startRedis())));
afterAll(() => redis?.stop());
afterEach(() => vi.restoreAllMocks());

const adapters = [
  { name: 'in the process', env: () => ({}), there: true },
  { name: 'on Redis', env: () => ({ REDIS_URL: redis!.url }), there: hasRedis },
];

describe.each(adapters)('A26: with the queue $name', ({ env, there }) => {
  test.skipIf(!there)('secrets are in no log, no refusal, no job and no state', { timeout: 120_000 }, async () => {
    const logged: string[] = [];
    for (const stream of [process.stdout, process.stderr]) {
      vi.spyOn(stream, 'write').mockImplementation((chunk) => logged.push(String(chunk)) > 0);
    }
    const clientSecret = canary('client secret');
    const jwtSecret = canary('jwt secret');
    const encryptionKey = randomBytes(32).toString('base64');
    const gossip = new Gossip();
    await gossip.start();
    const world: World = await startWorld(databases[0]!, {
      sandbox: { size: 20, clientSecret },
      env: {
        LOG_LEVEL: 'trace',
        SHOPIFY_SANDBOX_URL: gossip.url,
        SHOPIFY_API_KEY: 'xeno-sandbox-key',
        SHOPIFY_API_SECRET: clientSecret,
        JWT_SECRET: jwtSecret,
        ENCRYPTION_KEY: encryptionKey,
        EVENT_TRIES: '2',
        EVENT_RETRY_SECONDS: '1',
        SYNC_RETRY_SECONDS: '1',
        ...env(),
      },
    });
    gossip.target = world.sandbox.url;
    const secrets: Record<string, string> = { clientSecret, jwtSecret, encryptionKey };
    /** Of answers, only refusals and states: a log-in has to give what it gives. */
    const refusals: string[] = [];
    const call = async (browser: Browser, ...args: Parameters<Browser['call']>) => {
      const answer = await browser.call(...args);
      if (answer.status >= 400) refusals.push(answer.text, ...[...answer.headers].map(([, value]) => value));
      return answer;
    };

    try {
      // log-in: rightly, wrongly, with what is not JSON, with a cookie and tokens that are not ours
      const ada = new Browser(() => world.url, world.said);
      secrets.password = canary('password');
      secrets.wrongPassword = canary('wrong password');
      secrets.cookie = `canary-cookie-${randomBytes(12).toString('hex')}`;
      const account = { name: 'Ada', email: 'ada@example.com', password: secrets.password };
      const registered = await call(ada, 'POST', '/api/auth/register', account);
      ada.token = (registered.body as { accessToken: string }).accessToken;
      secrets.sessionToken = ada.token;
      secrets.refreshCookie = ada.cookies.get('xeno_refresh')!;
      await call(ada, 'POST', '/api/auth/register', account);
      await call(ada, 'POST', '/api/auth/login', { ...account, name: undefined, password: secrets.wrongPassword });
      await call(ada, 'POST', '/api/auth/login', { password: secrets.wrongPassword, role: 'admin' });
      const thief = new Browser(() => world.url, world.said);
      thief.cookies.set('xeno_refresh', secrets.cookie);
      thief.token = 'x';
      await call(thief, 'POST', '/api/auth/refresh');
      await call(thief, 'GET', `/api/auth/me?access_token=${encodeURIComponent(secrets.sessionToken)}`);

      // connecting: refused by a Shopify that repeats what it was sent, then done
      const shop = 'canaries.myshopify.com';
      gossip.gossips = true;
      const refused = await call(ada, 'GET', await consent(await ada.begin(shop)));
      expect(refused.headers.get('location')).toContain('exchange_failed');
      refusals.push(refused.headers.get('location')!);
      gossip.gossips = false;
      const id = await ada.fill(shop);
      const remember = async (when: string) => {
        const sealer = createSealer(world.config.encryptionKeys);
        const tokens = await tokenStore(world.db, sealer, () => Promise.resolve(null)).load(shop);
        secrets[`access token ${when}`] = tokens!.accessToken;
        secrets[`refresh token ${when}`] = tokens!.refreshToken!;
      };
      await remember('at first');
      expect(secrets['access token at first']).toMatch(/^canary-token\./);

      // a sync that fails, with the tokens in every error
      gossip.gossips = true;
      const failed = await ada.syncAndWait(id);
      expect(failed.status).toBe('failed');
      await world.db.transaction((tx) =>
        tx.run('UPDATE tenants SET access_token_expires_at = ? WHERE id = ?', [
          new Date(Date.now() - 1000),
          BigInt(id),
        ]),
      );
      await ada.syncAndWait(id);
      gossip.gossips = false;

      // webhooks: forged, and ones that cannot be processed
      const [{ webhook_key: key }] = (await world.db.read<{ webhook_key: string }>(
        'SELECT webhook_key FROM tenants',
      )) as [{ webhook_key: string }];
      const webhook = async (body: string, secret: string, headers: Record<string, string> = {}) => {
        const answer = await fetch(`${world.url}/api/shopify/webhooks/${key}`, {
          method: 'POST',
          body,
          headers: {
            'content-type': 'application/json',
            'x-shopify-topic': 'orders/create',
            'x-shopify-shop-domain': shop,
            'x-shopify-webhook-id': String(Math.random()),
            'x-shopify-hmac-sha256': createHmac('sha256', secret).update(body).digest('base64'),
            ...headers,
          },
        });
        refusals.push(await answer.text());
        return answer.status;
      };
      secrets.inBody = canary('customer');
      expect(await webhook('{}', secrets.wrongPassword, { authorization: `Bearer ${secrets.sessionToken}` })).toBe(401);
      const poison = `{"id": 1, "note": ${JSON.stringify(secrets.inBody)}, "line_items": "${'x'.repeat(20)}"`;
      expect(await webhook(poison, clientSecret)).toBe(200);
      await vi.waitFor(
        async () => expect(await world.db.read(`SELECT 1 FROM webhook_events WHERE status = 'dead'`)).toHaveLength(1),
        { timeout: 60_000, interval: 100 },
      );

      for (const path of ['/readyz', '/healthz', `/api/tenants/${id}`, `/api/tenants/${id}/sync-runs`]) {
        refusals.push((await ada.call('GET', path)).text);
      }
      if (world.config.redisUrl) refusals.push(await everythingIn(world.config.redisUrl));
      const errors = await world.db.read(
        `SELECT error, notice FROM sync_runs UNION ALL SELECT error, topic FROM webhook_events
         UNION ALL SELECT status_reason, store_name FROM tenants`,
      );
      refusals.push(JSON.stringify(errors));
    } finally {
      await world.close();
      gossip.close();
    }

    expect(logged.join('').length).toBeGreaterThan(2_000);
    expect(Object.keys(secrets).length).toBeGreaterThan(9);
    for (const [name, secret] of Object.entries(secrets)) {
      for (const form of [secret, encodeURIComponent(secret), Buffer.from(secret).toString('base64').slice(0, -4)]) {
        const where = (texts: string[]) =>
          texts.filter((text) => text.includes(form)).map((text) => text.slice(0, 600));
        expect([name, where(logged)]).toEqual([name, []]);
        expect([name, where(refusals)]).toEqual([name, []]);
      }
    }
  });
});

async function everythingIn(url: string): Promise<string> {
  const client = new Redis(url);
  const texts = await Promise.all(
    (await client.keys('*')).map(async (key) => `${key} ${JSON.stringify(String(await client.dump(key)))}`),
  );
  client.disconnect();
  expect(texts.length).toBeGreaterThan(3);
  return texts.join('\n');
}
