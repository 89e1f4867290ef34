import type { Migration } from './migration.ts';

export const teams: Migration[] = [
  {
    // set: the membership counts for nothing until an admin confirms it
    name: '0011-memberships-waiting-since',
    up: (t) => `ALTER TABLE memberships ADD COLUMN waiting_since ${t.instant}`,
  },
  {
    name: '0011-tenants-requires-second-factor',
    up: (t) => `ALTER TABLE tenants ADD COLUMN requires_second_factor ${t.bool} NOT NULL DEFAULT 0`,
  },
  // sealed; it counts once a code of it was confirmed
  { name: '0011-users-totp-secret', up: (t) => `ALTER TABLE users ADD COLUMN totp_secret ${t.text}` },
  { name: '0011-users-totp-confirmed-at', up: (t) => `ALTER TABLE users ADD COLUMN totp_confirmed_at ${t.instant}` },
  // the step of thirty seconds whose code was used last: none works twice
  { name: '0011-users-totp-last-step', up: (t) => `ALTER TABLE users ADD COLUMN totp_last_step ${t.id}` },
  {
    name: '0011-recovery-codes',
    up: (t) => `CREATE TABLE recovery_codes (
      user_id ${t.id} NOT NULL,
      code_hash ${t.string(64)} NOT NULL,
      used_at ${t.instant},
      PRIMARY KEY (user_id, code_hash),
      CONSTRAINT recovery_codes_user FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
    ${t.table}`,
  },
  {
    // links by mail and log-ins that wait for their second factor; user_id is null where nobody has the address
    name: '0011-one-time-tokens',
    up: (t) => `CREATE TABLE one_time_tokens (
      token_hash ${t.string(64)} NOT NULL,
      purpose ${t.string(16)} NOT NULL,
      user_id ${t.id},
      detail ${t.text},
      created_at ${t.instant} NOT NULL,
      expires_at ${t.instant} NOT NULL,
      used_at ${t.instant},
      PRIMARY KEY (token_hash)
    ${t.table}`,
  },
  {
    name: '0011-one-time-tokens-by-end',
    up: () => 'CREATE INDEX one_time_tokens_by_end ON one_time_tokens (expires_at)',
  },
  {
    // one to several stores is as many rows of one token
    name: '0011-invitations',
    up: (t) => `CREATE TABLE invitations (
      tenant_id ${t.id} NOT NULL,
      id ${t.id} NOT NULL,
      token_hash ${t.string(64)} NOT NULL,
      email ${t.string(254)} NOT NULL,
      role ${t.string(16)} NOT NULL,
      invited_by ${t.id} NOT NULL,
      created_at ${t.instant} NOT NULL,
      expires_at ${t.instant} NOT NULL,
      ended_at ${t.instant},
      end_reason ${t.string(16)},
      PRIMARY KEY (tenant_id, id)
    ${t.table}`,
  },
  { name: '0011-invitations-by-token', up: () => 'CREATE INDEX invitations_by_token ON invitations (token_hash)' },
  {
    name: '0011-api-tokens',
    up: (t) => `CREATE TABLE api_tokens (
      id ${t.id} NOT NULL,
      user_id ${t.id} NOT NULL,
      token_hash ${t.string(64)} NOT NULL,
      name ${t.string(100)} NOT NULL,
      role ${t.string(16)} NOT NULL,
      created_at ${t.instant} NOT NULL,
      expires_at ${t.instant} NOT NULL,
      last_used_at ${t.instant},
      revoked_at ${t.instant},
      PRIMARY KEY (id),
      CONSTRAINT api_tokens_hash UNIQUE (token_hash),
      CONSTRAINT api_tokens_user FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
    ${t.table}`,
  },
  { name: '0011-api-tokens-by-user', up: () => 'CREATE INDEX api_tokens_by_user ON api_tokens (user_id, created_at)' },
  {
    name: '0011-api-token-stores',
    up: (t) => `CREATE TABLE api_token_stores (
      tenant_id ${t.id} NOT NULL,
      token_id ${t.id} NOT NULL,
      PRIMARY KEY (tenant_id, token_id),
      CONSTRAINT api_token_stores_token FOREIGN KEY (token_id) REFERENCES api_tokens (id) ON DELETE CASCADE
    ${t.table}`,
  },
  {
    name: '0011-api-token-stores-by-token',
    up: () => 'CREATE INDEX api_token_stores_by_token ON api_token_stores (token_id)',
  },
];
