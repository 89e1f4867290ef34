const TYPES = { orders: 'Order', customers: 'Customer', products: 'Product' } as const;

/** `gid://shopify/Order/123` of an id of digits; ids exceed 2^53, so they are text. */
export const gidOf = (stream: keyof typeof TYPES, id: string): string => `gid://shopify/${TYPES[stream]}/${id}`;
