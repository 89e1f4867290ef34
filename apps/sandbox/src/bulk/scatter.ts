import { Random } from '../store/random.ts';
import type { Tree } from './project.ts';

/** At most so many lines wait in memory. */
const ROOM = 4096;

/**
 * Every line once, children away from their parents, as groupObjects: false allows it: most parents come first, some
 * of their children thousands of lines later, and some children before them. The same for the same input.
 */
export function* scattered(trees: Iterable<Tree>): Generator<Tree> {
  const random = new Random(7);
  const waiting: Tree = [];
  let seen = 0;
  for (const tree of trees) {
    const out: Tree = [];
    for (let i = 0; i < tree.length; i++) {
      seen++;
      const line = tree[i]!;
      if (i === 0 && !random.chance(0.1)) {
        out.push(line);
      } else if (waiting.length < Math.min(ROOM, 8 + (seen >> 2))) {
        // small results are scattered too: the room grows with them
        waiting.push(line);
      } else {
        const place = random.int(waiting.length);
        out.push(waiting[place]!);
        waiting[place] = line;
      }
    }
    yield out;
  }
  while (waiting.length > 0) {
    const place = random.int(waiting.length);
    const line = waiting[place]!;
    waiting[place] = waiting.at(-1)!;
    waiting.pop();
    yield [line];
  }
}
