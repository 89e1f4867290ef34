import { hash } from './random.ts';
import type { ShopSpec } from './spec.ts';

/** Ids follow from positions, so that any order can be found and made on its own. [first id, ids apart] */
const RANGES = {
  Order: [5_400_000_000_000, 32_768],
  LineItem: [13_800_000_000_000, 65_536],
  ShippingLine: [4_300_000_000_000, 64],
  SalesAgreement: [1_900_000_000_000, 64],
  Sale: [30_700_000_000_000, 131_072],
  Refund: [1_090_000_000_000, 64],
  RefundLineItem: [50_300_000_000_000, 131_072],
  Return: [1_270_000_000_000, 64],
  OrderTransaction: [6_700_000_000_000, 64],
  AdditionalFee: [1_600_000_000_000, 64],
  Duty: [2_500_000_000_000, 4096],
  Customer: [7_100_000_000_000, 16_384],
  MailingAddress: [9_300_000_000_000, 16_384],
  Product: [8_200_000_000_000, 32_768],
  ProductVariant: [44_500_000_000_000, 32_768],
  InventoryItem: [46_600_000_000_000, 32_768],
  Checkout: [36_800_000_000_000, 32_768],
  BulkOperation: [5_100_000_000_000, 32_768],
} as const;

export type IdKind = keyof typeof RANGES;

/** The digits of an id: of the thing at `position`, or of its `part`. */
export function idOf(spec: ShopSpec, kind: IdKind, position: number, part = 0): string {
  const [first, apart] = RANGES[kind];
  return spec.idPrefix + String(first + position * apart + part);
}

export const shopId = (spec: ShopSpec): string =>
  `${spec.idPrefix}${60_000_000_000 + (hash(spec.seed, 9) % 9_000_000_000)}`;

export function gid(spec: ShopSpec, type: string, kind: IdKind, position: number, part = 0): string {
  return `gid://shopify/${type}/${idOf(spec, kind, position, part)}`;
}

/** Position and part of an id of the given kind, or null if it is none of the shop's. */
export function positionOf(spec: ShopSpec, kind: IdKind, digits: string): { position: number; part: number } | null {
  if (!digits.startsWith(spec.idPrefix)) return null;
  const n = Number(digits.slice(spec.idPrefix.length));
  const [first, apart] = RANGES[kind];
  if (!Number.isSafeInteger(n) || n < first) return null;
  return { position: Math.floor((n - first) / apart), part: (n - first) % apart };
}
