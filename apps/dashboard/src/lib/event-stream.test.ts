import { expect, test } from 'vitest';
import { eventParser, type StreamEvent } from './event-stream.ts';

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
