import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'vitest';
import type { World } from './world.ts';

const SUBSCRIBE = `mutation Subscribe($topic: WebhookSubscriptionTopic!, $uri: String!) {
  webhookSubscriptionCreate(topic: $topic, webhookSubscription: { uri: $uri, format: JSON }) {
    userErrors { message }
  }
}`;

/** Where a store's webhooks go. */
export const addressOf = (world: World, shop: string): string => world.sandbox.control.subscriptions(shop)[0]!.uri;

/** Subscribes to all topics once more, as another installation of the program might have done. */
export async function subscribeAgain(world: World, shop: string): Promise<void> {
  const { control, url } = world.sandbox;
  const { access_token: token } = control.issueToken(shop, ['read_orders', 'read_customers', 'read_products']);
  for (const { topic, uri } of control.subscriptions(shop)) {
    if (!/^(orders|refunds|customers|products)\//.test(topic) || topic === 'customers/merge') continue;
    const variables = { topic: topic.replace('/', '_').toUpperCase(), uri: `${uri}?again` };
    const answer = await fetch(`${url}/${shop}/admin/api/2026-10/graphql.json`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-shopify-access-token': token },
      body: JSON.stringify({ query: SUBSCRIBE, variables }),
    });
    const body = (await answer.json()) as { data?: { webhookSubscriptionCreate: { userErrors: unknown[] } } };
    expect(body.data?.webhookSubscriptionCreate.userErrors, JSON.stringify(body)).toEqual([]);
  }
}

export interface EventRow {
  topic: string;
  status: string;
  tries: number;
  error: string | null;
}

export const eventsOf = (world: World, tenantId: string): Promise<EventRow[]> =>
  world.db.read<EventRow>(
    'SELECT topic, status, tries, error FROM webhook_events WHERE tenant_id = ? ORDER BY received_at',
    [BigInt(tenantId)],
  );

/** Waits until everything that was sent is processed and everything that was doubted is fetched. */
export async function caughtUp(world: World, tenantId: string, shop: string, seconds = 30): Promise<void> {
  await world.sandbox.control.idle({ shop, timeoutMs: seconds * 1000 });
  const count = async (sql: string) =>
    Number((await world.db.read<{ n: string | number }>(sql, [BigInt(tenantId)]))[0]!.n);
  for (const deadline = Date.now() + seconds * 1000; ; await delay(25)) {
    const pending = await count(`SELECT COUNT(*) AS n FROM webhook_events WHERE tenant_id = ? AND status = 'pending'`);
    const marked = await count('SELECT COUNT(*) AS n FROM fetch_marks WHERE tenant_id = ?');
    if (pending + marked === 0) return;
    if (Date.now() > deadline) throw new Error(`${pending} events pending, ${marked} records marked`);
  }
}
