import { describe, expect, test } from 'vitest';
import { ledger, ledgerDifference } from './ledger.ts';
import type { OrderRecord, Sale, SaleEvent } from './records.ts';

const sale = (given: Partial<Sale>): Sale => ({
  action: 'ORDER',
  kind: 'product',
  lineId: '11',
  quantity: 1,
  total: 0,
  tax: 0,
  discount: 0,
  ...given,
});

const order = (events: Partial<SaleEvent>[], given: Partial<OrderRecord> = {}) =>
  ({
    id: '1',
    currency: 'GBP',
    test: false,
    currentTotalPrice: 0,
    lines: [{ id: '11', productId: '71', variantId: '81' }],
    events: events.map((event, i) => ({ id: String(i + 1), type: 'order', happenedAt: i * 1000, sales: [], ...event })),
    ...given,
  }) as OrderRecord;

const only = (events: Partial<SaleEvent>[]) => {
  const lines = ledger(order(events));
  expect(lines).toHaveLength(1);
  return lines[0]!;
};

describe('goods', () => {
  test('are what the order’s line tells; a sale of none, or of a line that is not told, has no product', () => {
    const of = (lineId: string | null) => only([{ sales: [sale({ lineId })] }]);
    expect(of('11')).toMatchObject({ lineId: '11', productId: '71', variantId: '81' });
    expect(of('12')).toMatchObject({ lineId: '12', productId: null, variantId: null });
    expect(of(null)).toMatchObject({ lineId: '0', productId: null, variantId: null });
  });

  test('an ordered line is gross before discounts and taxes', () => {
    // two at 10.00 less 2.00, and 20% tax on 18.00
    const line = only([{ sales: [sale({ quantity: 2, total: 2160, tax: 360, discount: 200 })] }]);
    expect(line).toMatchObject({ gross: 2000, discounts: -200, tax: 360, returns: 0, units: 2, returnedUnits: 0 });
  });

  test('tax inside the price is taken out', () => {
    // 12.00 with 2.00 tax inside, no discount
    expect(only([{ sales: [sale({ total: 1200, tax: 200 })] }])).toMatchObject({ gross: 1000, tax: 200 });
  });

  test('a discount counts the same whichever sign it is told with', () => {
    const told = (discount: number) => only([{ sales: [sale({ total: 900, discount })] }]);
    expect(told(-100)).toEqual(told(100));
    expect(told(100)).toMatchObject({ gross: 1000, discounts: -100 });
  });

  test('a return is worth what it cost net of its discount, on its own day, and takes back its tax', () => {
    const lines = ledger(
      order([
        { sales: [sale({ quantity: 2, total: 2160, tax: 360, discount: 200 })] },
        { type: 'refund', sales: [sale({ action: 'RETURN', quantity: -1, total: -1080, tax: -180, discount: -100 })] },
      ]),
    );
    expect(lines[1]).toMatchObject({
      event: 'refund',
      happenedAt: 1000,
      gross: 0,
      discounts: 0,
      returns: -900,
      tax: -180,
      units: 0,
      returnedUnits: 1,
    });
  });

  test('an update that grants or takes back a discount changes no gross', () => {
    const granted = only([
      { type: 'edit', sales: [sale({ action: 'UPDATE', quantity: 0, total: -100, discount: 100 })] },
    ]);
    expect(granted).toMatchObject({ gross: 0, discounts: -100, units: 0 });
    const taken = only([
      { type: 'edit', sales: [sale({ action: 'UPDATE', quantity: 0, total: 100, discount: -100 })] },
    ]);
    expect(taken).toMatchObject({ gross: 0, discounts: 100 });
  });

  test('an exchange within one event keeps what was bought and what came back apart', () => {
    const line = only([
      {
        type: 'edit',
        sales: [sale({ total: 500 }), sale({ action: 'RETURN', quantity: -1, total: -300 })],
      },
    ]);
    expect(line).toMatchObject({ gross: 500, returns: -300, units: 1, returnedUnits: 1 });
  });
});

test.each([
  ['shipping', 'shipping'],
  ['duty', 'duties'],
  ['fee', 'fees'],
  ['adjustment', 'adjustments'],
  ['unknown', 'adjustments'],
  ['gift_card', 'gift_cards'],
  ['tip', 'tips'],
] as const)('a sale of %s is told as %s, its tax as tax', (kind, measure) => {
  const line = only([{ sales: [sale({ kind, lineId: null, total: 600, tax: 100 })] }]);
  expect(line).toMatchObject({ [measure]: 500, tax: 100, gross: 0, units: 0, lineId: '0' });
});

test('events of one number but different kinds are different events', () => {
  const lines = ledger(
    order([
      { id: '5', type: 'order', sales: [sale({ total: 100 })] },
      { id: '5', type: 'refund', sales: [sale({ action: 'RETURN', total: -100 })] },
    ]),
  );
  expect(lines.map(({ event, gross, returns }) => [event, gross, returns])).toEqual([
    ['order', 100, 0],
    ['refund', 0, -100],
  ]);
});

test('a test order has no ledger', () => {
  expect(ledger(order([{ sales: [sale({ total: 100 })] }], { test: true }))).toEqual([]);
});

test('what an order is worth now is its sales without adjustments', () => {
  const events = [{ sales: [sale({ total: 1000 }), sale({ kind: 'adjustment', lineId: null, total: -50 })] }];
  const difference = (currentTotalPrice: number) =>
    ledgerDifference({ test: false, currentTotalPrice }, ledger(order(events)));
  expect(difference(1000)).toBe(0);
  expect(difference(990)).toBe(-10);
});
