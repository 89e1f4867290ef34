import { expect, it } from 'vitest';
import { shareOf } from './check-days.ts';

it('comes to everything, a share at a time', () => {
  const all = [1, 2, 3, 4, 5, 6, 7];
  expect([0, 1, 2, 3].map((turn) => shareOf(all, 3, turn))).toEqual([[1, 2, 3], [4, 5, 6], [7], [1, 2, 3]]);
  expect(shareOf(all, 7, 20_787)).toEqual(all);
  expect(shareOf([], 3, 5)).toEqual([]);
});
