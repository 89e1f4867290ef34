import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Lane } from '../lane.ts';
import { quantile } from '../report.ts';
import { type Delivery, makeBodies, requestOf, signatureOf } from './deliveries.ts';

interface Task {
  port: number;
  /** In turn, a delivery to each. */
  deliveries: Delivery[];
  connections: number;
  /** Deliveries a second; null: each connection sends again as soon as it has its answer. */
  rate: number | null;
  seconds: number;
  /** Where their ids begin. */
  from: number;
}

export interface Load {
  /** All deliveries, those of the warm-up too. */
  sent: number;
  /** Answered otherwise, or whose connection broke. */
  failed: number;
  perSecond: number;
  /** Milliseconds, from when it was due. */
  median: number;
  p99: number;
}

const WARM_UP_SECONDS = 1;

let bodiesFile: string | null = null;

/** One body a line; made once, and removed when the process ends. */
function fileOfBodies(): string {
  if (bodiesFile === null) {
    const folder = mkdtempSync(join(tmpdir(), 'xeno-bodies-'));
    process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
    bodiesFile = join(folder, 'bodies.jsonl');
    writeFileSync(bodiesFile, makeBodies().join('\n'));
  }
  return bodiesFile;
}

/** Sends webhooks from a process of its own. */
export async function load(task: Task): Promise<Load> {
  const program = fileURLToPath(import.meta.url);
  const { stdout } = await promisify(execFile)(process.execPath, [program, fileOfBodies(), JSON.stringify(task)]);
  return JSON.parse(stdout) as Load;
}

async function run(file: string, { port, deliveries, connections, rate, seconds, from }: Task): Promise<Load> {
  const bodies = readFileSync(file, 'latin1').split('\n');
  const signatures = bodies.map(signatureOf);
  let next = from;
  const message = () => {
    const number = next++;
    const at = number % bodies.length;
    return requestOf(deliveries[number % deliveries.length]!, String(number), bodies[at]!, signatures[at]!);
  };
  const lanes = await Promise.all(Array.from({ length: connections }, () => Lane.open(port)));

  const times: number[] = [];
  let failed = 0;
  let noting = false;
  const send = async (lane: Lane, due: number) => {
    const isRight = await lane.send(message());
    if (!noting) return;
    if (isRight) times.push(performance.now() - due);
    else failed++;
  };
  const again = async (lane: Lane, until: number) => {
    while (performance.now() < until) await send(lane, performance.now());
  };
  const phase = (length: number) => {
    const until = performance.now() + length * 1000;
    return rate === null
      ? Promise.all(lanes.map((lane) => again(lane, until)))
      : atRate(lanes, rate, until, (lane, due) => send(lane, due));
  };
  await phase(WARM_UP_SECONDS);
  noting = true;
  const began = performance.now();
  await phase(seconds);
  const perSecond = (times.length / (performance.now() - began)) * 1000;
  for (const lane of lanes) lane.close();
  return { sent: next - from, failed, perSecond, median: quantile(times, 0.5), p99: quantile(times, 0.99) };
}

/** Those that find no free connection wait for one, and their time runs from when they were due. */
function atRate(
  lanes: Lane[],
  rate: number,
  until: number,
  send: (lane: Lane, due: number) => Promise<void>,
): Promise<unknown> {
  const free = [...lanes];
  const began = performance.now();
  const sending = new Set<Promise<void>>();
  let count = 0;
  return new Promise<void>((resolve) => {
    const tick = () => {
      const now = performance.now();
      for (let due = began + (count * 1000) / rate; due <= now && free.length > 0;) {
        const lane = free.pop()!;
        // a timer wakes late, and that is not the server's doing
        const sent: Promise<void> = send(lane, Math.max(due, now - 1)).finally(() => {
          free.push(lane);
          sending.delete(sent);
        });
        sending.add(sent);
        due = began + (++count * 1000) / rate;
      }
      if (now < until) setTimeout(tick, 1);
      else resolve();
    };
    tick();
  }).then(() => Promise.all(sending));
}

if (import.meta.main) {
  const [file, task] = process.argv.slice(2) as [string, string];
  console.log(JSON.stringify(await run(file, JSON.parse(task) as Task)));
}
