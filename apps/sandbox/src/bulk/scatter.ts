import { Random } from '../store/random.ts';
import type { Line } from './project.ts';

/** At most so many lines wait in memory. */
const ROOM = 4096;

/** Every line of a tree, children right behind their parents (groupObjects: true). */
export function* grouped(roots: Iterable<Line>): Generator<Line> {
  for (const root of roots) {
    yield root;
    yield* grouped(root.children);
  }
}

/**
 * Every line once, children away from their parents, as groupObjects: false allows it: most parents come first, some
 * of their children thousands of lines later, and some children before them. The same for the same input.
 */
export function* scattered(roots: Iterable<Line>): Generator<Line> {
  const random = new Random(7);
  const waiting: Line[] = [];
  let seen = 0;
  for (const line of grouped(roots)) {
    seen++;
    if (line.root && !random.chance(0.1)) {
      yield line;
      continue;
    }
    // small results are scattered too: the room grows with them
    if (waiting.length < Math.min(ROOM, 8 + (seen >> 2))) {
      waiting.push(line);
      continue;
    }
    const place = random.int(waiting.length);
    yield waiting[place]!;
    waiting[place] = line;
  }
  while (waiting.length > 0) {
    const place = random.int(waiting.length);
    yield waiting[place]!;
    waiting[place] = waiting.at(-1)!;
    waiting.pop();
  }
}
