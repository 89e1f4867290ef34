import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { hashOf, readStamp, writeStamp } from './stamp.mjs';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'xeno-stamp-'));
  mkdirSync(path.join(folder, 'src/dist'), { recursive: true });
  writeFileSync(path.join(folder, 'src/a.ts'), 'a');
  writeFileSync(path.join(folder, 'src/dist/out.js'), 'out');
});
afterEach(() => rmSync(folder, { recursive: true }));

const hash = () => hashOf([folder, path.join(folder, 'missing')], ['dist']);

it('stays while nothing changes but what is left out', () => {
  const before = hash();
  writeFileSync(path.join(folder, 'src/dist/out.js'), 'changed');
  expect(hash()).toBe(before);
});

it.each([
  ['a changed file', () => writeFileSync(path.join(folder, 'src/a.ts'), 'b')],
  ['a new file', () => writeFileSync(path.join(folder, 'src/b.ts'), '')],
  ['a renamed file', () => renameSync(path.join(folder, 'src/a.ts'), path.join(folder, 'src/c.ts'))],
])('changes with %s', (_, change) => {
  const before = hash();
  change();
  expect(hash()).not.toBe(before);
});

it('reads what was written, and null where nothing was', () => {
  const file = path.join(folder, 'new/.stamp');
  expect(readStamp(file)).toBeNull();
  writeStamp(file, 'abc');
  expect(readStamp(file)).toBe('abc');
});
