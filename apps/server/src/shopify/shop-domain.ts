const SHOP_DOMAIN = /^[a-z0-9][a-z0-9-]*\.myshopify\.com$/;

/** `reason` is said of the shop: “must not be empty”. */
export type ShopDomainVerdict = { ok: true; shop: string } | { ok: false; reason: string };

/**
 * Reads what a person or a request gives as a shop: `name` or `name.myshopify.com`, in any case, with spaces around.
 * Everything else is refused, so that no request or redirect ever leaves for another host.
 */
export function parseShopDomain(input: unknown): ShopDomainVerdict {
  if (typeof input !== 'string') return { ok: false, reason: 'must be a text such as my-store.myshopify.com' };
  const text = input.replace(/^ +| +$/g, '');
  if (text === '') return { ok: false, reason: 'must not be empty' };
  // Lower-casing must not create ASCII out of something else (the Kelvin sign becomes k), and `$` in the pattern
  // must never meet an inner line break: plain letters only, before anything is changed.
  if (!/^[A-Za-z0-9.-]+$/.test(text)) {
    return {
      ok: false,
      reason: 'must have letters, digits and hyphens only, such as my-store or my-store.myshopify.com',
    };
  }
  const lower = text.toLowerCase();
  const shop = lower.includes('.') ? lower : `${lower}.myshopify.com`;
  if (!SHOP_DOMAIN.test(shop)) return { ok: false, reason: 'must be of the form my-store.myshopify.com' };
  // A host name is at most 253 characters, a label of it 63.
  if (shop.length > 253 || shop.indexOf('.') > 63)
    return { ok: false, reason: 'must have at most 63 letters before .myshopify.com' };
  return { ok: true, shop };
}
