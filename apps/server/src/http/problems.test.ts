import { expect, test } from 'vitest';
import { DatabaseAway } from '../db/faults.ts';
import { Unavailable } from './errors.ts';
import { logIfOurs } from './problems.ts';

test('an outage is told once, with its cause, and every other failure of ours each time', () => {
  const told: unknown[] = [];
  const log = { error: ({ err }: { err: unknown }) => void told.push(err) };
  const refused = new DatabaseAway('refused');
  const bug = new TypeError('x is not a function');
  for (const error of [refused, refused, bug, bug, new Unavailable('full', refused)]) logIfOurs(log as never, error);
  expect(told).toEqual([expect.any(Unavailable), bug, bug, new Unavailable('full', refused)]);
  expect((told[0] as Error).cause).toBe(refused);
});
