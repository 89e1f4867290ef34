/**
 * Scripts and styles come from our own files alone: none stands inside of a page. The style elements that the dashboard's
 * library makes carry the page's `nonce`, which no other page has.
 */
export function contentSecurityPolicy(nonce?: string): string {
  const styles = nonce === undefined ? '' : ` 'nonce-${nonce}'`;
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
