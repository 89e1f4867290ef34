export interface Count {
  /** So many in the window that begins with the key's first. */
  tries: number;
  /** How long until it ends. */
  endsInMs: number;
}

/** Counts by key, each within a window of its own. */
export interface Counts {
  /** Adds one, and gives how many there are now. */
  add(key: string, windowMs: number): Promise<Count>;
  /** Null: none within a window. */
  get(key: string): Promise<Count | null>;
  forget(key: string): Promise<void>;
  close(): void;
}

const MOST_KEYS = 50_000;

/** Within this process; when `MOST_KEYS` are held, the oldest is forgotten. */
export function localCounts(): Counts {
  const windows = new Map<string, { tries: number; until: number }>();
  const current = (key: string) => {
    const window = windows.get(key);
    if (!window || window.until > Date.now()) return window;
    windows.delete(key);
    return undefined;
  };
  const countOf = ({ tries, until }: { tries: number; until: number }) => ({ tries, endsInMs: until - Date.now() });
  return {
    async add(key, windowMs) {
      const window = current(key) ?? { tries: 0, until: Date.now() + windowMs };
      window.tries++;
      windows.set(key, window);
      const [oldest] = windows.keys();
      if (windows.size > MOST_KEYS && oldest !== undefined) windows.delete(oldest);
      return countOf(window);
    },
    async get(key) {
      const window = current(key);
      return window ? countOf(window) : null;
    },
    async forget(key) {
      windows.delete(key);
    },
    close: () => windows.clear(),
  };
}
