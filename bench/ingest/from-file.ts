import { copyFile, link, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { newId } from '../../apps/server/src/db/ids.ts';
import type { ApplyContext } from '../../apps/server/src/ingest/apply.ts';
import { familiesOf, familyBatches, mapFamilies } from '../../apps/server/src/ingest/bulk/join.ts';
import { partition, partitionFile } from '../../apps/server/src/ingest/bulk/partition.ts';
import type { IngestPool } from '../../apps/server/src/ingest/bulk/pool.ts';
import type { OrderRecord } from '../../apps/server/src/ingest/records.ts';
import { CURRENCY, type OrdersFile } from './orders-file.ts';

/** A downloaded bulk result becomes committed rows as in a back-fill: partitioned, joined, mapped and applied in a thread. */
export async function ingestFile(
  { tenantId, lease }: Pick<ApplyContext, 'tenantId' | 'lease'>,
  pool: IngestPool,
  dataDir: string,
  { file, lines }: OrdersFile,
): Promise<void> {
  const runId = newId();
  const folder = path.join(dataDir, runId);
  const downloaded = `${folder}.jsonl`;
  // removed by whoever takes it in; the original stays
  await link(file, downloaded).catch(() => copyFile(file, downloaded));
  await pool.ingest(
    {
      tenantId,
      lease,
      runId,
      stream: 'orders',
      position: 0,
      file: downloaded,
      folder,
      expectedLines: lines,
      fetchBegan: Date.now(),
      currency: CURRENCY,
      partitionsDone: 0,
      partitions: null,
      rootsDone: 0,
    },
    new AbortController().signal,
  );
  await rm(folder, { recursive: true });
}

/** The first `limit` orders of a bulk result, mapped. */
export async function readRecords(dataDir: string, { file, lines }: OrdersFile, limit: number): Promise<OrderRecord[]> {
  const folder = path.join(dataDir, 'records');
  const { partitions } = await partition(file, folder, lines);
  const records: OrderRecord[] = [];
  for (let index = 0; index < partitions && records.length < limit; index++) {
    const bytes = await readFile(partitionFile(folder, index));
    for (const { batch: families } of familyBatches(familiesOf(bytes), 500)) {
      const batch = await mapFamilies(bytes, families, { stream: 'orders', currency: CURRENCY, fetchBegan: 0 }, []);
      records.push(...(batch.records as OrderRecord[]));
    }
  }
  await rm(folder, { recursive: true });
  return records.slice(0, limit);
}
