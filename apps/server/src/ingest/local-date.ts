const BUCKET_MS = 15 * 60_000;
const MAX_BUCKETS = 200_000;
const DAY_MS = 24 * 3_600_000;

/**
 * The store's calendar day of an instant, as `YYYY-MM-DD`. Every zone's offset has been a multiple of a quarter of an
 * hour since before there were online stores, so all instants of a quarter share their day: one look into the zone's
 * rules serves them all.
 * @throws RangeError for a zone unknown to this runtime
 */
export function localDates(timezone: string): (instant: number) => string {
  const known = zones.get(timezone);
  if (known) return known;
  const format = new Intl.DateTimeFormat('en-CA', {
    timeZone: timezone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  });
  const days = new Map<number, string>();
  const localDate = (instant: number) => {
    const bucket = Math.floor(instant / BUCKET_MS);
    let day = days.get(bucket);
    if (day === undefined) {
      day = format.format(instant);
      if (days.size >= MAX_BUCKETS) days.clear();
      days.set(bucket, day);
    }
    return day;
  };
  zones.set(timezone, localDate);
  return localDate;
}

const zones = new Map<string, (instant: number) => string>();

/** Of the calendar, in which every day has 24 hours. */
const calendarDay = (date: string, days: number) =>
  new Date(Date.parse(date) + days * DAY_MS).toISOString().slice(0, 10);
export const dayAfter = (date: string): string => calendarDay(date, 1);
export const dayBefore = (date: string): string => calendarDay(date, -1);

export function isTimezone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** The zone's offsets from UTC between two instants: each holds until the next one's beginning, the last for ever. */
export function offsetSpans(timezone: string, first: number, last: number): { until: number; minutes: number }[] {
  const MINUTE = 60_000;
  const spans: { until: number; minutes: number }[] = [];
  let at = Math.floor(first / MINUTE) * MINUTE;
  const offsetAt = offsetsOf(timezone);
  let minutes = offsetAt(at);
  while (at < last) {
    const next = at + DAY_MS;
    const then = offsetAt(next);
    if (then !== minutes) {
      let [low, high] = [at, next];
      while (high - low > MINUTE) {
        const middle = Math.floor((low + high) / 2 / MINUTE) * MINUTE;
        if (offsetAt(middle) === minutes) low = middle;
        else high = middle;
      }
      spans.push({ until: high, minutes });
      minutes = then;
    }
    at = next;
  }
  return [...spans, { until: Infinity, minutes }];
}

/** Minutes from UTC at an instant. */
function offsetsOf(timezone: string): (instant: number) => number {
  const format = new Intl.DateTimeFormat('en-US', { timeZone: timezone, timeZoneName: 'longOffset' });
  return (instant) => {
    const name = format.formatToParts(instant).find((part) => part.type === 'timeZoneName')!.value;
    const match = /^GMT([+-])(\d\d):(\d\d)/.exec(name);
    if (!match) return 0;
    return (match[1] === '-' ? -1 : 1) * (Number(match[2]) * 60 + Number(match[3]));
  };
}
