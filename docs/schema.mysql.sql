CREATE TABLE api_token_stores (
  tenant_id bigint unsigned NOT NULL,
  token_id bigint unsigned NOT NULL,
  PRIMARY KEY (tenant_id, token_id),
  KEY api_token_stores_by_token (token_id),
  CONSTRAINT api_token_stores_token FOREIGN KEY (token_id) REFERENCES api_tokens (id) ON DELETE CASCADE
) ENGINE=InnoDB COLLATE=utf8mb4_bin;

CREATE TABLE api_tokens (
  id bigint unsigned NOT NULL,
  user_id bigint unsigned NOT NULL,
  token_hash varchar(64) NOT NULL,
  name varchar(100) NOT NULL,
  role varchar(16) NOT NULL,
  created_at datetime(3) NOT NULL,
  expires_at datetime(3) NOT NULL,
  last_used_at datetime(3),
  revoked_at datetime(3),
  PRIMARY KEY (id),
  KEY api_tokens_by_user (user_id, created_at),
  UNIQUE KEY api_tokens_hash (token_hash),
  CONSTRAINT api_tokens_user FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
) ENGINE=InnoDB COLLATE=utf8mb4_bin;

CREATE TABLE audit_log (
  tenant_id bigint unsigned NOT NULL,
  id bigint unsigned NOT NULL,
  happened_at datetime(3) NOT NULL,
  user_id bigint unsigned,
  action varchar(64) NOT NULL,
  subject varchar(255),
  detail mediumtext NOT NULL,
  address varchar(64),
  PRIMARY KEY (tenant_id, id),
  KEY audit_log_by_time (tenant_id, happened_at, id),
  KEY audit_log_by_user (tenant_id, user_id, happened_at, id)
) ENGINE=InnoDB COLLATE=utf8mb4_bin;

CREATE TABLE checkouts (
  tenant_id bigint unsigned NOT NULL,
  shopify_checkout_id bigint unsigned NOT NULL,
  currency varchar(8) NOT NULL,
  total_price bigint NOT NULL,
  contact tinyint(1) NOT NULL,
  created_at datetime(3) NOT NULL,
  updated_at datetime(3) NOT NULL,
  completed_at datetime(3),
  local_date date NOT NULL,
  PRIMARY KEY (tenant_id, shopify_checkout_id),
  KEY checkouts_by_day (tenant_id, currency, local_date, contact, created_at, completed_at, total_price)
) ENGINE=InnoDB COLLATE=utf8mb4_bin;

CREATE TABLE customer_days (
  tenant_id bigint unsigned NOT NULL,
  generation int NOT NULL,
  currency varchar(8) NOT NULL,
  local_date date NOT NULL,
  customer_id bigint unsigned NOT NULL,
  orders int NOT NULL,
  spent bigint NOT NULL,
  PRIMARY KEY (tenant_id, generation, currency, local_date, customer_id)
) ENGINE=InnoDB COLLATE=utf8mb4_bin;

CREATE TABLE customers (
  tenant_id bigint unsigned NOT NULL,
  shopify_customer_id bigint unsigned NOT NULL,
  name mediumtext,
  email mediumtext,
  phone mediumtext,
  country varchar(8),
  tags mediumtext,
  email_consent varchar(32),
  orders_count int NOT NULL,
  total_spent bigint NOT NULL,
  shopify_orders_count int,
  shopify_amount_spent bigint,
  created_at datetime(3),
  updated_at datetime(3),
  content_hash varchar(32),
  PRIMARY KEY (tenant_id, shopify_customer_id),
  KEY customers_by_spend (tenant_id, total_spent, shopify_customer_id)
) ENGINE=InnoDB COLLATE=utf8mb4_bin;

CREATE TABLE daily_sales (
  tenant_id bigint unsigned NOT NULL,
  generation int NOT NULL,
  currency varchar(8) NOT NULL,
  local_date date NOT NULL,
  orders int NOT NULL,
  units bigint NOT NULL,
  gross bigint NOT NULL,
  discounts bigint NOT NULL,
  returns bigint NOT NULL,
  shipping bigint NOT NULL,
  tax bigint NOT NULL,
  duties bigint NOT NULL,
  fees bigint NOT NULL,
  adjustments bigint NOT NULL,
  gift_cards bigint NOT NULL,
  tips bigint NOT NULL,
  PRIMARY KEY (tenant_id, generation, currency, local_date)
) ENGINE=InnoDB COLLATE=utf8mb4_bin;

