/**
 * A thread that copies what was committed from SQLite's log into the database file. Otherwise whoever commits does so
 * every now and then, and all who wait to write wait for the disk meanwhile. Only a writer can begin the log anew
 * (`wal_autocheckpoint` in thread.ts); what is left for it to copy by then is little.
 */
import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import type { ThreadData } from './protocol.ts';

const LOOK_MS = 50;
/** Of 4 KB. Fewer at a time would copy pages that change often again and again. */
const ENOUGH_PAGES = 2_000;

const db = new DatabaseSync((workerData as ThreadData).file, { timeout: 10_000 });

function checkpoint(): void {
  try {
    // NOOP only tells how far the log and its copying are; both are -1 as long as there is none
    const { log, checkpointed } = db.prepare('PRAGMA wal_checkpoint(NOOP)').get() as Record<string, number>;
    if (log! - checkpointed! >= ENOUGH_PAGES) db.exec('PRAGMA wal_checkpoint(PASSIVE)');
  } catch {
    // a full disk, say: the log grows until it can be copied, and who cannot write is told so
  }
}
const timer = setInterval(checkpoint, LOOK_MS);

parentPort!.on('message', () => {
  clearInterval(timer);
  db.close();
  parentPort!.close();
});
