import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Faults } from '../control/faults.ts';
import type { Context } from '../graphql/context.ts';
import { gid } from '../store/ids.ts';
import { type Ended, writeResult, type Writing } from './thread.ts';
import { validateBulkQuery } from './validate.ts';

export interface BulkOperation {
  __typename: 'BulkOperation';
  id: string;
  shop: string;
  query: string;
  status: 'CANCELED' | 'CANCELING' | 'COMPLETED' | 'CREATED' | 'EXPIRED' | 'FAILED' | 'RUNNING';
  errorCode: 'ACCESS_DENIED' | 'INTERNAL_SERVER_ERROR' | 'TIMEOUT' | null;
  createdAt: number;
  completedAt: number | null;
  objectCount: number;
  rootObjectCount: number;
  fileSize: number | null;
  url: string | null;
  partialDataUrl: string | null;
  /** Unguessable part of the result's address. */
  secret: string;
  file: string;
}

interface UserError {
  field: string[] | null;
  message: string;
  code?: 'INVALID' | 'LIMIT_REACHED';
}

const AT_ONCE = 5;
const RESULT_LIFE = 7 * 864e5;
const RUNNING: BulkOperation['status'][] = ['CREATED', 'RUNNING', 'CANCELING'];

/** Bulk operations of all shops: their life from CREATED to COMPLETED and their result files. */
export class BulkOperations {
  /** Least time from CREATED to COMPLETED. */
  delay: number;
  readonly #faults: Faults;
  readonly #all: BulkOperation[] = [];
  readonly #writing = new Map<BulkOperation, Writing>();
  readonly #timers = new Set<NodeJS.Timeout>();
  #folder: string | undefined;
  #next = 1;
  #isClosed = false;

  /** Told of each that came to its end. */
  readonly #finished: (operation: BulkOperation) => void;

  constructor(faults: Faults, delay: number, finished: (operation: BulkOperation) => void) {
    this.#faults = faults;
    this.delay = delay;
    this.#finished = finished;
  }

  of(shop: string): BulkOperation[] {
    return this.#all.filter((operation) => operation.shop === shop);
  }

  find(shop: string, id: string): BulkOperation | null {
    return this.#all.find((operation) => operation.id === id && operation.shop === shop) ?? null;
  }

  /** The file behind a result address; null if there is none or its time is over. */
  result(shop: string, secret: string): BulkOperation | null {
    const operation = this.#all.find((o) => o.secret === secret && o.shop === shop);
    if (!operation || operation.completedAt === null) return null;
    return Date.now() - operation.completedAt > RESULT_LIFE ? null : operation;
  }

