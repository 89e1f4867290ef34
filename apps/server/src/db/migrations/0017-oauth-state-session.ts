import type { Migration } from './migration.ts';

export const oauthStateSession: Migration[] = [
  {
    name: '0017-oauth-state-session',
    up: (t) => `ALTER TABLE oauth_states ADD COLUMN session_id ${t.id}`,
  },
];
