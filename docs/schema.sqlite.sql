CREATE TABLE api_token_stores (
  tenant_id BIGINT NOT NULL,
  token_id BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, token_id),
  CONSTRAINT api_token_stores_token FOREIGN KEY (token_id) REFERENCES api_tokens (id) ON DELETE CASCADE
) WITHOUT ROWID;

CREATE INDEX api_token_stores_by_token ON api_token_stores (token_id);

CREATE TABLE api_tokens (
  id BIGINT NOT NULL,
  user_id BIGINT NOT NULL,
  token_hash VARCHAR(64) NOT NULL,
  name VARCHAR(100) NOT NULL,
  role VARCHAR(16) NOT NULL,
  created_at DATETIME NOT NULL,
  expires_at DATETIME NOT NULL,
  last_used_at DATETIME,
  revoked_at DATETIME,
  PRIMARY KEY (id),
  CONSTRAINT api_tokens_hash UNIQUE (token_hash),
  CONSTRAINT api_tokens_user FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
) WITHOUT ROWID;

CREATE INDEX api_tokens_by_user ON api_tokens (user_id, created_at);

CREATE TABLE audit_log (
  tenant_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  happened_at DATETIME NOT NULL,
  user_id BIGINT,
  action VARCHAR(64) NOT NULL,
  subject VARCHAR(255),
  detail TEXT NOT NULL,
  address VARCHAR(64),
  PRIMARY KEY (tenant_id, id)
) WITHOUT ROWID;

CREATE INDEX audit_log_by_time ON audit_log (tenant_id, happened_at, id);

CREATE INDEX audit_log_by_user ON audit_log (tenant_id, user_id, happened_at, id);

CREATE TABLE checkouts (
  tenant_id BIGINT NOT NULL,
  shopify_checkout_id BIGINT NOT NULL,
  currency VARCHAR(3) NOT NULL,
  total_price BIGINT NOT NULL,
  contact BOOLEAN NOT NULL,
  created_at DATETIME NOT NULL,
  updated_at DATETIME NOT NULL,
  completed_at DATETIME,
  local_date DATE NOT NULL,
  PRIMARY KEY (tenant_id, shopify_checkout_id)
) WITHOUT ROWID;

CREATE INDEX checkouts_by_day ON checkouts (tenant_id, currency, local_date, contact, created_at, completed_at, total_price);

CREATE TABLE customer_days (
  tenant_id BIGINT NOT NULL,
  generation INTEGER NOT NULL,
  currency VARCHAR(3) NOT NULL,
  local_date DATE NOT NULL,
  customer_id BIGINT NOT NULL,
  orders INTEGER NOT NULL,
  spent BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, generation, currency, local_date, customer_id)
) WITHOUT ROWID;

CREATE TABLE customers (
  tenant_id BIGINT NOT NULL,
  shopify_customer_id BIGINT NOT NULL,
  name TEXT,
  email TEXT,
  phone TEXT,
  country VARCHAR(8),
  tags TEXT,
  email_consent VARCHAR(32),
  orders_count INTEGER NOT NULL,
  total_spent BIGINT NOT NULL,
  shopify_orders_count INTEGER,
  shopify_amount_spent BIGINT,
  created_at DATETIME,
  updated_at DATETIME,
  content_hash VARCHAR(32),
  PRIMARY KEY (tenant_id, shopify_customer_id)
) WITHOUT ROWID;

CREATE INDEX customers_by_spend ON customers (tenant_id, total_spent, shopify_customer_id);

CREATE TABLE daily_sales (
  tenant_id BIGINT NOT NULL,
  generation INTEGER NOT NULL,
  currency VARCHAR(3) NOT NULL,
  local_date DATE NOT NULL,
  orders INTEGER NOT NULL,
  units INTEGER NOT NULL,
  gross BIGINT NOT NULL,
  discounts BIGINT NOT NULL,
  returns BIGINT NOT NULL,
  shipping BIGINT NOT NULL,
  tax BIGINT NOT NULL,
  duties BIGINT NOT NULL,
  fees BIGINT NOT NULL,
  adjustments BIGINT NOT NULL,
  gift_cards BIGINT NOT NULL,
  tips BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, generation, currency, local_date)
) WITHOUT ROWID;

