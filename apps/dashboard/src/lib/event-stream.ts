import type { LiveEvents, Route } from '@xeno/contracts';
import { withAccess } from './session.ts';

export interface StreamEvent {
  name: string;
  data: string;
  id: string | null;
}

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;

/**
 * Reads server-sent events by `fetch`, so that the access token stands in a header and not in an address. Comes back by
 * itself, with the last event's id, after whatever ended the stream; while the page is hidden it rests. Gives what ends it.
 */
export function listen<N extends keyof LiveEvents>(
  path: string,
  onEvent: (name: N, data: LiveEvents[N]) => void,
): () => void {
  let abort = new AbortController();
  let ended = false;
  let lastId: string | null = null;
  let wake = () => {};

  const run = async () => {
    for (let pause = FIRST_PAUSE_MS; !ended; pause = Math.min(LONGEST_PAUSE_MS, pause * 2)) {
      if (!document.hidden) {
        abort = new AbortController();
        const began = Date.now();
        await read(path, lastId, abort.signal, (event) => {
          lastId = event.id ?? lastId;
          onEvent(event.name as N, JSON.parse(event.data) as LiveEvents[N]);
        }).catch(() => {});
        if (Date.now() - began > LONGEST_PAUSE_MS) pause = FIRST_PAUSE_MS / 2;
      }
      if (ended) return;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, pause * (0.75 + Math.random() / 2));
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  };
  const onVisibility = () => (document.hidden ? abort.abort() : wake());
  document.addEventListener('visibilitychange', onVisibility);
  void run();
  return () => {
    ended = true;
    document.removeEventListener('visibilitychange', onVisibility);
    abort.abort();
    wake();
  };
}

export const pathOf = (route: Route, params: Record<string, string>): string =>
  route.path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(params[name] ?? ''));

async function read(
  path: string,
  lastId: string | null,
  signal: AbortSignal,
  onEvent: (event: StreamEvent) => void,
): Promise<void> {
  const response = await withAccess((token) =>
    fetch(path, {
      signal,
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
  for (let part = await reader.read(); !part.done; part = await reader.read()) parse(part.value);
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
