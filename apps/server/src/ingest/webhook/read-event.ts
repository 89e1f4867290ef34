import type { StreamName } from '@xeno/contracts';
import type { InboxEvent } from '../../db/inbox-event.ts';
import { Unreadable } from '../map/fields.ts';
import type { ProductRecord } from '../records.ts';
import type { OrderBody } from './apply-order-bodies.ts';
import { type Body, idIn, idOfBody, instantIn, objectIn, parseBody, Untold } from './body.ts';
import type { Checkout } from '../apply-checkouts.ts';
import { mapCheckoutBody } from './map-checkout.ts';
import { type InventoryLevel, mapLevelBody } from './inventory-levels.ts';
import { mapCustomerBody, type ToldCustomer } from './map-customer.ts';
import { mapOrderBody } from './map-order.ts';
import { mapProductBody } from './map-product.ts';

/** What an event says is to be done. */
export type Action =
  | { do: 'order'; body: OrderBody }
  | { do: 'customer'; told: ToldCustomer }
  | { do: 'product'; record: ProductRecord }
  | { do: 'level'; level: InventoryLevel }
  | { do: 'checkout'; checkout: Checkout; customerId: string | null }
  | { do: 'delete'; stream: StreamName; id: string }
  | { do: 'merge'; merged: string; into: string }
  /** `since`: Shopify's instant at which happened what the event is about. */
  | { do: 'fetch'; stream: StreamName; id: string; since: number | null }
  | { do: 'nothing' };

/** What an event comes to; `note` is what people should know of it. */
export interface Reading {
  action: Action;
  note: string | null;
  /** It is no use as it is: to be tried again, and dead in the end. */
  unreadable: boolean;
}

type Read = (body: Body, shopCurrency: string) => Action;

const order =
  (isNew: boolean): Read =>
  (body) => ({ do: 'order', body: { told: mapOrderBody(body), isNew } });
const customer: Read = (body, currency) => ({ do: 'customer', told: mapCustomerBody(body, currency) });
const product: Read = (body, currency) => ({ do: 'product', record: mapProductBody(body, currency) });
const checkout: Read = (body) => {
  const customer = objectIn(body, 'customer');
  return { do: 'checkout', checkout: mapCheckoutBody(body), customerId: customer && idIn(customer, 'id') };
};
const deletion =
  (stream: StreamName): Read =>
  (body) => ({ do: 'delete', stream, id: idOfBody(body) });
const fetchOrder: Read = (body) => {
  const edit = objectIn(body, 'order_edit');
  const since = edit ? instantIn(edit, 'committed_at') : instantIn(body, 'created_at');
  return { do: 'fetch', stream: 'orders', id: orderIdOf(body), since };
};

/** Rule: Shopify's topics, https://shopify.dev/docs/api/webhooks/2026-10 */
const TOPICS: Record<string, { stream: StreamName | null; read: Read }> = {
  'orders/create': { stream: 'orders', read: order(true) },
  'orders/updated': { stream: 'orders', read: order(false) },
  'orders/cancelled': { stream: 'orders', read: order(false) },
  'orders/paid': { stream: 'orders', read: order(false) },
  'orders/fulfilled': { stream: 'orders', read: order(false) },
  'orders/partially_fulfilled': { stream: 'orders', read: order(false) },
  // these tell what changed and not what has become of the order
  'orders/edited': { stream: 'orders', read: fetchOrder },
  'refunds/create': { stream: 'orders', read: fetchOrder },
  'orders/delete': { stream: 'orders', read: deletion('orders') },
  'customers/create': { stream: 'customers', read: customer },
  'customers/update': { stream: 'customers', read: customer },
  'customers/delete': { stream: 'customers', read: deletion('customers') },
  'customers/merge': { stream: null, read: readMerge },
  'products/create': { stream: 'products', read: product },
  'products/update': { stream: 'products', read: product },
  'products/delete': { stream: 'products', read: deletion('products') },
  'inventory_levels/update': { stream: null, read: (body) => ({ do: 'level', level: mapLevelBody(body) }) },
  'checkouts/create': { stream: null, read: checkout },
  'checkouts/update': { stream: null, read: checkout },
  // whoever waits for a bulk operation asks for its state anyway, since this may never come
  'bulk_operations/finish': { stream: null, read: () => ({ do: 'nothing' }) },
};

/**
 * What an event says, as far as it can be read. What it tells unclearly of something that it names is asked of Shopify
 * instead.
 */
export function readEvent({ topic, body: text }: InboxEvent, shopCurrency: string): Reading {
  const known = TOPICS[topic];
  if (!known) return { action: { do: 'nothing' }, note: `Nothing is done about ${topic} here.`, unreadable: false };
  const { stream, read } = known;
  let body: Body | null = null;
  try {
    body = parseBody(text);
    return { action: read(body, shopCurrency), note: null, unreadable: false };
  } catch (error) {
    const isIncomplete = error instanceof Untold;
    if (!isIncomplete && !(error instanceof Unreadable)) throw error;
    const action = fetchInstead(stream, body, read);
    const isLost = action.do === 'nothing';
    const note = isLost ? error.message : `${error.message} What Shopify says of it is fetched instead.`;
    return { action, note, unreadable: !isIncomplete || isLost };
  }
}

function fetchInstead(stream: StreamName | null, body: Body | null, read: Read): Action {
  if (stream === null || body === null) return { do: 'nothing' };
  try {
    const id = read === fetchOrder ? orderIdOf(body) : idOfBody(body);
    return { do: 'fetch', stream, id, since: null };
  } catch {
    return { do: 'nothing' };
  }
}

/** Of a refund or an edit. */
function orderIdOf(body: Body): string {
  const id = idIn(objectIn(body, 'order_edit') ?? body, 'order_id');
  if (id === null) throw new Unreadable('The body names no order.');
  return id;
}

function readMerge(body: Body): Action {
  if (body.status === 'failed') return { do: 'nothing' };
  const into = idIn(body, 'admin_graphql_api_customer_kept_id');
  const merged = idIn(body, 'admin_graphql_api_customer_deleted_id');
  if (into === null || merged === null) throw new Unreadable('The body does not name both customers.');
  return { do: 'merge', merged, into };
}
