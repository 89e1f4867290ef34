import { bounded, isDay } from '../../lib/dates.ts';
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

/** Whatever makes no sense is left out. */
export function parseAuditSearch(search: Record<string, unknown>): AuditSearch {
  const { action, user, from, to } = search;
  return {
    ...parseStoreSearch(search),
    ...(typeof action === 'string' && Object.hasOwn(KINDS, action) && { action }),
    ...(typeof user === 'string' && /^\d{1,16}$/.test(user) && { user }),
    ...(typeof from === 'string' && isDay(from) && { from }),
    ...(typeof to === 'string' && isDay(to) && { to }),
  };
}

/** The end is before the beginning. */
export const isBackwards = ({ from, to }: AuditSearch): boolean => !!from && !!to && to < from;

/** As the API wants it: days of the viewer's own calendar as instants, both ends included. */
export function filterOf({ action, user, from, to }: AuditSearch): Record<string, string> {
  const startOf = (day: string) => new Date(`${bounded(day)}T00:00:00`);
  const end = to ? startOf(to) : null;
  end?.setDate(end.getDate() + 1);
  return {
    ...(action && { action: KINDS[action]!.actions.join(',') }),
    ...(user && { user_id: user }),
    ...(from && { from: startOf(from).toISOString() }),
    ...(end && { to: end.toISOString() }),
  };
}
