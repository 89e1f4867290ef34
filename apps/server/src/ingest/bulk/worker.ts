/** Runs in a worker thread, so that the process stays free to answer while a bulk result is read and written. */
import { readlinkSync } from 'node:fs';
import { setPriority } from 'node:os';
import { basename } from 'node:path';
import { isAway, isFull } from '../../db/faults.ts';
import { LeaseLost } from '../../db/leases.ts';
import { Unreadable } from '../map/fields.ts';
import { readIdList } from './id-list.ts';
import * as bulk from './ingest.ts';
import { IncompleteResult } from './lines.ts';

export interface ListTask {
  file: string;
  expectedLines: number;
}

/** Errors lose their class on the way between threads; the ones that mean something travel by name. */
export type Outcome<T> =
  | { ok: true; result: T }
  | { ok: false; why: 'incomplete' | 'unreadable' | 'lease_lost' | 'database_away' | 'disk_full'; message: string };

const told =
  <Task, T>(work: (task: Task) => Promise<T>) =>
  async (task: Task): Promise<Outcome<T>> => {
    try {
      return { ok: true, result: await work(task) };
    } catch (error) {
      if (error instanceof IncompleteResult) return { ok: false, why: 'incomplete', message: error.message };
      if (error instanceof Unreadable) return { ok: false, why: 'unreadable', message: error.message };
      if (error instanceof LeaseLost) return { ok: false, why: 'lease_lost', message: error.message };
      if (isFull(error)) return { ok: false, why: 'disk_full', message: String(error) };
      if (isAway(error)) return { ok: false, why: 'database_away', message: String(error) };
      throw error;
    }
  };

export const split = told(bulk.split);
export const ingest = told(bulk.ingest);
export const list = told(({ file, expectedLines }: ListTask) => readIdList(file, expectedLines));

/** Where cores are few, answering people goes first. Linux knows threads as processes; elsewhere nothing changes. */
function giveWay(): void {
  try {
    setPriority(Number(basename(readlinkSync('/proc/thread-self'))), 10);
  } catch {
    // no /proc, or not allowed
  }
}
giveWay();
