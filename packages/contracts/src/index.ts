export * from './route.ts';
export * from './permissions.ts';
export * from './common.ts';
export * from './money.ts';
export * as auth from './auth.ts';
export * as stores from './stores.ts';
export * as analytics from './analytics.ts';
export * as webhooks from './webhooks.ts';
export * as live from './live.ts';
export type { LiveEvents, QueueDepth } from './live.ts';
export * as reconciliation from './reconciliation.ts';
export type { Finding, FindingKind, Reconciliation } from './reconciliation.ts';
export * as privacy from './privacy.ts';
export type { PrivacyRequest } from './privacy.ts';
export * as audit from './audit.ts';
export type { AuditEntry } from './audit.ts';
export * as teams from './teams.ts';
export type { Invitation, Member } from './teams.ts';
export type { AccountEntry, ApiToken, Session, User, UserSession } from './auth.ts';
export { STREAMS } from './stores.ts';
export type {
  RunStatus,
  StreamName,
  SyncKind,
  SyncRun,
  SyncStream,
  Tenant,
  TenantStatus,
  WaitingMembership,
} from './stores.ts';
export type {
  AbandonedCheckouts,
  CheckoutDay,
  Measure,
  Overview,
  OrdersByDate,
  Revenue,
  RevenueDay,
  TopCustomer,
  TopCustomers,
  Totals,
} from './analytics.ts';
export type { Webhook, WebhookDetail, WebhookStatus, WebhookSummary } from './webhooks.ts';