CREATE TABLE fetch_marks (
  tenant_id BIGINT NOT NULL,
  stream VARCHAR(16) NOT NULL,
  shopify_id BIGINT NOT NULL,
  marked_at DATETIME NOT NULL,
  due_at DATETIME,
  tries INTEGER NOT NULL DEFAULT 0,
  needs DATETIME,
  PRIMARY KEY (tenant_id, stream, shopify_id)
) WITHOUT ROWID;

CREATE TABLE findings (
  tenant_id BIGINT NOT NULL,
  reconciliation_id BIGINT NOT NULL,
  position INTEGER NOT NULL,
  kind VARCHAR(16) NOT NULL,
  stream VARCHAR(16),
  shopify_id BIGINT,
  name TEXT,
  local_date DATE,
  expected TEXT,
  found TEXT,
  mended BOOLEAN NOT NULL,
  PRIMARY KEY (tenant_id, reconciliation_id, position)
) WITHOUT ROWID;

CREATE TABLE inventory_levels (
  tenant_id BIGINT NOT NULL,
  inventory_item_id BIGINT NOT NULL,
  shopify_location_id BIGINT NOT NULL,
  available INTEGER,
  updated_at DATETIME NOT NULL,
  PRIMARY KEY (tenant_id, inventory_item_id, shopify_location_id)
) WITHOUT ROWID;

CREATE TABLE invitations (
  tenant_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  token_hash VARCHAR(64) NOT NULL,
  email VARCHAR(254) NOT NULL,
  role VARCHAR(16) NOT NULL,
  invited_by BIGINT NOT NULL,
  created_at DATETIME NOT NULL,
  expires_at DATETIME NOT NULL,
  ended_at DATETIME,
  end_reason VARCHAR(16),
  PRIMARY KEY (tenant_id, id)
) WITHOUT ROWID;

CREATE INDEX invitations_by_token ON invitations (token_hash);

CREATE TABLE leases (
  tenant_id BIGINT NOT NULL,
  name VARCHAR(32) NOT NULL,
  owner VARCHAR(64) NOT NULL,
  fence BIGINT NOT NULL,
  expires_at DATETIME NOT NULL,
  PRIMARY KEY (tenant_id, name)
) WITHOUT ROWID;

CREATE TABLE mails (
  id BIGINT NOT NULL,
  sealed TEXT NOT NULL,
  created_at DATETIME NOT NULL,
  due_at DATETIME NOT NULL,
  tries INTEGER NOT NULL,
  PRIMARY KEY (id)
) WITHOUT ROWID;

CREATE INDEX mails_by_due ON mails (due_at);

CREATE TABLE memberships (
  tenant_id BIGINT NOT NULL,
  user_id BIGINT NOT NULL,
  role VARCHAR(16) NOT NULL,
  created_at DATETIME NOT NULL,
  waiting_since DATETIME,
  PRIMARY KEY (tenant_id, user_id),
  CONSTRAINT memberships_tenant FOREIGN KEY (tenant_id) REFERENCES tenants (id),
  CONSTRAINT memberships_user FOREIGN KEY (user_id) REFERENCES users (id)
) WITHOUT ROWID;

CREATE INDEX memberships_by_user ON memberships (user_id, tenant_id);

CREATE TABLE migrations (
  name VARCHAR(128) NOT NULL PRIMARY KEY
) WITHOUT ROWID;