CREATE TABLE fetch_marks (
  tenant_id bigint unsigned NOT NULL,
  stream varchar(16) NOT NULL,
  shopify_id bigint unsigned NOT NULL,
  marked_at datetime(3) NOT NULL,
  due_at datetime(3),
  tries int NOT NULL DEFAULT 0,
  needs datetime(3),
  PRIMARY KEY (tenant_id, stream, shopify_id)
) ENGINE=InnoDB COLLATE=utf8mb4_bin;

CREATE TABLE findings (
  tenant_id bigint unsigned NOT NULL,
  reconciliation_id bigint unsigned NOT NULL,
  position int NOT NULL,
  kind varchar(32) NOT NULL,
  stream varchar(16),
  shopify_id bigint unsigned,
  name mediumtext,
  local_date date,
  expected mediumtext,
  found mediumtext,
  mended tinyint(1) NOT NULL,
  PRIMARY KEY (tenant_id, reconciliation_id, position)
) ENGINE=InnoDB COLLATE=utf8mb4_bin;

CREATE TABLE inventory_levels (
  tenant_id bigint unsigned NOT NULL,
  inventory_item_id bigint unsigned NOT NULL,
  shopify_location_id bigint unsigned NOT NULL,
  available int,
  updated_at datetime(3) NOT NULL,
  PRIMARY KEY (tenant_id, inventory_item_id, shopify_location_id)
) ENGINE=InnoDB COLLATE=utf8mb4_bin;

CREATE TABLE invitations (
  tenant_id bigint unsigned NOT NULL,
  id bigint unsigned NOT NULL,
  token_hash varchar(64) NOT NULL,
  email varchar(254) NOT NULL,
  role varchar(16) NOT NULL,
  invited_by bigint unsigned NOT NULL,
  created_at datetime(3) NOT NULL,
  expires_at datetime(3) NOT NULL,
  ended_at datetime(3),
  end_reason varchar(16),
  PRIMARY KEY (tenant_id, id),
  KEY invitations_by_token (token_hash)
) ENGINE=InnoDB COLLATE=utf8mb4_bin;

CREATE TABLE leases (
  tenant_id bigint unsigned NOT NULL,
  name varchar(32) NOT NULL,
  owner varchar(64) NOT NULL,
  fence bigint unsigned NOT NULL,
  expires_at datetime(3) NOT NULL,
  PRIMARY KEY (tenant_id, name)
) ENGINE=InnoDB COLLATE=utf8mb4_bin;

CREATE TABLE mails (
  id bigint unsigned NOT NULL,
  sealed mediumtext NOT NULL,
  created_at datetime(3) NOT NULL,
  due_at datetime(3) NOT NULL,
  tries int NOT NULL,
  PRIMARY KEY (id),
  KEY mails_by_due (due_at)
) ENGINE=InnoDB COLLATE=utf8mb4_bin;

CREATE TABLE memberships (
  tenant_id bigint unsigned NOT NULL,
  user_id bigint unsigned NOT NULL,
  role varchar(16) NOT NULL,
  created_at datetime(3) NOT NULL,
  waiting_since datetime(3),
  PRIMARY KEY (tenant_id, user_id),
  KEY memberships_by_user (user_id, tenant_id),
  CONSTRAINT memberships_tenant FOREIGN KEY (tenant_id) REFERENCES tenants (id),
  CONSTRAINT memberships_user FOREIGN KEY (user_id) REFERENCES users (id)
) ENGINE=InnoDB COLLATE=utf8mb4_bin;

CREATE TABLE migrations (
  name varchar(128) NOT NULL,
  PRIMARY KEY (name)
) ENGINE=InnoDB COLLATE=utf8mb4_bin;

