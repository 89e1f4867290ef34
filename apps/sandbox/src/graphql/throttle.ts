/** Shopify's leaky bucket of query cost, one per app and shop. */
export class Bucket {
  maximumAvailable: number;
  restoreRate: number;
  #available: number;
  #at: number;

  constructor(maximumAvailable: number, restoreRate: number, now = Date.now()) {
    this.maximumAvailable = maximumAvailable;
    this.restoreRate = restoreRate;
    this.#available = maximumAvailable;
    this.#at = now;
  }

  #refill(now: number): void {
    const restored = (Math.max(0, now - this.#at) / 1000) * this.restoreRate;
    this.#available = Math.min(this.maximumAvailable, this.#available + restored);
    this.#at = now;
  }

  /** Takes the points, or takes none and says no. */
  take(points: number, now = Date.now()): boolean {
    this.#refill(now);
    if (points > this.#available) return false;
    this.#available -= points;
    return true;
  }

  giveBack(points: number): void {
    this.#available = Math.min(this.maximumAvailable, this.#available + points);
  }

  empty(): void {
    this.#available = 0;
  }

  status(now = Date.now()): { maximumAvailable: number; currentlyAvailable: number; restoreRate: number } {
    this.#refill(now);
    return {
      maximumAvailable: this.maximumAvailable,
      currentlyAvailable: Math.floor(this.#available),
      restoreRate: this.restoreRate,
    };
  }
}
