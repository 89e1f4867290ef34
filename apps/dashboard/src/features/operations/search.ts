import type { WebhookStatus } from '@xeno/contracts';
import { parseStoreSearch } from '../stores/search.ts';

/** What the page's address says: the store, and which of its webhooks are listed. */
export interface OperationsSearch {
  store?: string;
  status?: WebhookStatus;
  topic?: string;
}

export const STATES: Record<WebhookStatus, { label: string; color: string }> = {
  pending: { label: 'Waiting', color: 'yellow' },
  done: { label: 'Applied', color: 'teal' },
  dead: { label: 'Given up', color: 'red' },
};

/** Whatever makes no sense is left out. */
export function parseOperationsSearch(search: Record<string, unknown>): OperationsSearch {
  const { status, topic } = search;
  return {
    ...parseStoreSearch(search),
    ...(typeof status === 'string' && Object.hasOwn(STATES, status) && { status: status as WebhookStatus }),
    ...(typeof topic === 'string' && /^[a-z_]{1,32}\/[a-z_]{1,31}$/.test(topic) && { topic }),
  };
}
