import type { AuditEntry } from '@xeno/contracts';
import { formatCount, formatInstantFully } from '../../lib/format.ts';
import { STATES } from '../operations/search.ts';
import { ROLE_NAMES } from '../team/roles.ts';

/** Kinds of entries that can be looked for: what their actions are, or begin with. */
export const KINDS: Record<string, { label: string; actions: string[] }> = {
  store: { label: 'The store and its connection', actions: ['store.'] },
  members: { label: 'Members and roles', actions: ['member.', 'store.connected', 'store.handed_over'] },
  invitations: { label: 'Invitations', actions: ['member.invited', 'member.joined', 'invitation.'] },
  tokens: { label: 'API tokens', actions: ['token.'] },
  syncs: { label: 'Syncs', actions: ['sync.'] },
  webhooks: { label: 'Webhooks', actions: ['webhooks.'] },
  comparisons: { label: 'Comparisons', actions: ['reconciliation.'] },
  privacy: { label: 'Privacy', actions: ['privacy.'] },
};

type Code = string | undefined;
type Words = string | false | null | undefined;
interface Told {
  title: string;
  /** To whom or what, and how. Ids that mean nothing to people are left to the export. */
  words?: (entry: AuditEntry, detail: Record<string, Code>) => Words[];
}

/** A code that has no name here is shown as it is: old entries are never changed. */
const named = (names: Record<string, string>, code: Code): Code => code && (names[code] ?? code).toLowerCase();
const as = (role: Code): Words => role && `as ${named(ROLE_NAMES, role)}`;
const count = (n: unknown, one: string): string => `${formatCount(Number(n))} ${Number(n) === 1 ? one : `${one}s`}`;
const quoted = (name: string | null): Words => name && `“${name}”`;

const who: Told['words'] = ({ subjectName }) => [subjectName];
const customer: Told['words'] = ({ subject, detail: { orders } }) => [
  subject && `customer ${subject}`,
  orders !== undefined && count(orders, 'order'),
];

/** What a store's connecting makes of whoever connects it. */
const CLAIMS = {
  founder: 'for the first time',
  admin: 'again',
  successor: 'installed anew, so that earlier members wait to be confirmed',
  invited: 'joined by connecting the store',
};

const WEBHOOKS = Object.fromEntries(Object.entries(STATES).map(([status, { label }]) => [status, label]));
const SYNCS = { incremental: 'changes', full: 'everything' };

const ACTIONS: Record<string, Told> = {
  'store.connected': { title: 'Store connected', words: (_, { as: claim, role }) => [named(CLAIMS, claim), as(role)] },
  'store.disconnected': {
    title: 'Store disconnected',
    words: (_, { accountDeleted }) => [accountDeleted && 'the account of its last member was deleted'],
  },
  'store.uninstalled': { title: 'App uninstalled in Shopify' },
  'store.handed_over': { title: 'Store handed over', words: ({ subjectName }) => [subjectName && `to ${subjectName}`] },
  'store.second_factor_demanded': { title: 'Second factor demanded of all members' },
  'store.second_factor_not_demanded': { title: 'Second factor no longer demanded' },
  'member.invited': { title: 'Member invited', words: ({ subjectName }, { role }) => [subjectName, as(role)] },
  'member.joined': { title: 'Member joined', words: (_, { role }) => [as(role)] },
  'member.confirmed': { title: 'Earlier member confirmed', words: who },
  'member.role_changed': {
    title: 'Role changed',
    words: ({ subjectName }, { from, to }) => [subjectName, `${named(ROLE_NAMES, from)} → ${named(ROLE_NAMES, to)}`],
  },
  'member.removed': { title: 'Member removed', words: who },
  'member.left': { title: 'Member left', words: (_, { accountDeleted }) => [accountDeleted && 'account deleted'] },
  'invitation.revoked': { title: 'Invitation withdrawn', words: who },
  'token.created': {
    title: 'API token created',
    words: ({ subjectName }, { role, expiresAt }) => [
      quoted(subjectName),
      as(role),
      expiresAt && `until ${formatInstantFully(expiresAt)}`,
    ],
  },
  'token.revoked': { title: 'API token revoked', words: ({ subjectName }) => [quoted(subjectName)] },
  'sync.requested': { title: 'Sync asked for', words: (_, { kind }) => [named(SYNCS, kind)] },
  'webhooks.replayed': {
    title: 'Webhooks replayed',
    words: ({ detail: { replayed } }, { status, from, to }) => [
      count(replayed, 'webhook'),
      named(WEBHOOKS, status),
      from && `received since ${formatInstantFully(from)}`,
      to && `received before ${formatInstantFully(to)}`,
    ],
  },
  'reconciliation.requested': { title: 'Comparison with Shopify asked for' },
  'privacy.data_requested': { title: 'Customer asked for their data', words: customer },
  'privacy.file_downloaded': { title: 'File of a data request downloaded', words: customer },
  'privacy.customer_redacted': { title: 'Customer’s personal data erased', words: customer },
  'privacy.shop_redacted': { title: 'Store’s data erased' },
  'privacy.shop_redact_ignored': {
    title: 'Erasure ignored: it was about an installation before this one',
    words: (_, { requestedAt, installedAt }) => [
      requestedAt && `asked for ${formatInstantFully(requestedAt)}`,
      installedAt && `connected ${formatInstantFully(installedAt)}`,
    ],
  },
};

/** An entry in words: what was done, and to whom or how. An action that is not known here is shown as it is. */
export function tell(entry: AuditEntry): { title: string; words: string } {
  const { title, words } = ACTIONS[entry.action] ?? { title: entry.action };
  return { title, words: (words?.(entry, entry.detail as Record<string, Code>) ?? []).filter(Boolean).join(', ') };
}
