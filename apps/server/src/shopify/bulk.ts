import type { QueryAnswer, ShopifyClient } from './client.ts';
import { BulkFailed, ShopifyRefused, ShopifyUnreachable } from './errors.ts';
import {
  BulkListDocument,
  BulkPollDocument,
  BulkRunDocument,
  type BulkListQuery,
  type BulkPollQuery,
} from './operations/generated.ts';

const SLOT_WAIT = { first: 2_000, cap: 30_000 };
const POLL_WAIT = { first: 500, cap: 30_000 };
/** Shopify tells instants in whole seconds, and an answer takes its time. */
const CLOCK_TOLERANCE = 2_000;
const TEN_DAYS = 10 * 24 * 3_600_000;
export const PLACE_WAIT_MS = 30 * 60_000;

interface Waiting {
  signal?: AbortSignal;
  maxWaitMs?: number;
  /** Called before each pause; what it throws ends the waiting, and nothing at Shopify is lost by it. */
  onWait?: () => void;
}

/**
 * Starts a bulk query and gives the operation's id. While other operations hold all places of the app in the shop
 * (five), it waits its turn, at most `maxWaitMs`, then throws `BulkFailed` SLOTS_TAKEN.
 */
export async function runBulk(
  client: ShopifyClient,
  query: string,
  { signal, maxWaitMs = PLACE_WAIT_MS, onWait }: Waiting = {},
): Promise<string> {
  const { clock } = client;
  const began = clock.now();
  for (let wait = SLOT_WAIT.first; ; wait = Math.min(SLOT_WAIT.cap, wait * 2)) {
    try {
      const { data } = await client.query(BulkRunDocument, { query }, { signal });
      const id = data.bulkOperationRunQuery?.bulkOperation?.id;
      if (!id) throw new ShopifyRefused(client.shop, 'the bulk operation was not created.');
      return id;
    } catch (error) {
      const unknown = error instanceof ShopifyUnreachable && error.maybeDone;
      const slotsTaken = error instanceof ShopifyRefused && error.userErrors.some(isSlotError);
      if (!unknown && !slotsTaken) throw error;

      const waitMs = wait * (0.5 + client.random() / 2);
      if (clock.now() + waitMs - began > maxWaitMs) {
        throw unknown ? error : new BulkFailed(client.shop, 'SLOTS_TAKEN', null, error);
      }
      // whether it was started is found out first
      if (!unknown) onWait?.();
      await clock.sleep(waitMs, signal);
      if (unknown) {
        // The lost answer may have been a yes: a second operation would hold another place for nothing.
        // One from before knows nothing of what has happened since.
        const { running, date } = await listRunningBulk(client, signal);
        const since = date.getTime() - (clock.now() - began) - CLOCK_TOLERANCE;
        const started = running.find(({ query: text, createdAt }) => text === query && Date.parse(createdAt) >= since);
        if (started) return started.id;
      }
    }
  }
}

const isSlotError = ({ code }: { code?: string | null }) =>
  code === 'LIMIT_REACHED' || code === 'OPERATION_IN_PROGRESS';

type BulkStatus = NonNullable<BulkPollQuery['bulkOperation']>['status'];

export interface BulkResult {
  /** Null if there is nothing in the result; then the count is 0. Valid for seven days. */
  url: string | null;
  /** Lines that the result must have. */
  objectCount: number;
  createdAt: Date;
}

/**
 * Waits for a bulk operation's end: asks after 0.5 s, then ever more rarely, a fifth of the operation's age between
 * questions, 30 s at most. Throws `BulkFailed` saying why and what helps, also of one that is older than `maxWaitMs`. The
 * finish webhook may never come.
 */
export async function pollBulk(
  client: ShopifyClient,
  id: string,
  { signal, maxWaitMs = TEN_DAYS, onWait }: Waiting = {},
): Promise<BulkResult> {
  const { clock, shop } = client;
  for (;;) {
    const { data, date } = await client.query(BulkPollDocument, { id }, { signal });
    const operation = data.bulkOperation;
    if (!operation) throw new BulkFailed(shop, 'NOT_FOUND', id);
    const objectCount = count(operation.objectCount);

    switch (operation.status) {
      case 'COMPLETED':
        if (operation.url === null && objectCount > 0) throw new BulkFailed(shop, 'RESULT_MISSING', id);
        return { url: operation.url, objectCount, createdAt: new Date(operation.createdAt) };
      case 'FAILED':
        throw new BulkFailed(shop, operation.errorCode ?? 'FAILED', id);
      case 'CANCELED':
      case 'CANCELING':
        throw new BulkFailed(shop, 'CANCELED', id);
      case 'EXPIRED':
        throw new BulkFailed(shop, 'EXPIRED', id);
      case 'CREATED':
      case 'RUNNING':
    }
    // both by Shopify's clock: others may have waited for it before
    const age = date.getTime() - Date.parse(operation.createdAt);
    if (age > maxWaitMs) throw new BulkFailed(shop, 'UNFINISHED', id);
    onWait?.();
    await clock.sleep(Math.min(POLL_WAIT.cap, Math.max(POLL_WAIT.first, age / 5)), signal);
  }
}

/** Counts come as text (64 bits), of which a double holds all that can occur. */
function count(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new Error(`Not a count: ${JSON.stringify(text)}`);
  return value;
}

export type RunningBulk = { id: string; status: BulkStatus; createdAt: string; query: string };

/** The app's bulk queries in this shop that hold a place, and when that was so, by Shopify's clock. */
export async function listRunningBulk(
  client: ShopifyClient,
  signal?: AbortSignal,
): Promise<{ running: RunningBulk[]; date: Date }> {
  const running: RunningBulk[] = [];
  for (let after: string | null = null; ;) {
    const answer: QueryAnswer<BulkListQuery> = await client.query(BulkListDocument, { after }, { signal });
    const { nodes, pageInfo } = answer.data.bulkOperations;
    running.push(...nodes.filter(({ type, status }) => type === 'QUERY' && HOLDS_PLACE.has(status)));
    if (!pageInfo.hasNextPage) return { running, date: answer.date };
    after = pageInfo.endCursor;
  }
}

const HOLDS_PLACE: ReadonlySet<BulkStatus> = new Set(['CREATED', 'RUNNING', 'CANCELING']);
