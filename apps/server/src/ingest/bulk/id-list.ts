import { idsOf } from '../unreadable.ts';
import { IncompleteResult, lineGroups } from './lines.ts';

/** A record as a list of Shopify's names it. */
export interface ListedRecord {
  id: string;
  updatedAt: string;
}

/** Records of a stream by ascending id. In memory that threads share and the collector does not look through: there may be millions. */
export interface IdList {
  ids: BigUint64Array<SharedArrayBuffer>;
  /** Of each, milliseconds. */
  updatedAt: Float64Array<SharedArrayBuffer>;
  /** Gids that no database here holds. */
  tooLarge: string[];
}

/** Of records that are told more than once the last counts. */
export function idListOf(records: ListedRecord[]): IdList {
  const list = new Listing(records.length);
  for (const record of records) list.add(record);
  return list.sorted();
}

/** What a bulk result lists. @throws IncompleteResult when its lines are not `expectedLines` */
export async function readIdList(file: string, expectedLines: number): Promise<IdList> {
  const list = new Listing(expectedLines);
  let lines = 0;
  for await (const group of lineGroups(file)) {
    lines += group.length;
    if (lines <= expectedLines) for (const line of group) list.add(parse(line));
  }
  if (lines !== expectedLines) {
    throw new IncompleteResult(`The list has ${lines} lines where Shopify counted ${expectedLines}.`);
  }
  return list.sorted();
}

function parse(line: string): ListedRecord {
  try {
    return JSON.parse(line) as ListedRecord;
  } catch {
    throw new IncompleteResult('A line of the list is cut off or no JSON.');
  }
}

class Listing {
  private readonly ids: BigUint64Array;
  private readonly updatedAt: Float64Array;
  private readonly tooLarge: string[] = [];
  private length = 0;

  constructor(atMost: number) {
    this.ids = new BigUint64Array(atMost);
    this.updatedAt = new Float64Array(atMost);
  }

  add({ id: gid, updatedAt }: ListedRecord): void {
    const [id] = idsOf([gid]).ids;
    if (id === undefined) {
      this.tooLarge.push(gid);
      return;
    }
    this.ids[this.length] = BigInt(id);
    this.updatedAt[this.length++] = Date.parse(updatedAt);
  }

  sorted(): IdList {
    const { ids, updatedAt, length, tooLarge } = this;
    const order = Uint32Array.from({ length }, (_, place) => place);
    // mostly they come so
    if (order.some((place) => place > 0 && ids[place]! <= ids[place - 1]!)) {
      order.sort((a, b) => (ids[a]! < ids[b]! ? -1 : ids[a]! > ids[b]! ? 1 : a - b));
    }
    const last = order.filter((place, i) => i === length - 1 || ids[place] !== ids[order[i + 1]!]);
    const list: IdList = {
      ids: new BigUint64Array(new SharedArrayBuffer(8 * last.length)),
      updatedAt: new Float64Array(new SharedArrayBuffer(8 * last.length)),
      tooLarge,
    };
    last.forEach((place, i) => {
      list.ids[i] = ids[place]!;
      list.updatedAt[i] = updatedAt[place]!;
    });
    return list;
  }
}
