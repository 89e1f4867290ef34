import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { inject } from 'vitest';
import { freshDatabase } from './services.ts';

/** A database engine that a battery of tests runs on. */
export interface Engine {
  name: 'sqlite' | 'mariadb';
  available: boolean;
  /** Why it is not available. */
  reason?: string;
  /** A database of its own with all tables, and a data folder; `drop` removes both. */
  open(): Promise<Place>;
  /** The same without any table. */
  openEmpty(): Promise<Place>;
}

export interface Place {
  /** Null for embedded SQLite. */
  databaseUrl: string | null;
  dataDir: string;
  drop(): Promise<void>;
}

const mariadbUrl = inject('mariadbUrl') as string | null | undefined;
if (mariadbUrl === undefined) throw new Error('a battery that needs databases belongs in apps/server/test/integration');

/** Migrated copies are made of these: to migrate takes as long as most tests do. */
const { sqlite, mariadb } = inject('templates');

export const databases: Engine[] = [
  {
    name: 'sqlite',
    available: true,
    async open() {
      const place = await openFolder();
      await copyFile(sqlite, path.join(place.dataDir, path.basename(sqlite)));
      return place;
    },
    openEmpty: openFolder,
  },
  {
    name: 'mariadb',
    available: mariadbUrl !== null,
    reason: mariadbUrl === null ? 'MariaDB is not installed' : undefined,
    open: () => openOnServer(mariadb ?? ''),
    openEmpty: () => openOnServer(''),
  },
];

async function openFolder(): Promise<Place> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'xeno-test-'));
  const drop = () => rm(dataDir, { recursive: true, force: true, maxRetries: 5 });
  return { databaseUrl: null, dataDir, drop };
}

async function openOnServer(script: string): Promise<Place> {
  if (!mariadbUrl) throw new Error('MariaDB is not installed');
  const [folder, database] = await Promise.all([openFolder(), freshDatabase(mariadbUrl, script)]);
  const drop = async () => void (await Promise.all([database.drop(), folder.drop()]));
  return { databaseUrl: database.url, dataDir: folder.dataDir, drop };
}
