import { expect, test } from 'vitest';
import { crashRun, failPointsOfSource } from '../soak/crash-run.ts';

test('F28: killed at each named point of its work, under webhooks that come double, late, in disorder or not at all: exact', async () => {
  const report = await crashRun({ size: 'one', seed: 5, seconds: 10, rate: 8, orders: 200, killSeconds: 3 });
  expect(report.failPointsHit).toEqual(failPointsOfSource());
  expect(report).toMatchObject({ lost: 0, unfinished: 0, dead: 0 });
  expect(report.acknowledged).toBeGreaterThan(100);
}, 480_000);
