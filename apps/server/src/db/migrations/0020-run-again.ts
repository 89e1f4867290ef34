import type { Migration } from './migration.ts';

/** What was asked for while a run was under way that this one does not do: `full`, or `incremental`. */
export const runAgain: Migration[] = [
  { name: '0020-run-again', up: (t) => `ALTER TABLE sync_runs ADD COLUMN again ${t.string(16)}` },
];
