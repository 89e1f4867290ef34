import { createHmac, type KeyObject, timingSafeEqual } from 'node:crypto';

/** The topics that Shopify requires every app to take; they are subscribed to in the app's configuration. */
export const COMPLIANCE_TOPICS: readonly string[] = ['customers/data_request', 'customers/redact', 'shop/redact'];

/**
 * Whether Shopify, or who else knows one of the secrets, has sent this body: `X-Shopify-Hmac-Sha256` is the base64 of
 * the HMAC-SHA256 of the raw body. Several secrets hold while one is being rotated.
 */
export function verifyWebhook(body: Buffer, hmac: unknown, secrets: readonly (string | KeyObject)[]): boolean {
  if (typeof hmac !== 'string' || !/^[A-Za-z0-9+/]{43}=$/.test(hmac)) return false;
  const given = Buffer.from(hmac, 'base64');
  // all are compared, so that the time tells nothing about which secret it was
  return secrets
    .map((secret) => timingSafeEqual(given, createHmac('sha256', secret).update(body).digest()))
    .includes(true);
}
