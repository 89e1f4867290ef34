import { expect, test } from 'vitest';
import { mariaDb, redis } from '../../../../scripts/lib/programs.mjs';
import { crashRun } from '../soak/crash-run.ts';

/** Those that webhooks lead to at once; the other ones have their turn where one process does everything. */
const FAIL_POINTS = ['fetch.answered', 'webhooks.before-commit', 'webhooks.committed'];

test.skipIf(!mariaDb() || !redis())(
  'F28: api, worker, scheduler, database and Redis killed, and Redis emptied, one after the other, workers amid their work: exact',
  async () => {
    const busy = { seed: 6, seconds: 10, rate: 8, orders: 100, killSeconds: 1 };
    const report = await crashRun({ ...busy, size: 'many', failPoints: FAIL_POINTS });
    expect(report.failPointsHit).toEqual(FAIL_POINTS);
    const killed = new Set(report.kills.map((kill) => kill.split(' ')[1]!.replace(/\d+$/, '')));
    expect([...killed].sort()).toEqual(['FLUSHALL', 'api', 'database', 'redis', 'scheduler', 'worker']);
    expect(report).toMatchObject({ lost: 0, unfinished: 0, dead: 0 });
    expect(report.acknowledged).toBeGreaterThan(100);
  },
  480_000,
);
