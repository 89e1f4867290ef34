import { parseShopDomain } from './shop-domain.ts';

/** Where Shopify is: the real one, or a stand-in that serves every shop below one origin. */
export interface ShopifyOrigin {
  /** An origin such as `http://127.0.0.1:4000`; unset means Shopify itself. */
  sandboxUrl?: string | undefined;
}

/**
 * `https://{shop}{path}`, or `{sandboxUrl}/{shop}{path}`. `path` begins with a slash.
 * The shop must have passed `parseShopDomain`; that it did is checked again here, since tokens are sent to this address.
 */
export function shopUrl({ sandboxUrl }: ShopifyOrigin, shop: string, path: string): URL {
  const verdict = parseShopDomain(shop);
  if (!verdict.ok || verdict.shop !== shop) throw new Error(`Not a shop domain: ${JSON.stringify(shop)}`);
  return new URL(sandboxUrl ? `${sandboxUrl.replace(/\/+$/, '')}/${shop}${path}` : `https://${shop}${path}`);
}
