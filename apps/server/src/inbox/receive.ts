import { createSecretKey, hash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Database } from '../db/database.ts';
import { isUnavailable } from '../db/faults.ts';
import { BadInput, Conflict, Unauthorized, Unavailable } from '../http/errors.ts';
import type { Hint } from '../jobs/job.ts';
import { inTime } from '../limits/in-time.ts';
import { parseShopDomain } from '../shopify/shop-domain.ts';
import { COMPLIANCE_TOPICS, verifyWebhook } from '../shopify/verify-webhook.ts';
import { InboxFull, type InboxWriter } from './writer.ts';

export interface ReceiveDeps {
  db: Database;
  writer: InboxWriter;
  /** The newest first; several while one is being rotated. */
  secrets: readonly string[];
  /** Shopify waits five seconds for an answer: sooner than that it has to be told that there is none. */
  answerSeconds: number;
  hint: Hint;
}

/** The store that an address, or a shop's name, stands for. */
interface Receiver {
  tenantId: string;
  shop: string;
  isDisconnected: boolean;
}

const TOPIC = /^[a-z_]+\/[a-z_]+$/;
/** What both databases can hold. */
const LAST_INSTANT = Date.UTC(9999, 0);
const LONGEST = { topic: 64, id: 128, version: 16 };
/** For so long a store that was connected is taken to be so still: what comes meanwhile is given up when it is processed. */
const KNOWN_FOR_MS = 10_000;
const isOver = (status: string) => status === 'disconnected' || status === 'erasing';
/** What is taken of a store that was disconnected, or is being erased. */
const TAKEN_STILL = [...COMPLIANCE_TOPICS, 'app/uninstalled'];

/**
 * Takes webhooks as Shopify sends them. `key` is the secret end of a store's own address, null at the app's address,
 * where only bodies that name their shop are taken: the signature covers the body and no header.
 * Rule: https://shopify.dev/docs/apps/build/webhooks/subscribe/https
 */
export function createReceiver(
  deps: ReceiveDeps,
): (key: string | null, headers: IncomingHttpHeaders, body: Buffer) => Promise<void> {
  const { db, writer, answerSeconds, hint } = deps;
  const secrets = deps.secrets.map((secret) => createSecretKey(secret, 'utf8'));
  // neither the key nor the shop of a store ever changes
  const byKey = new Map<string, { receiver: Receiver; until: number }>();

  async function receiverOf(key: string): Promise<Receiver | null> {
    const known = byKey.get(key);
    if (known && known.until > Date.now()) return known.receiver;
    const receiver = await find('webhook_key', key);
    // one that is connected again must be taken at once
    if (receiver) byKey.set(key, { receiver, until: receiver.isDisconnected ? 0 : Date.now() + KNOWN_FOR_MS });
    return receiver;
  }

  async function find(column: 'webhook_key' | 'shop_domain', value: string): Promise<Receiver | null> {
    const [row] = await db.read<{ id: string | number; shop_domain: string; status: string }>(
      `SELECT id, shop_domain, status FROM tenants WHERE ${column} = ?`,
      [value],
    );
    if (!row) return null;
    return { tenantId: String(row.id), shop: row.shop_domain, isDisconnected: isOver(row.status) };
  }

  return async (key, headers, body) => {
    if (!verifyWebhook(body, headers['x-shopify-hmac-sha256'], secrets)) {
      throw new Unauthorized('The signature is missing or wrong.', 'bad_signature', 'HMAC');
    }
    const topic = textOf(headers['x-shopify-topic'], LONGEST.topic) ?? '';
    if (!TOPIC.test(topic)) {
      throw new BadInput([{ path: 'X-Shopify-Topic', message: 'must be a topic, such as orders/create' }]);
    }
    const verdict = parseShopDomain(headers['x-shopify-shop-domain']);
    if (!verdict.ok) throw new Unauthorized('The shop is missing or none.', 'wrong_shop', 'HMAC');
    const { shop } = verdict;

    const committed = (async () => {
      const receiver = key === null ? await receiverNamed(topic, shop, body) : await receiverOf(key);
      if (key !== null && receiver?.shop !== shop) throw wrongShop();
      if (!receiver && !COMPLIANCE_TOPICS.includes(topic)) return;
      if (receiver?.isDisconnected && !TAKEN_STILL.includes(topic)) throw disconnected();
      const tenantId = receiver?.tenantId ?? null;
      await writer.write({
        shopDomain: shop,
        webhookId: idOf(headers, topic, body),
        tenantId,
        topic,
        eventId: textOf(headers['x-shopify-event-id'], LONGEST.id),
        apiVersion: textOf(headers['x-shopify-api-version'], LONGEST.version),
        triggeredAt: instantOf(headers['x-shopify-triggered-at']),
        receivedAt: Date.now(),
        body: body.toString('utf8'),
      });
      hint('webhooks', tenantId ?? shop);
    })();
    await inTime(committed, answerSeconds * 1000, tooLate).catch((error: unknown) => {
      if (error instanceof InboxFull || isUnavailable(error)) throw new Unavailable('It could not be stored.', error);
      throw error;
    });
  };

  /** At the app's own address: whom the body is about, which must be whom the header names. */
  function receiverNamed(topic: string, shop: string, body: Buffer): Promise<Receiver | null> {
    let named: unknown;
    try {
      const value = JSON.parse(body.toString('utf8')) as Record<string, unknown> | null;
      named = value?.[COMPLIANCE_TOPICS.includes(topic) ? 'shop_domain' : 'myshopify_domain'];
    } catch {
      throw wrongShop();
    }
    const verdict = parseShopDomain(named);
    if (!verdict.ok || verdict.shop !== shop) throw wrongShop();
    return find('shop_domain', shop);
  }
}

const tooLate = () => new Unavailable('It could not be stored in time.');

const wrongShop = () =>
  new Unauthorized('This address does not take webhooks of this topic from this shop.', 'wrong_shop', 'HMAC');

/**
 * Where Shopify could not be told that nothing more is wanted, this tells it.
 * Rule: after eight deliveries in a row that failed Shopify deletes the subscription,
 * https://shopify.dev/docs/apps/build/webhooks/troubleshooting-webhooks
 */
const disconnected = () => new Conflict('This store was disconnected: nothing more of it is taken.', 'disconnected');

/** A header that came once and is not too long; null otherwise. */
const textOf = (header: string | string[] | undefined, longest: number): string | null =>
  typeof header === 'string' && header !== '' && header.length <= longest ? header : null;

function instantOf(header: string | string[] | undefined): number | null {
  const instant = Date.parse(textOf(header, 40) ?? '');
  return instant > 0 && instant < LAST_INSTANT ? instant : null;
}

/** What names the delivery, in all its retries. What is signed is never refused for lack of it. */
const idOf = (headers: IncomingHttpHeaders, topic: string, body: Buffer): string =>
  textOf(headers['x-shopify-webhook-id'], LONGEST.id) ??
  `body-${hash('sha256', `${topic} ${String(headers['x-shopify-triggered-at'])} ${hash('sha256', body)}`)}`;
