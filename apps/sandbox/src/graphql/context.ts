import type { BulkOperations } from '../bulk/operations.ts';
import type { Shop } from '../store/shop.ts';
import type { Webhooks } from '../webhooks/webhooks.ts';

/** What a resolver may know of the request. */
export interface Context {
  shop: Shop;
  /** Access scopes of the token. */
  scopes: ReadonlySet<string>;
  now: number;
  /** Orders created before this instant are not visible (60 days without read_all_orders). */
  ordersSince: number;
  /** Reads by id know of nothing yet. */
  isBehind: boolean;
  /** `Type.field` that are refused, as unapproved protected customer data is. */
  refused: ReadonlySet<string>;
  /** Whether the app may not be told of a topic (ORDERS_CREATE), as where its data is protected and not approved. */
  refusesTopic(topic: string): boolean;
  /** What was wrong with searches: Shopify ignores fields it does not know, with a warning. */
  searches: { path: string[]; query: string; warnings: { field: string; message: string }[] }[];
  /** Points spent while executing. */
  spent: { points: number };
  /** These two are absent where a bulk operation's own query runs. */
  bulk: { operations: BulkOperations; origin: string } | null;
  webhooks: Webhooks | null;
}

export type Args = Record<string, unknown>;

/** Fields of one type, by name; a source is what the parent's resolver returned. */
export type Resolvers<Source> = Record<string, (source: Source, args: Args, context: Context) => unknown>;

const SIXTY_DAYS = 60 * 864e5;

export function visibleSince(scopes: ReadonlySet<string>, now: number): number {
  return scopes.has('read_all_orders') ? -Infinity : now - SIXTY_DAYS;
}
