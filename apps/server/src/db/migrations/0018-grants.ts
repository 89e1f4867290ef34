import type { Migration } from './migration.ts';

/** What a stream was read with: where more is granted later, it is read again. Of older ones that is not known. */
export const grants: Migration[] = [
  {
    name: '0018-cursor-grants',
    up: (t) => `ALTER TABLE stream_cursors ADD COLUMN grants ${t.string(255)}`,
  },
  {
    name: '0018-stream-grants',
    up: (t) => `ALTER TABLE sync_streams ADD COLUMN grants ${t.string(255)}`,
  },
];