CREATE TABLE oauth_states (
  state_hash varchar(64) NOT NULL,
  user_id bigint unsigned NOT NULL,
  shop_domain varchar(255) NOT NULL,
  browser_hash varchar(64) NOT NULL,
  created_at datetime(3) NOT NULL,
  expires_at datetime(3) NOT NULL,
  used_at datetime(3),
  session_id bigint unsigned,
  PRIMARY KEY (state_hash),
  KEY oauth_states_user (user_id),
  CONSTRAINT oauth_states_user FOREIGN KEY (user_id) REFERENCES users (id)
) ENGINE=InnoDB COLLATE=utf8mb4_bin;

CREATE TABLE one_time_tokens (
  token_hash varchar(64) NOT NULL,
  purpose varchar(16) NOT NULL,
  user_id bigint unsigned,
  detail mediumtext,
  created_at datetime(3) NOT NULL,
  expires_at datetime(3) NOT NULL,
  used_at datetime(3),
  PRIMARY KEY (token_hash),
  KEY one_time_tokens_by_end (expires_at)
) ENGINE=InnoDB COLLATE=utf8mb4_bin;

CREATE TABLE order_lines (
  tenant_id bigint unsigned NOT NULL,
  shopify_order_id bigint unsigned NOT NULL,
  shopify_line_id bigint unsigned NOT NULL,
  product_id bigint unsigned,
  variant_id bigint unsigned,
  title mediumtext NOT NULL,
  variant_title mediumtext,
  sku mediumtext,
  vendor mediumtext,
  quantity int NOT NULL,
  current_quantity int NOT NULL,
  unit_price bigint NOT NULL,
  discounted_total bigint NOT NULL,
  gift_card tinyint(1) NOT NULL,
  PRIMARY KEY (tenant_id, shopify_order_id, shopify_line_id)
) ENGINE=InnoDB COLLATE=utf8mb4_bin;

CREATE TABLE orders (
  tenant_id bigint unsigned NOT NULL,
  shopify_order_id bigint unsigned NOT NULL,
  customer_id bigint unsigned,
  name mediumtext NOT NULL,
  currency varchar(8) NOT NULL,
  total_price bigint NOT NULL,
  current_total_price bigint NOT NULL,
  total_discounts bigint NOT NULL,
  total_tax bigint NOT NULL,
  total_shipping bigint NOT NULL,
  total_refunded bigint NOT NULL,
  presentment_currency varchar(8) NOT NULL,
  presentment_total_price bigint NOT NULL,
  presentment_current_total_price bigint NOT NULL,
  test tinyint(1) NOT NULL,
  financial_status varchar(32),
  fulfillment_status varchar(32),
  source_name mediumtext,
  country varchar(8),
  tags mediumtext NOT NULL,
  discount_codes mediumtext NOT NULL,
  created_at datetime(3) NOT NULL,
  processed_at datetime(3) NOT NULL,
  updated_at datetime(3) NOT NULL,
  cancelled_at datetime(3),
  cancel_reason varchar(32),
  closed_at datetime(3),
  local_date date NOT NULL,
  ledger_difference bigint NOT NULL,
  content_hash varchar(32) NOT NULL,
  PRIMARY KEY (tenant_id, shopify_order_id),
  KEY orders_by_creation (tenant_id, created_at, shopify_order_id),
  KEY orders_by_customer (tenant_id, customer_id)
) ENGINE=InnoDB COLLATE=utf8mb4_bin;

CREATE TABLE privacy_requests (
  tenant_id bigint unsigned NOT NULL,
  id bigint unsigned NOT NULL,
  kind varchar(24) NOT NULL,
  webhook_id varchar(128) NOT NULL,
  customer_id bigint unsigned,
  order_ids mediumtext NOT NULL,
  status varchar(16) NOT NULL,
  requested_at datetime(3) NOT NULL,
  due_at datetime(3) NOT NULL,
  finished_at datetime(3),
  note mediumtext,
  contacts mediumtext,
  PRIMARY KEY (tenant_id, id),
  UNIQUE KEY privacy_requests_webhook (tenant_id, webhook_id)
) ENGINE=InnoDB COLLATE=utf8mb4_bin;

