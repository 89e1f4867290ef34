import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { accessOf, openDatabase } from '../../apps/server/src/db/database.ts';
import type { Lease } from '../../apps/server/src/db/leases.ts';
import { createIngestPool } from '../../apps/server/src/ingest/bulk/pool.ts';
import { ingestFile } from './from-file.ts';
import type { OrdersFile } from './orders-file.ts';

interface Task {
  databaseUrl: string | null;
  dataDir: string;
  tenantId: string;
  lease: Lease;
  source: OrdersFile;
}

/** The largest resident size (MB) of a process that does nothing but take this file in. */
export async function peakMemory(task: Task): Promise<number> {
  const program = fileURLToPath(import.meta.url);
  const { stdout } = await promisify(execFile)(process.execPath, [program, JSON.stringify(task)]);
  return Number(stdout);
}

if (import.meta.main) {
  const task = JSON.parse(process.argv[2]!) as Task;
  let peak = 0;
  const sample = () => (peak = Math.max(peak, process.memoryUsage.rss()));
  const timer = setInterval(sample, 10);
  const db = openDatabase(accessOf(task));
  const pool = createIngestPool(db);
  await ingestFile(task, pool, task.dataDir, task.source);
  sample();
  clearInterval(timer);
  await db.close();
  console.log(Math.round(peak / 1e6));
}
