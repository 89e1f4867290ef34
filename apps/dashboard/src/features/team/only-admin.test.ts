import type { Member } from '@xeno/contracts';
import { expect, test } from 'vitest';
import { onlyAdminObstacle } from './only-admin.ts';

const member = (changed: Partial<Member> = {}) => ({ role: 'admin', waitingSince: null, ...changed }) as Member;

test.each([
  ['another admin', member(), null],
  ['somebody who is none', member({ role: 'store_manager' }), /only admin/],
  ['an admin who waits', member({ waitingSince: '2026-11-01T00:00:00Z' }), /only admin/],
])('beside %s', (_, other, obstacle) => {
  const told = onlyAdminObstacle([member(), other]);
  if (obstacle) expect(told).toMatch(obstacle);
  else expect(told).toBeNull();
});

test('alone', () => {
  expect(onlyAdminObstacle([member()])).toMatch(/only member/);
});
