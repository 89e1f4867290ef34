import type { QueueOptions } from './queue.ts';
import { sparingly } from '../observe/sparingly.ts';

/** Something that can ask the database for what is pending. */
interface Sweepable {
  sweep(): Promise<void>;
}

/**
 * Sweeps at once and then every `sweepSeconds`, each kind by itself, so that a slow one keeps no other waiting. Returns
 * what ends it, when the last one is over.
 */
export function startSweeps(lines: ReadonlyMap<string, Sweepable>, options: QueueOptions): () => Promise<void> {
  const sweeping = new Map<string, Promise<void>>();
  const complain = sparingly(60_000);
  const sweep = () => {
    for (const [kind, line] of lines) {
      if (sweeping.has(kind)) continue;
      const swept = line
        .sweep()
        .catch((error: unknown) =>
          complain(kind, (suppressed) =>
            options.log.error({ err: error, kind, suppressed }, 'could not look for pending work'),
          ),
        )
        .finally(() => sweeping.delete(kind));
      sweeping.set(kind, swept);
    }
  };
  const timer = setInterval(sweep, options.sweepSeconds * 1000);
  sweep();
  return async () => {
    clearInterval(timer);
    await Promise.all(sweeping.values());
  };
}
