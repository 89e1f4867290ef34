import type { ApiToken, Role } from '@xeno/contracts';
import type { Database, Tx } from '../db/database.ts';
import { newId } from '../db/ids.ts';
import { asDate, idParams, instantText, marks } from '../db/values.ts';
import { newApiToken } from '../db/secret-tokens.ts';

/** Programs do not come back to those that are forgotten; a user needs few. */
const MOST_TOKENS = 100;

type Row = Record<string, unknown>;

/** A user's API tokens that still work, the newest first. */
export async function listApiTokens(db: Database, userId: string): Promise<ApiToken[]> {
  const rows = await db.read<Row>(
    `SELECT * FROM api_tokens WHERE user_id = ? AND revoked_at IS NULL AND expires_at > ?
     ORDER BY created_at DESC, id DESC LIMIT ${MOST_TOKENS}`,
    [BigInt(userId), new Date()],
  );
  if (rows.length === 0) return [];
  const stores = await db.read<{ token_id: string | number; tenant_id: string | number }>(
    `SELECT token_id, tenant_id FROM api_token_stores WHERE token_id IN (${marks(rows)}) ORDER BY tenant_id`,
    idParams(rows.map(({ id }) => String(id as string))),
  );
  return rows.map((row) => {
    const id = String(row.id as string);
    return {
      id,
      name: row.name as string,
      role: row.role as Role,
      tenantIds: stores.filter((store) => String(store.token_id) === id).map((store) => String(store.tenant_id)),
      createdAt: asDate(row.created_at)!.toISOString(),
      expiresAt: asDate(row.expires_at)!.toISOString(),
      lastUsedAt: asDate(row.last_used_at)?.toISOString() ?? null,
    };
  });
}

/** Makes one; the token itself is nowhere but in the answer. */
export async function createApiToken(
  db: Database,
  tx: Tx,
  {
    userId,
    name,
    role,
    tenantIds,
    expiresInDays,
  }: Omit<ApiToken, 'id' | 'createdAt' | 'expiresAt' | 'lastUsedAt'> & {
    userId: string;
    expiresInDays: number;
  },
): Promise<{ apiToken: ApiToken; token: string }> {
  const { token, hash } = newApiToken();
  const id = newId();
  const created = Date.now();
  const expires = created + expiresInDays * 86_400_000;
  await tx.insert(
    'api_tokens',
    ['id', 'user_id', 'token_hash', 'name', 'role', 'created_at', 'expires_at'],
    [[id, BigInt(userId), hash, name, role, instantText(db.dialect, created), instantText(db.dialect, expires)]],
    null,
  );
  await tx.insert(
    'api_token_stores',
    ['tenant_id', 'token_id'],
    tenantIds.map((tenantId) => [BigInt(tenantId), id]),
    null,
  );
  const [createdAt, expiresAt] = [new Date(created).toISOString(), new Date(expires).toISOString()];
  return { apiToken: { id: String(id), name, role, tenantIds, createdAt, expiresAt, lastUsedAt: null }, token };
}

/** Whether there was one of this user's to revoke. */
export async function revokeApiToken(tx: Tx, userId: string, id: string): Promise<boolean> {
  const revoked = await tx.run(
    'UPDATE api_tokens SET revoked_at = ? WHERE user_id = ? AND id = ? AND revoked_at IS NULL',
    [new Date(), BigInt(userId), BigInt(id)],
  );
  return revoked === 1;
}