CREATE TABLE oauth_states (
  state_hash VARCHAR(64) NOT NULL,
  user_id BIGINT NOT NULL,
  shop_domain VARCHAR(255) NOT NULL,
  browser_hash VARCHAR(64) NOT NULL,
  created_at DATETIME NOT NULL,
  expires_at DATETIME NOT NULL,
  used_at DATETIME,
  session_id BIGINT,
  PRIMARY KEY (state_hash),
  CONSTRAINT oauth_states_user FOREIGN KEY (user_id) REFERENCES users (id)
) WITHOUT ROWID;

CREATE TABLE one_time_tokens (
  token_hash VARCHAR(64) NOT NULL,
  purpose VARCHAR(16) NOT NULL,
  user_id BIGINT,
  detail TEXT,
  created_at DATETIME NOT NULL,
  expires_at DATETIME NOT NULL,
  used_at DATETIME,
  PRIMARY KEY (token_hash)
) WITHOUT ROWID;

CREATE INDEX one_time_tokens_by_end ON one_time_tokens (expires_at);

CREATE TABLE order_lines (
  tenant_id BIGINT NOT NULL,
  shopify_order_id BIGINT NOT NULL,
  shopify_line_id BIGINT NOT NULL,
  product_id BIGINT,
  variant_id BIGINT,
  title TEXT NOT NULL,
  variant_title TEXT,
  sku TEXT,
  vendor TEXT,
  quantity INTEGER NOT NULL,
  current_quantity INTEGER NOT NULL,
  unit_price BIGINT NOT NULL,
  discounted_total BIGINT NOT NULL,
  gift_card BOOLEAN NOT NULL,
  PRIMARY KEY (tenant_id, shopify_order_id, shopify_line_id)
) WITHOUT ROWID;

CREATE TABLE orders (
  tenant_id BIGINT NOT NULL,
  shopify_order_id BIGINT NOT NULL,
  customer_id BIGINT,
  name TEXT NOT NULL,
  currency VARCHAR(3) NOT NULL,
  total_price BIGINT NOT NULL,
  current_total_price BIGINT NOT NULL,
  total_discounts BIGINT NOT NULL,
  total_tax BIGINT NOT NULL,
  total_shipping BIGINT NOT NULL,
  total_refunded BIGINT NOT NULL,
  presentment_currency VARCHAR(3) NOT NULL,
  presentment_total_price BIGINT NOT NULL,
  presentment_current_total_price BIGINT NOT NULL,
  test BOOLEAN NOT NULL,
  financial_status VARCHAR(32),
  fulfillment_status VARCHAR(32),
  source_name TEXT,
  country VARCHAR(8),
  tags TEXT NOT NULL,
  discount_codes TEXT NOT NULL,
  created_at DATETIME NOT NULL,
  processed_at DATETIME NOT NULL,
  updated_at DATETIME NOT NULL,
  cancelled_at DATETIME,
  cancel_reason VARCHAR(32),
  closed_at DATETIME,
  local_date DATE NOT NULL,
  ledger_difference BIGINT NOT NULL,
  content_hash VARCHAR(32) NOT NULL,
  PRIMARY KEY (tenant_id, shopify_order_id)
) WITHOUT ROWID;

CREATE INDEX orders_by_creation ON orders (tenant_id, created_at, shopify_order_id);

CREATE INDEX orders_by_customer ON orders (tenant_id, customer_id);

CREATE TABLE privacy_requests (
  tenant_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  kind VARCHAR(24) NOT NULL,
  webhook_id VARCHAR(128) NOT NULL,
  customer_id BIGINT,
  order_ids TEXT NOT NULL,
  status VARCHAR(16) NOT NULL,
  requested_at DATETIME NOT NULL,
  due_at DATETIME NOT NULL,
  finished_at DATETIME,
  note TEXT,
  contacts TEXT,
  PRIMARY KEY (tenant_id, id),
  CONSTRAINT privacy_requests_webhook UNIQUE (tenant_id, webhook_id)
) WITHOUT ROWID;

