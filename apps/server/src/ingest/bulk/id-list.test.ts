import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type IdList, idListOf, readIdList } from './id-list.ts';
import { IncompleteResult } from './lines.ts';

let folder: string;
beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'xeno-ids-'))));
afterEach(() => rm(folder, { recursive: true }));

const record = (id: string, second: number) => ({
  id: `gid://shopify/Order/${id}`,
  updatedAt: new Date(second * 1000).toISOString(),
});
const told = ({ ids, updatedAt, tooLarge }: IdList) => ({
  listed: Array.from(ids, (id, i) => [String(id), updatedAt[i]! / 1000]),
  tooLarge,
});

it('is by ascending id, however it is told; of what is told twice the last counts', () => {
  const list = idListOf(
    [
      ['9007199254740993', 1],
      ['10', 2],
      ['9007199254740992', 3],
      ['9', 4],
      ['10', 5],
      ['10', 1],
    ].map(([id, second]) => record(String(id), Number(second))),
  );
  expect(told(list).listed).toEqual([
    ['9', 4],
    ['10', 1],
    ['9007199254740992', 3],
    ['9007199254740993', 1],
  ]);
  expect(told(idListOf([]))).toEqual({ listed: [], tooLarge: [] });
});

it('is read from a result, with what no database holds by itself', async () => {
  const file = join(folder, 'result.jsonl');
  const records = [record('1', 1), record('18446744073709551616', 1), record('2', 2)];
  await writeFile(file, records.map((one) => `${JSON.stringify(one)}\n`).join(''));
  expect(told(await readIdList(file, 3))).toEqual({
    listed: [
      ['1', 1],
      ['2', 2],
    ],
    tooLarge: ['gid://shopify/Order/18446744073709551616'],
  });
  for (const other of [0, 2, 4]) await expect(readIdList(file, other)).rejects.toThrow(IncompleteResult);
  await writeFile(file, `${JSON.stringify(records[0])}\n{"id":"gid://shop`);
  await expect(readIdList(file, 2)).rejects.toThrow(IncompleteResult);
});
