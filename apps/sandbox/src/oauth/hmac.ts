import { createHmac, timingSafeEqual } from 'node:crypto';

/** Shopify's signature of callback parameters: sorted `k=v` joined by `&`, HMAC-SHA256 in hex. */
export function signParameters(parameters: Record<string, string>, secret: string): string {
  const message = Object.entries(parameters)
    .filter(([key]) => key !== 'hmac' && key !== 'signature')
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${value}`)
    .join('&');
  return createHmac('sha256', secret).update(message).digest('hex');
}

export function sameText(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
