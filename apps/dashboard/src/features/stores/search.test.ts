import { expect, test } from 'vitest';
import { storeOf } from './search.ts';

test.each([
  ['/?store=7&period=all', '7'],
  ['/operations?store=7', '7'],
  ['/stores/7', '7'],
  ['/stores', null],
  ['/stores/connect-error?code=access_denied', null],
  ['/', null],
])('the store that a page is about: %s', (path, store) => {
  expect(storeOf(path)).toBe(store);
});
