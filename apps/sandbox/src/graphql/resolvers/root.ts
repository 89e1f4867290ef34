import { GraphQLError } from 'graphql';
import type { BulkOperation } from '../../bulk/operations.ts';
import { salesReport } from '../../reports/sales.ts';
import { positionOf, type IdKind } from '../../store/ids.ts';
import { listingOf } from '../connections.ts';
import type { Context, Resolvers } from '../context.ts';
import { API_VERSION, requiredScopes } from '../schema.ts';
import { accessDenied, mayRead } from '../scopes.ts';
import { parseSearch, matches, timeMatches, textMatches, idMatches } from '../search.ts';
import { OrderView, time } from '../views.ts';
import { checkoutByIndex, checkoutFields, checkoutListing, countCheckouts } from './checkout.ts';
import { customerById } from './customer.ts';
import { customerFields, customerListing } from './customers.ts';
import { lineSource, refundsOf } from './order.ts';
import { countOrders, counted, orderFields, orderListing } from './orders.ts';
import {
  productByIndex,
  productFields,
  productListing,
  variantByIndex,
  variantFields,
  variantListing,
} from './product.ts';
import { shopResolvers } from './shop.ts';
import { countSubscriptions, subscriptionById, subscriptionListing, webhookMutations } from './webhook.ts';

const typed = <T extends object>(__typename: string, source: T | null): (T & { __typename: string }) | null =>
  source && Object.assign(source, { __typename });

function visibleOrder(context: Context, index: number): OrderView | null {
  const order = context.shop.order(index);
  return order && order.createdAt >= context.ordersSince ? new OrderView(context.shop, order) : null;
}

/** Anything by its global id; null if there is no such thing (any more). Throws where a scope lacks. */
export function nodeById(context: Context, id: string): object | null {
  const match = /^gid:\/\/shopify\/(\w+)\/(\d+)/.exec(id);
  if (!match)
    throw new GraphQLError(`Invalid global id '${id}'`, { extensions: { code: 'argumentLiteralsIncompatible' } });
  const [, type, digits] = match as unknown as [string, string, string];
  const needed = requiredScopes[type] ?? null;
  if (!mayRead(needed, context.scopes)) throw accessDenied(type, needed);
  const { shop } = context;
  const at = (kind: IdKind) => positionOf(shop.spec, kind, digits) ?? { position: -1, part: -1 };
  switch (type) {
    case 'Order':
      return at('Order').part === 0 ? typed(type, visibleOrder(context, at('Order').position)) : null;
    case 'Customer':
      return at('Customer').part === 0 ? typed(type, customerById(shop, at('Customer').position)) : null;
    case 'Product':
      return at('Product').part === 0 ? typed(type, productByIndex(shop, at('Product').position)) : null;
    case 'ProductVariant':
    case 'InventoryItem':
      return at(type).part === 0 ? typed(type, variantByIndex(shop, at(type).position)) : null;
    case 'LineItem': {
      const view = visibleOrder(context, at('LineItem').position);
      const part = at('LineItem').part;
      return view && part < view.facts.lines.length ? typed(type, lineSource(view, part)) : null;
    }
    case 'Refund': {
      const view = visibleOrder(context, at('Refund').position);
      return typed(type, (view && refundsOf(view).find(({ event }) => event === at('Refund').part)) ?? null);
    }
    case 'AbandonedCheckout':
      return at('Checkout').part === 0
        ? typed(type, checkoutByIndex(shop, at('Checkout').position, context.now))
        : null;
    case 'BulkOperation':
      return typed(type, context.bulk?.operations.find(shop.spec.domain, id) ?? null);
    case 'WebhookSubscription':
      return subscriptionById(context, id);
    case 'Shop':
      return shopResolvers.id!(shop, {}, context) === id ? typed(type, shop) : null;
    default:
      return null;
  }
}

const ofType = (context: Context, type: string, id: unknown) => {
  const node = nodeById(context, String(id));
  if (node && (node as { __typename: string }).__typename !== type) throw new GraphQLError(`Invalid id: ${String(id)}`);
  return node;
};

function bulkOperations(context: Context, query: string): BulkOperation[] {
  const all = context.bulk?.operations.of(context.shop.spec.domain) ?? [];
  const search = parseSearch(query);
  const { timezone } = context.shop.spec;
  return all.filter((operation) =>
    matches(search, operation, {
      id: (o, term) => idMatches(o.id.slice(o.id.lastIndexOf('/') + 1), term),
      status: (o, term) => textMatches(o.status, term),
      operation_type: (_, term) => textMatches('query', term),
      created_at: (o, term) => timeMatches(o.createdAt, term, timezone, context.now),
      completed_at: (o, term) => o.completedAt !== null && timeMatches(o.completedAt, term, timezone, context.now),
    }),
  );
}

