import type { OrderRecord, Sale, SaleEvent, SaleKind } from './records.ts';

/** The measures of the ledger that add up, as columns. `net` and the total follow from them. */
export const MEASURES = [
  'gross',
  'discounts',
  'returns',
  'shipping',
  'tax',
  'duties',
  'fees',
  'adjustments',
  'gift_cards',
  'tips',
] as const;
export type Measure = (typeof MEASURES)[number];
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
 * The dated lines of an order: one for each event, line and kind of sale. Test orders have none.
 * Rule: Shopify's own ledger, `Order.agreements{happenedAt, sales}`; a sale counts on the day it was agreed,
 * a return on the day it was processed.
 */
export function ledger(order: OrderRecord): LedgerLine[] {
  if (order.test) return [];
  const lines: LedgerLine[] = [];
  for (const event of order.events) {
    const ofEvent = new Map<string, LedgerLine>();
    for (const sale of event.sales) {
      const lineId = sale.lineId ?? '0';
      const key = `${lineId} ${sale.kind}`;
      let line = ofEvent.get(key);
      if (!line) {
        line = {
          eventId: event.id,
          event: event.type,
          lineId,
          kind: sale.kind,
          happenedAt: event.happenedAt,
          currency: order.currency,
          productId: sale.productId,
          variantId: sale.variantId,
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
        ofEvent.set(key, line);
        lines.push(line);
      }
      add(line, sale);
    }
  }
  return lines;
}

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
export function ledgerDifference(order: OrderRecord): number {
  if (order.test) return 0;
  let sum = 0;
  for (const event of order.events) {
    for (const sale of event.sales) if (sale.kind !== 'adjustment') sum += sale.total;
  }
  return order.currentTotalPrice - sum;
}
