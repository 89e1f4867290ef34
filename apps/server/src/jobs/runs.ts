import type { JobKind } from './job.ts';

/** How a run ended: `stopped` when it was aborted, whatever came of it. */
export type Outcome = 'done' | 'more' | 'stopped';

/** What this process is working on right now: never twice at once on a key of a kind. */
export class Runs {
  private readonly running = new Map<string, { key: string; abort: AbortController; ended: Promise<unknown> }>();
  private closed = false;

  /** Waits if the same runs already. Rejects with what the job throws. */
  async run(kind: JobKind, key: string): Promise<Outcome> {
    const id = `${kind.name} ${key}`;
    for (let same = this.running.get(id); same; same = this.running.get(id)) await same.ended;
    if (this.closed) return 'stopped';
    const abort = new AbortController();
    const work = kind.run(key, abort.signal);
    const ended = work.catch(() => {}).finally(() => this.running.delete(id));
    this.running.set(id, { key, abort, ended });
    try {
      const outcome = await work;
      return abort.signal.aborted ? 'stopped' : outcome;
    } catch (error) {
      if (abort.signal.aborted) return 'stopped';
      throw error;
    } finally {
      await ended;
    }
  }

  stop(key: string): void {
    for (const run of this.running.values()) if (run.key === key) run.abort.abort(new Error('It was stopped.'));
  }

  async close(): Promise<void> {
    this.closed = true;
    for (const { abort } of this.running.values()) abort.abort(new Error('The process is stopping.'));
    await Promise.all([...this.running.values()].map(({ ended }) => ended));
  }
}