CREATE TABLE products (
  tenant_id BIGINT NOT NULL,
  shopify_product_id BIGINT NOT NULL,
  title TEXT NOT NULL,
  vendor TEXT NOT NULL,
  product_type TEXT NOT NULL,
  status VARCHAR(32) NOT NULL,
  handle TEXT NOT NULL,
  image_url TEXT,
  price BIGINT,
  inventory INTEGER NOT NULL,
  created_at DATETIME NOT NULL,
  updated_at DATETIME NOT NULL,
  content_hash VARCHAR(32) NOT NULL,
  PRIMARY KEY (tenant_id, shopify_product_id)
) WITHOUT ROWID;

CREATE TABLE reconciliations (
  tenant_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  status VARCHAR(16) NOT NULL,
  started_at DATETIME NOT NULL,
  finished_at DATETIME,
  compared TEXT NOT NULL,
  findings INTEGER NOT NULL,
  notice TEXT,
  error TEXT,
  PRIMARY KEY (tenant_id, id)
) WITHOUT ROWID;

CREATE TABLE recovery_codes (
  user_id BIGINT NOT NULL,
  code_hash VARCHAR(64) NOT NULL,
  used_at DATETIME,
  PRIMARY KEY (user_id, code_hash),
  CONSTRAINT recovery_codes_user FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
) WITHOUT ROWID;

CREATE TABLE redacted_contacts (
  tenant_id BIGINT NOT NULL,
  contact VARCHAR(64) NOT NULL,
  redacted_at DATETIME NOT NULL,
  PRIMARY KEY (tenant_id, contact)
) WITHOUT ROWID;

CREATE TABLE redactions (
  tenant_id BIGINT NOT NULL,
  stream VARCHAR(16) NOT NULL,
  shopify_id BIGINT NOT NULL,
  redacted_at DATETIME NOT NULL,
  PRIMARY KEY (tenant_id, stream, shopify_id)
) WITHOUT ROWID;

CREATE TABLE refresh_tokens (
  token_hash VARCHAR(64) NOT NULL,
  session_id BIGINT NOT NULL,
  created_at DATETIME NOT NULL,
  used_at DATETIME,
  PRIMARY KEY (token_hash),
  CONSTRAINT refresh_tokens_session FOREIGN KEY (session_id) REFERENCES sessions (id) ON DELETE CASCADE
) WITHOUT ROWID;

CREATE INDEX refresh_tokens_by_session ON refresh_tokens (session_id, used_at);

CREATE TABLE refunds (
  tenant_id BIGINT NOT NULL,
  shopify_order_id BIGINT NOT NULL,
  shopify_refund_id BIGINT NOT NULL,
  total_refunded BIGINT NOT NULL,
  note TEXT,
  created_at DATETIME,
  processed_at DATETIME,
  PRIMARY KEY (tenant_id, shopify_order_id, shopify_refund_id)
) WITHOUT ROWID;

CREATE TABLE sales (
  tenant_id BIGINT NOT NULL,
  shopify_order_id BIGINT NOT NULL,
  event_id BIGINT NOT NULL,
  event VARCHAR(8) NOT NULL,
  line_id BIGINT NOT NULL,
  kind VARCHAR(12) NOT NULL,
  happened_at DATETIME NOT NULL,
  local_date DATE NOT NULL,
  currency VARCHAR(3) NOT NULL,
  customer_id BIGINT,
  product_id BIGINT,
  variant_id BIGINT,
  units INTEGER NOT NULL,
  returned_units INTEGER NOT NULL,
  gross BIGINT NOT NULL,
  discounts BIGINT NOT NULL,
  returns BIGINT NOT NULL,
  shipping BIGINT NOT NULL,
  tax BIGINT NOT NULL,
  duties BIGINT NOT NULL,
  fees BIGINT NOT NULL,
  adjustments BIGINT NOT NULL,
  gift_cards BIGINT NOT NULL,
  tips BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, shopify_order_id, event_id, event, line_id, kind)
) WITHOUT ROWID;

