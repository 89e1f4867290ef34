import { afterEach, expect, test, vi } from 'vitest';
import { sharedReads } from './shared-reads.ts';

/** A database whose readings end when they are told to. */
function slowDatabase() {
  const began: { sql: string; params: unknown; end(rows: unknown[]): void; fail(error: Error): void }[] = [];
  const read = vi.fn(
    (sql: string, params?: unknown) =>
      new Promise<never[]>((resolve, reject) => {
        began.push({ sql, params, end: (rows) => resolve(rows as never[]), fail: reject });
      }),
  );
  return { began, readShared: sharedReads(read) };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

afterEach(() => vi.useRealTimers());

test('all who ask while the same is read get what is read after that', async () => {
  const { began, readShared } = slowDatabase();
  const first = readShared('SELECT ?', [1]);
  const others = [readShared('SELECT ?', [1]), readShared('SELECT ?', [1])];
  expect(began).toHaveLength(1);
  began[0]!.end(['before']);
  await settled();
  expect(began).toHaveLength(2);
  const later = readShared('SELECT ?', [1]);
  began[1]!.end(['after']);
  await settled();
  began[2]!.end(['last']);
  expect(await first).toEqual(['before']);
  expect(await Promise.all(others)).toEqual([['after'], ['after']]);
  expect(await later).toEqual(['last']);
});

test('who asks when nothing is being read gets a reading of its own', async () => {
  const { began, readShared } = slowDatabase();
  for (const rows of [['one'], ['two']]) {
    const answer = readShared('SELECT 1');
    began.at(-1)!.end(rows);
    expect(await answer).toEqual(rows);
    await settled();
  }
  expect(began).toHaveLength(2);
});

test('other statements and other parameters are read on their own', async () => {
  const { began, readShared } = slowDatabase();
  void readShared('SELECT ?', [1]);
  void readShared('SELECT ?', [2]);
  void readShared('SELECT ?, 1', [1]);
  const others = [[1n], ['1'], [null], ['null'], ['a', 'b\nc'], ['a\nb', 'c']];
  for (const params of others) void readShared('SELECT ?', params);
  expect(began.map(({ params }) => params)).toEqual([[1], [2], [1], ...others]);
});

test('a reading that fails does so for those alone who waited for it', async () => {
  const { began, readShared } = slowDatabase();
  const first = readShared('SELECT 1');
  const second = readShared('SELECT 1');
  began[0]!.fail(new Error('gone'));
  await expect(first).rejects.toThrow('gone');
  await settled();
  began[1]!.end(['back']);
  expect(await second).toEqual(['back']);
});

test('behind a reading that takes long nobody waits, whenever they came', async () => {
  vi.useFakeTimers({ toFake: ['performance', 'setTimeout', 'clearTimeout'] });
  const { began, readShared } = slowDatabase();
  const first = readShared('SELECT 1');
  vi.advanceTimersByTime(100);
  const second = readShared('SELECT 1');
  expect(began).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(200);
  expect(began).toHaveLength(2);
  const third = readShared('SELECT 1');
  began[1]!.end(['here']);
  expect(await second).toEqual(['here']);
  await settled();
  began[2]!.end(['now']);
  expect(await third).toEqual(['now']);
  await settled();
  const fourth = readShared('SELECT 1');
  expect(began).toHaveLength(4);
  vi.advanceTimersByTime(1_000);
  const fifth = readShared('SELECT 1');
  expect(began).toHaveLength(5);
  began[4]!.end(['fifth']);
  expect(await fifth).toEqual(['fifth']);
  began[3]!.fail(new Error('gone'));
  await expect(fourth).rejects.toThrow('gone');
  began[0]!.end(['late']);
  expect(await first).toEqual(['late']);
  expect(vi.getTimerCount()).toBe(0);
});
