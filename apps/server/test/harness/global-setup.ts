import type { TestProject } from 'vitest/node';
import { mariaDb, redis } from '../../../../scripts/lib/programs.mjs';
import { startMariaDb, startRedis } from './services.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** `mysql://root@127.0.0.1:PORT/`; null where MariaDB is not installed. */
    mariadbUrl: string | null;
    /** `redis://127.0.0.1:PORT`; null where Redis is not installed. */
    redisUrl: string | null;
  }
}

/**
 * Gives the tests of a project their MariaDB and Redis. Several projects of one run share them through the environment,
 * as does a run that finds those of `npm run services` there.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const started = await Promise.all([
    !process.env.TEST_DATABASE_URL && mariaDb() ? startMariaDb() : null,
    !process.env.TEST_REDIS_URL && redis() ? startRedis() : null,
  ]);
  const [mariadb, redisServer] = started;
  if (mariadb) process.env.TEST_DATABASE_URL = mariadb.url;
  if (redisServer) process.env.TEST_REDIS_URL = redisServer.url;
  project.provide('mariadbUrl', process.env.TEST_DATABASE_URL ?? null);
  project.provide('redisUrl', process.env.TEST_REDIS_URL ?? null);
  return async () => {
    await Promise.all(started.map(async (service) => service?.stop()));
  };
}
