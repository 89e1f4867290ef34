import { Line } from './line.ts';
import type { Queue, QueueOptions } from './queue.ts';
import { Runs } from './runs.ts';
import { startSweeps } from './sweeps.ts';

/** The queue inside of a process. Other processes on the same database are not told: they find out by their sweeps. */
export function embeddedQueue(options: QueueOptions): Queue {
  const runs = new Runs();
  const lines = new Map<string, Line>();
  let endSweeps = async () => {};
  return {
    hint: (kind, key) => lines.get(kind)?.hint(key),
    start(kinds, { work }) {
      if (!work) return;
      for (const kind of kinds) lines.set(kind.name, new Line(kind, runs, options));
      endSweeps = startSweeps(lines, options);
    },
    stop: (key) => runs.stop(key),
    depths: async () => (lines.size === 0 ? null : [...lines.values()].map((line) => line.depth())),
    state: () => 'ok',
    async close() {
      await endSweeps();
      for (const line of lines.values()) line.close();
      await runs.close();
    },
  };
}
