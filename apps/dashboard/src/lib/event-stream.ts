import type { LiveEvents } from '@xeno/contracts';
import { withAccess } from './session.ts';

export interface StreamEvent {
  name: string;
  data: string;
  id: string | null;
}

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;
/** The server says something every 15 seconds: after so long the connection is dead, whatever the network says. */
const LONGEST_SILENCE_MS = 40_000;

interface Listener<N extends keyof LiveEvents> {
  onEvent(name: N, data: LiveEvents[N]): void;
  /** From now on nothing is heard, until the next event. */
  onBreak(): void;
}

/**
 * Reads server-sent events by `fetch`, so that the access token stands in a header and not in an address. Comes back by
 * itself, with the last event's id, after whatever ended the stream; while the page is hidden it rests. Gives what ends it.
 */
export function listen<N extends keyof LiveEvents>(path: string, { onEvent, onBreak }: Listener<N>): () => void {
  const all = new AbortController();
  let stream = new AbortController();
  let lastId: string | null = null;
  let wake = () => {};
  const rest = (ms: number | null) =>
    new Promise<void>((resolve) => {
      const timer = ms === null ? undefined : setTimeout(() => wake(), ms);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });

  const run = async () => {
    for (let failures = 0; !all.signal.aborted;) {
      if (document.hidden) {
        await rest(null);
        continue;
      }
      failures++;
      stream = new AbortController();
      await read(path, lastId, stream, (event) => {
        failures = 0;
        lastId = event.id ?? lastId;
        onEvent(event.name as N, JSON.parse(event.data) as LiveEvents[N]);
      }).catch(() => {});
      if (all.signal.aborted) return;
      onBreak();
      const pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** failures);
      if (!document.hidden) await rest(pause * (0.5 + Math.random() / 2));
    }
  };
  const { signal } = all;
  document.addEventListener('visibilitychange', () => (document.hidden ? stream.abort() : wake()), { signal });
  window.addEventListener('online', () => wake(), { signal });
  void run();
  return () => {
    all.abort();
    stream.abort();
    wake();
  };
}

async function read(
  path: string,
  lastId: string | null,
  abort: AbortController,
  onEvent: (event: StreamEvent) => void,
): Promise<void> {
  let silence: ReturnType<typeof setTimeout> | undefined;
  const heard = () => {
    clearTimeout(silence);
    silence = setTimeout(() => abort.abort(), LONGEST_SILENCE_MS);
  };
  try {
    heard();
    const response = await withAccess((token) =>
      fetch(path, {
        signal: abort.signal,
        headers: {
          accept: 'text/event-stream',
          authorization: `Bearer ${token}`,
          ...(lastId !== null && { 'last-event-id': lastId }),
        },
      }),
    );
    if (!response.ok || !response.body) return;
    const parse = eventParser(onEvent);
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      heard();
      parse(part.value);
    }
  } finally {
    clearTimeout(silence);
  }
}

/** Takes the stream's text piece by piece. Rule: https://html.spec.whatwg.org/multipage/server-sent-events.html */
export function eventParser(onEvent: (event: StreamEvent) => void): (text: string) => void {
  let rest = '';
  return (text) => {
    const blocks = (rest + text.replaceAll('\r', '')).split('\n\n');
    rest = blocks.pop()!;
    for (const block of blocks) {
      const fields = block.split('\n').map((line) => /^(event|data|id): ?(.*)$/.exec(line));
      const valuesOf = (name: string) => fields.flatMap((match) => (match?.[1] === name ? [match[2]!] : []));
      const data = valuesOf('data');
      if (data.length === 0) continue;
      onEvent({ name: valuesOf('event')[0] ?? 'message', data: data.join('\n'), id: valuesOf('id')[0] ?? null });
    }
  };
}
