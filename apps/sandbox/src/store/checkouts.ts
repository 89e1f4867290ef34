import type { Line } from './order.ts';

/** A checkout as the sandbox stores it. */
export interface Checkout {
  index: number;
  token: string;
  createdAt: number;
  updatedAt: number;
  completedAt: number | null;
  currency: string;
  taxesIncluded: boolean;
  customer: number | null;
  email: string | null;
  phone: string | null;
  lines: Line[];
  /** Position of the order it became. */
  order: number | null;
}

const HOUR = 3_600_000;

/** Somebody who can be reached left it for an hour; it may have been completed after that. */
export function isAbandoned({ createdAt, completedAt, email, phone }: Checkout, now: number): boolean {
  return (email !== null || phone !== null) && createdAt <= (completedAt ?? now) - HOUR;
}
