import { GraphQLError } from 'graphql';
import type { Args } from './context.ts';

/** Things in an order, that can be paged through. */
export interface Listing<T> {
  /** In the listing's order, or backwards; behind the cursor if one is given. */
  items(backwards: boolean, after: string | null): Iterable<T>;
  cursor(item: T): string;
}

export interface Connection<T> {
  edges: { node: T; cursor: string }[];
  nodes: T[];
  pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string | null; endCursor: string | null };
}

export function isListing(value: unknown): value is Listing<unknown> {
  return typeof value === 'object' && value !== null && 'items' in value && 'cursor' in value;
}

export function encodeCursor(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64');
}

export function decodeCursor<T>(cursor: string): T {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64').toString()) as T;
  } catch {
    throw new GraphQLError(`Invalid cursor for current pagination sort.`, { extensions: { code: 'BAD_REQUEST' } });
  }
}

/** A listing of what is at hand already. */
export function listingOf<T>(all: readonly T[]): Listing<T> {
  return {
    *items(backwards, after) {
      const start = after === null ? (backwards ? all.length : -1) : decodeCursor<{ last_id: number }>(after).last_id;
      if (typeof start !== 'number') throw new GraphQLError('Invalid cursor for current pagination sort.');
      if (backwards) for (let i = start - 1; i >= 0; i--) yield all[i]!;
      else for (let i = start + 1; i < all.length; i++) yield all[i]!;
    },
    cursor: (item) => encodeCursor({ last_id: all.indexOf(item) }),
  };
}

/** One page; `reverse` is a matter of the listing, last/before of the page. */
export function pageOf<T>(listing: Listing<T>, args: Args): Connection<T> {
  const first = args.first as number | null | undefined;
  const last = args.last as number | null | undefined;
  if (first == null && last == null) {
    throw new GraphQLError('you must provide one of first or last', { extensions: { code: 'BAD_REQUEST' } });
  }
  if (first != null && last != null) {
    throw new GraphQLError('providing both first and last is not supported', { extensions: { code: 'BAD_REQUEST' } });
  }
  const wanted = (first ?? last)!;
  if (wanted < 0 || wanted > 250) {
    const message = wanted < 0 ? 'first and last cannot be negative' : 'first and last cannot exceed 250';
    throw new GraphQLError(message, { extensions: { code: 'BAD_REQUEST' } });
  }
  const backwards = first == null;
  const after = ((backwards ? args.before : args.after) as string | null | undefined) ?? null;
  const nodes: T[] = [];
  let more = false;
  for (const item of listing.items(backwards, after)) {
    if (nodes.length === wanted) {
      more = true;
      break;
    }
    nodes.push(item);
  }
  if (backwards) nodes.reverse();
  const edges = nodes.map((node) => ({ node, cursor: listing.cursor(node) }));
  return {
    edges,
    nodes,
    pageInfo: {
      hasNextPage: backwards ? after !== null : more,
      hasPreviousPage: backwards ? more : after !== null,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  };
}
