import { createHmac } from 'node:crypto';

/** X-Shopify-Hmac-Sha256: base64 of the HMAC over the body as sent. */
export const signBody = (body: Buffer, secret: string): string =>
  createHmac('sha256', secret).update(body).digest('base64');
