import type { LiveEvents, SyncRun } from '@xeno/contracts';
import type { Database } from '../db/database.ts';
import { ENDED } from '../db/models/tenant.ts';
import { asDate, idParams, marks } from '../db/values.ts';
import { sparingly } from '../observe/sparingly.ts';
import type { Signals } from './signals.ts';

/** One event for whoever watches a store: its name, data, and for figures the number of changes. */
export interface LiveEvent<N extends keyof LiveEvents = keyof LiveEvents> {
  name: N;
  data: LiveEvents[N];
  id?: string;
}

export interface Feed {
  /** Tells what is so now, then what changes. Gives what ends it. */
  watch(tenantId: string, listener: (event: LiveEvent) => void): () => void;
  close(): void;
}

const LOOK_MS = 1_000;
/** After a signal; many commits in a row are one change. */
const GATHER_MS = 250;
const COMPLAIN_MS = 60_000;

type Standing = LiveEvents['tenant'];

interface Watched {
  listeners: Set<(event: LiveEvent) => void>;
  /** What was told last, by the event's name. */
  told: Map<string, { text: string; event: LiveEvent }>;
}

/** Looks at all stores that somebody watches, each second and soon after a signal, with a few statements for all of them. */
export function createFeed(options: {
  db: Database;
  signals: Signals;
  activeRuns(tenantIds: string[]): Promise<Map<string, SyncRun>>;
  webhookStates(
    tenantIds: string[],
  ): Promise<(tenant: { id: string; status: Standing['status'] }) => { status: Standing['webhooks'] } | null>;
  onError(error: unknown): void;
}): Feed {
  const { db, signals, activeRuns, webhookStates, onError } = options;
  const watched = new Map<string, Watched>();
  let looking: Promise<void> | null = null;
  let soon: NodeJS.Timeout | null = null;
  const complain = sparingly(COMPLAIN_MS);

  const look = () => {
    looking ??= lookAt([...watched.keys()])
      .catch((error: unknown) => complain('look', () => onError(error)))
      .finally(() => (looking = null));
  };
  const lookSoon = () => {
    // what is being looked at may have been read before this
    soon ??= setTimeout(() => void (looking ?? Promise.resolve()).then(() => ((soon = null), look())), GATHER_MS);
  };
  const every = setInterval(look, LOOK_MS);
  const unsubscribe = signals.subscribe((tenantId) => watched.has(tenantId) && lookSoon());

  async function lookAt(tenantIds: string[]): Promise<void> {
    if (tenantIds.length === 0) return;
    const runs = await activeRuns(tenantIds);
    const webhooksOf = await webhookStates(tenantIds);
    const rows = await db.read<{
      id: string | number;
      status: Standing['status'];
      last_sync_at: unknown;
      changes: string | number;
      pending: string | number;
      oldest: unknown;
      doubted: string | number;
      doubted_since: unknown;
    }>(
      // what was applied and is replayed says nothing new
      `SELECT t.id, t.status, t.last_sync_at, COALESCE(s.changes, 0) AS changes,
         (SELECT COUNT(*) FROM webhook_events e WHERE e.status = 'pending' AND e.tenant_id = t.id) AS pending,
         (SELECT MIN(COALESCE(e.triggered_at, e.received_at)) FROM webhook_events e
          WHERE e.status = 'pending' AND e.tenant_id = t.id AND e.finished_at IS NULL) AS oldest,
         (SELECT COUNT(*) FROM fetch_marks m WHERE m.tenant_id = t.id AND m.stream = 'orders') AS doubted,
         (SELECT MIN(m.marked_at) FROM fetch_marks m WHERE m.tenant_id = t.id AND m.stream = 'orders') AS doubted_since
       FROM tenants t LEFT JOIN tenant_state s ON s.tenant_id = t.id WHERE t.id IN (${marks(tenantIds)})`,
      idParams(tenantIds),
    );
    for (const row of rows) {
      const id = String(row.id);
      const changes = String(row.changes);
      const webhooks = webhooksOf({ id, status: row.status })?.status ?? null;
      const waiting = [asDate(row.oldest), asDate(row.doubted_since)].filter((since) => since !== null);
      const oldest = waiting.sort((a, b) => a.getTime() - b.getTime())[0];
      const isTold = row.status === 'connected' && webhooks === 'active';
      const behindSeconds = ENDED.has(row.status) ? null : oldest ? secondsSince(oldest) : isTold ? 0 : null;
      tell(id, { name: 'figures', data: { changes }, id: changes });
      tell(id, {
        name: 'sync',
        data: { activeRun: runs.get(id) ?? null, lastSyncAt: asDate(row.last_sync_at)?.toISOString() ?? null },
      });
      tell(id, {
        name: 'tenant',
        data: {
          status: row.status,
          webhooks,
          pendingWebhooks: Number(row.pending),
          pendingOrders: Number(row.doubted),
          behindSeconds,
        },
      });
    }
  }

  function tell(tenantId: string, event: LiveEvent): void {
    const tenant = watched.get(tenantId);
    const text = JSON.stringify(event.data);
    if (!tenant || tenant.told.get(event.name)?.text === text) return;
    tenant.told.set(event.name, { text, event });
    for (const listener of tenant.listeners) listener(event);
  }

  return {
    watch(tenantId, listener) {
      let tenant = watched.get(tenantId);
      if (!tenant) watched.set(tenantId, (tenant = { listeners: new Set(), told: new Map() }));
      for (const { event } of tenant.told.values()) listener(event);
      tenant.listeners.add(listener);
      lookSoon();
      return () => {
        tenant.listeners.delete(listener);
        if (tenant.listeners.size === 0 && watched.get(tenantId) === tenant) watched.delete(tenantId);
      };
    },
    close() {
      clearInterval(every);
      if (soon) clearTimeout(soon);
      unsubscribe();
      watched.clear();
    },
  };
}

const secondsSince = (instant: Date): number => Math.max(0, Math.round((Date.now() - instant.getTime()) / 1000));