CREATE TABLE products (
  tenant_id bigint unsigned NOT NULL,
  shopify_product_id bigint unsigned NOT NULL,
  title mediumtext NOT NULL,
  vendor mediumtext NOT NULL,
  product_type mediumtext NOT NULL,
  status varchar(32) NOT NULL,
  handle mediumtext NOT NULL,
  image_url mediumtext,
  price bigint,
  inventory bigint NOT NULL,
  created_at datetime(3) NOT NULL,
  updated_at datetime(3) NOT NULL,
  content_hash varchar(32) NOT NULL,
  PRIMARY KEY (tenant_id, shopify_product_id)
) ENGINE=InnoDB COLLATE=utf8mb4_bin;

CREATE TABLE reconciliations (
  tenant_id bigint unsigned NOT NULL,
  id bigint unsigned NOT NULL,
  status varchar(16) NOT NULL,
  started_at datetime(3) NOT NULL,
  finished_at datetime(3),
  compared mediumtext NOT NULL,
  findings int NOT NULL,
  notice mediumtext,
  error mediumtext,
  PRIMARY KEY (tenant_id, id)
) ENGINE=InnoDB COLLATE=utf8mb4_bin;

CREATE TABLE recovery_codes (
  user_id bigint unsigned NOT NULL,
  code_hash varchar(64) NOT NULL,
  used_at datetime(3),
  PRIMARY KEY (user_id, code_hash),
  CONSTRAINT recovery_codes_user FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
) ENGINE=InnoDB COLLATE=utf8mb4_bin;

CREATE TABLE redacted_contacts (
  tenant_id bigint unsigned NOT NULL,
  contact varchar(64) NOT NULL,
  redacted_at datetime(3) NOT NULL,
  PRIMARY KEY (tenant_id, contact)
) ENGINE=InnoDB COLLATE=utf8mb4_bin;

CREATE TABLE redactions (
  tenant_id bigint unsigned NOT NULL,
  stream varchar(16) NOT NULL,
  shopify_id bigint unsigned NOT NULL,
  redacted_at datetime(3) NOT NULL,
  PRIMARY KEY (tenant_id, stream, shopify_id)
) ENGINE=InnoDB COLLATE=utf8mb4_bin;

CREATE TABLE refresh_tokens (
  token_hash varchar(64) NOT NULL,
  session_id bigint unsigned NOT NULL,
  created_at datetime(3) NOT NULL,
  used_at datetime(3),
  PRIMARY KEY (token_hash),
  KEY refresh_tokens_by_session (session_id, used_at),
  CONSTRAINT refresh_tokens_session FOREIGN KEY (session_id) REFERENCES sessions (id) ON DELETE CASCADE
) ENGINE=InnoDB COLLATE=utf8mb4_bin;

CREATE TABLE refunds (
  tenant_id bigint unsigned NOT NULL,
  shopify_order_id bigint unsigned NOT NULL,
  shopify_refund_id bigint unsigned NOT NULL,
  total_refunded bigint NOT NULL,
  note mediumtext,
  created_at datetime(3),
  processed_at datetime(3),
  PRIMARY KEY (tenant_id, shopify_order_id, shopify_refund_id)
) ENGINE=InnoDB COLLATE=utf8mb4_bin;

CREATE TABLE sales (
  tenant_id bigint unsigned NOT NULL,
  shopify_order_id bigint unsigned NOT NULL,
  event_id bigint unsigned NOT NULL,
  event varchar(8) NOT NULL,
  line_id bigint unsigned NOT NULL,
  kind varchar(12) NOT NULL,
  happened_at datetime(3) NOT NULL,
  local_date date NOT NULL,
  currency varchar(8) NOT NULL,
  customer_id bigint unsigned,
  product_id bigint unsigned,
  variant_id bigint unsigned,
  units int NOT NULL,
  returned_units int NOT NULL,
  gross bigint NOT NULL,
  discounts bigint NOT NULL,
  returns bigint NOT NULL,
  shipping bigint NOT NULL,
  tax bigint NOT NULL,
  duties bigint NOT NULL,
  fees bigint NOT NULL,
  adjustments bigint NOT NULL,
  gift_cards bigint NOT NULL,
  tips bigint NOT NULL,
  PRIMARY KEY (tenant_id, shopify_order_id, event_id, event, line_id, kind)
) ENGINE=InnoDB COLLATE=utf8mb4_bin;

