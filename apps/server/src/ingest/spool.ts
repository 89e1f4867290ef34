import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** Where a window's result lies until it is written. */
export const spoolFolder = (dataDir: string, name: string): string => join(dataDir, 'spool', name);

/** Removes what former holders of the lease have left: of what begins with `prefix`, all that is of an earlier fence. */
export async function removeFormer(dataDir: string, prefix: string, fence: string): Promise<void> {
  const folder = join(dataDir, 'spool');
  for (const name of await readdir(folder).catch(() => [])) {
    const [, itsFence] = /-(\d+)(?:\.|$)/.exec(name.slice(prefix.length)) ?? [];
    if (!name.startsWith(prefix) || itsFence === undefined || BigInt(itsFence) >= BigInt(fence)) continue;
    await rm(join(folder, name), { recursive: true, force: true });
  }
}

/** Removes what ended runs have left: failed ones, and those of stores that were disconnected. */
export async function cleanSpool(
  dataDir: string,
  activeRuns: () => Promise<{ tenantId: string; runId: string }[]>,
): Promise<void> {
  const folder = join(dataDir, 'spool');
  // looked at before the runs are, so that what a run begun meanwhile puts here is not among them
  const names = await readdir(folder).catch(() => []);
  if (names.length === 0) return;
  const keep = (await activeRuns()).map(({ tenantId, runId }) => `${tenantId}-${runId}-`);
  for (const name of names) {
    if (!keep.some((prefix) => name.startsWith(prefix))) await rm(join(folder, name), { recursive: true, force: true });
  }
}
