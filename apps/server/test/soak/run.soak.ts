import { expect, test } from 'vitest';
import { crashRun } from './crash-run.ts';

const { SOAK_SIZE, SOAK_MINUTES = '20', SOAK_RATE = '30', SOAK_ORDERS = '2000', SOAK_SEED } = process.env;

const sizes = (['one', 'many'] as const).filter((size) => SOAK_SIZE === undefined || SOAK_SIZE === size);
if (sizes.length === 0) throw new Error('SOAK_SIZE is one or many');

test.each(sizes)(
  'soak, %s',
  async (size) => {
    const seed = Number(SOAK_SEED ?? Date.now() % 1_000_000);
    console.info(`seed ${seed}`);
    const report = await crashRun({
      size,
      seed,
      seconds: Number(SOAK_MINUTES) * 60,
      rate: Number(SOAK_RATE),
      orders: Number(SOAK_ORDERS),
      killSeconds: 15,
      log: (line) => console.info(`${new Date().toISOString()} ${line}`),
    });
    console.info(JSON.stringify(report, null, 2));
    expect(report).toMatchObject({ lost: 0, unfinished: 0, dead: 0 });
  },
  (Number(SOAK_MINUTES) * 3 + 10) * 60_000,
);
