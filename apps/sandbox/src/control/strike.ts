import { setTimeout as wait } from 'node:timers/promises';
import type { FastifyReply } from 'fastify';
import type { World } from '../world.ts';
import type { FaultPlace } from './faults.ts';

/** What Shopify says with a status. */
export const REFUSALS: Record<number, unknown> = {
  402: { errors: 'Unavailable Shop' },
  403: { errors: '[API] This action requires merchant approval.' },
  423: { errors: 'Shop is locked.' },
  429: { errors: 'Exceeded rate limit. Reduce request rates to resume uninterrupted service.' },
  430: { errors: 'Shopify Security Rejection' },
};

/** Strikes with a fault of the transport, if one is set; true if the answer is given (or never will be). */
export async function transportFault(
  world: World,
  shop: string,
  place: FaultPlace,
  document: string,
  reply: FastifyReply,
): Promise<boolean> {
  const slow = world.faults.take('slow', shop, place, document);
  if (slow) await wait(slow.delayMs ?? 3000);
  if (world.faults.take('reset', shop, place, document)) {
    reply.hijack();
    reply.raw.socket?.resetAndDestroy();
    return true;
  }
  const fault = world.faults.take('http_status', shop, place, document);
  if (!fault) return false;
  const status = fault.status ?? 503;
  const retryAfter = fault.retryAfter ?? (status === 429 ? 1 : undefined);
  if (retryAfter !== undefined) reply.header('retry-after', retryAfter.toFixed(1));
  reply.status(status);
  if (status >= 500) reply.type('text/html').send('<html><body><h1>Something went wrong</h1></body></html>');
  else reply.send(REFUSALS[status] ?? { errors: `HTTP ${status}` });
  return true;
}
