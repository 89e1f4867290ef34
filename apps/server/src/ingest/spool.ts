import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** Where a window's result lies until it is written. */
export const spoolFolder = (dataDir: string, tenantId: string, runId: string, rest: string): string =>
  join(dataDir, 'spool', `${tenantId}-${runId}-${rest}`);

/** Removes what runs have left that are not among `active`: they ended, or their store was disconnected. */
export async function cleanSpool(dataDir: string, active: { tenantId: string; runId: string }[]): Promise<void> {
  const folder = join(dataDir, 'spool');
  const keep = active.map(({ tenantId, runId }) => `${tenantId}-${runId}-`);
  for (const name of await readdir(folder).catch(() => [])) {
    if (!keep.some((prefix) => name.startsWith(prefix))) await rm(join(folder, name), { recursive: true, force: true });
  }
}
