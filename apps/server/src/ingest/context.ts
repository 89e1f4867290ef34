import type { SyncKind } from '@xeno/contracts';
import type { Database, Tx } from '../db/database.ts';
import type { Lease } from '../db/leases.ts';
import type { Tenant } from '../db/models/tenant.ts';
import type { ShopifyClient } from '../shopify/client.ts';
import type { IngestPool } from './bulk/pool.ts';

/** What syncing needs of the process it runs in. */
export interface SyncDeps {
  db: Database;
  log: { info(fields: object, message: string): void; warn(fields: object, message: string): void };
  /** Has a store synced again soon, and later the more runs have failed in a row. */
  retrySoon(tx: Tx, tenantId: string, failures: number): Promise<unknown>;
  /** Queues the run that was asked for while another was under way. */
  startRun(tx: Tx, tenantId: string, kind: SyncKind): Promise<unknown>;
  /** Has a store compared with Shopify: what was deleted while nobody told, no run finds. */
  compareSoon(tx: Tx, tenantId: string): Promise<unknown>;
  dataDir: string;
  pool: IngestPool;
  clientFor(tenant: Tenant): ShopifyClient;
  /** Sees to it that webhooks come: before anything is fetched, so that no change falls between the two. */
  subscribe(
    tenant: Tenant,
    client: ShopifyClient,
    options: { scopes: readonly string[]; signal: AbortSignal; fetchesAll: boolean },
  ): Promise<unknown>;
  /** Names this process in leases. */
  owner: string;
  leaseSeconds: number;
  /** After so long a run lets others have a turn, as soon as what it has begun is complete or has to wait for Shopify. */
  turnSeconds: number;
}

/** What a stream works with while its run holds the lease. */
export interface SyncContext extends SyncDeps {
  tenantId: string;
  runId: string;
  lease: Lease;
  signal: AbortSignal;
  client: ShopifyClient;
  scopes: readonly string[];
  currency: string;
  timezone: string;
  /** Whether others should have a turn now; see TurnOver. */
  isTurnOver(): boolean;
  /** Shopify's clock when the run was begun or resumed. */
  shopNow: Date;
}

/** What fetching records by their ids needs. */
export type FetchContext = Pick<
  SyncContext,
  'db' | 'tenantId' | 'lease' | 'signal' | 'client' | 'scopes' | 'currency' | 'shopNow'
>;

/** The run has had its turn; it goes on from its checkpoint when the others have had theirs. */
export class TurnOver extends Error {
  override name = 'TurnOver';
}
