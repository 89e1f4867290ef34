import { execFile } from 'node:child_process';
import { Agent, get } from 'node:http';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
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
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const ask = () =>
    new Promise<void>((resolve, reject) => {
      get(
        url,
        { agent, headers: { authorization: `Bearer ${token}`, 'accept-encoding': 'gzip, deflate, br' } },
        (response) => {
          if (response.statusCode !== 200) reject(new Error(`${url} answered ${response.statusCode}`));
          response.resume().on('end', resolve).on('error', reject);
        },
      ).on('error', reject);
    });
  const times: number[] = [];
  const loop = async (until: number, note: (ms: number) => void) => {
    for (let now = performance.now(); now < until;) {
      await ask();
      const then = performance.now();
      note(then - now);
      now = then;
    }
  };
  const all = (until: number, note: (ms: number) => void) =>
    Promise.all(Array.from({ length: connections }, () => loop(until, note)));
  await all(performance.now() + 500, () => {});
  const began = performance.now();
  await all(began + seconds * 1000, (ms) => times.push(ms));
  const perSecond = (times.length / (performance.now() - began)) * 1000;
  console.log(JSON.stringify({ perSecond, median: quantile(times, 0.5), p99: quantile(times, 0.99) } satisfies Load));
  agent.destroy();
}
