import type { Migration } from './migration.ts';

/** When a stream was last begun or gone on with, and how much was done by then: how fast it is is told from there. */
export const streamResumption: Migration[] = [
  { name: '0023-stream-resumed-at', up: (t) => `ALTER TABLE sync_streams ADD COLUMN resumed_at ${t.instant}` },
  { name: '0023-stream-resumed-from', up: (t) => `ALTER TABLE sync_streams ADD COLUMN resumed_from ${t.int}` },
];
