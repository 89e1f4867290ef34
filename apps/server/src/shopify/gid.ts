export type GidType = 'Order' | 'Customer' | 'Product';

/** `gid://shopify/Order/123` of an id of digits. */
export const gid = (type: GidType, id: string): string => `gid://shopify/${type}/${id}`;

/** The digits of a `gid://shopify/Order/123` (a query string after them is dropped); ids exceed 2^53, so they stay text. */
export function gidDigits(value: string): string {
  const digits = /^gid:\/\/shopify\/\w+\/(\d+)(?:\?.*)?$/.exec(value)?.[1];
  if (!digits) throw new Error(`Not a Shopify id: ${JSON.stringify(value)}`);
  return digits;
}
