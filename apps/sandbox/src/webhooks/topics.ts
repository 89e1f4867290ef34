import type { Topic } from '../store/events.ts';

/** The scope one must have to be told, as Shopify's list of topics says; null for none. */
const SCOPES: Record<Exclude<Topic, 'customers/data_request' | 'customers/redact' | 'shop/redact'>, string | null> = {
  'app/scopes_update': null,
  'app/uninstalled': null,
  'bulk_operations/finish': null,
  'checkouts/create': 'read_orders',
  'checkouts/update': 'read_orders',
  'customers/create': 'read_customers',
  'customers/delete': 'read_customers',
  'customers/merge': 'read_customer_merge',
  'customers/update': 'read_customers',
  'inventory_levels/update': 'read_inventory',
  'orders/cancelled': 'read_orders',
  'orders/create': 'read_orders',
  'orders/delete': 'read_orders',
  'orders/edited': 'read_orders',
  'orders/updated': 'read_orders',
  'products/create': 'read_products',
  'products/delete': 'read_products',
  'products/update': 'read_products',
  'refunds/create': 'read_orders',
  'shop/update': null,
};

/** orders/create ↔ ORDERS_CREATE; topics of which nothing ever happens here keep their GraphQL name. */
export const graphqlTopic = (topic: string): string => topic.replace('/', '_').toUpperCase();

const byGraphqlName = new Map(Object.keys(SCOPES).map((topic) => [graphqlTopic(topic), topic]));

export const headerTopic = (name: string): string => byGraphqlName.get(name) ?? name.toLowerCase();

/** The scope needed to subscribe to a topic by its GraphQL name. */
export const scopeOfTopic = (name: string): string | null =>
  SCOPES[byGraphqlName.get(name) as keyof typeof SCOPES] ?? null;
