import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { oneAtATime } from './one-at-a-time.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Work that takes a second, and how often it began and ended. */
function slow() {
  const count = { begun: 0, ended: 0 };
  const work = async () => {
    count.begun++;
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    count.ended++;
  };
  return { count, work };
}

test('work that is asked for all the time gets to its end all the same', async () => {
  const { count, work } = slow();
  const refresh = oneAtATime(work, () => 200);
  for (let i = 0; i < 100; i++) {
    refresh.run();
    await vi.advanceTimersByTimeAsync(100);
  }
  expect(count).toEqual({ begun: 9, ended: 8 });
  await vi.advanceTimersByTimeAsync(10_000);
  expect(count).toEqual({ begun: 10, ended: 10 });
});

test('a failure is not the last time, and nothing begins after the end', async () => {
  let times = 0;
  const refresh = oneAtATime(
    () => Promise.reject(new Error(`no ${++times}`)),
    () => 200,
  );
  refresh.run();
  refresh.run();
  await vi.advanceTimersByTimeAsync(300);
  expect(times).toBe(2);
  refresh.run();
  refresh.stop();
  refresh.run();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(times).toBe(2);
});
