import { expect, test } from 'vitest';
import { parseOperationsSearch } from './search.ts';

test('an address says which store and which webhooks', () => {
  const search = { store: '12', status: 'dead', topic: 'orders/create' };
  expect(parseOperationsSearch(search)).toEqual(search);
});

test.each([
  {},
  { store: 'abc', status: 'lost', topic: 'orders' },
  { store: '', status: 'toString', topic: '../x' },
  { store: 12, status: null, topic: ['orders/create'] },
])('what makes no sense is left out: %j', (search) => {
  expect(parseOperationsSearch(search)).toEqual({});
});
