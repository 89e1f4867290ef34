import type { Database } from '../db/database.ts';
import { deleteSome } from '../db/delete-some.ts';

/** Removes sessions that have ended before an instant, with their refresh tokens; whether there may be more. */
export const pruneSessions = (db: Database, endedBefore: Date): Promise<boolean> =>
  deleteSome(db, 'sessions', ['id'], 'ended_at < ? OR expires_at < ?', [endedBefore, endedBefore]);
