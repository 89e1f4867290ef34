import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
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

/** A connection, by hand: what a client costs is taken from the server, which has the same cores. */
class Lane {
  private readonly socket: Socket;
  private received = '';
  private answered: (isRight: boolean) => void = () => {};

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.setNoDelay(true).setEncoding('latin1');
    socket.on('data', (text) => this.read(String(text)));
    socket.on('close', () => this.answered(false));
    socket.on('error', () => {}); // followed by close
  }

  static open(port: number): Promise<Lane> {
    return new Promise((resolve, reject) => {
      const socket = connect(port, '127.0.0.1', () => resolve(new Lane(socket))).once('error', reject);
    });
  }

  send(message: string): Promise<boolean> {
    return new Promise((resolve) => {
      this.answered = resolve;
      if (this.socket.destroyed) resolve(false);
      else this.socket.write(message, 'latin1');
    });
  }

  close(): void {
    this.socket.destroy();
  }

  private read(text: string): void {
    this.received += text;
    const end = this.received.indexOf('\r\n\r\n');
    if (end === -1) return;
    const length = /content-length: (\d+)/i.exec(this.received)?.[1];
    if (length === undefined || this.received.length < end + 4 + Number(length)) return;
    const isRight = this.received.startsWith('HTTP/1.1 200');
    this.received = '';
    this.answered(isRight);
  }
}

if (import.meta.main) {
  const [file, task] = process.argv.slice(2) as [string, string];
  console.log(JSON.stringify(await run(file, JSON.parse(task) as Task)));
}
