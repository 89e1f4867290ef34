import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Lane } from '../lane.ts';
import { quantile } from '../report.ts';

interface Task {
  url: string;
  token: string;
  connections: number;
  seconds: number;
}

export interface Load {
  perSecond: number;
  /** Milliseconds. */
  median: number;
  p99: number;
}

/** Asks for one address over and over, from a process of its own, each connection as soon as it has its last answer. */
export async function load(task: Task): Promise<Load> {
  const program = fileURLToPath(import.meta.url);
  const { stdout } = await promisify(execFile)(process.execPath, [program, JSON.stringify(task)]);
  return JSON.parse(stdout) as Load;
}

if (import.meta.main) {
  const { url, token, connections, seconds } = JSON.parse(process.argv[2]!) as Task;
  const { host, port, pathname, search } = new URL(url);
  const message = [
    `GET ${pathname}${search} HTTP/1.1`,
    `host: ${host}`,
    `authorization: Bearer ${token}`,
    'accept-encoding: gzip, deflate, br',
    '\r\n',
  ].join('\r\n');
  const lanes = await Promise.all(Array.from({ length: connections }, () => Lane.open(Number(port))));
  const times: number[] = [];
  const loop = async (lane: Lane, until: number, note: (ms: number) => void) => {
    for (let now = performance.now(); now < until;) {
      if (!(await lane.send(message))) throw new Error(`${url} was not answered 200.`);
      const then = performance.now();
      note(then - now);
      now = then;
    }
  };
  const all = (until: number, note: (ms: number) => void) => Promise.all(lanes.map((lane) => loop(lane, until, note)));
  await all(performance.now() + 500, () => {});
  const began = performance.now();
  await all(began + seconds * 1000, (ms) => times.push(ms));
  const perSecond = (times.length / (performance.now() - began)) * 1000;
  console.log(JSON.stringify({ perSecond, median: quantile(times, 0.5), p99: quantile(times, 0.99) } satisfies Load));
  for (const lane of lanes) lane.close();
}
