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
