import { createWriteStream, type WriteStream } from 'node:fs';
import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Unreadable, idOf } from '../map/fields.ts';
import { byteLineGroups } from './lines.ts';

/** A partition's lines are in memory at once. */
const PARTITION_BYTES = 4_000_000;

export interface Partitioned {
  partitions: number;
  lines: number;
  roots: number;
}

/** The result has other lines than Shopify counted: nothing of it may be taken for the whole. */
export class IncompleteResult extends Error {
  override name = 'IncompleteResult';
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
 * Splits a bulk result into files that fit into memory, each root with all its children in one of them. With
 * `groupObjects: false` children stand anywhere, even before their parents; a grandchild (a sale) names only its parent
 * (its agreement), so where that has not been seen yet it is put aside for a second look.
 * @throws IncompleteResult when the lines are not `expectedLines`, one is no JSON, or a child's parent is missing
 */
export async function partition(file: string, folder: string, expectedLines: number): Promise<Partitioned> {
  await mkdir(folder, { recursive: true });
  const count = Math.max(1, Math.ceil((await stat(file)).size / PARTITION_BYTES));
  const parts = Array.from({ length: count }, (_, i) => new LineFile(partitionFile(folder, i)));
  const asideFile = join(folder, 'aside.jsonl');
  const aside = new LineFile(asideFile);
  const roots = new LineFile(join(folder, ROOTS));
  const partOf = (rootGid: string) => spread(rootGid) % count;
  /** Which partition the children of a child belong to. */
  const parents = new Map<string, number>();
  const remember = (id: string, part: number) => {
    // copied: a slice of a text keeps all of it in memory
    if (id !== '' && !CHILDLESS.has(typeOf(id))) parents.set(Buffer.from(id).toString(), part);
  };
  let lines = 0;
  let rootCount = 0;
  let rootType: string | null = null;

  for await (const group of byteLineGroups(file)) {
    for (const line of group) {
      lines++;
      const { id, parentId } = headOf(line, lines);
      if (parentId === null) {
        rootCount++;
        rootType ??= typeOf(id);
        const number = rootBytes(id);
        if (number) roots.write(number);
        parts[partOf(id)]!.write(line);
      } else if (rootType === null) {
        aside.write(line);
      } else if (typeOf(parentId) === rootType) {
        const part = partOf(parentId);
        remember(id, part);
        parts[part]!.write(line);
      } else {
        const part = parents.get(parentId);
        if (part === undefined) aside.write(line);
        else parts[part]!.write(line);
      }
    }
    await Promise.all([...parts, aside, roots].map((target) => target.drained()));
  }
  await aside.end();

  if (lines !== expectedLines) {
    throw new IncompleteResult(`The result has ${lines} lines where Shopify counted ${expectedLines}.`);
  }
  // children that came before their parents, and first those that are parents themselves
  for (const wanted of ['children', 'grandchildren'] as const) {
    for await (const group of byteLineGroups(asideFile)) {
      for (const line of group) {
        const { id, parentId } = headOf(line, 0);
        const child = typeOf(parentId!) === rootType;
        if (child !== (wanted === 'children')) continue;
        const part = child ? partOf(parentId!) : parents.get(parentId!);
        if (part === undefined) throw new IncompleteResult(`The result lacks ${parentId}, the parent of ${id}.`);
        if (child) remember(id, part);
        parts[part]!.write(line);
      }
      await Promise.all(parts.map((target) => target.drained()));
    }
  }
  await Promise.all([...parts, roots].map((target) => target.end()));
  await rm(asideFile);

  const result: Partitioned = { partitions: count, lines, roots: rootCount };
  // renamed last: whoever finds it finds all the others whole
  const marker = await open(join(folder, `${DONE}.part`), 'w');
  await marker.writeFile(JSON.stringify(result));
  await marker.sync();
  await marker.close();
  await rename(join(folder, `${DONE}.part`), join(folder, DONE));
  return result;
}

/** Types of which there are many and that have no lines below them. */
const CHILDLESS = new Set(['LineItem', 'ProductVariant']);

const PARENT = Buffer.from('"__parentId":"');
const PARENT_KEY = Buffer.from('__parentId');
const HEAD_BYTES = 160;
const ID = /^\{"(?:__typename":"\w+",")?id":"(gid:[ !#-[\]-~]+)"/;
const PARENT_ID = /^([ !#-[\]-~]+)"[^]*\}\n$/;
const CLOSING = Buffer.from('}\n');

/** The ids of a line. Read from the bytes where they have the usual form: inside a JSON string no quote stands bare. */
function headOf(line: Buffer, number: number): { id: string; parentId: string | null } {
  const id = ID.exec(line.toString('latin1', 0, HEAD_BYTES))?.[1];
  if (id !== undefined) {
    const at = line.lastIndexOf(PARENT);
    if (at !== -1) {
      const parentId = PARENT_ID.exec(line.toString('latin1', at + PARENT.length))?.[1];
      if (parentId !== undefined) return { id, parentId };
    } else if (!line.includes(PARENT_KEY) && line.subarray(-2).equals(CLOSING)) {
      return { id, parentId: null };
    }
  }
  let parsed: { id?: string; __parentId?: string };
  try {
    parsed = JSON.parse(line.toString()) as typeof parsed;
  } catch {
    throw new IncompleteResult(`Line ${number} of the result is cut off or no JSON.`);
  }
  return { id: parsed.id ?? '', parentId: parsed.__parentId ?? null };
}

/** Null for an id that is too large for a database: such a root is refused where records are mapped, and stops no others. */
function rootBytes(gid: string): Buffer | null {
  try {
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64LE(BigInt(idOf(gid)));
    return bytes;
  } catch (error) {
    if (error instanceof Unreadable) return null;
    throw error;
  }
}

/** Spreads ids, however regular, evenly over 32 bits (FNV-1a, then mixed). */
function spread(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return (hash ^ (hash >>> 13)) >>> 0;
}

function typeOf(gid: string): string {
  const type = /^gid:\/\/shopify\/(\w+)\//.exec(gid)?.[1];
  if (type === undefined) throw new Unreadable(`"${gid}" is not an id of Shopify's.`);
  return type;
}

/** Fewer, larger writes where there are many files. */
const WRITE_BYTES = 1 << 16;

/** A file written line by line, with bounded memory and one write for many lines. */
class LineFile {
  private readonly stream: WriteStream;
  private pending: Buffer[] = [];
  private bytes = 0;

  constructor(path: string) {
    this.stream = createWriteStream(path);
    this.stream.on('error', () => {}); // told to whoever writes
  }

  write(line: Buffer): void {
    this.pending.push(line);
    this.bytes += line.length;
  }

  /** Hands what was written to the system, unless it is little; resolves when it has taken it. */
  async drained(atLeast = WRITE_BYTES): Promise<void> {
    if (this.bytes < atLeast) return;
    const data = Buffer.concat(this.pending);
    this.pending = [];
    this.bytes = 0;
    await new Promise<void>((resolve, reject) => {
      this.stream.write(data, (error) => (error ? reject(error) : resolve()));
    });
  }

  async end(): Promise<void> {
    await this.drained(1);
    await new Promise<void>((resolve, reject) => {
      this.stream.once('error', reject);
      this.stream.end(() => resolve());
    });
  }
}
