import { createWriteStream } from 'node:fs';
import { once } from 'node:events';
import { parentPort } from 'node:worker_threads';
import { parse } from 'graphql';
import type { Context } from '../graphql/context.ts';
import { Shop, type Overlay } from '../store/shop.ts';
import type { ShopSpec } from '../store/spec.ts';
import type { OrderSource } from '../store/source.ts';
import { compileBulkQuery } from './project.ts';
import { scattered } from './scatter.ts';

/** Writes bulk results to files, off the thread that answers requests. Several at once, taking turns. */
export interface BulkJob {
  job: number;
  file: string;
  query: string;
  groupObjects: boolean;
  origin: ShopSpec;
  overlay: Overlay;
  scopes: ReadonlySet<string>;
  now: number;
  ordersSince: number;
}

export type BulkReport =
  | { job: number; kind: 'progress'; objects: number; roots: number }
  | { job: number; kind: 'done'; objects: number; roots: number; bytes: number }
  | { job: number; kind: 'failed'; message: string };

const LINES_PER_TURN = 2000;
const sources = new Map<string, OrderSource>();
const cancelled = new Set<number>();
const report = (message: BulkReport) => parentPort!.postMessage(message);

parentPort!.on('message', (message: BulkJob | { cancel: number }) => {
  if ('cancel' in message) cancelled.add(message.cancel);
  else
    run(message).catch((error: unknown) =>
      report({ job: message.job, kind: 'failed', message: String((error as Error).stack) }),
    );
});

async function run({
  job,
  file,
  query,
  groupObjects,
  origin,
  overlay,
  scopes,
  now,
  ordersSince,
}: BulkJob): Promise<void> {
  const key = JSON.stringify(origin);
  const shop = new Shop(origin, overlay, sources.get(key));
  sources.set(key, shop.source);
  const context: Context = {
    shop,
    scopes,
    now,
    ordersSince,
    isBehind: false,
    refusesTopic: () => false,
    refused: new Set(),
    searches: [],
    spent: { points: 0 },
    bulk: null,
    webhooks: null,
  };

  const out = createWriteStream(file);
  let objects = 0;
  let roots = 0;
  let bytes = 0;
  let chunk: Buffer[] = [];
  const flush = async () => {
    const data = Buffer.concat(chunk);
    chunk = [];
    bytes += data.length;
    if (!out.write(data)) await once(out, 'drain');
    // lets other jobs and messages in
    await new Promise(setImmediate);
  };
  const trees = function* () {
    for (const tree of compileBulkQuery(parse(query), shop.spec.currency)(context)) {
      roots++;
      yield tree;
    }
  };
  let turn = 0;
  for (const lines of groupObjects ? trees() : scattered(trees())) {
    for (const line of lines) chunk.push(line);
    objects += lines.length;
    if (objects - turn < LINES_PER_TURN) continue;
    turn = objects;
    await flush();
    if (cancelled.has(job)) break;
    report({ job, kind: 'progress', objects, roots });
  }
  await flush();
  out.end();
  await once(out, 'close');
  cancelled.delete(job);
  report({ job, kind: 'done', objects, roots, bytes });
}
