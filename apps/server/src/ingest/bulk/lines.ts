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
 * About a megabyte of a file at a time, in whole lines: each ends with its newline, which only the file's last may lack
 * (and is given one) if it is JSON nevertheless: that a line was cut, nothing else may tell. All blocks are in the same memory: a
 * block holds until the next is asked for. (Memory outside of the heap counts for the collector as if it were in it: a
 * new megabyte for each block has it look through everything every few blocks.)
 * @throws IncompleteResult
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
        if (filled === 0) return;
        const last = bytes.subarray(0, filled);
        parseLine(last.toString());
        yield Buffer.concat([last, Buffer.of(NEWLINE)]);
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

/** As Shopify writes it; a root has no parent. */
export interface Line {
  id?: string;
  __parentId?: string;
}

/** @throws IncompleteResult */
export function parseLine(text: string): Line {
  try {
    return JSON.parse(text) as Line;
  } catch {
    throw new IncompleteResult('A line of the result is cut off or no JSON.');
  }
}

/** Types of which there are many and that have no lines below them. */
export const CHILDLESS = /^gid:\/\/shopify\/(?:LineItem|ProductVariant|\w*Sale)\//;

const ID = Buffer.from('"id":"gid:');
const TYPE_NAME = Buffer.from('{"__typename":"');
const PARENT = Buffer.from('"__parentId":"');
const PARENT_KEY = Buffer.from('__parentId');
const [QUOTE, CLOSING_BRACE, RETURN] = [0x22, 0x7d, 0x0d];

/**
 * Walks over the lines in `bytes`, empty ones left out. After each `next()` it tells of a line where it stands and where
 * it belongs: read from where they stand if the lines have the usual form, `id` (behind `__typename`) first and
 * `__parentId` last; inside a JSON string no quote stands bare. There are so many lines that an object for each would
 * cost the collector more than to read them.
 */
export class LineCursor {
  start = 0;
  /** Behind the line's newline. */
  end = 0;
  id = '';
  /** Null for a root. */
  parentId: string | null = null;

  private readonly bytes: Buffer;
  private nextKey: number;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
    this.nextKey = bytes.indexOf(PARENT_KEY);
  }

  /** False behind the last one. @throws IncompleteResult when a line is no JSON */
  next(): boolean {
    const { bytes } = this;
    for (;;) {
      const start = this.end;
      if (start >= bytes.length) return false;
      this.start = start;
      this.end = bytes.indexOf(NEWLINE, start) + 1 || bytes.length;
      const last = this.end - 1;
      if (last === start || (last === start + 1 && bytes[start] === RETURN)) continue;
      if (this.nextKey !== -1 && this.nextKey < start) this.nextKey = bytes.indexOf(PARENT_KEY, start);
      const namesParent = this.nextKey !== -1 && this.nextKey < last;
      if (!this.readUsual(last, namesParent)) this.parse();
      return true;
    }
  }

  private readUsual(last: number, namesParent: boolean): boolean {
    const { bytes, start } = this;
    const typed = standsAt(bytes, start, TYPE_NAME);
    const key = typed ? bytes.indexOf(QUOTE, start + TYPE_NAME.length) + 2 : start + 1; // behind a brace or comma
    if (!standsAt(bytes, key, ID) || bytes[last - 1] !== CLOSING_BRACE) return false;
    const from = key + ID.length - 'gid:'.length;
    this.id = bytes.toString('latin1', from, bytes.indexOf(QUOTE, from));
    this.parentId = null;
    if (this.id.includes('\\')) return false;
    if (!namesParent) return true;
    const closing = last - 2;
    const opening = bytes.lastIndexOf(QUOTE, closing - 1);
    if (bytes[closing] !== QUOTE || !standsAt(bytes, opening + 1 - PARENT.length, PARENT)) return false;
    this.parentId = bytes.toString('latin1', opening + 1, closing);
    return !this.parentId.includes('\\');
  }

  private parse(): void {
    const line = parseLine(this.bytes.toString('utf8', this.start, this.end));
    this.id = line.id ?? '';
    this.parentId = line.__parentId ?? null;
  }
}

function standsAt(bytes: Buffer, at: number, what: Buffer): boolean {
  for (let i = 0; i < what.length; i++) if (bytes[at + i] !== what[i]) return false;
  return true;
}
