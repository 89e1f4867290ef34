import type { TenantStatus } from '@xeno/contracts';
import { audit } from '../db/audit.ts';
import type { Database, Tx } from '../db/database.ts';
import { ACTIVE } from '../db/models/sync-run.ts';
import { ENDED, type Tenant } from '../db/models/tenant.ts';
import { NO_TOKENS } from './tokens.ts';

/** Ends a connection from here; false where it has ended before, which stays as it is. */
export async function disconnect(db: Database, tx: Tx, tenantId: string): Promise<boolean> {
  const tenant = await db.models.Tenant.findByPk(tenantId, { transaction: tx.transaction, lock: true });
  if (!tenant || ENDED.has(tenant.status)) return false;
  await endConnection(db, tx, tenantId, {
    status: 'disconnected',
    statusReason: 'It was disconnected here; its data is kept.',
    runs: 'The store was disconnected.',
  });
  return true;
}

/**
 * Ends a connection that the shop has ended; it may have been disconnected from here before. False, and nothing is changed,
 * if it was connected again since `known` was read.
 */
export const markUninstalled = (db: Database, known: Tenant): Promise<boolean> =>
  db.transaction(async (tx) => {
    const tenantId = known.id;
    const tenant = await db.models.Tenant.findByPk(tenantId, { transaction: tx.transaction, lock: true });
    if (!tenant || tenant.status === 'uninstalled' || tenant.status === 'erasing') return true;
    if (tenant.installedAt?.getTime() !== known.installedAt?.getTime()) return false;
    await endConnection(db, tx, tenantId, {
      status: 'uninstalled',
      statusReason: 'The app was uninstalled in Shopify; the data is kept.',
      runs: 'The app was uninstalled in Shopify.',
    });
    await audit(tx, db.dialect, { tenantId, userId: null, action: 'store.uninstalled', subject: tenantId });
    return true;
  });

/**
 * Ends a connection whose data Shopify has asked to erase, at `asked`: until it is erased, nobody can connect the store,
 * and nothing is written for it. False, and nothing is changed, if it was connected again since then, however that ended,
 * or since `known` was read.
 */
export const markErasing = (db: Database, known: Tenant, asked: Date): Promise<boolean> =>
  db.transaction(async (tx) => {
    const { transaction } = tx;
    const tenantId = known.id;
    const tenant = await db.models.Tenant.findByPk(tenantId, { transaction, lock: true });
    if (!tenant) return false;
    const { status, installedAt } = tenant;
    const isOlder = installedAt !== null && asked < installedAt;
    const isAnother = installedAt?.getTime() !== known.installedAt?.getTime();
    if (status !== 'erasing' && (isOlder || isAnother)) return false;
    await endConnection(db, tx, tenantId, {
      status: 'erasing',
      statusReason: 'Its data is being erased, as Shopify asks for after an uninstallation.',
      runs: 'The app was uninstalled in Shopify.',
    });
    await tenant.update(
      { storeName: tenant.shopDomain, scopes: '', currency: null, timezone: null, apiVersion: null, lastSyncAt: null },
      { transaction },
    );
    // without this row nobody may write any more
    await tx.run('DELETE FROM tenant_state WHERE tenant_id = ?', [BigInt(tenantId)]);
    if (!ENDED.has(status)) {
      await audit(tx, db.dialect, { tenantId, userId: null, action: 'store.uninstalled', subject: tenantId });
    }
    return true;
  });

/** Destroys a store's tokens and ends what runs for it; its data stays. Doing it twice changes nothing. */
async function endConnection(
  db: Database,
  { transaction }: Tx,
  tenantId: string,
  { runs, ...status }: { status: TenantStatus; statusReason: string; runs: string },
): Promise<void> {
  const { Tenant, SyncRun, SyncStream } = db.models;
  await Tenant.update({ ...NO_TOKENS, ...status }, { where: { id: tenantId }, transaction });
  const ended = { status: 'cancelled' as const, finishedAt: new Date() };
  const open = { tenantId, status: ACTIVE };
  await SyncStream.update(ended, { where: open, transaction });
  await SyncRun.update({ ...ended, error: runs }, { where: open, transaction });
}
