import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { eventParser, listen, type StreamEvent } from './event-stream.ts';

const parsed = (...pieces: string[]): StreamEvent[] => {
  const events: StreamEvent[] = [];
  const parse = eventParser((event) => events.push(event));
  pieces.forEach(parse);
  return events;
};

test('events come whole, wherever the stream is cut', () => {
  const text = 'retry: 2000\n\nid: 7\nevent: figures\ndata: {"changes":"7"}\n\n: ping\n\nevent: sync\ndata: {}\n\n';
  const whole = [
    { name: 'figures', data: '{"changes":"7"}', id: '7' },
    { name: 'sync', data: '{}', id: null },
  ];
  expect(parsed(text)).toEqual(whole);
  expect(parsed(...text)).toEqual(whole);
  expect(parsed(text.slice(0, 40), text.slice(40))).toEqual(whole);
});

test('what is not ended is not told', () => {
  expect(parsed('event: figures\ndata: {"changes"')).toEqual([]);
});

describe('a page that listens', () => {
  const page = Object.assign(new EventTarget(), { hidden: false });
  /** Each stream that was asked for: what was sent along, and what the server does with it. */
  let streams: { headers: Record<string, string>; url: string; say(text: string): void; end(): void }[];
  let refreshes: number;
  let status: number;
  let stop = () => {};
  const told: unknown[] = [];
  let breaks: number;

  beforeEach(() => {
    [streams, refreshes, status, breaks] = [[], 0, 200, 0];
    told.length = 0;
    page.hidden = false;
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
    vi.stubGlobal('document', page);
    vi.stubGlobal('window', new EventTarget());
    vi.stubGlobal(
      'fetch',
      (
        url: string,
        { headers, signal, keepalive }: { headers: Record<string, string>; signal: AbortSignal; keepalive?: boolean },
      ) => {
        if (url === '/api/auth/refresh') {
          // a page that is left meanwhile must not lose the cookie
          expect(keepalive).toBe(true);
          const session = { accessToken: `token-${++refreshes}`, expiresIn: 900 };
          return Promise.resolve(Response.json(session, { headers: { 'content-type': 'application/json' } }));
        }
        let controller!: ReadableStreamDefaultController<Uint8Array>;
        const body = new ReadableStream<Uint8Array>({ start: (given) => void (controller = given) });
        signal.addEventListener('abort', () => controller.error(signal.reason));
        const say = (text: string) => controller.enqueue(new TextEncoder().encode(text));
        streams.push({ headers, url, say, end: () => controller.close() });
        return Promise.resolve(new Response(body, { status }));
      },
    );
  });
  afterEach(() => {
    stop();
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  const begin = () => {
    stop = listen('/api/tenants/1/events', {
      onEvent: (name, data) => told.push([name, data]),
      onBreak: () => breaks++,
    });
  };
  const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
  const settle = () => pass(0);
  const figures = (changes: string) => `id: ${changes}\nevent: figures\ndata: {"changes":"${changes}"}\n\n`;

  test('comes back after a break, and says what it has heard last', async () => {
    begin();
    await vi.waitFor(() => expect(streams).toHaveLength(1));
    expect(streams[0]!.headers).toMatchObject({ authorization: expect.stringMatching(/^Bearer token-/) });
    expect(streams[0]!.headers).not.toHaveProperty('last-event-id');
    expect(streams[0]!.url).not.toContain('token');
    streams[0]!.say(figures('7'));
    await vi.waitFor(() => expect(told).toEqual([['figures', { changes: '7' }]]));
    streams[0]!.end();
    await vi.waitFor(() => expect(breaks).toBe(1));
    await pass(1_000);
    await vi.waitFor(() => expect(streams).toHaveLength(2));
    expect(streams[1]!.headers).toMatchObject({ 'last-event-id': '7' });
  });

  test('waits longer and longer where nothing is heard', async () => {
    status = 429;
    begin();
    await vi.waitFor(() => expect(streams).toHaveLength(1));
    await pass(60_000);
    await settle();
    const first = streams.length;
    expect(first).toBeLessThan(9);
    await pass(60_000);
    await settle();
    expect(streams.length - first).toBeLessThan(6);
    expect(streams.length).toBeGreaterThan(first);
  });

  test('rests while the page is hidden', async () => {
    begin();
    await vi.waitFor(() => expect(streams).toHaveLength(1));
    page.hidden = true;
    page.dispatchEvent(new Event('visibilitychange'));
    await vi.waitFor(() => expect(breaks).toBe(1));
    await pass(600_000);
    expect(streams).toHaveLength(1);
    page.hidden = false;
    page.dispatchEvent(new Event('visibilitychange'));
    await vi.waitFor(() => expect(streams).toHaveLength(2));
  });

  test('gives up a connection that says nothing any more', async () => {
    begin();
    await vi.waitFor(() => expect(streams).toHaveLength(1));
    await pass(30_000);
    streams[0]!.say(': ping\n\n');
    await settle();
    await pass(30_000);
    expect(breaks).toBe(0);
    await pass(20_000);
    await vi.waitFor(() => expect(breaks).toBe(1));
    await pass(5_000);
    await vi.waitFor(() => expect(streams).toHaveLength(2));
  });

  test('ends when the page is left', async () => {
    begin();
    await vi.waitFor(() => expect(streams).toHaveLength(1));
    stop();
    await pass(600_000);
    expect(streams).toHaveLength(1);
    expect(breaks).toBe(0);
  });
});
