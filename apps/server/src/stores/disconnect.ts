import type { Database } from '../db/database.ts';
import { NO_TOKENS } from './tokens.ts';

/** Destroys a store's tokens and ends what runs for it; its data stays. Doing it twice changes nothing. */
export async function disconnect(db: Database, tenantId: string): Promise<void> {
  await db.transaction(async ({ transaction }) => {
    const { Tenant, SyncRun, SyncStream } = db.models;
    await Tenant.update(
      { ...NO_TOKENS, status: 'disconnected', statusReason: 'It was disconnected here; its data is kept.' },
      { where: { id: tenantId }, transaction },
    );
    const ended = { status: 'cancelled' as const, finishedAt: new Date() };
    const open = { tenantId, status: ['queued' as const, 'running' as const] };
    await SyncStream.update(ended, { where: open, transaction });
    await SyncRun.update({ ...ended, error: 'The store was disconnected.' }, { where: open, transaction });
  });
}
