import type { Tx } from './database.ts';
import { marks } from './values.ts';

/** A webhook as it waits in the inbox (table `webhook_events`). */
export interface InboxEvent {
  shopDomain: string;
  webhookId: string;
  /** Null where the shop is none of ours: compliance topics are kept all the same. */
  tenantId: string | null;
  topic: string;
  eventId: string | null;
  /** By Shopify's clock. */
  triggeredAt: Date | null;
  receivedAt: Date;
  /** How often processing it has failed. */
  tries: number;
  /** As it came. */
  body: string;
}

/** Removes the bodies of some webhooks of one shop; that they came stays known. */
export async function dropBodies(tx: Tx, events: Pick<InboxEvent, 'shopDomain' | 'webhookId'>[]): Promise<void> {
  if (events.length === 0) return;
  await tx.run(`UPDATE webhook_events SET body = NULL WHERE shop_domain = ? AND webhook_id IN (${marks(events)})`, [
    events[0]!.shopDomain,
    ...events.map(({ webhookId }) => webhookId),
  ]);
}
