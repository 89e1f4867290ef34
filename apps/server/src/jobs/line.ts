import type { JobKind } from './job.ts';
import { type Depth, pauseAfter, type QueueOptions } from './queue.ts';
import type { Runs } from './runs.ts';

/** The keys of one kind in the order of their turns, in memory. */
export class Line {
  private readonly kind: JobKind;
  private readonly runs: Runs;
  private readonly options: QueueOptions;
  private readonly waiting = new Set<string>();
  private readonly active = new Set<string>();
  /** Hinted at while they were active: once more, from the end of the line. */
  private readonly again = new Set<string>();
  private readonly paused = new Map<string, NodeJS.Timeout>();
  private readonly failures = new Map<string, number>();
  private closed = false;

  constructor(kind: JobKind, runs: Runs, options: QueueOptions) {
    this.kind = kind;
    this.runs = runs;
    this.options = options;
  }

  hint(key: string): void {
    if (this.active.has(key)) this.again.add(key);
    else this.enqueue(key);
  }

  /** Asks the database. What is being worked on already has seen to it, or is found by the next sweep. */
  async sweep(): Promise<void> {
    for (const key of await this.kind.pending()) if (!this.active.has(key)) this.enqueue(key);
  }

  depth(): Depth {
    const { waiting, active, paused } = this;
    return { kind: this.kind.name, waiting: waiting.size, active: active.size, delayed: paused.size };
  }

  close(): void {
    this.closed = true;
    this.clear();
  }

  /** Forgets what waits; what runs goes on. */
  clear(): void {
    this.waiting.clear();
    for (const timer of this.paused.values()) clearTimeout(timer);
    this.paused.clear();
  }

  private enqueue(key: string): void {
    if (this.closed || this.paused.has(key)) return;
    this.waiting.add(key);
    this.advance();
  }

  private advance(): void {
    for (const key of this.waiting) {
      if (this.active.size >= this.kind.concurrency) return;
      this.waiting.delete(key);
      this.active.add(key);
      void this.work(key);
    }
  }

  private async work(key: string): Promise<void> {
    try {
      const outcome = await this.runs.run(this.kind, key);
      this.failures.delete(key);
      if (outcome === 'more') this.again.add(key);
    } catch (error) {
      this.again.delete(key);
      this.pause(key, error);
    }
    this.active.delete(key);
    if (this.again.delete(key)) this.enqueue(key);
    this.advance();
  }

  private pause(key: string, error: unknown): void {
    const failures = (this.failures.get(key) ?? 0) + 1;
    this.failures.set(key, failures);
    const ms = pauseAfter(failures, this.options.retrySeconds);
    const fields = { err: error, kind: this.kind.name, key, failures, againInMs: ms };
    this.options.log.error(fields, 'a job failed and will be tried again');
    if (this.closed) return;
    const resume = () => {
      this.paused.delete(key);
      this.enqueue(key);
    };
    this.paused.set(key, setTimeout(resume, ms));
  }
}
