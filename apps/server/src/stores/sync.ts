import {
  type StreamName,
  STREAMS,
  type SyncKind,
  type SyncRun as RunView,
  type SyncStream as StreamView,
} from '@xeno/contracts';
import { Op } from 'sequelize';
import type { Database, Tx } from '../db/database.ts';
import { isUniqueViolation } from '../db/database.ts';
import { newId } from '../db/ids.ts';
import { ACTIVE, type SyncRun } from '../db/models/sync-run.ts';
import type { SyncStream } from '../db/models/sync-stream.ts';
import { Conflict } from '../http/errors.ts';
import type { Position } from '../http/paging.ts';

/**
 * Queues a run, or gives the one that is queued or running already; `note` is told of it in the same transaction. Without
 * `full`, each stream fetches what changed since its last success; one that never succeeded, or was to be fetched wholly
 * and failed, fetches everything.
 */
export async function requestSync(
  db: Database,
  tenantId: string,
  kind: SyncKind,
  note: (tx: Tx, runId: string) => Promise<void>,
): Promise<RunView> {
  const tenant = await db.models.Tenant.findByPk(tenantId);
  if (!tenant?.accessToken) {
    throw new Conflict('This store is not connected. Connect it again, then sync.', 'not_connected');
  }
  const request = () =>
    db.transaction(async (tx) => {
      const id = await startRun(tx, db, tenantId, kind);
      await note(tx, id);
      return id;
    });
  const runId = await request().catch((error: unknown) => {
    // another request queued one at the same moment
    if (isUniqueViolation(error)) return request();
    throw error;
  });
  return (await viewRuns(db, tenantId, [(await db.models.SyncRun.findOne({ where: { tenantId, id: runId } }))!]))[0]!;
}

/**
 * The id of the new run, or of the active one, which is followed by another if that one does not do what is asked: it
 * fetches changes alone and all was asked for, or (`sinceNow`) it may have looked before what it is to find. Where the
 * store cannot be reached, none follows until it can: the next run then does what was to follow.
 */
export async function startRun(
  tx: Tx,
  db: Database,
  tenantId: string,
  asked: SyncKind | 'backfill',
  { sinceNow = false } = {},
): Promise<string> {
  const { transaction } = tx;
  const active = await db.models.SyncRun.findOne({ where: { tenantId, status: ACTIVE }, transaction, lock: true });
  if (active) {
    const isMore = asked !== 'incremental' && active.kind === 'incremental';
    const again = isMore ? 'full' : sinceNow && active.status === 'running' ? 'incremental' : null;
    if (again && active.again !== 'full') await active.update({ again }, { transaction });
    return active.id;
  }
  const [owed] = await db.models.SyncRun.update({ again: null }, { where: { tenantId, again: 'full' }, transaction });
  const kind = asked === 'incremental' && owed > 0 ? 'full' : asked;
  const succeeded = await tx.query<{ stream: StreamName }>('SELECT stream FROM stream_cursors WHERE tenant_id = ?', [
    BigInt(tenantId),
  ]);
  const withCursor = new Set(succeeded.map((row) => row.stream));
  const id = newId();
  await db.models.SyncRun.create({ tenantId, id, kind, status: 'queued' }, { transaction });
  for (const name of STREAMS) {
    const isIncremental = kind === 'incremental' && withCursor.has(name);
    await db.models.SyncStream.create(
      { tenantId, runId: id, name, kind: isIncremental ? 'incremental' : 'full', status: 'queued' },
      { transaction },
    );
  }
  return id;
}

export const activeRun = (db: Database, tenantId: string): Promise<SyncRun | null> =>
  db.models.SyncRun.findOne({ where: { tenantId, status: ACTIVE } });

/** All queued or running runs of all tenants: what a process that starts has to go on with. */
export async function activeRuns(db: Database): Promise<{ tenantId: string; runId: string }[]> {
  const runs = await db.models.SyncRun.findAll({ where: { status: ACTIVE }, order: [['createdAt', 'ASC']] });
  return runs.map((run) => ({ tenantId: run.tenantId, runId: run.id }));
}

/** A page of a store's runs, the newest first. The cursor is opaque to callers. */
export async function listRuns(
  db: Database,
  tenantId: string,
  { limit, before }: { limit: number; before: Position | null },
): Promise<RunView[]> {
  const runs = await db.models.SyncRun.findAll({
    where: {
      tenantId,
      ...(before && {
        [Op.or]: [{ createdAt: { [Op.lt]: before.at } }, { createdAt: before.at, id: { [Op.lt]: before.id } }],
      }),
    },
    order: [
      ['createdAt', 'DESC'],
      ['id', 'DESC'],
    ],
    limit,
  });
  return viewRuns(db, tenantId, runs);
}

export async function viewRuns(db: Database, tenantId: string, runs: SyncRun[]): Promise<RunView[]> {
  if (runs.length === 0) return [];
  const streams = await db.models.SyncStream.findAll({ where: { tenantId, runId: runs.map((run) => run.id) } });
  const position = (stream: SyncStream) => STREAMS.indexOf(stream.name);
  return runs.map((run) => ({
    id: run.id,
    kind: run.kind,
    status: run.status,
    createdAt: run.createdAt.toISOString(),
    startedAt: run.startedAt?.toISOString() ?? null,
    finishedAt: run.finishedAt?.toISOString() ?? null,
    error: run.error ?? null,
    notice: run.notice ?? null,
    streams: streams
      .filter((stream) => stream.runId === run.id)
      .sort((a, b) => position(a) - position(b))
      .map(viewStream),
  }));
}

function viewStream(stream: SyncStream): StreamView {
  const { name, status, done, startedAt, finishedAt, completeFrom } = stream;
  const expected = stream.expected ?? null;
  const seconds = startedAt ? ((finishedAt ?? new Date()).getTime() - startedAt.getTime()) / 1000 : 0;
  const rate = done > 0 && seconds > 0 ? done / seconds : null;
  const isRunning = status === 'running' && rate !== null && expected !== null;
  return {
    name,
    status,
    done,
    expected,
    ratePerSecond: rate === null ? null : Math.round(rate * 10) / 10,
    secondsLeft: isRunning ? Math.ceil(Math.max(0, expected - done) / rate) : null,
    completeFrom: status === 'running' ? (completeFrom ?? null) : null,
    error: stream.error ?? null,
  };
}
