import type { ShopEvent } from '../../store/events.ts';
import { gid, idOf, shopId } from '../../store/ids.ts';
import type { Shop } from '../../store/shop.ts';
import { checkoutBody } from './checkout.ts';
import { customerBody } from './customer.ts';
import { bareId, zoned, zonedOrNull } from './fields.ts';
import { orderBody, orderEditBody, refundBody } from './order.ts';
import { inventoryBody, productBody } from './product.ts';
import { shopBody } from './shop.ts';

const KINDS = { 'orders/delete': 'Order', 'customers/delete': 'Customer', 'products/delete': 'Product' } as const;

/** The body of a webhook, shaped as Shopify's REST resources are, as the shop is at this moment. */
export function bodyOf(shop: Shop, event: ShopEvent, at: number): object {
  const { spec } = shop;
  switch (event.topic) {
    case 'orders/create':
    case 'orders/updated':
    case 'orders/cancelled':
      return orderBody(shop, event.order);
    case 'orders/edited':
      return orderEditBody(shop, event.order, event.edit);
    case 'refunds/create': {
      const refund = event.order.events[event.refund]!;
      if (refund.kind !== 'refund') throw new Error('not a refund');
      return refundBody(shop, event.order, refund, event.refund);
    }
    case 'orders/delete':
    case 'customers/delete':
    case 'products/delete':
      return { id: bareId(idOf(spec, KINDS[event.topic], event.deleted)) };
    case 'customers/create':
    case 'customers/update':
      return customerBody(shop, event.customer);
    case 'customers/merge':
      return {
        admin_graphql_api_customer_kept_id: gid(spec, 'Customer', 'Customer', event.kept),
        admin_graphql_api_customer_deleted_id: gid(spec, 'Customer', 'Customer', event.merged),
        admin_graphql_api_job_id: null,
        status: 'completed',
        errors: [],
      };
    case 'products/create':
    case 'products/update':
      return productBody(shop, event.product);
    case 'inventory_levels/update':
      return inventoryBody(shop, event.variant, event.at);
    case 'checkouts/create':
    case 'checkouts/update':
      return checkoutBody(shop, event.checkout);
    case 'shop/update':
    case 'app/uninstalled':
      return shopBody(shop, at);
    case 'app/scopes_update':
      return {
        id: 'gid://shopify/App/100000001',
        previous: event.previous,
        current: event.current,
        updated_at: zoned(event.at, spec.timezone),
      };
    case 'bulk_operations/finish': {
      const { id, status, errorCode, createdAt, completedAt } = event.operation;
      return {
        admin_graphql_api_id: id,
        completed_at: zonedOrNull(completedAt, spec.timezone),
        created_at: zoned(createdAt, spec.timezone),
        error_code: errorCode?.toLowerCase() ?? null,
        status: status.toLowerCase(),
        type: 'query',
      };
    }
    case 'customers/data_request':
    case 'customers/redact': {
      const { key, email, phone } = event.customer;
      const orders = event.orders.map((index) => bareId(idOf(spec, 'Order', index)));
      return {
        shop_id: bareId(shopId(spec)),
        shop_domain: spec.domain,
        customer: { id: bareId(idOf(spec, 'Customer', key)), email, phone },
        ...(event.topic === 'customers/redact'
          ? { orders_to_redact: orders }
          : { orders_requested: orders, data_request: { id: bareId(String(at)) } }),
      };
    }
    case 'shop/redact':
      return { shop_id: bareId(shopId(spec)), shop_domain: spec.domain };
  }
}
