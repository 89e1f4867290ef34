import type { ShopifyClient } from './client.ts';
import { KeepsChanging } from './errors.ts';
import {
  OrderAgreementsDocument,
  OrderLinesDocument,
  OrdersByIdDocument,
  type AgreementFieldsFragment,
  type LineItemFieldsFragment,
  type OrderFieldsFragment,
  type OrdersByIdQuery,
  type SaleFieldsFragment,
} from './operations/generated.ts';
import { onlyGranted } from './scopes.ts';

/** An order with all its lines and its whole ledger: what a bulk result gives once its lines are joined. */
export interface FullOrder {
  order: OrderFieldsFragment;
  lineItems: LineItemFieldsFragment[];
  agreements: FullAgreement[];
}

export interface FullAgreement {
  agreement: AgreementFieldsFragment;
  sales: SaleFieldsFragment[];
}

export interface FetchedOrders {
  orders: FullOrder[];
  /** Ids that Shopify does not know (any more), or does not show to this app. */
  missing: string[];
  /** Shopify's clock when the reading of these began. */
  date: Date;
}

/*
 * Page sizes that keep each query's requested cost under Shopify's 1000 even if every object counts a point and every
 * kind of sale adds its own (a line is 9 of them, a sale 10, an order 20 to 50): most orders fit into their share of
 * the first query.
 */
const FIRST = { ids: 3, lines: 8, agreements: 2, sales: 10 };
const LINES = 90;
const AGREEMENTS = { agreements: 6, sales: 14 };
const SALES = 90;
/** An order that changes while its pages are read is read again, this often. */
const READS = 5;

type Node = OrdersByIdQuery['nodes'][number];
type FirstOrder = Exclude<NonNullable<Node>, Record<PropertyKey, never>>;
const isOrder = (node: Node): node is FirstOrder => node !== null && 'lineItems' in node;

type AgreementEdge = FirstOrder['agreements']['edges'][number];

/**
 * Reads orders completely, however many lines and agreements they have. `ids` are gids; `scopes` are the granted ones,
 * fields beyond them are left out. Yields a few orders at a time.
 */
export async function* fetchOrders(
  client: ShopifyClient,
  ids: readonly string[],
  { scopes, signal }: { scopes: readonly string[]; signal?: AbortSignal },
): AsyncGenerator<FetchedOrders> {
  const reader = orderReader(client, scopes, signal);
  const distinct = [...new Set(ids)];
  for (let at = 0; at < distinct.length; at += FIRST.ids) {
    const chunk = distinct.slice(at, at + FIRST.ids);
    const { nodes, date } = await reader.first(chunk);
    const orders: FullOrder[] = [];
    const missing: string[] = [];
    for (const [index, id] of chunk.entries()) {
      const order = await reader.whole(id, nodes[index] ?? null);
      if (order) orders.push(order);
      else missing.push(id);
    }
    yield { orders, missing, date };
  }
}

function orderReader(client: ShopifyClient, scopes: readonly string[], signal: AbortSignal | undefined) {
  const firstDocument = onlyGranted(OrdersByIdDocument, scopes);
  const linesDocument = onlyGranted(OrderLinesDocument, scopes);
  const agreementsDocument = onlyGranted(OrderAgreementsDocument, scopes);

  async function first(ids: string[]): Promise<{ nodes: (FirstOrder | null)[]; date: Date }> {
    const { ids: _, ...sizes } = FIRST;
    const { data, date } = await client.query(firstDocument, { ids, ...sizes }, { signal });
    return { nodes: data.nodes.map((node) => (isOrder(node) ? node : null)), date };
  }

  /** The whole order from its first page on; null if it does not exist. */
  async function whole(id: string, firstPage: FirstOrder | null): Promise<FullOrder | null> {
    let start = firstPage;
    for (let read = 1; start && read <= READS; read++) {
      const order = await rest(start);
      if (order) return order;
      start = (await first([id])).nodes[0] ?? null;
    }
    if (start) throw new KeepsChanging(client.shop, id);
    return null;
  }

  /** Adds the pages that are missing; null if the order changed (or went) meanwhile, so that pages do not fit together. */
  async function rest({ lineItems, agreements, ...order }: FirstOrder): Promise<FullOrder | null> {
    const lines = [...lineItems.nodes];
    for (let page = lineItems.pageInfo; page.hasNextPage;) {
      const { data } = await client.query(
        linesDocument,
        { id: order.id, first: LINES, after: page.endCursor },
        { signal },
      );
      if (data.order?.updatedAt !== order.updatedAt) return null;
      lines.push(...data.order.lineItems.nodes);
      page = data.order.lineItems.pageInfo;
    }

    const edges: AgreementEdge[] = [...agreements.edges];
    for (let more = agreements.pageInfo.hasNextPage; more;) {
      const after = edges.at(-1)?.cursor;
      const { data } = await client.query(agreementsDocument, { id: order.id, ...AGREEMENTS, after }, { signal });
      if (data.order?.updatedAt !== order.updatedAt) return null;
      edges.push(...data.order.agreements.edges);
      more = data.order.agreements.pageInfo.hasNextPage;
    }

    const whole: FullAgreement[] = [];
    for (const [index, { node }] of edges.entries()) {
      const { sales, ...agreement } = node;
      const all: SaleFieldsFragment[] = [...sales.nodes];
      for (let page = sales.pageInfo; page.hasNextPage;) {
        // An agreement cannot be asked for by its id, only as the one after its predecessor.
        const variables = { agreements: 1, after: edges[index - 1]?.cursor, sales: SALES, salesAfter: page.endCursor };
        const { data } = await client.query(agreementsDocument, { id: order.id, ...variables }, { signal });
        const next = data.order?.agreements.edges[0]?.node;
        if (data.order?.updatedAt !== order.updatedAt || next?.id !== agreement.id) return null;
        all.push(...next.sales.nodes);
        page = next.sales.pageInfo;
      }
      whole.push({ agreement, sales: all });
    }
    return { order, lineItems: lines, agreements: whole };
  }

  return { first, whole };
}
