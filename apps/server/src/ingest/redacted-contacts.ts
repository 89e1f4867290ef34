import { hash } from 'node:crypto';
import { type Database, type Tx } from '../db/database.ts';
import { deleteSome } from '../db/delete-some.ts';
import type { Dialect } from '../db/types.ts';
import { instantText } from '../db/values.ts';
import { isEmpty } from './sparse-tables.ts';

/** Looked for where a word begins only: a body may have a megabyte without a space, and each character would begin one. */
const EMAIL = /(?<![^\s"'<>,;:()\\@])[^\s"'<>,;:()\\@]+@[^\s"'<>,;:()\\@]+/g;
/** As they stand in bodies: a text of nothing else. */
const PHONE = /(?<=")\+?[\d][\d ().-]{4,24}\d(?=")/g;

/** E-mail addresses and phone numbers of people whose data was erased, as hashes: bodies that come later may name nothing else. */
export async function noteContacts(
  tx: Tx,
  dialect: Dialect,
  tenant: bigint,
  contacts: readonly string[],
): Promise<void> {
  const now = instantText(dialect, Date.now());
  const hashes = new Set(contacts.map((contact) => hashOf(tenant, contact)));
  await tx.insert(
    'redacted_contacts',
    ['tenant_id', 'contact', 'redacted_at'],
    [...hashes].map((contact) => [tenant, contact, now]),
    { keys: ['tenant_id', 'contact'], replace: ['redacted_at'] },
  );
}

/** Tells of a text whether it has an address or a number of somebody's whose data was erased lately. */
export async function readContacts(tx: Tx, tenant: bigint): Promise<(text: string) => boolean> {
  if (isEmpty(tx, 'redacted_contacts')) return () => false;
  const rows = await tx.query<{ contact: string }>('SELECT contact FROM redacted_contacts WHERE tenant_id = ?', [
    tenant,
  ]);
  if (rows.length === 0) return () => false;
  const known = new Set(rows.map(({ contact }) => contact));
  return (text) =>
    [EMAIL, PHONE].some((pattern) => (text.match(pattern) ?? []).some((found) => known.has(hashOf(tenant, found))));
}

/** Who comes back much later is not the one who was erased. Whether there may be more. */
export const forgetContacts = (db: Database, before: Date): Promise<boolean> =>
  deleteSome(db, 'redacted_contacts', ['tenant_id', 'contact'], 'redacted_at < ?', [before]);

function hashOf(tenant: bigint, contact: string): string {
  const text = contact.includes('@') ? contact.trim().toLowerCase() : contact.replace(/\D/g, '');
  return hash('sha256', `${tenant} ${text}`, 'base64url');
}
