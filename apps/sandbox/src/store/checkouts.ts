import type { Line } from './order.ts';

/** A checkout as the sandbox stores it. It is abandoned when it has a contact and is not completed. */
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
