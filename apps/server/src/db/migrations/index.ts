import { identity } from './0001-identity.ts';
import { stores } from './0002-stores.ts';
import { sync } from './0003-sync.ts';
import { records } from './0004-records.ts';
import { ledger } from './0005-ledger.ts';
import { upkeep } from './0006-upkeep.ts';
import { inbox } from './0007-inbox.ts';
import { webhookRecords } from './0008-webhook-records.ts';
import { reconciliation } from './0009-reconciliation.ts';
import { privacy } from './0010-privacy.ts';
import { teams } from './0011-teams.ts';
import { accounts } from './0012-accounts.ts';
import { unreadable } from './0014-unreadable.ts';
import { redactedContacts } from './0015-redacted-contacts.ts';
import { findingsKind } from './0016-findings-kind.ts';
import { oauthStateSession } from './0017-oauth-state-session.ts';
import { grants } from './0018-grants.ts';
import { widerColumns } from './0019-wider-columns.ts';
import { runAgain } from './0020-run-again.ts';
import { markNeeds } from './0021-mark-needs.ts';
import { requestContacts } from './0022-request-contacts.ts';
import type { Migration } from './migration.ts';

export const migrations: Migration[] = [
  ...identity,
  ...stores,
  ...sync,
  ...records,
  ...ledger,
  ...upkeep,
  ...inbox,
  ...webhookRecords,
  ...reconciliation,
  ...privacy,
  ...teams,
  ...accounts,
  ...unreadable,
  ...redactedContacts,
  ...findingsKind,
  ...oauthStateSession,
  ...grants,
  ...widerColumns,
  ...runAgain,
  ...markNeeds,
  ...requestContacts,
];
