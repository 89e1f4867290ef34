import type { Member } from '@xeno/contracts';

/**
 * Why the admin who looks at a store's members can neither leave it nor take another role: a store needs an admin, and
 * those who wait to be confirmed are none. Null where another is there.
 */
export function onlyAdminObstacle(members: Member[]): string | null {
  if (members.filter(({ role, waitingSince }) => role === 'admin' && !waitingSince).length > 1) return null;
  return members.length > 1
    ? 'You are the only admin: hand the store over, or make somebody else admin first.'
    : 'You are the only member: invite somebody else as admin first.';
}
