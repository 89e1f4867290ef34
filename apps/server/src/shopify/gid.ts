export type GidType = 'Order' | 'Customer' | 'Product';

/** `gid://shopify/Order/123` of an id of digits; ids exceed 2^53, so they are text. */
export const gid = (type: GidType, id: string): string => `gid://shopify/${type}/${id}`;
