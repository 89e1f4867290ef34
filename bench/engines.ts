import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { accessOf, type Database, openDatabase } from '../apps/server/src/db/database.ts';
import { migrate } from '../apps/server/src/db/migrate.ts';
import { freshDatabase, startMariaDb } from '../apps/server/test/harness/services.ts';
import { mariaDb } from '../scripts/lib/programs.mjs';
import { progress, sqliteVersion } from './report.ts';

/** A database engine to measure on. */
export interface Engine {
  name: 'SQLite' | 'MariaDB';
  version: string;
  /** An empty, migrated database of its own; `drop` closes and removes it. */
  open(): Promise<Place>;
  stop(): Promise<void>;
}

export interface Place {
  db: Database;
  /** Null for SQLite. */
  databaseUrl: string | null;
  dataDir: string;
  drop(): Promise<void>;
}

/** The engines of this machine: embedded SQLite, and a private MariaDB where it is installed. */
export async function startEngines(): Promise<Engine[]> {
  const sqlite: Engine = {
    name: 'SQLite',
    version: sqliteVersion(),
    open: () => openPlace(null, async () => {}),
    stop: async () => {},
  };
  if (!mariaDb()) {
    progress('MariaDB is not installed: only SQLite is measured.');
    return [sqlite];
  }
  const server = await startMariaDb();
  const mariadb: Engine = {
    name: 'MariaDB',
    version: await versionOf(server.url),
    async open() {
      const { url, drop } = await freshDatabase(server.url);
      return openPlace(url, drop);
    },
    stop: () => server.stop(),
  };
  return [sqlite, mariadb];
}

async function openPlace(databaseUrl: string | null, dropDatabase: () => Promise<void>): Promise<Place> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'xeno-bench-'));
  const db = openDatabase(accessOf({ databaseUrl, dataDir }));
  await migrate(db);
  return {
    db,
    databaseUrl,
    dataDir,
    async drop() {
      await db.close();
      await dropDatabase();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

async function versionOf(url: string): Promise<string> {
  const db = openDatabase({ url });
  const [row] = await db.read<{ version: string }>('SELECT VERSION() AS version');
  await db.close();
  return `MariaDB ${row!.version}`;
}
