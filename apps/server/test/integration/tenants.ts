import { newId } from '../../src/db/ids.ts';
import type { Database } from '../../src/db/database.ts';
import { instantText } from '../../src/db/values.ts';
import type { ApplyContext } from '../../src/ingest/apply.ts';

/** A connected store without any front door, for tests of what lies behind it. */
export async function makeTenant(
  db: Database,
  { timezone = 'Europe/London', currency = 'GBP' } = {},
): Promise<ApplyContext> {
  const userId = newId();
  const tenantId = newId();
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
  const expires = instantText(db.dialect, Date.now() + 3_600_000);
  await db.transaction(async (tx) => {
    await tx.run(
      `INSERT INTO tenant_state (tenant_id, generation, timezone, currency, customers, products)
       VALUES (?, 1, ?, ?, 0, 0)`,
      [BigInt(tenantId), timezone, currency],
    );
    await tx.run('INSERT INTO leases VALUES (?, ?, ?, 1, ?)', [BigInt(tenantId), 'sync', 'test', expires]);
  });
  return { db, tenantId, lease: { name: 'sync', fence: '1' } };
}
