import { idOf } from '../../store/ids.ts';
import { walkOrders, type OrderSort } from '../../store/list.ts';
import { financialStatus, fulfillmentStatus } from '../../store/totals.ts';
import { decodeCursor, encodeCursor, type Listing } from '../connections.ts';
import type { Args, Context } from '../context.ts';
import {
  everything,
  idMatches,
  matches,
  numberMatches,
  parseSearch,
  textMatches,
  timeMatches,
  topRange,
  type Fields,
  type Range,
  type Search,
} from '../search.ts';
import { OrderView } from '../views.ts';

const SORTS: Record<string, OrderSort> = {
  CREATED_AT: 'createdAt',
  PROCESSED_AT: 'processedAt',
  UPDATED_AT: 'updatedAt',
};

const TIMES = { created_at: 'createdAt', updated_at: 'updatedAt', processed_at: 'processedAt' } as const;

export function orderFields(context: Context): Fields<OrderView> {
  const { timezone } = context.shop.spec;
  return {
    ...(Object.fromEntries(
      Object.entries(TIMES).map(([field, key]) => [
        field,
        (v: OrderView, term) => timeMatches(v.facts[key], term, timezone, context.now),
      ]),
    ) as Fields<OrderView>),
    id: (v, term) => idMatches(idOf(v.shop.spec, 'Order', v.facts.index), term),
    customer_id: (v, term) =>
      v.facts.customer !== null && idMatches(idOf(v.shop.spec, 'Customer', v.facts.customer), term),
    name: (v, term) => textMatches(v.facts.name, term) || textMatches(v.facts.name.replace(/^#/, ''), term),
    email: (v, term) => textMatches(v.facts.email, term),
    test: (v, term) => String(v.facts.test) === term.value.toLowerCase(),
    tag: (v, term) => v.facts.tags.some((tag) => textMatches(tag, term)),
    source_name: (v, term) => textMatches(v.facts.source, term),
    sku: (v, term) => v.facts.lines.some((line) => textMatches(line.sku, term)),
    discount_code: (v, term) =>
      v.facts.discounts.some(({ kind, title }) => kind === 'code' && textMatches(title, term)),
    total_weight: (_, term) => numberMatches(0, term),
    financial_status: (v, term) => textMatches(financialStatus(v.facts, v.totals), term),
    fulfillment_status: (v, term) =>
      textMatches(fulfillmentStatus(v.facts), { ...term, value: term.value.replace('shipped', 'fulfilled') }),
    status: (v, term) => {
      const cancelled = v.facts.cancelledAt !== null;
      const closed = !cancelled && v.facts.fulfilledAt !== null;
      const own = cancelled ? ['cancelled', 'not_closed'] : closed ? ['closed'] : ['open', 'not_closed'];
      return term.value
        .toLowerCase()
        .split(',')
        .some((wanted) => wanted === 'any' || own.includes(wanted));
    },
    default: (v, term) => {
      const text = term.value.toLowerCase();
      return [v.facts.name, v.facts.email, v.facts.address?.lastName].some((value) =>
        value?.toLowerCase().includes(text),
      );
    },
  };
}

/** How a query can be answered: ranges that hold for all, and whether anything beyond them is asked. */
interface Plan {
  search: Search;
  created: Range;
  updated: Range;
  processed: Range;
  /** Terms other than the ranges. */
  rest: boolean;
}

export function planOrders(context: Context, query: string): Plan {
  const search = parseSearch(query);
  const { timezone } = context.shop.spec;
  const range = (field: string) => (query === '' ? everything() : topRange(search, field, timezone, context.now));
  const created = range('created_at');
  created.low = Math.max(created.low, context.ordersSince);
  const flat = search.kind !== 'and' ? [search] : search.parts;
  const rest = flat.some((part) => part.kind !== 'term' || !(part.field !== null && part.field in TIMES));
  return { search, created, updated: range('updated_at'), processed: range('processed_at'), rest };
}

const within = (value: number, range: Range) => value >= range.low && value <= range.high;

/** Orders in the asked order; of one customer if positions are given. */
export function orderListing(context: Context, args: Args, only?: number[]): Listing<OrderView> {
  const { shop } = context;
  const plan = planOrders(context, (args.query as string | null) ?? '');
  const sort = SORTS[args.sortKey as string] ?? 'index';
  const fields = orderFields(context);

  function accepted(index: number): OrderView | null {
    const changed = shop.overlay.orders.has(index);
    if (!changed && !within(shop.source.createdAt(index), plan.created)) return null;
    if (!changed && plan.updated.low > -Infinity && !within(shop.source.updatedAt(index), plan.updated)) return null;
    const order = shop.order(index);
    if (!order || !within(order.createdAt, plan.created) || !within(order.updatedAt, plan.updated)) return null;
    if (!within(order.processedAt, plan.processed)) return null;
    const view = new OrderView(shop, order);
    return plan.rest && !matches(plan.search, view, fields) ? null : view;
  }

  return {
    *items(backwards, after) {
      const descending = (args.reverse === true) !== backwards;
      const cursor = after === null ? undefined : decodeCursor<{ last_id: number; last_value: number }>(after);
      const from = cursor && { value: cursor.last_value, index: cursor.last_id };
      const bounds =
        sort === 'createdAt'
          ? plan.created
          : sort === 'updatedAt'
            ? plan.updated
            : sort === 'processedAt'
              ? plan.processed
              : everything();
      const positions = only
        ? onlyThese(only, sort, descending, from)
        : walkOrders(shop, sort, { ...bounds, descending, after: from }, plan.created);
      for (const index of positions) {
        const view = accepted(index);
        if (view) yield view;
      }
    },
    cursor: (view) => encodeCursor({ last_id: view.facts.index, last_value: view.facts[sort] }),
  };

  function onlyThese(all: number[], by: OrderSort, descending: boolean, from?: { value: number; index: number }) {
    const entries = all.map((index) => ({ index, value: shop.order(index)![by] }));
    entries.sort((a, b) => a.value - b.value || a.index - b.index);
    if (descending) entries.reverse();
    const start = from ? entries.findIndex(({ index }) => index === from.index) + 1 : 0;
    return entries.slice(start).map(({ index }) => index);
  }
}

/** How many match; counting stops at the limit. */
export function countOrders(context: Context, args: Args): { count: number; precision: string } {
  const plan = planOrders(context, (args.query as string | null) ?? '');
  return counted(args, orderListingForCount(context, args, plan));
}

function orderListingForCount(context: Context, args: Args, plan: Plan): Iterable<unknown> {
  const plain = !plan.rest && plan.processed.low === -Infinity && plan.processed.high === Infinity;
  const { shop } = context;
  const limited = plan.updated.low > -Infinity || plan.updated.high < Infinity;
  // only times are asked for: no order needs to be made
  if (plain && shop.overlay.orders.size === 0) {
    return limited
      ? filtered(walkOrders(shop, 'updatedAt', { ...plan.updated, descending: false }, plan.created), (index) =>
          within(shop.source.createdAt(index), plan.created),
        )
      : walkOrders(shop, 'index', { ...everything(), descending: false }, plan.created);
  }
  return orderListing(context, { ...args, sortKey: limited ? 'UPDATED_AT' : 'CREATED_AT' }).items(false, null);
}

function* filtered(items: Iterable<number>, test: (item: number) => boolean): Generator<number> {
  for (const item of items) if (test(item)) yield item;
}

export function counted(args: Args, items: Iterable<unknown>): { count: number; precision: string } {
  const limit = args.limit === null ? Infinity : ((args.limit as number | undefined) ?? 10_000);
  let count = 0;
  for (const _ of items) {
    if (count === limit) return { count, precision: 'AT_LEAST' };
    count++;
  }
  return { count, precision: 'EXACT' };
}
