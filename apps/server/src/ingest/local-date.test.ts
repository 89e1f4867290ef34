import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { localDates, offsetSpans } from './local-date.ts';

const ZONES = [
  'UTC',
  'Europe/London',
  'America/New_York',
  'America/St_Johns',
  'Asia/Kathmandu',
  'Pacific/Chatham',
  'Australia/Lord_Howe',
  'Pacific/Apia',
];

describe('the local day of an instant', () => {
  test.each([
    // the clocks of Lord Howe go back by half an hour at 02:00 on 5 April 2026
    ['Australia/Lord_Howe', '2026-04-04T12:59:59.999Z', '2026-04-04'],
    ['Australia/Lord_Howe', '2026-04-04T13:00:00.000Z', '2026-04-05'],
    ['Australia/Lord_Howe', '2026-04-05T13:29:59.999Z', '2026-04-05'],
    ['Australia/Lord_Howe', '2026-04-05T13:30:00.000Z', '2026-04-06'],
    // London's day of 23 hours
    ['Europe/London', '2026-03-28T23:59:59.999Z', '2026-03-28'],
    ['Europe/London', '2026-03-29T22:59:59.999Z', '2026-03-29'],
    ['Europe/London', '2026-03-29T23:00:00.000Z', '2026-03-30'],
    ['Pacific/Chatham', '2026-07-01T11:14:59.999Z', '2026-07-01'],
    ['Pacific/Chatham', '2026-07-01T11:15:00.000Z', '2026-07-02'],
    // Samoa had no 30 December 2011
    ['Pacific/Apia', '2011-12-30T09:59:59.999Z', '2011-12-29'],
    ['Pacific/Apia', '2011-12-30T10:00:00.000Z', '2011-12-31'],
  ])('%s: %s is %s', (zone, instant, day) => {
    expect(localDates(zone)(Date.parse(instant))).toBe(day);
  });

  test('is what the calendar says, at any millisecond', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...ZONES),
        fc.integer({ min: Date.UTC(2004, 0), max: Date.UTC(2038, 0) }),
        (zone, instant) => {
          const expected = new Intl.DateTimeFormat('sv-SE', { timeZone: zone }).format(instant);
          expect(localDates(zone)(instant)).toBe(expected);
        },
      ),
    );
  });
});

test('the spans of a zone give the same days as the zone', () => {
  const first = Date.UTC(2010, 0);
  const last = Date.UTC(2027, 0);
  for (const zone of ZONES) {
    const spans = offsetSpans(zone, first, last);
    for (let instant = first; instant < last; instant += 7.3 * 3_600_000) {
      const { minutes } = spans.find(({ until }) => instant < until)!;
      const day = new Date(instant + minutes * 60_000).toISOString().slice(0, 10);
      expect(`${zone} ${day}`).toBe(`${zone} ${localDates(zone)(instant)}`);
    }
  }
});
