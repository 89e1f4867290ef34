import type { Database, Param } from '../db/database.ts';
import { isUnavailable } from '../db/faults.ts';
import { instantText, instantTextOrNull } from '../db/values.ts';
import type { Dialect } from '../db/types.ts';

const COLUMNS = [
  'shop_domain',
  'webhook_id',
  'tenant_id',
  'topic',
  'event_id',
  'api_version',
  'triggered_at',
  'received_at',
  'status',
  'tries',
  'due_at',
  'body',
] as const;
/** What is there already stays as it is: the same webhook may be sent again and again. */
const ONCE = { keys: ['shop_domain', 'webhook_id'] };

/** Of one transaction: a statement stays far below max_allowed_packet, and others' turns to write come soon. */
const MAX_ROWS = 200;
const MAX_CHARACTERS = 1_000_000;
/** What may wait in memory for the database; more is refused, and Shopify sends it again. */
const MAX_WAITING = 64_000_000;

export interface NewEvent {
  shopDomain: string;
  webhookId: string;
  tenantId: string | null;
  topic: string;
  eventId: string | null;
  apiVersion: string | null;
  /** Milliseconds. */
  triggeredAt: number | null;
  receivedAt: number;
  body: string;
}

export interface InboxWriter {
  /** Resolves when the event is committed, or was so before. @throws what the database threw; InboxFull */
  write(event: NewEvent): Promise<void>;
}

export class InboxFull extends Error {
  override name = 'InboxFull';
}

interface Waiting {
  row: Param[];
  size: number;
  resolve(): void;
  reject(error: unknown): void;
}

/**
 * Commits events in groups, one after the other: those that come while one is being flushed make up the next, so that
 * many deliveries share a commit and a single one waits for nothing.
 */
export function createInboxWriter(db: Database): InboxWriter {
  const waiting: Waiting[] = [];
  let size = 0;
  /** A group is on its way, or about to be made up. */
  let isBusy = false;

  const insert = (group: Waiting[]) =>
    db.insert({ table: 'webhook_events', columns: COLUMNS, rows: group.map(({ row }) => row), onConflict: ONCE });

  async function commit(group: Waiting[]): Promise<void> {
    try {
      await insert(group);
      for (const { resolve } of group) resolve();
    } catch (error) {
      if (group.length === 1 || isUnavailable(error)) for (const { reject } of group) reject(error);
      // one of them is to blame: the others must not be refused for it
      else for (const one of group) await commit([one]);
    }
  }

  function nextGroup(): Waiting[] {
    let characters = 0;
    let end = 0;
    do characters += waiting[end++]!.size;
    while (end < waiting.length && end < MAX_ROWS && characters + waiting[end]!.size <= MAX_CHARACTERS);
    return waiting.splice(0, end);
  }

  async function flush(): Promise<void> {
    const group = nextGroup();
    for (const one of group) size -= one.size;
    await commit(group);
    isBusy = false;
    flushSoon();
  }

  /** When all requests have been taken that are there by now: they share a group. */
  function flushSoon(): void {
    if (isBusy || waiting.length === 0) return;
    isBusy = true;
    setImmediate(() => void flush());
  }

  return {
    write: (event) =>
      new Promise((resolve, reject) => {
        const row = rowOf(db.dialect, event);
        if (size + event.body.length > MAX_WAITING) return reject(new InboxFull('Too much waits to be stored.'));
        size += event.body.length;
        waiting.push({ row, size: event.body.length, resolve, reject });
        flushSoon();
      }),
  };
}

function rowOf(dialect: Dialect, event: NewEvent): Param[] {
  const receivedAt = instantText(dialect, event.receivedAt);
  return [
    event.shopDomain,
    event.webhookId,
    event.tenantId === null ? null : BigInt(event.tenantId),
    event.topic,
    event.eventId,
    event.apiVersion,
    instantTextOrNull(dialect, event.triggeredAt),
    receivedAt,
    'pending',
    0,
    receivedAt,
    event.body,
  ];
}
