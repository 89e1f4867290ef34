import { type FileHandle, mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { storableIdOf, Unreadable } from '../map/fields.ts';
import { CHILDLESS, IncompleteResult, lineBlocks, LineCursor, sampleBlocks } from './lines.ts';

/** A partition's lines are in memory at once. */
const PARTITION_BYTES = 2_000_000;

export interface Partitioned {
  partitions: number;
  lines: number;
  roots: number;
}

const DONE = 'partitions.json';
const ROOTS = 'roots.bin';
export const partitionFile = (folder: string, index: number) => join(folder, `part-${index}.jsonl`);

/** What an earlier, finished `partition` left in the folder, or null. */
export async function readPartitioned(folder: string): Promise<Partitioned | null> {
  try {
    return JSON.parse(await readFile(join(folder, DONE), 'utf8')) as Partitioned;
  } catch {
    return null;
  }
}

/** The ids of the result's roots, ascending. */
export async function readRoots(folder: string): Promise<BigUint64Array> {
  const bytes = await readFile(join(folder, ROOTS));
  return new BigUint64Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 8).sort();
}

/**
 * Splits a bulk result into files that fit into memory, each root with all its children in one of them, roots of
 * neighbouring ids together: a database writes rows that follow each other several times faster than scattered ones.
 * With `groupObjects: false` children stand anywhere, even before their parents; a grandchild (a sale) names only its
 * parent (its agreement), so where that has not been seen yet it is put aside for a second look.
 * @throws IncompleteResult when the lines are not `expectedLines`, one is no JSON, or a child's parent is missing
 */
export async function partition(file: string, folder: string, expectedLines: number): Promise<Partitioned> {
  await mkdir(folder, { recursive: true });
  const files: LineFile[] = [];
  const fileAt = (path: string) => files[files.push(new LineFile(path)) - 1]!;
  try {
    return await divide(file, folder, expectedLines, fileAt);
  } finally {
    // those that a failure has left open
    await Promise.all(files.map((target) => target.close()));
  }
}

async function divide(
  file: string,
  folder: string,
  expectedLines: number,
  fileAt: (path: string) => LineFile,
): Promise<Partitioned> {
  const { size } = await stat(file);
  const rootPrefix = await firstPrefix(file);
  const bounds = await partitionBounds(file, size, rootPrefix);
  const parts = Array.from({ length: bounds.length + 1 }, (_, i) => fileAt(partitionFile(folder, i)));
  const asideFile = join(folder, 'aside.jsonl');
  const aside = fileAt(asideFile);
  const roots = fileAt(join(folder, ROOTS));
  const partOf = (rootGid: string) => parts[partitionOf(rootGid, bounds)]!;
  /** Where the children of a child belong. */
  const parents = new Map<string, LineFile>();
  const remember = (id: string, part: LineFile) => {
    if (id !== '' && !CHILDLESS.test(id)) parents.set(id, part);
  };
  let lines = 0;
  let rootCount = 0;

  for await (const block of lineBlocks(file)) {
    const runs = new Runs(block);
    for (const line = new LineCursor(block); line.next();) {
      const { start, id, parentId } = line;
      lines++;
      if (parentId === null) {
        rootCount++;
        const number = rootBytes(id);
        if (number) roots.write(number);
        runs.at(start, partOf(id));
      } else if (parentId.startsWith(rootPrefix)) {
        const part = partOf(parentId);
        remember(id, part);
        runs.at(start, part);
      } else {
        runs.at(start, parents.get(parentId) ?? aside);
      }
    }
    runs.end();
    await Promise.all([...parts, aside, roots].map((target) => target.drained()));
  }
  await aside.end();

  if (lines !== expectedLines) {
    throw new IncompleteResult(`The result has ${lines} lines where Shopify counted ${expectedLines}.`);
  }
  for await (const block of lineBlocks(asideFile)) {
    for (const line = new LineCursor(block); line.next();) {
      const part = parents.get(line.parentId!);
      if (!part) throw new IncompleteResult(`The result lacks ${line.parentId}, the parent of ${line.id}.`);
      part.write(block.subarray(line.start, line.end));
    }
    await Promise.all(parts.map((target) => target.drained()));
  }
  await Promise.all([...parts, roots].map((target) => target.end()));
  await rm(asideFile);

  const result: Partitioned = { partitions: parts.length, lines, roots: rootCount };
  // renamed last: whoever finds it finds all the others whole
  const marker = await open(join(folder, `${DONE}.part`), 'w');
  await marker.writeFile(JSON.stringify(result));
  await marker.sync();
  await marker.close();
  await rename(join(folder, `${DONE}.part`), join(folder, DONE));
  return result;
}

function rootBytes(gid: string): Buffer | null {
  const id = storableIdOf(gid);
  if (id === null) return null;
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(id));
  return bytes;
}