/** What can be searched by, for each field that takes a search. */
export const searchFields: Record<string, (context: Context) => Record<string, unknown>> = {
  orders: orderFields,
  ordersCount: orderFields,
  customers: customerFields,
  customersCount: customerFields,
  products: productFields,
  productsCount: productFields,
  productVariants: variantFields,
  productVariantsCount: variantFields,
  abandonedCheckouts: checkoutFields,
  abandonedCheckoutsCount: checkoutFields,
};

export const queryResolvers: Resolvers<undefined> = {
  shop: (_, __, { shop }) => shop,
  node: (_, { id }, context) => nodeById(context, String(id)),
  // one that may not be seen spoils no other
  nodes: (_, { ids }, context) =>
    (ids as string[]).map((id) => {
      try {
        return context.isBehind ? null : nodeById(context, id);
      } catch (error) {
        return error;
      }
    }),
  order: (_, { id }, context) => ofType(context, 'Order', id),
  orders: (_, args, context) => orderListing(context, args),
  ordersCount: (_, args, context) => countOrders(context, args),
  customer: (_, { id }, context) => ofType(context, 'Customer', id),
  customers: (_, args, context) => customerListing(context, args),
  customersCount: (_, args, context) => counted(args, customerListing(context, args).items(false, null)),
  product: (_, { id }, context) => ofType(context, 'Product', id),
  products: (_, args, context) => productListing(context, args),
  productsCount: (_, args, context) => counted(args, productListing(context, args).items(false, null)),
  productVariant: (_, { id }, context) => ofType(context, 'ProductVariant', id),
  productVariants: (_, args, context) => variantListing(context, args),
  productVariantsCount: (_, args, context) => counted(args, variantListing(context, args).items(false, null)),
  inventoryItem: (_, { id }, context) => ofType(context, 'InventoryItem', id),
  inventoryItems: (_, args, context) => variantListing(context, args),
  refund: (_, { id }, context) => ofType(context, 'Refund', id),
  currentAppInstallation: (_, __, { scopes }) => ({
    id: 'gid://shopify/AppInstallation/480000000001',
    accessScopes: [...scopes].map((handle) => ({ handle, description: handle.replaceAll('_', ' ') })),
    app: { id: 'gid://shopify/App/100000001', title: 'Sandbox app', handle: 'sandbox-app' },
    launchUrl: 'https://example.com/',
  }),
  abandonedCheckouts: (_, args, context) => checkoutListing(context, args),
  abandonedCheckoutsCount: (_, args, context) => countCheckouts(context, args),
  shopifyqlQuery: (_, { query }, { shop, now }) => salesReport(shop, String(query), now),
  publicApiVersions: () => [{ handle: API_VERSION, displayName: `${API_VERSION} (Latest)`, supported: true }],
  bulkOperation: (_, { id }, context) => ofType(context, 'BulkOperation', id),
  bulkOperations: (_, args, context) => {
    const all = bulkOperations(context, (args.query as string | null) ?? '');
    return listingOf(args.reverse === true ? all.toReversed() : all);
  },
  webhookSubscription: (_, { id }, context) => ofType(context, 'WebhookSubscription', id),
  webhookSubscriptions: (_, args, context) => subscriptionListing(context, args),
  webhookSubscriptionsCount: (_, args, context) => countSubscriptions(context, args),
  currentBulkOperation: (_, { type }, context) =>
    type === 'MUTATION' ? null : (context.bulk?.operations.of(context.shop.spec.domain).at(-1) ?? null),
};

export const mutationResolvers: Resolvers<undefined> = {
  ...webhookMutations,
  bulkOperationRunQuery: (_, { query, groupObjects }, context) =>
    context.bulk!.operations.run(context, String(query), groupObjects === true, context.bulk!.origin),
  bulkOperationCancel: (_, { id }, context) => context.bulk!.operations.cancel(context.shop.spec.domain, String(id)),
};

export const bulkOperationResolvers: Resolvers<BulkOperation> = {
  createdAt: (o) => time(o.createdAt),
  completedAt: (o) => (o.completedAt === null ? null : time(o.completedAt)),
  objectCount: (o) => String(o.objectCount),
  rootObjectCount: (o) => String(o.rootObjectCount),
  fileSize: (o) => (o.fileSize === null ? null : String(o.fileSize)),
  type: () => 'QUERY',
};