CREATE TABLE sessions (
  id BIGINT NOT NULL,
  user_id BIGINT NOT NULL,
  user_agent VARCHAR(255) NOT NULL,
  address VARCHAR(64) NOT NULL,
  created_at DATETIME NOT NULL,
  last_used_at DATETIME NOT NULL,
  expires_at DATETIME NOT NULL,
  ended_at DATETIME,
  end_reason VARCHAR(16),
  PRIMARY KEY (id),
  CONSTRAINT sessions_user FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
) WITHOUT ROWID;

CREATE INDEX sessions_by_user ON sessions (user_id, expires_at);

CREATE TABLE stream_cursors (
  tenant_id BIGINT NOT NULL,
  stream VARCHAR(16) NOT NULL,
  applied_to DATETIME NOT NULL,
  grants VARCHAR(255),
  PRIMARY KEY (tenant_id, stream)
) WITHOUT ROWID;

CREATE TABLE sync_runs (
  tenant_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  kind VARCHAR(16) NOT NULL,
  status VARCHAR(16) NOT NULL,
  active BOOLEAN GENERATED ALWAYS AS (CASE WHEN status IN ('queued', 'running') THEN 1 END) STORED,
  created_at DATETIME NOT NULL,
  started_at DATETIME,
  finished_at DATETIME,
  error TEXT,
  notice TEXT,
  again VARCHAR(16),
  PRIMARY KEY (tenant_id, id),
  CONSTRAINT sync_runs_one_active UNIQUE (tenant_id, active)
) WITHOUT ROWID;

CREATE INDEX sync_runs_by_status ON sync_runs (status, tenant_id, id);

CREATE INDEX sync_runs_by_time ON sync_runs (tenant_id, created_at, id);

CREATE TABLE sync_streams (
  tenant_id BIGINT NOT NULL,
  run_id BIGINT NOT NULL,
  name VARCHAR(16) NOT NULL,
  kind VARCHAR(16) NOT NULL,
  status VARCHAR(16) NOT NULL,
  done INTEGER NOT NULL,
  expected INTEGER,
  started_at DATETIME,
  finished_at DATETIME,
  cursor_from DATETIME,
  cursor_to DATETIME,
  complete_from DATE,
  error TEXT,
  grants VARCHAR(255),
  PRIMARY KEY (tenant_id, run_id, name)
) WITHOUT ROWID;

CREATE TABLE sync_windows (
  tenant_id BIGINT NOT NULL,
  run_id BIGINT NOT NULL,
  stream VARCHAR(16) NOT NULL,
  position INTEGER NOT NULL,
  from_at DATETIME,
  to_at DATETIME,
  status VARCHAR(16) NOT NULL,
  tries INTEGER NOT NULL,
  expected INTEGER NOT NULL,
  operation_id VARCHAR(255),
  operation_at DATETIME,
  partitions INTEGER,
  partitions_done INTEGER NOT NULL,
  roots_done INTEGER NOT NULL,
  refused INTEGER NOT NULL,
  refusal TEXT,
  PRIMARY KEY (tenant_id, run_id, stream, position)
) WITHOUT ROWID;

CREATE TABLE tenant_state (
  tenant_id BIGINT NOT NULL,
  generation INTEGER NOT NULL,
  timezone VARCHAR(64) NOT NULL,
  currency VARCHAR(3) NOT NULL,
  customers INTEGER NOT NULL,
  products INTEGER NOT NULL,
  changes BIGINT NOT NULL DEFAULT 0,
  events_applied_to DATETIME,
  PRIMARY KEY (tenant_id),
  CONSTRAINT tenant_state_tenant FOREIGN KEY (tenant_id) REFERENCES tenants (id)
) WITHOUT ROWID;

