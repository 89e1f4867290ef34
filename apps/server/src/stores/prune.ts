import type { Database } from '../db/database.ts';
import { deleteSome } from '../db/delete-some.ts';

/** Removes the states of connections that were finished or given up; whether there may be more. */
export const pruneStates = (db: Database): Promise<boolean> =>
  deleteSome(db, 'oauth_states', ['state_hash'], 'expires_at < ?', [new Date()]);
