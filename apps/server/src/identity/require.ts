import { lesserRole, type Role } from '@xeno/contracts';
import type { FastifyRequest } from 'fastify';
import type { Database } from '../db/database.ts';
import { asDate } from '../db/values.ts';
import { Unauthorized } from '../http/errors.ts';
import type { Authenticate, Membership } from '../http/routes.ts';
import { hashToken, isApiToken } from '../db/secret-tokens.ts';
import type { AccessTokens } from './tokens.ts';

/** How old the last use of an API token may look. */
const LAST_USED_MS = 60_000;

interface MembershipRow {
  tenant_id: unknown;
  role: Role | null;
  demanded: unknown;
  waiting_since: unknown;
  totp_confirmed_at: unknown;
}

/**
 * Reads who sends a request: the token, then by one statement the session, or what the API token may do, and the user's
 * place in the tenant. Nothing is cached, so that a log-out, a changed role or a removed member counts from the next
 * request on.
 */
export function createAuthenticate(db: Database, tokens: AccessTokens): Authenticate {
  async function ofSession(token: string, tenantId: string | null) {
    const { sub: userId, sid: sessionId } = tokens.read(token);
    const [row] = await db.readShared<MembershipRow & { expires_at: unknown }>(
      `SELECT s.expires_at, u.totp_confirmed_at, m.tenant_id, m.role, m.waiting_since,
              t.requires_second_factor AS demanded
         FROM sessions s
         JOIN users u ON u.id = s.user_id
         LEFT JOIN memberships m ON m.tenant_id = ? AND m.user_id = u.id
         LEFT JOIN tenants t ON t.id = m.tenant_id
        WHERE s.id = ? AND s.user_id = ? AND s.ended_at IS NULL`,
      [tenantId, sessionId, userId],
    );
    if (!row || asDate(row.expires_at)! <= new Date()) {
      throw new Unauthorized('This session has ended. Log in again.', 'session_ended', 'Bearer error="invalid_token"');
    }
    return { userId, sessionId, apiTokenId: null, membership: membershipOf(row, row.role) };
  }

  async function ofApiToken(token: string, tenantId: string | null) {
    const [row] = await db.readShared<
      MembershipRow & { id: unknown; user_id: unknown; most: Role; expires_at: unknown; last_used_at: unknown }
    >(
      `SELECT k.id, k.user_id, k.role AS most, k.expires_at, k.last_used_at,
              u.totp_confirmed_at, m.tenant_id, m.role, m.waiting_since, t.requires_second_factor AS demanded
         FROM api_tokens k
         JOIN users u ON u.id = k.user_id
         LEFT JOIN api_token_stores a ON a.tenant_id = ? AND a.token_id = k.id
         LEFT JOIN memberships m ON m.tenant_id = a.tenant_id AND m.user_id = k.user_id
         LEFT JOIN tenants t ON t.id = m.tenant_id
        WHERE k.token_hash = ? AND k.revoked_at IS NULL`,
      [tenantId, hashToken(token)],
    );
    const now = new Date();
    if (!row || asDate(row.expires_at)! <= now) throw invalid('The API token is not valid, or no longer.');
    const id = String(row.id as string);
    const lastUsed = asDate(row.last_used_at);
    if (!lastUsed || now.getTime() - lastUsed.getTime() > LAST_USED_MS) {
      await db
        .transaction((tx) => tx.run('UPDATE api_tokens SET last_used_at = ? WHERE id = ?', [now, BigInt(id)]))
        .catch(() => {}); // to know it is of less use than to answer
    }
    const membership = membershipOf(row, row.role && lesserRole(row.role, row.most));
    return { userId: String(row.user_id as string), sessionId: null, apiTokenId: id, membership };
  }

  return function authenticate(request, tenantId) {
    const token = bearerOf(request);
    const known = tenantId !== null && ID.test(tenantId) ? tenantId : null;
    return token.startsWith('xeno_') ? ofApiToken(token, known) : ofSession(token, known);
  };
}

const membershipOf = (row: MembershipRow, role: Role | null): Membership | null =>
  role && {
    tenantId: String(row.tenant_id as string),
    role,
    lacksSecondFactor: Boolean(row.demanded) && row.totp_confirmed_at === null,
    isWaiting: row.waiting_since !== null,
  };

const ID = /^[1-9]\d{0,15}$/;

const invalid = (detail: string) => new Unauthorized(detail, 'invalid_token', 'Bearer error="invalid_token"');

function bearerOf({ headers }: FastifyRequest): string {
  const token = /^Bearer +([\w-]+\.[\w-]+\.[\w-]*|xeno_\w+)$/i.exec(headers.authorization ?? '')?.[1];
  if (!token) throw new Unauthorized('Send an access token: Authorization: Bearer …');
  if (token.startsWith('xeno_') && !isApiToken(token)) throw invalid('The API token is not whole.');
  return token;
}
