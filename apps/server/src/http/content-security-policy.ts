/**
 * Scripts and styles come from our own files alone: none stands inside of a page. `style` is what else lets a style
 * element through: the nonce of a page, which no other page has (`nonce-…`), or the hash of what it says (`sha256-…`).
 */
export function contentSecurityPolicy(style?: string): string {
  const styles = style === undefined ? '' : ` '${style}'`;
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self'${styles}`,
    "img-src 'self' data: https://cdn.shopify.com",
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ');
}