CREATE TABLE sessions (
  id bigint unsigned NOT NULL,
  user_id bigint unsigned NOT NULL,
  user_agent varchar(255) NOT NULL,
  address varchar(64) NOT NULL,
  created_at datetime(3) NOT NULL,
  last_used_at datetime(3) NOT NULL,
  expires_at datetime(3) NOT NULL,
  ended_at datetime(3),
  end_reason varchar(16),
  PRIMARY KEY (id),
  KEY sessions_by_user (user_id, expires_at),
  CONSTRAINT sessions_user FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
) ENGINE=InnoDB COLLATE=utf8mb4_bin;

CREATE TABLE stream_cursors (
  tenant_id bigint unsigned NOT NULL,
  stream varchar(16) NOT NULL,
  applied_to datetime(3) NOT NULL,
  grants varchar(255),
  PRIMARY KEY (tenant_id, stream)
) ENGINE=InnoDB COLLATE=utf8mb4_bin;

CREATE TABLE sync_runs (
  tenant_id bigint unsigned NOT NULL,
  id bigint unsigned NOT NULL,
  kind varchar(16) NOT NULL,
  status varchar(16) NOT NULL,
  active tinyint(1) GENERATED ALWAYS AS (case when status in ('queued', 'running') then 1 end) STORED,
  created_at datetime(3) NOT NULL,
  started_at datetime(3),
  finished_at datetime(3),
  error mediumtext,
  notice mediumtext,
  again varchar(16),
  PRIMARY KEY (tenant_id, id),
  KEY sync_runs_by_status (status, tenant_id, id),
  KEY sync_runs_by_time (tenant_id, created_at, id),
  UNIQUE KEY sync_runs_one_active (tenant_id, active)
) ENGINE=InnoDB COLLATE=utf8mb4_bin;

CREATE TABLE sync_streams (
  tenant_id bigint unsigned NOT NULL,
  run_id bigint unsigned NOT NULL,
  name varchar(16) NOT NULL,
  kind varchar(16) NOT NULL,
  status varchar(16) NOT NULL,
  done int NOT NULL,
  expected int,
  started_at datetime(3),
  finished_at datetime(3),
  cursor_from datetime(3),
  cursor_to datetime(3),
  complete_from date,
  error mediumtext,
  grants varchar(255),
  PRIMARY KEY (tenant_id, run_id, name)
) ENGINE=InnoDB COLLATE=utf8mb4_bin;

CREATE TABLE sync_windows (
  tenant_id bigint unsigned NOT NULL,
  run_id bigint unsigned NOT NULL,
  stream varchar(16) NOT NULL,
  position int NOT NULL,
  from_at datetime(3),
  to_at datetime(3),
  status varchar(16) NOT NULL,
  tries int NOT NULL,
  expected int NOT NULL,
  operation_id varchar(255),
  operation_at datetime(3),
  partitions int,
  partitions_done int NOT NULL,
  roots_done int NOT NULL,
  refused int NOT NULL,
  refusal mediumtext,
  PRIMARY KEY (tenant_id, run_id, stream, position)
) ENGINE=InnoDB COLLATE=utf8mb4_bin;

CREATE TABLE tenant_state (
  tenant_id bigint unsigned NOT NULL,
  generation int NOT NULL,
  timezone varchar(64) NOT NULL,
  currency varchar(8) NOT NULL,
  customers int NOT NULL,
  products int NOT NULL,
  changes bigint NOT NULL DEFAULT 0,
  events_applied_to datetime(3),
  PRIMARY KEY (tenant_id),
  CONSTRAINT tenant_state_tenant FOREIGN KEY (tenant_id) REFERENCES tenants (id)
) ENGINE=InnoDB COLLATE=utf8mb4_bin;

