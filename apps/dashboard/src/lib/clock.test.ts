import { auth } from '@xeno/contracts';
import { afterEach, expect, it, vi } from 'vitest';
import { request } from './api.ts';
import { now } from './clock.ts';

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it('any answer tells what time it is, whatever this machine believes', async () => {
  vi.useFakeTimers({ now: Date.parse('2026-03-16T09:30:00Z'), toFake: ['Date'] });
  const headers = { date: 'Sat, 14 Mar 2026 09:00:00 GMT', 'content-type': 'application/json' };
  vi.stubGlobal('fetch', () => Promise.resolve(new Response('{}', { headers })));
  await request(auth.me, {});
  expect(new Date(now()).toISOString()).toBe('2026-03-14T09:00:00.000Z');

  vi.setSystemTime('2026-03-16T09:31:00Z');
  expect(new Date(now()).toISOString()).toBe('2026-03-14T09:01:00.000Z');
});
