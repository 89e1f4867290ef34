import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { makeDataDir } from './config.ts';

/** Another process works in this data folder. */
export class DataDirTaken extends Error {
  override name = 'DataDirTaken';
}

/**
 * Takes the data folder for this process; the system gives it back when the process ends, however it ends.
 * @throws DataDirTaken saying who has it; ConfigError when there can be no such folder
 */
export function lockDataDir(dataDir: string): () => void {
  makeDataDir(dataDir);
  const holder = join(dataDir, 'xeno.pid');
  const lock = new DatabaseSync(join(dataDir, 'xeno.lock'));
  try {
    lock.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
  } catch {
    lock.close();
    throw new DataDirTaken(
      `Xeno is already running in ${dataDir} (process ${readOr(holder, 'unknown')}). Stop it first, or set DATA_DIR to another folder.`,
    );
  }
  writeFileSync(holder, String(process.pid));
  return () => lock.close();
}

function readOr(file: string, otherwise: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return otherwise;
  }
}