  run(
    context: Context,
    query: string,
    groupObjects: boolean,
    baseUrl: string,
  ): { bulkOperation: BulkOperation | null; userErrors: UserError[] } {
    const { spec, origin, overlay } = context.shop;
    const verdict = validateBulkQuery(query, context.scopes);
    if (!verdict.ok) {
      return { bulkOperation: null, userErrors: [{ field: ['query'], message: verdict.message, code: 'INVALID' }] };
    }
    const busy = this.of(spec.domain).filter((operation) => RUNNING.includes(operation.status));
    if (busy.length >= AT_ONCE || this.#faults.take('bulk_slots_taken', spec.domain)) {
      const message = `A bulk query operation for this app and shop is already in progress: ${busy[0]?.id ?? 'unknown'}.`;
      return { bulkOperation: null, userErrors: [{ field: null, message, code: 'LIMIT_REACHED' }] };
    }
    const number = this.#next++;
    this.#folder ??= resultFolder();
    const operation: BulkOperation = {
      __typename: 'BulkOperation',
      id: gid(spec, 'BulkOperation', 'BulkOperation', Math.floor(Date.now() / 1000) % 100_000_000, number % 32_768),
      shop: spec.domain,
      query,
      status: 'CREATED',
      errorCode: null,
      createdAt: context.now,
      completedAt: null,
      objectCount: 0,
      rootObjectCount: 0,
      fileSize: null,
      url: null,
      partialDataUrl: null,
      secret: randomBytes(16).toString('hex'),
      file: join(this.#folder, `${number}.jsonl`),
    };
    this.#all.push(operation);
    const url = `${baseUrl}/${spec.domain}/bulk-results/${operation.secret}.jsonl`;
    const started = Date.now();
    const later = (ms: number, act: () => void) => {
      const timer = setTimeout(() => {
        this.#timers.delete(timer);
        act();
      }, ms);
      this.#timers.add(timer);
    };
    later(this.delay / 4, () => {
      if (operation.status === 'CREATED') operation.status = 'RUNNING';
    });
    const finish = (act: () => void) => later(Math.max(0, started + this.delay - Date.now()), act);

    if (verdict.denied) {
      finish(() => {
        this.#fail(operation, 'ACCESS_DENIED');
        this.#finished(operation);
      });
      return { bulkOperation: operation, userErrors: [] };
    }
    const task = {
      file: operation.file,
      query,
      groupObjects,
      origin,
      overlay,
      scopes: context.scopes,
      now: context.now,
      ordersSince: context.ordersSince,
    };
    const writing = writeResult(task, (objects, roots) => {
      operation.objectCount = objects;
      operation.rootObjectCount = roots;
    });
    this.#writing.set(operation, writing);
    void writing.ended.then((end) => {
      this.#writing.delete(operation);
      if (this.#isClosed) return;
      finish(() => {
        if (end.kind === 'failed') {
          console.error(`bulk operation ${operation.id} failed: ${end.message}`);
          this.#fail(operation, 'INTERNAL_SERVER_ERROR');
        } else this.#complete(operation, end, url);
        this.#finished(operation);
      });
    });
    return { bulkOperation: operation, userErrors: [] };
  }

  #complete(operation: BulkOperation, { objects, roots, bytes }: Extract<Ended, { kind: 'done' }>, url: string): void {
    operation.completedAt = Date.now();
    operation.objectCount = objects;
    operation.rootObjectCount = roots;
    if (operation.status === 'CANCELING' || this.#faults.take('bulk_canceled', operation.shop)) {
      operation.status = 'CANCELED';
      operation.partialDataUrl = objects > 0 ? url : null;
      return;
    }
    const failure = this.#faults.take('bulk_failed', operation.shop);
    if (failure) {
      this.#fail(operation, (failure.errorCode as BulkOperation['errorCode']) ?? 'INTERNAL_SERVER_ERROR');
      operation.partialDataUrl = objects > 0 ? url : null;
      return;
    }
    if (this.#faults.take('bulk_expired', operation.shop)) {
      operation.status = 'EXPIRED';
      return;
    }
    operation.status = 'COMPLETED';
    operation.url = objects === 0 ? null : url;
    operation.fileSize = objects === 0 ? null : bytes;
    if (this.#faults.take('bulk_zero_rows', operation.shop)) {
      operation.url = null;
      operation.fileSize = null;
    }
    if (this.#faults.take('bulk_count_mismatch', operation.shop)) operation.objectCount += 3;
    if (this.#faults.take('bulk_truncated', operation.shop)) truncateSync(operation.file, Math.floor(bytes * 0.7));
  }

  #fail(operation: BulkOperation, errorCode: BulkOperation['errorCode']): void {
    operation.status = 'FAILED';
    operation.errorCode = errorCode;
    operation.completedAt = Date.now();
  }

  cancel(shop: string, id: string): { bulkOperation: BulkOperation | null; userErrors: UserError[] } {
    const operation = this.find(shop, id);
    if (!operation)
      return { bulkOperation: null, userErrors: [{ field: ['id'], message: 'Bulk operation does not exist' }] };
    if (!RUNNING.includes(operation.status)) {
      const message = `A bulk operation cannot be canceled when it is ${operation.status.toLowerCase()}`;
      return { bulkOperation: operation, userErrors: [{ field: null, message }] };
    }
    operation.status = 'CANCELING';
    this.#writing.get(operation)?.cancel();
    return { bulkOperation: operation, userErrors: [] };
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const timer of this.#timers) clearTimeout(timer);
    await Promise.all(
      [...this.#writing.values()].map((writing) => {
        writing.cancel();
        return writing.ended;
      }),
    );
    if (this.#folder) rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** A folder for results. Those of sandboxes that were killed are removed: they may be large. */
function resultFolder(): string {
  for (const name of readdirSync(tmpdir())) {
    const pid = /^xeno-sandbox-(\d+)-/.exec(name)?.[1];
    if (pid && !isAlive(Number(pid))) rmSync(join(tmpdir(), name), { recursive: true, force: true });
  }
  return mkdtempSync(join(tmpdir(), `xeno-sandbox-${process.pid}-`));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
