import { expect, test } from 'vitest';
import { BadInput } from './errors.ts';
import { instantsOf } from './instant.ts';

test.each([
  ['2026-03-29T01:00:00Z', '2026-03-29T01:00:00.000Z'],
  ['2026-03-29T01:00Z', '2026-03-29T01:00:00.000Z'],
  ['2026-03-29T01:00:00.250+05:30', '2026-03-28T19:30:00.250Z'],
])('%s is an instant', (text, instant) => expect(instantsOf({ from: text }).from?.toISOString()).toBe(instant));

test.each([
  ...['monday', '', '2026-03-29', '2026-03-29T01:00:00', '2026-02-31T00:00:00Z', '2026-13-01T00:00:00Z'],
  ...['2026-03-29T25:00:00Z', '12026-03-29T01:00:00Z', '+012026-03-29T01:00:00Z'],
])('%j is none', (text) => {
  for (const path of ['from', 'to']) {
    expect(() => instantsOf({ [path]: text })).toThrow(
      expect.objectContaining({
        message: expect.stringMatching(new RegExp(`^${path} must be an instant`)) as string,
      }) as BadInput,
    );
  }
});

test('the end is not before the beginning', () => {
  const [early, late] = ['2026-03-29T01:00:00Z', '2026-03-29T01:00:00.001Z'];
  expect(() => instantsOf({ from: late, to: early })).toThrow(BadInput);
  expect(instantsOf({ from: early, to: late })).toEqual({ from: new Date(early), to: new Date(late) });
  expect(instantsOf({ from: early, to: early }).to).toEqual(new Date(early));
  expect(instantsOf({})).toEqual({ from: undefined, to: undefined });
});
