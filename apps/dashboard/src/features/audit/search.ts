import { parseStoreSearch } from '../stores/search.ts';
import { KINDS } from './actions.ts';

/** What the page's address says: the store, and which entries are listed. */
export interface AuditSearch {
  store?: string;
  /** One of the kinds. */
  action?: string;
  user?: string;
  from?: string;
  to?: string;
}

const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** Whatever makes no sense is left out. */
export function parseAuditSearch(search: Record<string, unknown>): AuditSearch {
  const { action, user, from, to } = search;
  return {
    ...parseStoreSearch(search),
    ...(typeof action === 'string' && Object.hasOwn(KINDS, action) && { action }),
    ...(typeof user === 'string' && /^\d{1,20}$/.test(user) && { user }),
    ...(typeof from === 'string' && DAY.test(from) && { from }),
    ...(typeof to === 'string' && DAY.test(to) && { to }),
  };
}

/** The end is before the beginning. */
export const isBackwards = ({ from, to }: AuditSearch): boolean => !!from && !!to && to < from;

/** As the API wants it: days of the viewer's own calendar as instants, both ends included. */
export function filterOf({ action, user, from, to }: AuditSearch): Record<string, string> {
  const end = to ? new Date(`${to}T00:00:00`) : null;
  end?.setDate(end.getDate() + 1);
  return {
    ...(action && { action: KINDS[action]!.actions.join(',') }),
    ...(user && { user_id: user }),
    ...(from && { from: new Date(`${from}T00:00:00`).toISOString() }),
    ...(end && { to: end.toISOString() }),
  };
}
