import Fastify, { type FastifyInstance } from 'fastify';
import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { registerRoutes } from '../http/routes.ts';
import type { LiveEvent } from './feed.ts';
import { liveRoutes } from './routes.ts';

let app: FastifyInstance;
let url: string;
let listeners: Set<(event: LiveEvent) => void>;
/** What is waited for before it is known who asks. */
let asked: () => Promise<void>;

beforeEach(async () => {
  listeners = new Set();
  asked = async () => {};
  app = Fastify();
  app.decorateRequest('actor', null);
  const authenticate = async () => {
    await asked();
    return {
      userId: '1',
      sessionId: '2',
      apiTokenId: null,
      membership: { tenantId: '3', role: 'analyst' as const, lacksSecondFactor: false, isWaiting: false },
    };
  };
  const feed = {
    watch(_tenantId: string, listener: (event: LiveEvent) => void) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    close() {},
  };
  const queue = { state: () => 'ok' as const, depths: () => Promise.resolve([]) };
  registerRoutes(app, liveRoutes(app, { feed, queue, authenticate, checkSeconds: 60 }), authenticate);
  await app.listen({ port: 0 });
  url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}/api/tenants/3/events`;
});
afterEach(() => app.close());

const until = async (isIt: () => boolean) => {
  for (const deadline = Date.now() + 5_000; !isIt(); await delay(5)) {
    if (Date.now() > deadline) throw new Error('it did not come to pass');
  }
};

test('who does not read is dropped', async () => {
  const reader = connect({ port: Number(new URL(url).port), host: '127.0.0.1' });
  reader.pause();
  reader.write('GET /api/tenants/3/events HTTP/1.1\r\nhost: x\r\n\r\n');
  await until(() => listeners.size === 1);
  const changes = 'x'.repeat(64_000);
  for (let sent = 0; listeners.size > 0; sent++) {
    for (const listener of listeners) listener({ name: 'figures', data: { changes }, id: String(sent) });
    if (sent > 1_000) throw new Error('it was never dropped');
    await delay(1);
  }
  const closed = once(reader, 'close');
  reader.on('error', () => {}).resume();
  await closed;
});

test('one user has so many streams and no more', async () => {
  const abort = new AbortController();
  const open = () => fetch(url, { signal: abort.signal });
  const streams = await Promise.all(Array.from({ length: 20 }, open));
  expect(new Set(streams.map(({ status }) => status))).toEqual(new Set([200]));
  const refused = await open();
  expect(refused.status).toBe(429);
  abort.abort();
  await until(() => listeners.size === 0);
  const again = await fetch(url);
  expect(again.status).toBe(200);
  await again.body!.cancel();
});

test('a HEAD request leaves nothing behind', async () => {
  const answer = await fetch(url, { method: 'HEAD' });
  expect(answer.headers.get('content-type')).toMatch(/^text\/event-stream/);
  expect(listeners.size).toBe(0);
});

test('who leaves while it is found out who they are leaves nothing behind', async () => {
  const { promise: known, resolve: tell } = Promise.withResolvers<void>();
  const { promise: isAsked, resolve: ask } = Promise.withResolvers<void>();
  asked = () => (ask(), known);
  const reader = connect({ port: Number(new URL(url).port), host: '127.0.0.1' });
  reader.write('GET /api/tenants/3/events HTTP/1.1\r\nhost: x\r\n\r\n');
  await isAsked;
  reader.destroy();
  await expect.poll(() => promisify(app.server.getConnections).call(app.server)).toBe(0);
  tell();
  await delay(20); // nothing is waited for any more
  expect(listeners.size).toBe(0);
});
