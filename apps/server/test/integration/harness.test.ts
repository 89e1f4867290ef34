import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { createConnection } from 'mysql2/promise';
import { describe, expect, inject, it, vi } from 'vitest';
import { accessOf, type Database, openDatabase } from '../../src/db/database.ts';
import { migrate } from '../../src/db/migrate.ts';
import { databases } from '../harness/databases.ts';
import { dumpSchema } from './schema-dump.ts';

describe.each(databases)('a database on $name', ({ available, open, openEmpty }) => {
  it.skipIf(!available)('is empty at first and gone after drop', async () => {
    const { databaseUrl, dataDir, drop } = await openEmpty();
    if (databaseUrl) {
      const connection = await createConnection(databaseUrl);
      expect((await connection.query('SHOW TABLES'))[0]).toEqual([]);
      await connection.end();
    }
    expect(existsSync(path.join(dataDir, 'xeno.db'))).toBe(false);
    await drop();
    expect(existsSync(dataDir)).toBe(false);
    if (databaseUrl) await expect(createConnection(databaseUrl)).rejects.toThrow('Unknown database');
  });

  it.skipIf(!available)('with all tables is the one that migrating makes', async () => {
    const [copied, empty] = await Promise.all([open(), openEmpty()]);
    const [copy, made] = [copied, empty].map((place) => openDatabase(accessOf(place), { readers: 0 })) as [
      Database,
      Database,
    ];
    await migrate(made);
    expect(await migrate(copy)).toEqual([]);
    expect(await dumpSchema(copy)).toBe(await dumpSchema(made));
    await Promise.all([copy.close(), made.close()]);
    await Promise.all([copied.drop(), empty.drop()]);
  });
});

it.skipIf(inject('redisUrl') === null)('a server does not outlive the process that started it', async () => {
  const services = path.resolve(import.meta.dirname, '../harness/services.ts');
  const script = `import { startRedis } from ${JSON.stringify(services)}; console.log((await startRedis()).pid)`;
  const starter = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [said] = (await once(starter.stdout, 'data')) as [Buffer];
  const pid = Number(said);
  expect(process.kill(pid, 0)).toBe(true);
  starter.kill('SIGKILL');
  await vi.waitFor(() => expect(() => process.kill(pid, 0)).toThrow('ESRCH'), { timeout: 10_000 });
});
