import { expect, test } from 'vitest';
import { fuzz } from '../fuzz/fuzz.ts';
import { onEachDatabase, startWorld } from './world.ts';

const REQUESTS = Number(process.env.FUZZ_REQUESTS ?? 800);
const SEED = Number(process.env.FUZZ_SEED ?? 1);
const NO_THROTTLES = Object.fromEntries(
  [
    'LOGIN_FAILURES_PER_ACCOUNT',
    'LOGIN_FAILURES_PER_ADDRESS',
    'REGISTRATIONS_PER_ADDRESS',
    'TAKEN_EMAILS_PER_ADDRESS',
  ].map((name) => [name, '1000000']),
);

onEachDatabase('generated requests', (engine) => {
  test(
    `${REQUESTS} of them: no answer of 500 or above, and none that the OpenAPI document does not tell`,
    async () => {
      const world = await startWorld(engine, { sandbox: { size: 30 }, env: NO_THROTTLES });
      try {
        const browsers = [await world.register(), await world.register()];
        const shop = 'fuzzed.myshopify.com';
        await browsers[0]!.fill(shop);
        await browsers[1]!.fill('other.myshopify.com');
        const report = await fuzz(world, { browsers, shop, seed: SEED, requests: REQUESTS });
        expect(report.wrong).toEqual([]);
        // that it gets past the door
        expect(report.succeeded.size).toBeGreaterThan(8);
        if (process.env.FUZZ_REQUESTS) console.log(report.statuses);
      } finally {
        await world.close();
      }
    },
    REQUESTS * 100 + 60_000,
  );
});
