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

/**
 * About a megabyte of a file at a time, in whole lines: each ends with its newline. All blocks are in the same memory: a
 * block holds until the next is asked for. (Memory outside of the heap counts for the collector as if it were in it: a
 * new megabyte for each block has it look through everything every few blocks.)
 */
export async function* lineBlocks(file: string): AsyncGenerator<Buffer> {
  const handle = await open(file);
  try {
    let bytes = Buffer.allocUnsafeSlow(BLOCK_BYTES);
    let rest = 0; // of a line, at the beginning
    for (;;) {
      const { bytesRead } = await handle.read(bytes, rest, bytes.length - rest, null);
      const filled = rest + bytesRead;
      if (bytesRead === 0) {
        if (filled > 0) yield Buffer.concat([bytes.subarray(0, filled), Buffer.of(NEWLINE)]);
        return;
      }
      const end = bytes.subarray(0, filled).lastIndexOf(NEWLINE) + 1;
      if (end > 0) {
        yield bytes.subarray(0, end);
        bytes.copyWithin(0, end, filled);
      }
      rest = filled - end;
      if (rest === bytes.length) bytes = Buffer.concat([bytes], 2 * bytes.length);
    }
  } finally {
    await handle.close();
  }
}

/** All of a file, in `memory` where it is large enough. */
export async function readInto(memory: Buffer, file: string): Promise<Buffer> {
  const handle = await open(file);
  try {
    const { size } = await handle.stat();
    const bytes = memory.length >= size ? memory : Buffer.allocUnsafeSlow(size);
    let filled = 0;
    while (filled < size) {
      const { bytesRead } = await handle.read(bytes, filled, size - filled, filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return bytes.subarray(0, filled);
  } finally {
    await handle.close();
  }
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

/** What a line of a bulk result says of where it belongs, and where it stands. */
export interface LineHead {
  start: number;
  /** Behind its newline. */
  end: number;
  id: string;
  /** Null for a root. */
  parentId: string | null;
}

const ID = Buffer.from('"id":"gid:');
const TYPE_NAME = Buffer.from('{"__typename":"');
const PARENT = Buffer.from('"__parentId":"');
const PARENT_KEY = Buffer.from('__parentId');
const [QUOTE, CLOSING_BRACE, RETURN] = [0x22, 0x7d, 0x0d];

/**
 * The heads of the lines in `bytes`, empty ones left out. Read from where they stand if the lines have the usual form,
 * `id` (behind `__typename`) first and `__parentId` last: inside a JSON string no quote stands bare.
 * @throws IncompleteResult when a line is no JSON
 */
export function* lineHeads(bytes: Buffer): Generator<LineHead> {
  let nextKey = bytes.indexOf(PARENT_KEY);
  for (let start = 0, end; start < bytes.length; start = end) {
    end = bytes.indexOf(NEWLINE, start) + 1 || bytes.length;
    const last = end - 1;
    if (last === start || (last === start + 1 && bytes[start] === RETURN)) continue;
    if (nextKey !== -1 && nextKey < start) nextKey = bytes.indexOf(PARENT_KEY, start);
    const head = usualHead(bytes, start, last, nextKey !== -1 && nextKey < last) ?? parsedHead(bytes, start, end);
    yield { start, end, ...head };
  }
}

function usualHead(bytes: Buffer, start: number, last: number, namesParent: boolean) {
  const typed = standsAt(bytes, start, TYPE_NAME);
  const key = typed ? bytes.indexOf(QUOTE, start + TYPE_NAME.length) + 2 : start + 1; // behind a brace or comma
  if (!standsAt(bytes, key, ID) || bytes[last - 1] !== CLOSING_BRACE) return null;
  const from = key + ID.length - 'gid:'.length;
  const id = bytes.toString('latin1', from, bytes.indexOf(QUOTE, from));
  if (id.includes('\\')) return null;
  if (!namesParent) return { id, parentId: null };
  const closing = last - 2;
  const opening = bytes.lastIndexOf(QUOTE, closing - 1);
  if (bytes[closing] !== QUOTE || !standsAt(bytes, opening + 1 - PARENT.length, PARENT)) return null;
  const parentId = bytes.toString('latin1', opening + 1, closing);
  return parentId.includes('\\') ? null : { id, parentId };
}

function standsAt(bytes: Buffer, at: number, what: Buffer): boolean {
  for (let i = 0; i < what.length; i++) if (bytes[at + i] !== what[i]) return false;
  return true;
}

function parsedHead(bytes: Buffer, start: number, end: number) {
  try {
    const { id, __parentId } = JSON.parse(bytes.toString('utf8', start, end)) as { id?: string; __parentId?: string };
    return { id: id ?? '', parentId: __parentId ?? null };
  } catch {
    throw new IncompleteResult('A line of the result is cut off or no JSON.');
  }
}
