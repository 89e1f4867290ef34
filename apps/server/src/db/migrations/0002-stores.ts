import type { Migration } from './migration.ts';

export const stores: Migration[] = [
  {
    name: '0002-tenants',
    up: (t) => `CREATE TABLE tenants (
      id ${t.id} NOT NULL,
      user_id ${t.id} NOT NULL,
      shop_domain ${t.string(255)} NOT NULL,
      store_name ${t.text} NOT NULL,
      access_token ${t.text},
      access_token_expires_at ${t.instant},
      refresh_token ${t.text},
      refresh_token_expires_at ${t.instant},
      refreshing_until ${t.instant},
      scopes ${t.string(2000)} NOT NULL,
      currency ${t.string(3)},
      timezone ${t.string(64)},
      api_version ${t.string(16)},
      status ${t.string(20)} NOT NULL,
      status_reason ${t.text},
      is_active ${t.bool} GENERATED ALWAYS AS (status = 'connected') STORED,
      last_sync_at ${t.instant},
      created_at ${t.instant} NOT NULL,
      updated_at ${t.instant} NOT NULL,
      PRIMARY KEY (id),
      CONSTRAINT tenants_shop_domain UNIQUE (shop_domain),
      CONSTRAINT tenants_user FOREIGN KEY (user_id) REFERENCES users (id)
    ${t.table}`,
  },
  {
    name: '0002-memberships',
    up: (t) => `CREATE TABLE memberships (
      tenant_id ${t.id} NOT NULL,
      user_id ${t.id} NOT NULL,
      role ${t.string(16)} NOT NULL,
      created_at ${t.instant} NOT NULL,
      PRIMARY KEY (tenant_id, user_id),
      CONSTRAINT memberships_tenant FOREIGN KEY (tenant_id) REFERENCES tenants (id),
      CONSTRAINT memberships_user FOREIGN KEY (user_id) REFERENCES users (id)
    ${t.table}`,
  },
  {
    name: '0002-memberships-by-user',
    up: () => 'CREATE INDEX memberships_by_user ON memberships (user_id, tenant_id)',
  },
  {
    name: '0002-oauth-states',
    up: (t) => `CREATE TABLE oauth_states (
      state_hash ${t.string(64)} NOT NULL,
      user_id ${t.id} NOT NULL,
      shop_domain ${t.string(255)} NOT NULL,
      browser_hash ${t.string(64)} NOT NULL,
      created_at ${t.instant} NOT NULL,
      expires_at ${t.instant} NOT NULL,
      used_at ${t.instant},
      PRIMARY KEY (state_hash),
      CONSTRAINT oauth_states_user FOREIGN KEY (user_id) REFERENCES users (id)
    ${t.table}`,
  },
];
