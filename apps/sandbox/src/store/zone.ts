/** Local dates and midnights in IANA time zones, 23- and 25-hour days and half-hour shifts included. */

const QUARTER = 15 * 60_000;

interface Zone {
  format: Intl.DateTimeFormat;
  offsets: Map<number, number>;
}

const zones = new Map<string, Zone>();

function zoneOf(name: string): Zone {
  let zone = zones.get(name);
  if (!zone) {
    const format = new Intl.DateTimeFormat('en-US', {
      timeZone: name,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    zone = { format, offsets: new Map() };
    zones.set(name, zone);
  }
  return zone;
}

/** Milliseconds to add to UTC. Offsets only ever change on a quarter of an hour, so one look-up per quarter is enough. */
export function offsetAt(instant: number, name: string): number {
  const zone = zoneOf(name);
  const quarter = Math.floor(instant / QUARTER);
  let offset = zone.offsets.get(quarter);
  if (offset === undefined) {
    const at = quarter * QUARTER;
    const part: Record<string, number> = {};
    for (const { type, value } of zone.format.formatToParts(at)) part[type] = Number(value);
    offset = Date.UTC(part.year!, part.month! - 1, part.day!, part.hour!, part.minute!, part.second!) - at;
    zone.offsets.set(quarter, offset);
  }
  return offset;
}

/** YYYY-MM-DD on the wall calendar of the zone. */
export function localDate(instant: number, name: string): string {
  return new Date(instant + offsetAt(instant, name)).toISOString().slice(0, 10);
}

/** The instant at which a local date (YYYY-MM-DD) begins. */
export function startOfDate(date: string, name: string): number {
  const wall = Date.parse(date + 'T00:00:00Z');
  const first = wall - offsetAt(wall, name);
  return wall - offsetAt(first, name);
}
