import { hash } from './random.ts';
import type { ShopSpec } from './spec.ts';
import { localDate, startOfDate } from './zone.ts';

/**
 * When each order is placed. Every local day gets a share of the orders by growth, season, weekday and chance; within
 * the day they follow the hours people shop in. Instants strictly increase with the position, and each is found
 * without making any other.
 */
export class Timeline {
  /** Start of each day (ms), and one more for the end. */
  readonly #starts: number[] = [];
  /** Orders placed before each day, and one more for all. */
  readonly #before: number[] = [];
  readonly #seed: number;

  constructor(spec: ShopSpec) {
    this.#seed = spec.seed;
    const weights: number[] = [];
    let date = localDate(spec.start, spec.timezone);
    for (let start = spec.start; start < spec.end;) {
      const next = new Date(Date.parse(date) + 36e5 * 24).toISOString().slice(0, 10);
      const end = Math.min(startOfDate(next, spec.timezone), spec.end);
      if (end > start) {
        const done = (start - spec.start) / (spec.end - spec.start);
        this.#starts.push(start);
        weights.push(dayWeight(date, done, hash(spec.seed, weights.length, 77)) * ((end - start) / 864e5));
      }
      start = Math.max(end, start);
      date = next;
    }
    this.#starts.push(spec.end);
    const total = weights.reduce((a, b) => a + b, 0);
    let sum = 0;
    for (const weight of weights) {
      this.#before.push(Math.round((sum / total) * spec.orders));
      sum += weight;
    }
    this.#before.push(spec.orders);
  }

  createdAt(index: number): number {
    let low = 0;
    let high = this.#before.length - 1;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (this.#before[middle]! <= index) low = middle;
      else high = middle;
    }
    const first = this.#before[low]!;
    const inDay = this.#before[low + 1]! - first;
    const jitter = 0.05 + 0.9 * (hash(this.#seed, index, 5) / 4294967296);
    const start = this.#starts[low]!;
    const share = timeOfDay((index - first + jitter) / inDay);
    return Math.floor(start + share * (this.#starts[low + 1]! - start));
  }
}

const WEEKDAYS = [1.15, 0.95, 0.9, 0.92, 1, 1.12, 1.08];

function dayWeight(date: string, done: number, chance: number): number {
  const day = new Date(date);
  const month = day.getUTCMonth();
  const dayOfMonth = day.getUTCDate();
  let season = 1 + 0.12 * Math.sin(((month + dayOfMonth / 31) / 12) * 2 * Math.PI - 1.2);
  if (month === 10 && dayOfMonth >= 23 && dayOfMonth <= 30) season *= 2.4;
  else if (month === 11 && dayOfMonth <= 20) season *= 1.6;
  else if (month === 0) season *= 0.8;
  const growth = 0.55 + 0.9 * done;
  return growth * season * WEEKDAYS[day.getUTCDay()]! * (0.75 + 0.5 * (chance / 4294967296));
}

/** Share of the day's orders placed by each full hour. */
const HOURS = (() => {
  const perHour = [12, 7, 4, 3, 3, 5, 10, 20, 34, 46, 54, 58, 62, 60, 56, 54, 55, 60, 68, 76, 80, 70, 48, 26];
  const total = perHour.reduce((a, b) => a + b, 0);
  let sum = 0;
  return [0, ...perHour.map((weight) => (sum += weight) / total)];
})();

/** The part of the day gone by when a share of the day's orders is in. */
function timeOfDay(share: number): number {
  let hour = 0;
  while (HOURS[hour + 1]! < share && hour < 23) hour++;
  return (hour + (share - HOURS[hour]!) / (HOURS[hour + 1]! - HOURS[hour]!)) / 24;
}
