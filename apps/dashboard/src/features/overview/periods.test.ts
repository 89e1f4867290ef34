import { describe, expect, it } from 'vitest';
import { comparedRange, parseOverviewSearch, rangeOf, type OverviewSearch, type PeriodName } from './periods.ts';

const LONDON = 'Europe/London';
const NOON = Date.parse('2026-03-14T12:00:00Z');
const both = (search: OverviewSearch, zone = LONDON, instant = NOON) => {
  const range = rangeOf(search, zone, instant);
  const compared = comparedRange(search, range);
  return [range && `${range.from}..${range.to}`, compared && `${compared.from}..${compared.to}`];
};

describe('periods on 14 March 2026, with the period before', () => {
  it.each<[PeriodName, string | null, string | null]>([
    ['today', '2026-03-14..2026-03-14', '2026-03-13..2026-03-13'],
    ['yesterday', '2026-03-13..2026-03-13', '2026-03-12..2026-03-12'],
    ['last7', '2026-03-08..2026-03-14', '2026-03-01..2026-03-07'],
    ['last30', '2026-02-13..2026-03-14', '2026-01-14..2026-02-12'],
    ['last90', '2025-12-15..2026-03-14', '2025-09-16..2025-12-14'],
    ['thisMonth', '2026-03-01..2026-03-14', '2026-02-01..2026-02-14'],
    ['lastMonth', '2026-02-01..2026-02-28', '2026-01-01..2026-01-31'],
    ['thisQuarter', '2026-01-01..2026-03-14', '2025-10-01..2025-12-14'],
    ['thisYear', '2026-01-01..2026-03-14', '2025-01-01..2025-03-14'],
    ['all', null, null],
  ])('%s', (period, range, compared) => expect(both({ period })).toEqual([range, compared]));

  it('is the last 30 days where nothing is said', () => {
    expect(both({})).toEqual(both({ period: 'last30', compare: 'previous' }));
  });
});

describe('in the store’s time zone', () => {
  it('today is the store’s day', () => {
    const lateInUtc = Date.parse('2026-03-14T13:10:00Z');
    expect(both({ period: 'today' }, 'Australia/Lord_Howe', lateInUtc)[0]).toBe('2026-03-15..2026-03-15');
    expect(both({ period: 'today' }, 'America/Los_Angeles', lateInUtc)[0]).toBe('2026-03-14..2026-03-14');
  });

  it('seven days stay seven where one has 25 hours or half an hour more', () => {
    // Lord Howe turns its clocks back by half an hour on 5 April 2026.
    const after = Date.parse('2026-04-08T00:00:00Z');
    expect(both({ period: 'last7' }, 'Australia/Lord_Howe', after)).toEqual([
      '2026-04-02..2026-04-08',
      '2026-03-26..2026-04-01',
    ]);
    const londonWinter = Date.parse('2026-10-26T00:30:00Z');
    expect(both({ period: 'last7' }, LONDON, londonWinter)[0]).toBe('2026-10-20..2026-10-26');
  });
});

describe('comparisons', () => {
  it('with the year before, also from a leap day', () => {
    expect(both({ period: 'last7', compare: 'year' })[1]).toBe('2025-03-08..2025-03-14');
    expect(both({ period: 'custom', from: '2028-02-01', to: '2028-02-29', compare: 'year' })[1]).toBe(
      '2027-02-01..2027-02-28',
    );
  });

  it('of the whole of February with the whole of it a year before, which may have a day more', () => {
    const lastFebruary = { period: 'lastMonth', compare: 'year' } as const;
    expect(both(lastFebruary, LONDON, Date.parse('2029-03-14T12:00:00Z'))[1]).toBe('2028-02-01..2028-02-29');
    expect(both(lastFebruary, LONDON, Date.parse('2028-03-14T12:00:00Z'))[1]).toBe('2027-02-01..2027-02-28');
  });

  it('of the end of a long month with a shorter one', () => {
    expect(both({ period: 'thisMonth' }, LONDON, Date.parse('2026-03-31T12:00:00Z'))[1]).toBe('2026-02-01..2026-02-28');
  });

  it('with as many days before a custom range', () => {
    expect(both({ period: 'custom', from: '2026-03-01', to: '2026-03-10' })[1]).toBe('2026-02-19..2026-02-28');
  });

  it('not before the earliest day of which anything is told', () => {
    expect(both({ period: 'custom', from: '0001-01-01', to: '0009-12-31' })).toEqual(['1970-01-01..1970-01-01', null]);
    expect(both({ period: 'custom', from: '1970-01-03', to: '1970-01-10' })[1]).toBe('1970-01-01..1970-01-02');
  });

  it('with nothing, when so chosen', () => {
    expect(both({ period: 'last7', compare: 'none' })[1]).toBeNull();
  });
});

describe('the address', () => {
  it('is kept where it makes sense', () => {
    const search = {
      store: '9007199254740993',
      period: 'custom',
      from: '2026-01-01',
      to: '2026-01-31',
      compare: 'year',
    };
    expect(parseOverviewSearch(search)).toEqual(search);
  });

  it('falls back where it makes none', () => {
    expect(parseOverviewSearch({ store: '7; drop', period: 'aeon', compare: 'toString', from: '2026-01-01' })).toEqual(
      {},
    );
    expect(parseOverviewSearch({ period: 'custom', from: '2026-02-30', to: '2026-03-01' })).toEqual({});
    expect(parseOverviewSearch({ period: 'custom', from: '2026-03-02', to: '2026-03-01' })).toEqual({});
    expect(parseOverviewSearch({ period: 'custom', from: '0001-01-01', to: '9999-12-31' })).toEqual({});
    expect(parseOverviewSearch({ period: 'last7', from: '2026-03-01', to: '2026-03-02' })).toEqual({ period: 'last7' });
  });
});
