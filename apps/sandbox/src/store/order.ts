/**
 * An order as the sandbox stores it: facts only, in minor units of the shop's currency. What Shopify derives from
 * them (totals, agreements, statuses) is derived in totals.ts and agreements.ts, what it looks like in graphql/.
 */
export interface Order {
  /** Position in the shop; ids follow from it. */
  index: number;
  number: number;
  name: string;
  /** Milliseconds since 1970, as all instants here. */
  createdAt: number;
  processedAt: number;
  updatedAt: number;
  fulfilledAt: number | null;
  cancelledAt: number | null;
  cancelReason: 'CUSTOMER' | 'DECLINED' | 'FRAUD' | 'INVENTORY' | 'OTHER' | 'STAFF' | null;
  test: boolean;
  /** Prices hold their tax. */
  taxesIncluded: boolean;
  paid: boolean;
  currency: string;
  presentmentCurrency: string;
  /** Units of the presentment currency for one unit of the shop's. */
  rate: number;
  /** Customer key; null for guests. */
  customer: number | null;
  email: string | null;
  phone: string | null;
  address: Address | null;
  /** Position of the checkout it came from; orders of sources have none. */
  checkout?: number | null;
  source: string;
  tags: string[];
  note: string | null;
  discounts: Discount[];
  lines: Line[];
  shipping: ShippingLine[];
  fees: Fee[];
  /** What happened after it was placed, oldest first. */
  events: OrderEvent[];
}

export interface Address {
  firstName: string;
  lastName: string;
  address1: string;
  city: string;
  province: string | null;
  provinceCode: string | null;
  country: string;
  countryCode: string | null;
  zip: string;
  phone: string | null;
}

export interface Discount {
  kind: 'code' | 'automatic' | 'manual';
  title: string;
  target: 'LINE_ITEM' | 'SHIPPING_LINE';
  value: { percentage: number } | { amount: number };
}

/** Allocated to one line, for all its units, as listed (tax inside where prices include it). */
export interface Allocation {
  discount: number;
  amount: number;
}

export interface Tax {
  title: string;
  rate: number;
  amount: number;
}

export interface Line {
  kind: 'product' | 'gift_card' | 'tip';
  /** Positions in the catalogue; null for what has no product (tips, custom lines, deleted products). */
  product: number | null;
  variant: number | null;
  title: string;
  variantTitle: string | null;
  sku: string | null;
  vendor: string | null;
  /** As placed, or as added by an edit. */
  quantity: number;
  unitPrice: number;
  allocations: Allocation[];
  taxes: Tax[];
  /** Import duty charged on the whole line. */
  duty: number;
  /** Added later: position in `events` of the edit. */
  addedBy: number | null;
}

export interface ShippingLine {
  title: string;
  code: string;
  price: number;
  allocations: Allocation[];
  taxes: Tax[];
}

export interface Fee {
  title: string;
  amount: number;
}

/** Units of a line taken back, with the money that goes with them; taxes in the order of the line's. */
export interface LineSlice {
  line: number;
  quantity: number;
  /** After discounts, as listed. */
  listed: number;
  taxes: number[];
  discountBeforeTaxes: number;
  discountAfterTaxes: number;
}

export interface RefundLine extends LineSlice {
  restock: 'CANCEL' | 'LEGACY_RESTOCK' | 'NO_RESTOCK' | 'RETURN';
}

export interface RefundedShipping {
  line: number;
  listed: number;
  taxes: number[];
  discountBeforeTaxes: number;
  discountAfterTaxes: number;
}

export interface Adjustment {
  /** Negative: more was paid back than the goods' value; positive: the shop kept some of it. */
  amount: number;
  reason: 'CUSTOMER' | 'DAMAGE' | 'REFUND_DISCREPANCY' | 'RESTOCK';
}

export interface RefundEvent {
  kind: 'refund';
  /** 'return': began as a return, so Shopify's ledger calls it ReturnAgreement. */
  cause: 'refund' | 'return' | 'cancel';
  at: number;
  note: string | null;
  lines: RefundLine[];
  shipping: RefundedShipping[];
  /** Duties returned, by line. */
  duties: { line: number; amount: number }[];
  fees: { fee: number; amount: number }[];
  adjustments: Adjustment[];
  /** Money paid back to the customer. */
  paidBack: number;
}

export interface EditEvent {
  kind: 'edit';
  at: number;
  /** Positions of lines that this edit added. */
  added: number[];
  removed: LineSlice[];
}

export type OrderEvent = RefundEvent | EditEvent;
