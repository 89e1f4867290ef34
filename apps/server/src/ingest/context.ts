import type { Database } from '../db/database.ts';
import type { Tenant } from '../db/models/tenant.ts';
import type { ShopifyClient } from '../shopify/client.ts';
import type { Lease } from './apply.ts';
import type { IngestPool } from './bulk/pool.ts';

/** What syncing needs of the process it runs in. */
export interface SyncDeps {
  db: Database;
  log: { info(fields: object, message: string): void; warn(fields: object, message: string): void };
  dataDir: string;
  pool: IngestPool;
  clientFor(tenant: Tenant): ShopifyClient;
  /** Names this process in leases. */
  owner: string;
  leaseSeconds: number;
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
  /** Shopify's clock when the run was begun or resumed. */
  shopNow: Date;
}

/** Some records could not be read; all others are in. */
export class RecordsRefused extends Error {
  override name = 'RecordsRefused';
}
