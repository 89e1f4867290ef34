import { now } from '../lib/clock.ts';
import { formatAgo, formatInstant, formatInstantFully } from '../lib/format.ts';
import { useTicking } from './use-ticking.ts';

/** An instant as people ask for it: how long ago, and when exactly; in lists the latter is left to the title. */
export function When({ instant, short = false }: { instant: string; short?: boolean }) {
  useTicking(15_000);
  return (
    <time dateTime={instant} title={formatInstantFully(instant)}>
      {formatAgo(instant, now())}
      {!short && ` (${formatInstant(instant)})`}
    </time>
  );
}
