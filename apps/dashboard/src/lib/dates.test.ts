import { describe, expect, it } from 'vitest';
import { addDays, addMonths, countDays, dayIn, endOfMonth, isDay, startOfQuarter } from './dates.ts';

const at = (iso: string) => Date.parse(iso);

describe('the day it is in a time zone', () => {
  it('differs around the world at one instant', () => {
    const instant = at('2026-03-14T13:15:00Z');
    expect(dayIn('Pacific/Kiritimati', instant)).toBe('2026-03-15');
    expect(dayIn('Australia/Lord_Howe', instant)).toBe('2026-03-15');
    expect(dayIn('Europe/London', instant)).toBe('2026-03-14');
    expect(dayIn('Pacific/Pago_Pago', instant)).toBe('2026-03-14');
  });

  it('turns at midnight of Lord Howe, at +11:00 in summer and +10:30 in winter', () => {
    expect(dayIn('Australia/Lord_Howe', at('2026-01-14T12:59:59Z'))).toBe('2026-01-14');
    expect(dayIn('Australia/Lord_Howe', at('2026-01-14T13:00:00Z'))).toBe('2026-01-15');
    expect(dayIn('Australia/Lord_Howe', at('2026-07-14T13:29:59Z'))).toBe('2026-07-14');
    expect(dayIn('Australia/Lord_Howe', at('2026-07-14T13:30:00Z'))).toBe('2026-07-15');
  });

  it('is right on days of 23 and 25 hours', () => {
    // London, 29 March 2026: 01:00 becomes 02:00. 25 October 2026: 02:00 becomes 01:00.
    expect(dayIn('Europe/London', at('2026-03-29T22:59:59Z'))).toBe('2026-03-29');
    expect(dayIn('Europe/London', at('2026-03-29T23:00:00Z'))).toBe('2026-03-30');
    expect(dayIn('Europe/London', at('2026-10-24T23:00:00Z'))).toBe('2026-10-25');
    expect(dayIn('Europe/London', at('2026-10-25T23:59:59Z'))).toBe('2026-10-25');
    expect(dayIn('Europe/London', at('2026-10-26T00:00:00Z'))).toBe('2026-10-26');
  });
});

describe('calendar arithmetic', () => {
  it('knows leap years and the ends of months', () => {
    expect(addDays('2028-02-28', 1)).toBe('2028-02-29');
    expect(addDays('2026-01-01', -1)).toBe('2025-12-31');
    expect(endOfMonth('2028-02-10')).toBe('2028-02-29');
    expect(addMonths('2026-03-31', -1)).toBe('2026-02-28');
    expect(addMonths('2028-02-29', -12)).toBe('2027-02-28');
    expect(addMonths('2026-01-15', -1)).toBe('2025-12-15');
  });

  it('counts days whatever the clocks do in between', () => {
    expect(countDays('2026-03-01', '2026-03-31')).toBe(31);
    expect(countDays('2026-10-25', '2026-10-25')).toBe(1);
  });

  it.each([
    ['2026-01-01', '2026-01-01'],
    ['2026-03-31', '2026-01-01'],
    ['2026-04-01', '2026-04-01'],
    ['2026-12-31', '2026-10-01'],
  ])('the quarter of %s begins on %s', (day, start) => expect(startOfQuarter(day)).toBe(start));

  it('tells days from what only looks like one', () => {
    expect(isDay('2028-02-29')).toBe(true);
    expect(['2026-02-29', '2026-13-01', '2026-13-45', '2026-1-1', 'today', ''].some(isDay)).toBe(false);
  });
});
