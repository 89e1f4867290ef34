import type { Migration } from './migration.ts';

export const identity: Migration[] = [
  {
    name: '0001-users',
    up: (t) => `CREATE TABLE users (
      id ${t.id} NOT NULL,
      name ${t.string(200)} NOT NULL,
      email ${t.string(254)} NOT NULL,
      password ${t.string(255)} NOT NULL,
      created_at ${t.instant} NOT NULL,
      PRIMARY KEY (id),
      CONSTRAINT users_email UNIQUE (email)
    ${t.table}`,
  },
  {
    name: '0001-sessions',
    up: (t) => `CREATE TABLE sessions (
      id ${t.id} NOT NULL,
      user_id ${t.id} NOT NULL,
      user_agent ${t.string(255)} NOT NULL,
      address ${t.string(64)} NOT NULL,
      created_at ${t.instant} NOT NULL,
      last_used_at ${t.instant} NOT NULL,
      expires_at ${t.instant} NOT NULL,
      ended_at ${t.instant},
      end_reason ${t.string(16)},
      PRIMARY KEY (id),
      CONSTRAINT sessions_user FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
    ${t.table}`,
  },
  { name: '0001-sessions-by-user', up: () => 'CREATE INDEX sessions_by_user ON sessions (user_id, expires_at)' },
  {
    name: '0001-refresh-tokens',
    up: (t) => `CREATE TABLE refresh_tokens (
      token_hash ${t.string(64)} NOT NULL,
      session_id ${t.id} NOT NULL,
      created_at ${t.instant} NOT NULL,
      used_at ${t.instant},
      PRIMARY KEY (token_hash),
      CONSTRAINT refresh_tokens_session FOREIGN KEY (session_id) REFERENCES sessions (id) ON DELETE CASCADE
    ${t.table}`,
  },
  {
    name: '0001-refresh-tokens-by-session',
    up: () => 'CREATE INDEX refresh_tokens_by_session ON refresh_tokens (session_id, used_at)',
  },
];
