import { MEASURES } from '../../db/measures.ts';
import { byKey, ledger, ledgerDifference, type LedgerLine, NOTHING } from '../ledger.ts';
import type { OrderRecord, SaleEvent } from '../records.ts';
import { sumOf } from './body.ts';
import type { ToldOrder } from './map-order.ts';

/** What is known of an order before a body comes to it. */
export interface KnownOrder {
  updatedAt: number;
  lines: LedgerLine[];
  /**
   * What was paid back, by refund: a body that is older than it looks may not tell them. Null where the ledger alone has
   * the refund.
   */
  refunds: ReadonlyMap<string, number | null>;
  /** Shopify's numbers may disagree with each other, and then stay so. */
  difference: number;
  /** Units in which the ledger disagrees with a line of the order; lines that agree are absent. */
  unitsOff: ReadonlyMap<string, number>;
}

export interface JoinedOrder {
  record: OrderRecord;
  lines: LedgerLine[];
  /** Why it has to be fetched; empty: it is exact. */
  doubts: string[];
}

/**
 * Joins a body with what is known of its order. What the ledger has stays; only refunds that it lacks are added, and
 * what a cancellation has reversed without a refund. The order's own totals tell whether that is all that happened.
 */
export function joinOrder(known: KnownOrder | null, told: ToldOrder, isNew: boolean): JoinedOrder {
  const record = withKnownAmounts(told, known);
  const { test, currency, lines } = record;
  if (test) return { record, lines: [], doubts: [] };
  const ledgerOf = (events: SaleEvent[]) => ledger({ test, currency, lines, events });
  // one that was a test order until now has no ledger to begin with
  const stored = known && known.lines.length > 0 ? known : null;
  const doubts = stored ? [] : [...told.doubts, ...(isNew ? [] : ['an order that was not known'])];

  const refunds = told.refunds.filter(({ refund }) => !stored?.refunds.has(refund.id));
  doubts.push(...refunds.flatMap((refund) => refund.doubts));
  const before = stored?.lines ?? ledgerOf([told.placed]);
  const withRefunds = [...before, ...ledgerOf(refunds.flatMap(({ event }) => event ?? []))];
  const candidates = [withRefunds];
  if (record.cancelledAt !== null) candidates.push([...withRefunds, ...reversal(record, withRefunds)]);
  if (withRefunds.length > before.length) candidates.push(before);

  const [nearest, off] = candidates
    .map((lines) => [lines, ledgerDifference(record, lines)] as const)
    .reduce((best, next) => (Math.abs(next[1]) < Math.abs(best[1]) ? next : best));
  if (nearest !== withRefunds) doubts.push('a cancellation or return that no refund tells');
  if (off !== 0 && off !== known?.difference) doubts.push('a total that its sales do not give');
  for (const [lineId, units] of unitsOff(record, nearest)) {
    if (units !== known?.unitsOff.get(lineId)) doubts.push(`units of line ${lineId} that its sales do not give`);
  }
  return { record, lines: merged(nearest).sort(byKey), doubts };
}

/** What is known once a joined order is stored. */
export const knownFrom = ({ record, lines }: JoinedOrder): KnownOrder => ({
  updatedAt: record.updatedAt,
  lines,
  refunds: refundsIn(record.refunds, lines),
  difference: ledgerDifference(record, lines),
  unitsOff: unitsOff(record, lines),
});

export const refundsIn = (
  refunds: readonly { id: string; totalRefunded: number }[],
  lines: readonly LedgerLine[],
): Map<string, number | null> =>
  new Map([
    ...lines.filter(({ event }) => event === 'refund').map(({ eventId }) => [eventId, null] as const),
    ...refunds.map(({ id, totalRefunded }) => [id, totalRefunded] as const),
  ]);

/** What a body cannot tell of a refund stays what it was. */
function withKnownAmounts({ record, refunds }: ToldOrder, known: KnownOrder | null): OrderRecord {
  const untold = new Set(refunds.filter(({ isAmountTold }) => !isAmountTold).map(({ refund }) => refund.id));
  if (untold.size === 0) return record;
  const amended = record.refunds.map((refund) =>
    untold.has(refund.id) ? { ...refund, totalRefunded: known?.refunds.get(refund.id) ?? 0 } : refund,
  );
  return { ...record, refunds: amended, totalRefunded: sumOf(amended, ({ totalRefunded }) => totalRefunded) };
}

/** An order that is taken back again, after a refund came to light, has one line for both. */
function merged(lines: readonly LedgerLine[]): LedgerLine[] {
  const byKeys = new Map<string, LedgerLine>();
  for (const line of lines) {
    const key = `${line.event} ${line.eventId} ${line.lineId} ${line.kind}`;
    const same = byKeys.get(key);
    const sum = same ? { ...same } : line;
    if (same) {
      sum.units += line.units;
      sum.returnedUnits += line.returnedUnits;
      for (const measure of MEASURES) sum[measure] += line[measure];
    }
    byKeys.set(key, sum);
  }
  return [...byKeys.values()];
}

/** Takes back all that is left of an order, on the day it was cancelled. */
function reversal(order: OrderRecord, lines: LedgerLine[]): LedgerLine[] {
  const left = new Map<string, LedgerLine>();
  for (const line of lines) {
    if (line.kind === 'adjustment') continue;
    const key = `${line.lineId} ${line.kind}`;
    const back = left.get(key) ?? {
      ...line,
      eventId: order.id,
      event: 'other' as const,
      happenedAt: order.cancelledAt!,
      ...NOTHING,
    };
    left.set(key, back);
    back.returnedUnits += line.units - line.returnedUnits;
    for (const measure of MEASURES) {
      const isGoods = measure === 'gross' || measure === 'discounts';
      back[isGoods ? 'returns' : measure] -= line[measure];
    }
  }
  return [...left.values()].filter((line) => MEASURES.some((measure) => line[measure] !== 0));
}

/** The ledger counts units of goods only. */
export function unitsOff(
  order: { test: boolean; lines: readonly { id: string; currentQuantity: number }[] },
  lines: readonly LedgerLine[],
): Map<string, number> {
  if (order.test) return new Map();
  const units = new Map<string, number>();
  const uncounted = new Set<string>();
  for (const line of lines) {
    if (line.kind === 'gift_card' || line.kind === 'tip') uncounted.add(line.lineId);
    units.set(line.lineId, (units.get(line.lineId) ?? 0) + line.units - line.returnedUnits);
  }
  return new Map(
    order.lines
      .filter(({ id }) => !uncounted.has(id))
      .map(({ id, currentQuantity }) => [id, currentQuantity - (units.get(id) ?? 0)] as const)
      .filter(([, off]) => off !== 0),
  );
}
