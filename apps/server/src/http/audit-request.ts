import type { FastifyRequest } from 'fastify';
import { audit } from '../db/audit.ts';
import type { Tx } from '../db/database.ts';
import type { Dialect } from '../db/types.ts';
import type { UserActor } from './routes.ts';

/** Notes in the audit log of a store what a request does: by whom, with which API token if with one, and from where. */
export const auditRequest = (
  tx: Tx,
  dialect: Dialect,
  { ip }: FastifyRequest,
  { userId, apiTokenId }: UserActor,
  entry: { tenantId: string; action: string; subject: string | null; detail?: Record<string, unknown> },
): Promise<void> =>
  audit(tx, dialect, {
    ...entry,
    userId,
    detail: { ...entry.detail, ...(apiTokenId && { apiTokenId }) },
    address: ip,
  });
