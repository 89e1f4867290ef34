const BUCKET_MS = 15 * 60_000;
const MAX_BUCKETS = 200_000;

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

export function isTimezone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
