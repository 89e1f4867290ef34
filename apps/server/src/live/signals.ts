/**
 * Says that something about a tenant has changed. Only makes it sooner: whoever watches a tenant also looks each second.
 */
export interface Signals {
  publish(tenantId: string): void;
  /** Gives what ends the subscription. */
  subscribe(listener: (tenantId: string) => void): () => void;
  close(): void;
}

/** Within this process. */
export function localSignals(): Signals {
  const listeners = new Set<(tenantId: string) => void>();
  return {
    publish: (tenantId) => listeners.forEach((listener) => listener(tenantId)),
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: () => listeners.clear(),
  };
}
