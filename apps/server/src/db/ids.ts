import { randomBytes } from 'node:crypto';

/** A new id for a row of our own: 52 random bits as digits, so that it is exact in JSON, in JavaScript and in both databases. */
export function newId(): string {
  return String(((randomBytes(8).readBigUInt64BE() >> 12n) | 1n) as bigint);
}