CREATE TABLE tenants (
  id BIGINT NOT NULL,
  user_id BIGINT NOT NULL,
  shop_domain VARCHAR(255) NOT NULL,
  store_name TEXT NOT NULL,
  access_token TEXT,
  access_token_expires_at DATETIME,
  refresh_token TEXT,
  refresh_token_expires_at DATETIME,
  refreshing_until DATETIME,
  scopes VARCHAR(2000) NOT NULL,
  currency VARCHAR(3),
  timezone VARCHAR(64),
  api_version VARCHAR(16),
  status VARCHAR(20) NOT NULL,
  status_reason TEXT,
  is_active BOOLEAN GENERATED ALWAYS AS (status = 'connected') STORED,
  last_sync_at DATETIME,
  created_at DATETIME NOT NULL,
  updated_at DATETIME NOT NULL,
  webhook_key VARCHAR(64),
  installed_at DATETIME,
  requires_second_factor BOOLEAN NOT NULL DEFAULT 0,
  PRIMARY KEY (id),
  CONSTRAINT tenants_shop_domain UNIQUE (shop_domain),
  CONSTRAINT tenants_user FOREIGN KEY (user_id) REFERENCES users (id)
) WITHOUT ROWID;

CREATE TABLE tombstones (
  tenant_id BIGINT NOT NULL,
  stream VARCHAR(16) NOT NULL,
  shopify_id BIGINT NOT NULL,
  merged_into BIGINT,
  deleted_at DATETIME NOT NULL,
  PRIMARY KEY (tenant_id, stream, shopify_id)
) WITHOUT ROWID;

CREATE INDEX tombstones_by_kept ON tombstones (tenant_id, merged_into);

CREATE TABLE unreadable_records (
  tenant_id BIGINT NOT NULL,
  stream VARCHAR(16) NOT NULL,
  gid VARCHAR(64) NOT NULL,
  why TEXT NOT NULL,
  found_at DATETIME NOT NULL,
  PRIMARY KEY (tenant_id, stream, gid)
) WITHOUT ROWID;

CREATE TABLE upkeep (
  tenant_id BIGINT NOT NULL,
  job VARCHAR(24) NOT NULL,
  due_at DATETIME NOT NULL,
  note TEXT,
  PRIMARY KEY (tenant_id, job)
) WITHOUT ROWID;

CREATE INDEX upkeep_by_time ON upkeep (job, due_at, tenant_id);

CREATE TABLE users (
  id BIGINT NOT NULL,
  name VARCHAR(200) NOT NULL,
  email VARCHAR(254) NOT NULL,
  password VARCHAR(255) NOT NULL,
  created_at DATETIME NOT NULL,
  totp_secret TEXT,
  totp_confirmed_at DATETIME,
  totp_last_step BIGINT,
  PRIMARY KEY (id),
  CONSTRAINT users_email UNIQUE (email)
) WITHOUT ROWID;

CREATE TABLE variants (
  tenant_id BIGINT NOT NULL,
  shopify_product_id BIGINT NOT NULL,
  shopify_variant_id BIGINT NOT NULL,
  inventory_item_id BIGINT,
  title TEXT NOT NULL,
  sku TEXT,
  price BIGINT NOT NULL,
  inventory INTEGER NOT NULL,
  position INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, shopify_product_id, shopify_variant_id)
) WITHOUT ROWID;

CREATE INDEX variants_by_item ON variants (tenant_id, inventory_item_id);

CREATE TABLE webhook_events (
  shop_domain VARCHAR(255) NOT NULL,
  webhook_id VARCHAR(128) NOT NULL,
  tenant_id BIGINT,
  topic VARCHAR(64) NOT NULL,
  event_id VARCHAR(128),
  api_version VARCHAR(16),
  triggered_at DATETIME,
  received_at DATETIME NOT NULL,
  status VARCHAR(8) NOT NULL,
  tries INTEGER NOT NULL,
  due_at DATETIME NOT NULL,
  finished_at DATETIME,
  error TEXT,
  body TEXT,
  PRIMARY KEY (shop_domain, webhook_id)
);

CREATE INDEX webhook_events_by_status ON webhook_events (status, tenant_id, due_at);

CREATE INDEX webhook_events_by_time ON webhook_events (tenant_id, received_at, webhook_id);