/** What the ids of a file's roots begin with: `gid://shopify/Order/`. @throws IncompleteResult when it has lines and no root */
async function firstPrefix(file: string): Promise<string> {
  let lines = 0;
  for await (const block of lineBlocks(file)) {
    for (const line = new LineCursor(block); line.next();) {
      lines++;
      if (line.parentId !== null) continue;
      const prefix = /^gid:\/\/shopify\/\w+\//.exec(line.id)?.[0];
      if (prefix === undefined) throw new Unreadable(`"${line.id}" is not an id of Shopify's.`);
      return prefix;
    }
  }
  if (lines > 0) throw new IncompleteResult(`The result has ${lines} lines, and none of a record itself.`);
  return '';
}

/** A few places per partition, evenly over the file, tell how its ids lie, whatever their order in it. */
const SAMPLES_PER_PARTITION = 8;

/** The ids at which partitions of about equal size meet, by a sample of the lines. */
async function partitionBounds(file: string, size: number, rootPrefix: string): Promise<number[]> {
  const count = Math.ceil(size / PARTITION_BYTES);
  if (count <= 1) return [];
  const ranks: number[] = [];
  for await (const block of sampleBlocks(file, size, count * SAMPLES_PER_PARTITION)) {
    for (const line = new LineCursor(block); line.next();) {
      const gid = line.parentId ?? line.id;
      if (gid.startsWith(rootPrefix)) ranks.push(rankOf(gid));
    }
  }
  if (ranks.length === 0) return [];
  ranks.sort((a, b) => a - b);
  const bounds = Array.from({ length: count - 1 }, (_, i) => ranks[Math.floor(((i + 1) * ranks.length) / count)]!);
  return bounds.filter((bound, i) => bound !== bounds[i - 1]);
}

/** Which partition a root's id belongs to; the bounds ascend, each is the first of its partition. */
function partitionOf(gid: string, bounds: number[]): number {
  const rank = rankOf(gid);
  let low = 0;
  let high = bounds.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (bounds[middle]! <= rank) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Ascends with the id's number; ids beyond 2^53 may share one, as may those that are no numbers. */
const rankOf = (gid: string): number => Number(gid.slice(gid.lastIndexOf('/') + 1)) || 0;

/** Writes a block's lines to where they belong, those that follow each other to the same place at once. */
class Runs {
  private readonly block: Buffer;
  private start = 0;
  private target: LineFile | null = null;

  constructor(block: Buffer) {
    this.block = block;
  }

  /** The line that begins at `start`, and what follows it, belongs to `target`. */
  at(start: number, target: LineFile): void {
    if (target === this.target) return;
    this.target?.write(this.block.subarray(this.start, start));
    this.start = start;
    this.target = target;
  }

  end(): void {
    this.target?.write(this.block.subarray(this.start));
  }
}

/** Fewer, larger writes where there are many files. */
const WRITE_BYTES = 1 << 15;

/** A file written in whole lines, with bounded memory and one write for many of them. */
class LineFile {
  private readonly opened: Promise<FileHandle>;
  /** What was written since the last call of `drained`: still in the memory of who wrote it. */
  private fresh: Buffer[] = [];
  private freshBytes = 0;
  /** What is left of earlier times. */
  private kept: Buffer | null = null;
  private keptBytes = 0;

  constructor(path: string) {
    this.opened = open(path, 'w');
    this.opened.catch(() => {}); // told to whoever writes
  }

  write(lines: Buffer): void {
    this.fresh.push(lines);
    this.freshBytes += lines.length;
  }

  /** Hands what was written to the system, or, of little, takes a copy; its memory is free for other use then. */
  async drained(atLeast = WRITE_BYTES): Promise<void> {
    const { fresh, freshBytes } = this;
    if (freshBytes === 0 && this.keptBytes < atLeast) return;
    this.fresh = [];
    this.freshBytes = 0;
    if (this.keptBytes + freshBytes < atLeast) {
      this.kept ??= Buffer.allocUnsafeSlow(WRITE_BYTES);
      for (const lines of fresh) this.keptBytes += lines.copy(this.kept, this.keptBytes);
      return;
    }
    if (this.keptBytes > 0) fresh.unshift(this.kept!.subarray(0, this.keptBytes));
    this.keptBytes = 0;
    await (await this.opened).writeFile(fresh.length === 1 ? fresh[0]! : Buffer.concat(fresh));
  }

  async end(): Promise<void> {
    const handle = await this.opened;
    await this.drained(1);
    await handle.close();
  }

  /** What was not handed over is lost. Doing it twice changes nothing. */
  async close(): Promise<void> {
    const handle = await this.opened.catch(() => null);
    await handle?.close();
  }
}