CREATE TABLE tenants (
  id bigint unsigned NOT NULL,
  user_id bigint unsigned NOT NULL,
  shop_domain varchar(255) NOT NULL,
  store_name mediumtext NOT NULL,
  access_token mediumtext,
  access_token_expires_at datetime(3),
  refresh_token mediumtext,
  refresh_token_expires_at datetime(3),
  refreshing_until datetime(3),
  scopes varchar(2000) NOT NULL,
  currency varchar(8),
  timezone varchar(64),
  api_version varchar(16),
  status varchar(20) NOT NULL,
  status_reason mediumtext,
  is_active tinyint(1) GENERATED ALWAYS AS (status = 'connected') STORED,
  last_sync_at datetime(3),
  created_at datetime(3) NOT NULL,
  updated_at datetime(3) NOT NULL,
  webhook_key varchar(64),
  installed_at datetime(3),
  requires_second_factor tinyint(1) NOT NULL DEFAULT 0,
  PRIMARY KEY (id),
  UNIQUE KEY tenants_shop_domain (shop_domain),
  KEY tenants_user (user_id),
  CONSTRAINT tenants_user FOREIGN KEY (user_id) REFERENCES users (id)
) ENGINE=InnoDB COLLATE=utf8mb4_bin;

CREATE TABLE tombstones (
  tenant_id bigint unsigned NOT NULL,
  stream varchar(16) NOT NULL,
  shopify_id bigint unsigned NOT NULL,
  merged_into bigint unsigned,
  deleted_at datetime(3) NOT NULL,
  PRIMARY KEY (tenant_id, stream, shopify_id),
  KEY tombstones_by_kept (tenant_id, merged_into)
) ENGINE=InnoDB COLLATE=utf8mb4_bin;

CREATE TABLE unreadable_records (
  tenant_id bigint unsigned NOT NULL,
  stream varchar(16) NOT NULL,
  gid varchar(64) NOT NULL,
  why mediumtext NOT NULL,
  found_at datetime(3) NOT NULL,
  PRIMARY KEY (tenant_id, stream, gid)
) ENGINE=InnoDB COLLATE=utf8mb4_bin;

CREATE TABLE upkeep (
  tenant_id bigint unsigned NOT NULL,
  job varchar(24) NOT NULL,
  due_at datetime(3) NOT NULL,
  note mediumtext,
  PRIMARY KEY (tenant_id, job),
  KEY upkeep_by_time (job, due_at, tenant_id)
) ENGINE=InnoDB COLLATE=utf8mb4_bin;

CREATE TABLE users (
  id bigint unsigned NOT NULL,
  name varchar(200) NOT NULL,
  email varchar(254) NOT NULL,
  password varchar(255) NOT NULL,
  created_at datetime(3) NOT NULL,
  totp_secret mediumtext,
  totp_confirmed_at datetime(3),
  totp_last_step bigint unsigned,
  PRIMARY KEY (id),
  UNIQUE KEY users_email (email)
) ENGINE=InnoDB COLLATE=utf8mb4_bin;

CREATE TABLE variants (
  tenant_id bigint unsigned NOT NULL,
  shopify_product_id bigint unsigned NOT NULL,
  shopify_variant_id bigint unsigned NOT NULL,
  inventory_item_id bigint unsigned,
  title mediumtext NOT NULL,
  sku mediumtext,
  price bigint NOT NULL,
  inventory int NOT NULL,
  position int NOT NULL,
  PRIMARY KEY (tenant_id, shopify_product_id, shopify_variant_id),
  KEY variants_by_item (tenant_id, inventory_item_id)
) ENGINE=InnoDB COLLATE=utf8mb4_bin;

CREATE TABLE webhook_events (
  shop_domain varchar(255) NOT NULL,
  webhook_id varchar(128) NOT NULL,
  tenant_id bigint unsigned,
  topic varchar(64) NOT NULL,
  event_id varchar(128),
  api_version varchar(16),
  triggered_at datetime(3),
  received_at datetime(3) NOT NULL,
  status varchar(8) NOT NULL,
  tries int NOT NULL,
  due_at datetime(3) NOT NULL,
  finished_at datetime(3),
  error mediumtext,
  body mediumtext,
  PRIMARY KEY (shop_domain, webhook_id),
  KEY webhook_events_by_status (status, tenant_id, due_at),
  KEY webhook_events_by_time (tenant_id, received_at, webhook_id)
) ENGINE=InnoDB COLLATE=utf8mb4_bin;
