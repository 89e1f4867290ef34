import type { AuditEntry } from '@xeno/contracts';
import { expect, test } from 'vitest';
import { formatInstantFully } from '../../lib/format.ts';
import { KINDS, tell } from './actions.ts';

const BOB = 'Bob <bob@example.com>';
const AT = '2026-11-28T12:00:00.000Z';

const told = (action: string, entry: Partial<AuditEntry> = {}) => {
  const { title, words } = tell({
    id: '1',
    happenedAt: AT,
    userId: '2',
    userName: 'Ada',
    userEmail: 'ada@example.com',
    subject: '3',
    subjectName: null,
    detail: {},
    address: '127.0.0.1',
    ...entry,
    action,
  });
  return words ? `${title}: ${words}` : title;
};

test.each<[string, Partial<AuditEntry>, string]>([
  ['store.connected', { detail: { as: 'founder' } }, 'Store connected: for the first time'],
  [
    'store.connected',
    { detail: { as: 'invited', role: 'analyst' } },
    'Store connected: joined by connecting the store, as analyst',
  ],
  [
    'store.disconnected',
    { detail: { accountDeleted: true } },
    'Store disconnected: the account of its last member was deleted',
  ],
  ['store.handed_over', { subjectName: BOB }, `Store handed over: to ${BOB}`],
  [
    'member.invited',
    { subjectName: 'bob@example.com', detail: { role: 'analyst' } },
    'Member invited: bob@example.com, as analyst',
  ],
  [
    'member.joined',
    { subjectName: BOB, detail: { role: 'store_manager', invitationId: '9' } },
    'Member joined: as store manager',
  ],
  [
    'member.role_changed',
    { subjectName: BOB, detail: { from: 'store_manager', to: 'analyst' } },
    `Role changed: ${BOB}, store manager → analyst`,
  ],
  ['member.left', { subjectName: BOB, detail: { accountDeleted: true } }, 'Member left: account deleted'],
  ['invitation.revoked', { subjectName: 'bob@example.com' }, 'Invitation withdrawn: bob@example.com'],
  [
    'token.created',
    { subjectName: 'admin both', detail: { role: 'admin', expiresAt: AT } },
    `API token created: “admin both”, as admin, until ${formatInstantFully(AT)}`,
  ],
  ['token.revoked', {}, 'API token revoked'],
  ['sync.requested', { detail: { runId: '9', kind: 'incremental' } }, 'Sync asked for: changes'],
  ['webhooks.replayed', { detail: { replayed: 1, status: 'dead' } }, 'Webhooks replayed: 1 webhook, given up'],
  [
    'webhooks.replayed',
    { detail: { replayed: 0, from: AT, to: AT } },
    `Webhooks replayed: 0 webhooks, received since ${formatInstantFully(AT)}, received before ${formatInstantFully(AT)}`,
  ],
  [
    'privacy.data_requested',
    { detail: { webhookId: 'x', orders: 2 } },
    'Customer asked for their data: customer 3, 2 orders',
  ],
  ['privacy.file_downloaded', { subject: null, detail: { requestId: '9' } }, 'File of a data request downloaded'],
])('%s %j', (action, entry, sentence) => {
  expect(told(action, entry)).toBe(sentence);
});

test('what is not known here is shown as it is', () => {
  expect(told('moon.landed', { detail: { as: 'first' } })).toBe('moon.landed');
  expect(told('member.joined', { detail: { role: 'owner' } })).toBe('Member joined: as owner');
});

test('the API takes the names of all actions of a kind at once', () => {
  for (const { actions } of Object.values(KINDS)) expect(actions.join(',').length).toBeLessThanOrEqual(64);
});
