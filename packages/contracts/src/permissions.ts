import type { Role } from './common.ts';

/**
 * Who may do what in a store: the one table, for the server, the dashboard and the documentation. Without `personal:read`
 * what is marked `personal` in an answer is null.
 */
export const PERMISSIONS = {
  /** Figures, charts, exports of aggregates; how the data comes in. */
  'metrics:read': ['admin', 'store_manager', 'analyst'],
  /** Orders, products, inventory, what comparisons with Shopify have found. */
  'records:read': ['admin', 'store_manager', 'analyst'],
  /** Customers' names, e-mails, telephones and addresses, and what Shopify has sent word for word. */
  'personal:read': ['admin', 'store_manager'],
  /** Sync, compare with Shopify, replay webhooks. */
  'sync:run': ['admin', 'store_manager'],
  /** Connect and disconnect. */
  'store:manage': ['admin'],
  'members:manage': ['admin'],
  'tokens:manage': ['admin'],
  'privacy:manage': ['admin'],
  'audit:read': ['admin'],
} as const satisfies Record<string, readonly Role[]>;

export type Permission = keyof typeof PERMISSIONS;

export const permits = (role: Role, permission: Permission): boolean =>
  (PERMISSIONS[permission] as readonly Role[]).includes(role);

/** From the least to the greatest: each may what the one before may. */
export const ROLES = ['analyst', 'store_manager', 'admin'] as const satisfies readonly Role[];

export const lesserRole = (a: Role, b: Role): Role => (ROLES.indexOf(a) < ROLES.indexOf(b) ? a : b);
