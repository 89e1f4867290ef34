import { newId } from '../apps/server/src/db/ids.ts';
import type { Database } from '../apps/server/src/db/database.ts';
import { instantText } from '../apps/server/src/db/values.ts';
import type { ApplyContext } from '../apps/server/src/ingest/apply.ts';

/** A connected store with a lease to write, made without any front door. */
export async function makeStore(
  db: Database,
  { currency, timezone }: { currency: string; timezone: string },
): Promise<ApplyContext & { userId: string }> {
  const [userId, tenantId] = [newId(), newId()];
  await db.models.User.create({ id: userId, name: 'Ada', email: `${userId}@example.com`, password: '-' });
  await db.models.Tenant.create({
    id: tenantId,
    userId,
    shopDomain: `shop-${tenantId}.myshopify.com`,
    storeName: 'A shop',
    accessToken: null,
    accessTokenExpiresAt: null,
    refreshToken: null,
    refreshTokenExpiresAt: null,
    scopes: '',
    currency,
    timezone,
    apiVersion: null,
    status: 'connected',
    statusReason: null,
  });
  const [now, later] = [Date.now(), Date.now() + 24 * 3_600_000].map((instant) => instantText(db.dialect, instant));
  await db.transaction(async (tx) => {
    await tx.run(
      `INSERT INTO tenant_state (tenant_id, generation, timezone, currency, customers, products) VALUES (?, 1, ?, ?, 0, 0)`,
      [BigInt(tenantId), timezone, currency],
    );
    await tx.run('INSERT INTO leases VALUES (?, ?, ?, 1, ?)', [BigInt(tenantId), 'sync', 'bench', later]);
    await tx.run('INSERT INTO memberships (tenant_id, user_id, role, created_at) VALUES (?, ?, ?, ?)', [
      BigInt(tenantId),
      BigInt(userId),
      'admin',
      now,
    ]);
  });
  return { db, tenantId, userId, lease: { name: 'sync', fence: '1' } };
}
