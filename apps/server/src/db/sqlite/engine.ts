import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads';
import type { ThreadData, ThreadMessage } from './protocol.ts';

const PATIENCE = 8;
/** SQLITE_CORRUPT and SQLITE_NOTADB. */
const DAMAGED = [11, 26];

/**
 * The threads behind one SQLite file: one that writes, those that read, one that tidies up. There is one engine a process;
 * a worker thread gets a port to the writer of the process it belongs to.
 */
export class SqliteEngine {
  private readonly threads: Worker[];
  private readonly readers: Worker[];
  private readonly exits: Promise<void>[];

  /** The first of `threads` is the one that writes. */
  private constructor(threads: Worker[], readers: Worker[]) {
    this.threads = [...threads, ...readers];
    this.readers = readers;
    this.exits = this.threads.map((thread) => new Promise((resolve) => thread.once('exit', () => resolve())));
  }

  /** Without readers there is a single thread, which does everything: enough for a few statements. */
  static open(file: string, { readers = 2, gateTimeoutMs = 30_000 } = {}): SqliteEngine {
    mkdirSync(dirname(file), { recursive: true });
    keepLog(file);
    const options = (role: ThreadData['role']) => ({
      workerData: { file, role, gateTimeoutMs } satisfies ThreadData,
      name: `sqlite-${role}`,
      // rows pass through; without a bound their garbage would pile up for as long as memory lasts
      resourceLimits: { maxOldGenerationSizeMb: 128, maxYoungGenerationSizeMb: 16 },
    });
    const start = (role: 'writer' | 'reader') => new Worker(new URL('./thread.ts', import.meta.url), options(role));
    const tidying = () => new Worker(new URL('./checkpointer.ts', import.meta.url), options('checkpointer'));
    return new SqliteEngine(
      [start('writer'), ...(readers > 0 ? [tidying()] : [])],
      Array.from({ length: readers }, () => start('reader')),
    );
  }

  writerPort(): MessagePort {
    return this.portTo(this.threads[0]!);
  }

  /** For a worker thread, to be handed over in a transfer list. It writes in bulk, and lets others go first. */
  patientWriterPort(): MessagePort {
    return this.portTo(this.threads[0]!, PATIENCE);
  }

  readerPorts(): MessagePort[] {
    return this.readers.map((thread) => this.portTo(thread));
  }

  private portTo(thread: Worker, patience = 0): MessagePort {
    const { port1, port2 } = new MessageChannel();
    thread.postMessage({ port: port1, patience } satisfies ThreadMessage, [port1]);
    return port2;
  }

  async close(): Promise<void> {
    for (const thread of this.threads) thread.postMessage({ close: true } satisfies ThreadMessage);
    await Promise.all(this.exits);
  }
}

/**
 * Has the file keep its changes in a log. The mode is the file's own, and lasts; it is set before any thread begins,
 * since whoever opens the file in the midst of it is told that it is locked, and does not wait.
 */
function keepLog(file: string): void {
  const db = new DatabaseSync(file, { timeout: 10_000 });
  try {
    db.exec('PRAGMA journal_mode=WAL');
  } catch (error) {
    if (!DAMAGED.includes((error as { errcode?: number }).errcode ?? 0)) throw error;
    throw new Error(
      `${file} is no database, or damaged (${(error as Error).message}). Take it from a back-up, or move it away to begin from nothing.`,
      { cause: error },
    );
  } finally {
    db.close();
  }
}
