import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';

const docs = resolve(import.meta.dirname, '../../../docs');
const rows = readFileSync(resolve(docs, 'security.md'), 'utf8').matchAll(/^\| A(\d+) (?:[^|]*\|){2}([^|]*)\|$/gm);

test('every attack has a row, and the tests that a row points to name it', () => {
  const numbers: number[] = [];
  for (const [, digits, tests] of rows) {
    const number = Number(digits);
    numbers.push(number);
    expect([number, tests!.trim()]).not.toEqual([number, '']);
    for (const [, file] of tests!.matchAll(/\]\(([^)]+)\)/g)) {
      const names = readFileSync(resolve(docs, file!), 'utf8').includes(`'A${number}: `);
      expect([number, file, names]).toEqual([number, file, true]);
    }
  }
  expect(numbers).toEqual(Array.from({ length: 31 }, (_, index) => index + 1));
});
