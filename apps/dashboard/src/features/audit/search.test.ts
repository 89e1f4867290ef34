import { expect, test } from 'vitest';
import { filterOf, isBackwards, parseAuditSearch } from './search.ts';

test('an address says which store and which entries', () => {
  const search = { store: '12', action: 'invitations', user: '7', from: '2026-11-01', to: '2026-11-28' };
  expect(parseAuditSearch(search)).toEqual(search);
});

test.each([
  {},
  { store: 'abc', action: 'toString', user: 'ada', from: 'yesterday', to: '2026-13-45' },
  { action: 'member.', user: 7, from: null, to: ['2026-11-28'] },
])('what makes no sense is left out: %j', (search) => {
  expect(parseAuditSearch(search)).toEqual({});
});

test('the API is asked for actions, a person and instants that include both days', () => {
  expect(filterOf({ store: '12', action: 'invitations', user: '7', from: '2026-11-28', to: '2026-11-28' })).toEqual({
    action: 'member.invited,member.joined,invitation.',
    user_id: '7',
    from: new Date('2026-11-28T00:00:00').toISOString(),
    to: new Date('2026-11-29T00:00:00').toISOString(),
  });
  expect(filterOf({ store: '12' })).toEqual({});
});

test('a day on the way to being typed, or of the year 9999, leads to an instant of four digits of a year', () => {
  for (const instant of Object.values(filterOf({ from: '0002-11-01', to: '9999-12-31' })))
    expect(instant).toMatch(/^\d{4}-\d{2}-\d{2}T/);
});

test('a period ends on the day on which it begins, or later', () => {
  expect(isBackwards({ from: '2026-11-28', to: '2026-11-27' })).toBe(true);
  expect(isBackwards({ from: '2026-11-28', to: '2026-11-28' })).toBe(false);
  expect(isBackwards({ to: '2026-11-27' })).toBe(false);
});
