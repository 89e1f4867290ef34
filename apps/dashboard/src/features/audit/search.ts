import { parseStoreSearch } from '../stores/search.ts';
import { KINDS } from './actions.ts';

/** What the page's address says: the store, and which entries are listed. */
export interface AuditSearch {
  store?: string;
  action?: string;
  from?: string;
  to?: string;
}

const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** Whatever makes no sense is left out. */
export function parseAuditSearch(search: Record<string, unknown>): AuditSearch {
  const { action, from, to } = search;
  return {
    ...parseStoreSearch(search),
    ...(typeof action === 'string' && Object.hasOwn(KINDS, action) && { action }),
    ...(typeof from === 'string' && DAY.test(from) && { from }),
    ...(typeof to === 'string' && DAY.test(to) && { to }),
  };
}

/** Days of the viewer's own calendar as instants; both ends included. */
export function filterOf({ action, from, to }: AuditSearch): { action?: string; from?: string; to?: string } {
  const end = to ? new Date(`${to}T00:00:00`) : null;
  end?.setDate(end.getDate() + 1);
  return {
    ...(action && { action }),
    ...(from && { from: new Date(`${from}T00:00:00`).toISOString() }),
    ...(end && { to: end.toISOString() }),
  };
}
