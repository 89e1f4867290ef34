import type { Migration } from './migration.ts';

/** What is fetched answers a mark only if it was updated by then: a read may be behind the webhook that made the mark. */
export const markNeeds: Migration[] = [
  { name: '0021-mark-needs', up: (t) => `ALTER TABLE fetch_marks ADD COLUMN needs ${t.instant}` },
];
