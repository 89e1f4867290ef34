/** Something that waits to be done; the database knows it, the runner only remembers what it is doing right now. */
export interface Job {
  /** Never two of one key at once. */
  key: string;
  run(signal: AbortSignal): Promise<void>;
}

export interface Runner {
  /** There may be something to do: look now instead of at the next sweep. */
  wake(): void;
  /** Aborts the job of this key, if it runs here. */
  stop(key: string): void;
  /** Aborts what runs and resolves when it has ended. */
  close(): Promise<void>;
}

/**
 * Runs in this process what the database says is pending: at once when woken, and every `sweepMs` whatever happens, so
 * that a lost hint delays work and loses none. A job that throws is left to the next sweep.
 */
export function startRunner(options: {
  pending(): Promise<Job[]>;
  concurrency: number;
  sweepMs: number;
  onError(error: unknown, key: string | null): void;
}): Runner {
  const running = new Map<string, { abort: AbortController; ended: Promise<void> }>();
  let closed = false;
  let looking: Promise<void> | null = null;
  let again = false;

  const look = async () => {
    do {
      again = false;
      const jobs = await options.pending();
      for (const job of jobs) {
        if (closed || running.size >= options.concurrency) break;
        if (!running.has(job.key)) start(job);
      }
    } while (again && !closed);
  };

  const start = (job: Job) => {
    const abort = new AbortController();
    const ended = job
      .run(abort.signal)
      .catch((error: unknown) => {
        if (!abort.signal.aborted) options.onError(error, job.key);
      })
      .finally(() => {
        running.delete(job.key);
        if (running.size === options.concurrency - 1) wake();
      });
    running.set(job.key, { abort, ended });
  };

  const wake = () => {
    if (closed) return;
    again = true;
    looking ??= look()
      .catch((error: unknown) => options.onError(error, null))
      .finally(() => {
        looking = null;
      });
  };

  const sweep = setInterval(wake, options.sweepMs);
  wake();
  return {
    wake,
    stop: (key) => running.get(key)?.abort.abort(new Error('It was stopped.')),
    async close() {
      closed = true;
      clearInterval(sweep);
      await looking;
      for (const { abort } of running.values()) abort.abort(new Error('The process is stopping.'));
      await Promise.all([...running.values()].map((job) => job.ended));
    },
  };
}
