import type { Database } from '../db/database.ts';
import { DELETED_NAME, emailOf } from '../db/deleted-account.ts';
import { idParams, marks } from '../db/values.ts';

interface Subject {
  action: string;
  subject: string | null;
}

type Kind = 'user' | 'invitation' | 'token';

/** What an entry's subject is, where it has a name that the store's admins may see. */
function kindOf({ action }: Subject): Kind | null {
  if (action === 'member.invited' || action.startsWith('invitation.')) return 'invitation';
  if (action.startsWith('member.') || action === 'store.handed_over') return 'user';
  return action.startsWith('token.') ? 'token' : null;
}

/** The names of what entries of a store are about, as they are now; null for what is gone or has none. */
export async function subjectNames(
  db: Database,
  tenantId: string,
  entries: readonly Subject[],
): Promise<(entry: Subject) => string | null> {
  const names = new Map<string, string>();
  const find = async (kind: Kind, sql: (list: string) => string, params: bigint[] = []) => {
    const ids = new Set(entries.flatMap((entry) => (kindOf(entry) === kind && entry.subject) || []));
    if (ids.size === 0) return;
    const rows = await db.read<{ id: string | number; name: string | null; email: string | null }>(
      sql(marks([...ids])),
      [...params, ...idParams(ids)],
    );
    for (const { id, name, email } of rows) {
      const address = emailOf(email);
      names.set(`${kind} ${id}`, name && address ? `${name} <${address}>` : (name ?? address ?? DELETED_NAME));
    }
  };
  await find('user', (list) => `SELECT id, name, email FROM users WHERE id IN (${list})`);
  await find(
    'invitation',
    (list) => `SELECT id, NULL AS name, email FROM invitations WHERE tenant_id = ? AND id IN (${list})`,
    [BigInt(tenantId)],
  );
  await find(
    'token',
    (list) =>
      `SELECT k.id, k.name, NULL AS email FROM api_tokens k JOIN api_token_stores s ON s.token_id = k.id
       WHERE s.tenant_id = ? AND k.id IN (${list})`,
    [BigInt(tenantId)],
  );
  return (entry) => names.get(`${kindOf(entry)} ${entry.subject}`) ?? null;
}
