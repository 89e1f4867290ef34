import type { SyncRun, SyncStream, Tenant } from '@xeno/contracts';

/** Never 100 before the end, whatever came in meanwhile. */
const share = (done: number, expected: number): number =>
  expected ? Math.min(99, Math.floor((done / expected) * 100)) : 0;

/** How far a stream is; null where Shopify has not yet told how many rows there will be. */
export const percentOf = ({ done, expected, status }: SyncStream): number | null =>
  status === 'succeeded' ? 100 : expected === null ? null : share(done, expected);

/** How far a whole run is, by rows. */
export function progressOf({ streams }: SyncRun): { done: number; percent: number | null } {
  let done = 0;
  let expected: number | null = streams.length ? 0 : null;
  for (const stream of streams) {
    done += stream.done;
    expected = expected === null || stream.expected === null ? null : expected + stream.expected;
  }
  return { done, percent: expected === null ? null : share(done, expected) };
}

/** Until a first sync has succeeded, a store's figures cover only a part of its past. */
export const isPartial = ({ lastSyncAt }: Tenant): boolean => lastSyncAt === null;

const ordersOf = ({ activeRun }: Tenant): SyncStream | undefined =>
  activeRun?.streams.find(({ name }) => name === 'orders');

/** A first sync that has not brought a single order yet: zeros would look like figures. */
export const isBlank = (tenant: Tenant): boolean => isPartial(tenant) && ordersOf(tenant)?.done === 0;

/** The day from which on all orders are in, while a first sync works its way back. */
export const completeFrom = (tenant: Tenant): string | null => ordersOf(tenant)?.completeFrom ?? null;
