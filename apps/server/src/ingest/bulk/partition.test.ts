import fc from 'fast-check';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { IncompleteResult } from './lines.ts';
import { partition, partitionFile, readPartitioned, readRoots } from './partition.ts';

let folder: string;
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'xeno-partition-'))));
afterEach(() => rm(folder, { recursive: true, force: true }));

interface Line {
  id: string;
  __parentId?: string;
  title?: string;
}

const ORDER = 'gid://shopify/Order/';

/** Orders with line items, agreements and sales, as a bulk result has them. */
function result(orders: number, title: string): Line[] {
  return Array.from({ length: orders }, (_, i) => {
    const id = `${ORDER}${9007199254740993n + BigInt(i) * 32768n}`;
    const agreement = `gid://shopify/SalesAgreement/${i + 1}`;
    return [
      { id, title },
      { id: `gid://shopify/LineItem/${i + 1}`, title, __parentId: id },
      { id: agreement, happenedAt: '2026-01-01T00:00:00Z', __parentId: id },
      { id: `gid://shopify/ProductSale/${i + 1}`, __parentId: agreement },
    ];
  }).flat();
}

async function split(lines: string[], expected = lines.length, end = '\n') {
  const file = join(folder, 'result.jsonl');
  await writeFile(file, lines.join('\n') + end);
  const target = join(folder, 'parts');
  const found = await partition(file, target, expected);
  const parts = await Promise.all(
    Array.from({ length: found.partitions }, async (_, i) =>
      (await readFile(partitionFile(target, i), 'utf8'))
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as Line),
    ),
  );
  return { found, parts, target };
}

test('every root is with all its children in one partition, wherever they stood', async () => {
  // long titles make several partitions of few lines
  const lines = result(40, 'x'.repeat(250_000));
  const shuffled = fc.sample(fc.shuffledSubarray(lines, { minLength: lines.length }), { numRuns: 1, seed: 4 })[0]!;
  const { found, parts, target } = await split(shuffled.map((line) => JSON.stringify(line)));
  expect(found).toMatchObject({ lines: lines.length, roots: 40 });
  expect(found.partitions).toBeGreaterThan(2);
  expect(parts.flat()).toHaveLength(lines.length);
  expect(parts.filter((part) => part.length > 0).length).toBeGreaterThan(2);
  for (const part of parts) {
    const ids = new Set(part.map((line) => line.id));
    for (const line of part) if (line.__parentId) expect(ids).toContain(line.__parentId);
  }
  expect([...(await readRoots(target))]).toEqual(
    Array.from({ length: 40 }, (_, i) => 9007199254740993n + BigInt(i) * 32768n),
  );
  expect(await readPartitioned(target)).toEqual(found);
});

test.each([
  ['as Shopify mostly gives them', (lines: Line[]) => lines],
  ['the last first', (lines: Line[]) => lines.toReversed()],
  [
    'in no order',
    (lines: Line[]) => fc.sample(fc.shuffledSubarray(lines, { minLength: lines.length }), { numRuns: 1, seed: 7 })[0]!,
  ],
])('partitions are of about equal size and follow each other by id: lines %s', async (_, arrange) => {
  const { parts } = await split(arrange(result(15_000, 'x'.repeat(250))).map((line) => JSON.stringify(line)));
  expect(parts.length).toBeGreaterThan(2);
  const bytes = parts.map((part) => JSON.stringify(part).length);
  expect(Math.max(...bytes)).toBeLessThan((1.5 * bytes.reduce((a, b) => a + b)) / parts.length);
  const roots = parts.map((part) =>
    part.filter((line) => !line.__parentId).map((line) => BigInt(line.id.slice(ORDER.length))),
  );
  const ends = roots.map((ids) => ids.sort((a, b) => (a < b ? -1 : 1))).flatMap((ids) => [ids[0]!, ids.at(-1)!]);
  expect(ends).toEqual(ends.toSorted((a, b) => (a < b ? -1 : 1)));
});

test.each([
  ['spaces', (line: Line) => JSON.stringify(line, null, 1).replaceAll('\n', '')],
  ['keys in another order', ({ id, ...rest }: Line) => JSON.stringify({ ...rest, id })],
  ['a carriage return', (line: Line) => `${JSON.stringify(line)}\r`],
])('lines are understood with %s', async (_, write) => {
  const hostile = '"__parentId":"gid://shopify/Order/1"} \\" \u2028 🌸';
  const { found, parts } = await split(result(5, hostile).map(write));
  expect(found).toMatchObject({ lines: 20, roots: 5 });
  expect(parts.flat().filter((line) => line.title === hostile)).toHaveLength(10);
});

test('a last line without an end counts too', async () => {
  const lines = result(2, 'x').map((line) => JSON.stringify(line));
  expect((await split(lines, lines.length, '')).found.lines).toBe(8);
});

test.each([
  ['fewer lines than counted', (lines: string[]) => lines.slice(0, -1), 8],
  ['more lines than counted', (lines: string[]) => [...lines, lines[0]!], 8],
  ['a line that is cut off', (lines: string[]) => [...lines.slice(0, -1), lines.at(-1)!.slice(0, 20)], 8],
  ['no lines at all', () => [], 8],
  ['a sale without its agreement', (lines: string[]) => lines.filter((line) => !line.includes('happenedAt')), 6],
])('%s: the result is incomplete, and nothing of it counts', async (_, change, expected) => {
  const lines = change(result(2, 'x').map((line) => JSON.stringify(line)));
  await expect(split(lines, expected)).rejects.toThrow(IncompleteResult);
  expect(await readPartitioned(join(folder, 'parts'))).toBeNull();
});
