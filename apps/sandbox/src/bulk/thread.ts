import { Worker } from 'node:worker_threads';
import type { BulkJob, BulkReport } from './worker.ts';

/** A result that is being written. */
export interface Writing {
  /** Ends it early, with what is written by then. */
  cancel(): void;
  ended: Promise<Ended>;
}

export type Ended = Exclude<BulkReport, { kind: 'progress' }>;

/** One a process, from the first result on: its start takes longer than to write most results. */
let thread: Worker | undefined;
let last = 0;
const listeners = new Map<number, (report: BulkReport) => void>();

/** Has a result written; `progress` is told of it now and then. */
export function writeResult(task: Omit<BulkJob, 'job'>, progress: (objects: number, roots: number) => void): Writing {
  const job = ++last;
  const ended = new Promise<Ended>((resolve) => {
    listeners.set(job, (report) => {
      if (report.kind === 'progress') return progress(report.objects, report.roots);
      listeners.delete(job);
      resolve(report);
    });
  });
  const writer = started();
  writer.postMessage({ job, ...task } satisfies BulkJob);
  return { cancel: () => writer.postMessage({ cancel: job }), ended };
}

function started(): Worker {
  if (thread) return thread;
  thread = new Worker(new URL('./worker.ts', import.meta.url));
  thread.on('message', (report: BulkReport) => listeners.get(report.job)?.(report));
  thread.on('error', (error) => {
    thread = undefined;
    for (const [job, tell] of listeners) tell({ job, kind: 'failed', message: String(error) });
  });
  // it keeps no program from ending; after the listeners, which take that back
  thread.unref();
  return thread;
}
