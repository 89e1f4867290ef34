/**
 * The one shape of what comes from Shopify, whichever way it came: bulk result, page or webhook.
 * Ids are Shopify's own numbers as strings of digits, money is minor units of `currency`, instants are
 * milliseconds since 1970 in UTC, in whole seconds. Lists are sorted, so that equal content gives equal records.
 */

export interface OrderRecord {
  id: string;
  name: string;
  customerId: string | null;
  currency: string;
  totalPrice: number;
  currentTotalPrice: number;
  totalDiscounts: number;
  totalTax: number;
  totalShipping: number;
  totalRefunded: number;
  presentmentCurrency: string;
  presentmentTotalPrice: number;
  presentmentCurrentTotalPrice: number;
  test: boolean;
  financialStatus: string | null;
  fulfillmentStatus: string | null;
  sourceName: string | null;
  country: string | null;
  tags: string[];
  discountCodes: string[];
  createdAt: number;
  processedAt: number;
  updatedAt: number;
  cancelledAt: number | null;
  cancelReason: string | null;
  closedAt: number | null;
  lines: OrderLine[];
  refunds: Refund[];
  events: SaleEvent[];
}

export interface OrderLine {
  id: string;
  productId: string | null;
  variantId: string | null;
  title: string;
  variantTitle: string | null;
  sku: string | null;
  vendor: string | null;
  quantity: number;
  currentQuantity: number;
  unitPrice: number;
  discountedTotal: number;
  giftCard: boolean;
}

export interface Refund {
  id: string;
  totalRefunded: number;
  note: string | null;
  createdAt: number | null;
  processedAt: number | null;
}

/** What Shopify calls a sales agreement: the order as placed, an edit, a refund or a return. */
export interface SaleEvent {
  /** The order's own id for the order as placed, the refund's for a refund: what webhooks know too; else the agreement's. */
  id: string;
  type: 'order' | 'edit' | 'refund' | 'return' | 'other';
  happenedAt: number;
  sales: Sale[];
}

export interface Sale {
  action: 'ORDER' | 'RETURN' | 'UPDATE' | 'UNKNOWN';
  kind: SaleKind;
  /** Of the order's line that was sold, whose product it is. */
  lineId: string | null;
  quantity: number;
  /** After discounts and taxes. */
  total: number;
  tax: number;
  /** Before taxes. */
  discount: number;
}

export type SaleKind = 'product' | 'gift_card' | 'tip' | 'shipping' | 'duty' | 'fee' | 'adjustment' | 'unknown';

export interface CustomerRecord {
  id: string;
  name: string | null;
  email: string | null;
  phone: string | null;
  country: string | null;
  tags: string[];
  emailConsent: string | null;
  ordersCount: number;
  amountSpent: number;
  createdAt: number;
  updatedAt: number;
}

/** Of a customer of whom nothing is known; in the order of the record's own fields. */
export const NOBODY = {
  name: null,
  email: null,
  phone: null,
  country: null,
  tags: [] as string[],
  emailConsent: null,
};

export interface ProductRecord {
  id: string;
  title: string;
  vendor: string;
  productType: string;
  status: string;
  handle: string;
  imageUrl: string | null;
  createdAt: number;
  updatedAt: number;
  variants: VariantRecord[];
}

export interface VariantRecord {
  id: string;
  inventoryItemId: string | null;
  title: string;
  sku: string | null;
  price: number;
  inventory: number;
  position: number;
}

/** Records of one stream, with the instant (on the database's clock) at which fetching them began. */
export type Batch = { fetchBegan: number } & (
  | { stream: 'orders'; records: OrderRecord[] }
  | { stream: 'customers'; records: CustomerRecord[] }
  | { stream: 'products'; records: ProductRecord[] }
);
