import { now } from '../lib/clock.ts';
import { formatAgo, formatInstant, formatInstantFully } from '../lib/format.ts';
import { useTicking } from './use-ticking.ts';

/** An instant as people ask for it: how long ago, and when exactly. */
export function When({ instant }: { instant: string }) {
  useTicking(15_000);
  return (
    <time dateTime={instant} title={formatInstantFully(instant)}>
      {formatAgo(instant, now())} ({formatInstant(instant)})
    </time>
  );
}
