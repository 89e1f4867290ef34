import type { Product, Variant } from './catalog.ts';
import type { Checkout } from './checkouts.ts';
import type { Customer } from './customers.ts';
import type { Order } from './order.ts';

/** Something that Shopify sends a webhook about, with what its body tells. Positions where the thing is gone. */
export type ShopEvent =
  | { topic: 'orders/cancelled' | 'orders/create' | 'orders/updated'; order: Order }
  /** `edit` and `refund` are positions in the order's events. */
  | { topic: 'orders/edited'; order: Order; edit: number }
  | { topic: 'refunds/create'; order: Order; refund: number }
  | { topic: 'orders/delete'; deleted: number }
  | { topic: 'customers/create' | 'customers/update'; customer: Customer }
  | { topic: 'customers/delete'; deleted: number }
  | { topic: 'customers/merge'; kept: number; merged: number }
  | { topic: 'products/create' | 'products/update'; product: Product }
  | { topic: 'products/delete'; deleted: number }
  | { topic: 'inventory_levels/update'; variant: Variant; at: number }
  | { topic: 'checkouts/create' | 'checkouts/update'; checkout: Checkout }
  | { topic: 'app/uninstalled' | 'shop/redact' | 'shop/update' }
  | { topic: 'app/scopes_update'; previous: string[]; current: string[]; at: number }
  | { topic: 'customers/data_request' | 'customers/redact'; customer: Customer; orders: number[] }
  | {
      topic: 'bulk_operations/finish';
      operation: {
        id: string;
        status: string;
        errorCode: string | null;
        createdAt: number;
        completedAt: number | null;
      };
    };

export type Topic = ShopEvent['topic'];
