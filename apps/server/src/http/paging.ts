import { BadInput } from './errors.ts';

/** Where a page of a list by time, the newest first, ends; rows of one instant are in the order of their ids. */
export interface Position {
  at: Date;
  id: string;
}

/** A list's cursor as its reader gives it back. @throws BadInput when it is none of ours; `id` is the form of the ids */
export function readCursor(cursor: string | undefined, id = /^\d{1,16}$/): Position | null {
  if (cursor === undefined) return null;
  const [, at, rest] = /^(\d{1,15})-(.+)$/.exec(cursor) ?? [];
  if (!at || !id.test(rest!)) throw new BadInput([{ path: 'cursor', message: 'is not a cursor this list has given' }]);
  return { at: new Date(Number(at)), id: rest! };
}

/** The first `limit` of the rows that were read, one more than asked for, and the cursor to go on from if there are more. */
export function pageOf<T>(
  rows: T[],
  limit: number,
  positionOf: (row: T) => Position,
): { data: T[]; nextCursor: string | null } {
  const data = rows.slice(0, limit);
  const last = data.at(-1);
  if (rows.length <= limit || last === undefined) return { data, nextCursor: null };
  const { at, id } = positionOf(last);
  return { data, nextCursor: `${at.getTime()}-${id}` };
}
