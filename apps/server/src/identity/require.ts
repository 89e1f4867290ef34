import type { Role } from '@xeno/contracts';
import type { FastifyRequest } from 'fastify';
import type { Database } from '../db/database.ts';
import { asDate } from '../db/values.ts';
import { Unauthorized } from '../http/errors.ts';
import type { Authenticate } from '../http/routes.ts';
import type { AccessTokens } from './tokens.ts';

/**
 * Reads who sends a request: the access token, then by one statement the session and the user's place in the tenant.
 * Nothing is cached, so that a log-out, a changed role or a removed member counts from the next request on.
 */
export function createAuthenticate(db: Database, tokens: AccessTokens): Authenticate {
  return async function authenticate(request, tenantId) {
    const { sub: userId, sid: sessionId } = tokens.read(bearerOf(request));
    const [row] = await db.read<{ expires_at: unknown; tenant_id: unknown; role: Role | null }>(
      `SELECT s.expires_at, m.tenant_id, m.role
         FROM sessions s
         JOIN users u ON u.id = s.user_id
         LEFT JOIN memberships m ON m.tenant_id = ? AND m.user_id = u.id
        WHERE s.id = ? AND s.user_id = ? AND s.ended_at IS NULL`,
      [tenantId !== null && ID.test(tenantId) ? tenantId : null, sessionId, userId],
    );
    if (!row || asDate(row.expires_at)! <= new Date()) {
      throw new Unauthorized('This session has ended. Log in again.', 'session_ended', 'Bearer error="invalid_token"');
    }
    return { userId, sessionId, membership: row.role && { tenantId: String(row.tenant_id), role: row.role } };
  };
}

const ID = /^[1-9]\d{0,15}$/;

function bearerOf({ headers }: FastifyRequest): string {
  const token = /^Bearer +([\w-]+\.[\w-]+\.[\w-]*)$/i.exec(headers.authorization ?? '')?.[1];
  if (!token) throw new Unauthorized('Send an access token: Authorization: Bearer …');
  return token;
}
