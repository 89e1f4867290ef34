import fc from 'fast-check';
import { expect, test } from 'vitest';
import { packRows, unpackRows } from './packed-rows.ts';

const value = fc.oneof(
  fc.constant(null),
  fc.string({ unit: 'binary' }),
  fc.double({ noNaN: true }),
  fc.maxSafeInteger(),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.uint8Array(),
);

test('rows arrive as they were, in parts of any size', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5 }), fc.array(value, { minLength: 5 }), (columns, values) => {
      const rows = Array.from({ length: Math.floor(values.length / columns) }, (_, i) =>
        values.slice(i * columns, (i + 1) * columns),
      );
      const packed = structuredClone(packRows([...rows, ...rows]));
      const valuesOf = unpackRows(packed);
      expect(valuesOf(0, 2 * rows.length).map(plain)).toEqual([...rows, ...rows].flat().map(plain));
      expect(valuesOf(rows.length, 1).map(plain)).toEqual(rows[0]!.map(plain));
    }),
  );
});

/** An integer is the same to a database as a number and as a bigint. */
const plain = (v: unknown) => (typeof v === 'bigint' && BigInt.asIntN(53, v) === v ? Number(v) : v);

test('booleans are numbers, dates are text, what is missing is null', () => {
  const date = new Date('2026-03-29T01:02:03.004Z');
  expect(unpackRows(packRows([[true, false, date, undefined]]))(0, 1)).toEqual([
    1,
    0,
    '2026-03-29 01:02:03.004 +00:00',
    null,
  ]);
});
