import type { Tx } from './database.ts';
import { newId } from './ids.ts';
import type { Dialect } from './types.ts';
import { instantText } from './values.ts';

interface AuditEntry {
  /** Null where no store of ours is concerned. */
  tenantId: string | null;
  /** Null where Shopify asked for it. */
  userId: string | null;
  /** What was done, such as `privacy.customer_redacted`. */
  action: string;
  /** To whom or what, by its id; never personal data, since nothing is removed from here. */
  subject: string | null;
  detail?: Record<string, unknown>;
  /** From where. */
  address?: string;
}

/** In the place of a tenant's id. */
export const NO_TENANT = 0n;

/** Notes in the audit log what the same transaction does; rows of it are never changed. */
export const audit = (
  tx: Tx,
  dialect: Dialect,
  { tenantId, userId, action, subject, detail = {}, address }: AuditEntry,
): Promise<void> =>
  tx.insert(
    'audit_log',
    ['tenant_id', 'id', 'happened_at', 'user_id', 'action', 'subject', 'detail', 'address'],
    [
      [
        tenantId === null ? NO_TENANT : BigInt(tenantId),
        newId(),
        instantText(dialect, Date.now()),
        userId,
        action,
        subject,
        JSON.stringify(detail),
        address ?? null,
      ],
    ],
    null,
  );
