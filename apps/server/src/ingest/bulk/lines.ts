import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';

const NEWLINE = 10;
const BLOCK_BYTES = 1 << 20;

/** The result has other lines than Shopify counted: nothing of it may be taken for the whole. */
export class IncompleteResult extends Error {
  override name = 'IncompleteResult';
}

/** The lines of a file that are not empty, a few thousand at a time, without holding the file in memory. */
export async function* lineGroups(file: string): AsyncGenerator<string[]> {
  for await (const block of lineBlocks(file)) {
    yield block
      .toString('utf8')
      .split('\n')
      .filter((line) => line !== '' && line !== '\r');
  }
}

/** About a megabyte of a file at a time, in whole lines: each ends with its newline. */
export async function* lineBlocks(file: string): AsyncGenerator<Buffer> {
  let rest: Buffer[] = [];
  for await (const chunk of createReadStream(file, { highWaterMark: BLOCK_BYTES }) as AsyncIterable<Buffer>) {
    const end = chunk.lastIndexOf(NEWLINE) + 1;
    rest.push(chunk.subarray(0, end || chunk.length));
    if (end === 0) continue;
    yield rest.length === 1 ? rest[0]! : Buffer.concat(rest);
    rest = end < chunk.length ? [chunk.subarray(end)] : [];
  }
  if (rest.length > 0) yield Buffer.concat([...rest, Buffer.of(NEWLINE)]);
}

/** Some whole lines at each of `places` places, evenly over a file of `size` bytes; none where a line is longer than the way to the next place. */
export async function* sampleBlocks(file: string, size: number, places: number): AsyncGenerator<Buffer> {
  const step = Math.floor(size / places);
  const handle = await open(file);
  try {
    for (let place = 0; place < places; place++) {
      for (let length = Math.min(step, 1 << 14); ; length = Math.min(step, length * 8)) {
        const bytes = Buffer.allocUnsafe(length);
        const { bytesRead } = await handle.read(bytes, 0, length, place * step);
        const start = place === 0 ? 0 : bytes.subarray(0, bytesRead).indexOf(NEWLINE) + 1;
        const end = bytes.subarray(0, bytesRead).lastIndexOf(NEWLINE) + 1;
        if (end > start) yield bytes.subarray(start, end);
        else if (length < step) continue;
        break;
      }
    }
  } finally {
    await handle.close();
  }
}

/** What a line of a bulk result says of where it belongs, and where in its text it stands. */
export interface LineHead {
  start: number;
  /** Behind its newline. */
  end: number;
  id: string;
  /** Null for a root. */
  parentId: string | null;
}

const ID = '"id":"gid:';
const TYPE_NAME = '{"__typename":"';
const PARENT = '"__parentId":"';
const PARENT_KEY = '__parentId';

/**
 * The heads of a text's lines, empty ones left out. Read from the text where they have the usual form, `id` (behind
 * `__typename`) first and `__parentId` last: inside a JSON string no quote stands bare. `text` may be latin1 for bytes of UTF-8: ids are ASCII.
 * @throws IncompleteResult when a line is no JSON
 */
export function* lineHeads(text: string): Generator<LineHead> {
  let nextKey = text.indexOf(PARENT_KEY);
  for (let start = 0, end; start < text.length; start = end) {
    end = text.indexOf('\n', start) + 1 || text.length;
    const last = end - 1;
    if (last === start || (last === start + 1 && text[start] === '\r')) continue;
    if (nextKey !== -1 && nextKey < start) nextKey = text.indexOf(PARENT_KEY, start);
    yield {
      start,
      end,
      ...(usualHead(text, start, last, nextKey !== -1 && nextKey < last) ?? parsedHead(text, start, end)),
    };
  }
}

function usualHead(text: string, start: number, last: number, namesParent: boolean) {
  const typed = text.startsWith(TYPE_NAME, start);
  const key = typed ? text.indexOf('"', start + TYPE_NAME.length) + 2 : start + 1; // behind a brace or comma
  if (!text.startsWith(ID, key) || text[last - 1] !== '}') return null;
  const from = key + ID.length - 'gid:'.length;
  const id = text.slice(from, text.indexOf('"', from));
  if (id.includes('\\')) return null;
  if (!namesParent) return { id, parentId: null };
  const closing = last - 2;
  const opening = text.lastIndexOf('"', closing - 1);
  if (text[closing] !== '"' || !text.startsWith(PARENT, opening + 1 - PARENT.length)) return null;
  const parentId = text.slice(opening + 1, closing);
  return parentId.includes('\\') ? null : { id, parentId };
}

function parsedHead(text: string, start: number, end: number) {
  try {
    const { id, __parentId } = JSON.parse(text.slice(start, end)) as { id?: string; __parentId?: string };
    return { id: id ?? '', parentId: __parentId ?? null };
  } catch {
    throw new IncompleteResult('A line of the result is cut off or no JSON.');
  }
}
