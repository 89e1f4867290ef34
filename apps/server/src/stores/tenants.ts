import {
  lesserRole,
  type Role,
  type SyncRun as SyncRunView,
  type Tenant as TenantView,
  type WaitingMembership,
} from '@xeno/contracts';
import type { Database } from '../db/database.ts';
import { ACTIVE, type SyncRun } from '../db/models/sync-run.ts';
import type { Tenant } from '../db/models/tenant.ts';
import { asDate } from '../db/values.ts';
import { NotFound } from '../http/errors.ts';
import { type WebhookStates, webhookStates } from './subscriptions.ts';
import { viewRuns } from './sync.ts';

/** The stores a user has a role in, or an API token of the user's, in the order they were connected. */
export async function listTenants(
  db: Database,
  { userId, apiTokenId }: { userId: string; apiTokenId: string | null },
): Promise<TenantView[]> {
  const [memberships, { totpConfirmedAt }] = await Promise.all([
    db.models.Membership.findAll({ where: { userId, waitingSince: null } }),
    db.models.User.findByPk(userId, { rejectOnEmpty: true }),
  ]);
  const roles = new Map(memberships.map(({ tenantId, role }) => [tenantId, role]));
  if (apiTokenId !== null) await narrow(db, roles, apiTokenId);
  const ids = [...roles.keys()];
  const [runs, webhooksOf] = await Promise.all([activeRunsOf(db, ids), webhookStates(db, ids)]);
  const [tenants, runOf] = await Promise.all([
    db.models.Tenant.findAll({
      where: { id: ids },
      order: [
        ['createdAt', 'ASC'],
        ['id', 'ASC'],
      ],
    }),
    viewEach(db, runs),
  ]);
  return tenants.map((tenant) => {
    const lacksSecondFactor = tenant.requiresSecondFactor && totpConfirmedAt === null;
    return viewTenant(tenant, { role: roles.get(tenant.id)!, lacksSecondFactor }, runOf, webhooksOf);
  });
}

/** The stores in which a user waits for an admin, in the order of their names. */
export async function listWaiting(db: Database, userId: string): Promise<WaitingMembership[]> {
  const rows = await db.read<{ tenant_id: string | number; shop_domain: string; waiting_since: unknown }>(
    `SELECT m.tenant_id, t.shop_domain, m.waiting_since FROM memberships m JOIN tenants t ON t.id = m.tenant_id
     WHERE m.user_id = ? AND m.waiting_since IS NOT NULL ORDER BY t.shop_domain`,
    [BigInt(userId)],
  );
  return rows.map((row) => ({
    tenantId: String(row.tenant_id),
    shopDomain: row.shop_domain,
    since: asDate(row.waiting_since)!.toISOString(),
  }));
}

/** Leaves what an API token goes as far as. */
async function narrow(db: Database, roles: Map<string, Role>, apiTokenId: string): Promise<void> {
  const rows = await db.read<{ tenant_id: string | number; role: Role }>(
    'SELECT a.tenant_id, k.role FROM api_token_stores a JOIN api_tokens k ON k.id = a.token_id WHERE a.token_id = ?',
    [BigInt(apiTokenId)],
  );
  const most = new Map(rows.map((row) => [String(row.tenant_id), row.role]));
  for (const [tenantId, role] of roles) {
    const own = most.get(tenantId);
    if (own) roles.set(tenantId, lesserRole(role, own));
    else roles.delete(tenantId);
  }
}

export async function getTenant(db: Database, actor: { tenantId: string; role: Role }): Promise<TenantView> {
  const ids = [actor.tenantId];
  const [runs, webhooksOf] = await Promise.all([activeRunsOf(db, ids), webhookStates(db, ids)]);
  const [tenant, runOf] = await Promise.all([db.models.Tenant.findByPk(actor.tenantId), viewEach(db, runs)]);
  if (!tenant) throw new NotFound();
  // who lacks a demanded second factor does not get here
  const access = { role: actor.role, lacksSecondFactor: false };
  return viewTenant(tenant, access, runOf, webhooksOf);
}

/** What runs now, by store. */
export const viewActiveRuns = async (db: Database, tenantIds: string[]): Promise<Map<string, SyncRunView>> =>
  viewEach(db, await activeRunsOf(db, tenantIds));

/** By store. */
async function viewEach(db: Database, runs: SyncRun[]): Promise<Map<string, SyncRunView>> {
  const views = runs.map(async (run) => [run.tenantId, (await viewRuns(db, run.tenantId, [run]))[0]!] as const);
  return new Map(await Promise.all(views));
}

/** Read before the stores: one that is shown without a run then shows what its last run has come to. */
const activeRunsOf = (db: Database, tenantIds: string[]): Promise<SyncRun[]> =>
  db.models.SyncRun.findAll({ where: { tenantId: tenantIds, status: ACTIVE } });

function viewTenant(
  tenant: Tenant,
  access: { role: Role; lacksSecondFactor: boolean },
  runOf: ReadonlyMap<string, SyncRunView>,
  webhooksOf: WebhookStates,
): TenantView {
  return {
    id: tenant.id,
    shopDomain: tenant.shopDomain,
    storeName: tenant.storeName,
    isActive: tenant.status === 'connected',
    status: tenant.status,
    statusReason: tenant.statusReason,
    role: access.role,
    requiresSecondFactor: tenant.requiresSecondFactor,
    lacksSecondFactor: access.lacksSecondFactor,
    currencyCode: tenant.currency,
    timezone: tenant.timezone,
    lastSyncAt: tenant.lastSyncAt?.toISOString() ?? null,
    webhooks: webhooksOf(tenant),
    apiVersion: tenant.apiVersion,
    createdAt: tenant.createdAt.toISOString(),
    activeRun: runOf.get(tenant.id) ?? null,
  };
}
