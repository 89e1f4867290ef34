import { expect, test } from 'vitest';
import { Progress } from './progress.ts';

test('each partition is taken once, whichever thread asks', () => {
  const memory = Progress.memoryFor(3);
  const [one, other] = [new Progress(memory), new Progress(memory)];
  expect([one.take(), other.take(), other.take(), one.take(), other.take()]).toEqual([0, 1, 2, null, null]);
});

test('after a stop none is taken', () => {
  const memory = Progress.memoryFor(3);
  const [one, other] = [new Progress(memory), new Progress(memory)];
  one.take();
  other.stop();
  expect(one.take()).toBeNull();
});

test('a checkpoint goes as far as there is no gap', () => {
  const progress = new Progress(Progress.memoryFor(4));
  expect(progress.checkpoint(1, 20)).toBeNull();
  progress.done(1, 20);
  expect(progress.checkpoint(0, 10)).toEqual({ partitions: 2, roots: 30 });
  progress.done(0, 10);
  expect(progress.checkpoint(3, 5)).toBeNull();
  progress.done(3, 5);
  expect(progress.checkpoint(2, 0)).toEqual({ partitions: 4, roots: 35 });
});
