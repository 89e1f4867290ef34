import { type Measure, MEASURES } from '../db/measures.ts';
import { compareIds } from './map/fields.ts';
import type { OrderLine, OrderRecord, Sale, SaleEvent, SaleKind } from './records.ts';

export type Measures = Record<Measure, number>;

/** What a total is made of: gift cards are a liability and tips no sales, so they stand beside it. */
export const IN_TOTAL = MEASURES.filter((measure) => measure !== 'gift_cards' && measure !== 'tips');

export interface LedgerLine extends Measures {
  eventId: string;
  event: SaleEvent['type'];
  lineId: string;
  kind: SaleKind;
  happenedAt: number;
  currency: string;
  productId: string | null;
  variantId: string | null;
  units: number;
  returnedUnits: number;
}

/**
 * The dated lines of an order: one for each event, line and kind of sale, sorted by them. Test orders have none.
 * Rule: Shopify's own ledger, `Order.agreements{happenedAt, sales}`; a sale counts on the day it was agreed,
 * a return on the day it was processed.
 */
export function ledger(order: Pick<OrderRecord, 'test' | 'currency' | 'lines' | 'events'>): LedgerLine[] {
  if (order.test) return [];
  const sold = new Map(order.lines.map((line) => [line.id, line]));
  const lines = new Map<string, LedgerLine>();
  for (const event of order.events) {
    for (const sale of event.sales) {
      const lineId = sale.lineId ?? '0';
      const key = `${event.type} ${event.id} ${lineId} ${sale.kind}`;
      let line = lines.get(key);
      if (!line) lines.set(key, (line = emptyLine(event, sale.kind, order.currency, lineId, sold.get(lineId))));
      add(line, sale);
    }
  }
  return [...lines.values()].sort(byKey);
}

function emptyLine(
  event: SaleEvent,
  kind: SaleKind,
  currency: string,
  lineId: string,
  sold: OrderLine | undefined,
): LedgerLine {
  return {
    eventId: event.id,
    event: event.type,
    lineId,
    kind,
    happenedAt: event.happenedAt,
    currency,
    productId: sold?.productId ?? null,
    variantId: sold?.variantId ?? null,
    ...NOTHING,
  };
}

export const NOTHING = {
  units: 0,
  returnedUnits: 0,
  gross: 0,
  discounts: 0,
  returns: 0,
  shipping: 0,
  tax: 0,
  duties: 0,
  fees: 0,
  adjustments: 0,
  gift_cards: 0,
  tips: 0,
};

/** The order in which equal ledgers are equal lists. */
export const byKey = (a: LedgerLine, b: LedgerLine): number =>
  compareIds(a.eventId, b.eventId) ||
  byText(a.event, b.event) ||
  compareIds(a.lineId, b.lineId) ||
  byText(a.kind, b.kind);

const byText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

function add(line: LedgerLine, sale: Sale): void {
  const net = sale.total - sale.tax;
  line.tax += sale.tax;
  switch (sale.kind) {
    case 'product':
      addGoods(line, sale, net);
      break;
    case 'gift_card':
      line.gift_cards += net;
      break;
    case 'tip':
      line.tips += net;
      break;
    case 'shipping':
      line.shipping += net;
      break;
    case 'duty':
      line.duties += net;
      break;
    case 'fee':
      line.fees += net;
      break;
    case 'adjustment':
    case 'unknown':
      line.adjustments += net;
      break;
  }
}

function addGoods(line: LedgerLine, sale: Sale, net: number): void {
  if (sale.action === 'RETURN') {
    line.returns += net;
    line.returnedUnits += Math.abs(sale.quantity);
    return;
  }
  // a sale's discount lowers it; an update that only grants one more, or takes one back, changes no gross
  const discount = Math.abs(sale.discount);
  const reduction = sale.action === 'ORDER' || net < 0 ? discount : -discount;
  line.gross += net + reduction;
  if (reduction !== 0) line.discounts -= reduction;
  if (sale.action === 'ORDER') line.units += sale.quantity;
}

/**
 * What the order is worth now less what its ledger says: zero unless Shopify's numbers disagree with each other.
 * Adjustments are no part of `currentTotalPriceSet`.
 */
export function ledgerDifference(order: { test: boolean; currentTotalPrice: number }, lines: LedgerLine[]): number {
  if (order.test) return 0;
  let difference = order.currentTotalPrice;
  for (const line of lines) {
    if (line.kind !== 'adjustment') for (const measure of MEASURES) difference -= line[measure];
  }
  return difference;
}
