import { mkdtemp, rm } from 'node:fs/promises';
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
  /** An empty database of its own, and a data folder; `drop` removes both. `databaseUrl` is null for embedded SQLite. */
  open(): Promise<{ databaseUrl: string | null; dataDir: string; drop(): Promise<void> }>;
}

const mariadbUrl = inject('mariadbUrl') as string | null | undefined;
if (mariadbUrl === undefined) throw new Error('a battery that needs databases belongs in apps/server/test/integration');

export const databases: Engine[] = [
  {
    name: 'sqlite',
    available: true,
    async open() {
      const folder = await dataFolder();
      return { databaseUrl: null, dataDir: folder.path, drop: folder.remove };
    },
  },
  {
    name: 'mariadb',
    available: mariadbUrl !== null,
    reason: mariadbUrl === null ? 'MariaDB is not installed' : undefined,
    async open() {
      if (mariadbUrl === null) throw new Error('MariaDB is not installed');
      const [folder, database] = await Promise.all([dataFolder(), freshDatabase(mariadbUrl)]);
      const drop = async () => void (await Promise.all([database.drop(), folder.remove()]));
      return { databaseUrl: database.url, dataDir: folder.path, drop };
    },
  },
];

async function dataFolder() {
  const folder = await mkdtemp(path.join(tmpdir(), 'xeno-test-'));
  return { path: folder, remove: () => rm(folder, { recursive: true, force: true, maxRetries: 5 }) };
}
