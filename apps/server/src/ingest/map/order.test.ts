import { expect, test } from 'vitest';
import { ledger } from '../ledger.ts';
import { mapOrder } from './order.ts';

const money = (amount: string) => {
  const ofShop = { amount, currencyCode: 'GBP' };
  return { shopMoney: ofShop, presentmentMoney: ofShop };
};
const AT = '2026-01-01T00:00:00Z';
const ORDER = {
  ...{ id: 'gid://shopify/Order/1', name: '#1', createdAt: AT, processedAt: AT, updatedAt: AT, test: false },
  ...{ currencyCode: 'GBP', presentmentCurrencyCode: 'GBP', tags: [], discountCodes: [], refunds: [], customer: null },
  ...{ totalPriceSet: money('10.0'), currentTotalPriceSet: money('10.0') },
  ...{ totalShippingPriceSet: money('0.0'), totalRefundedSet: money('0.0') },
};
const sale = (id: number, amount = '10.0') => ({
  ...{ id: `gid://shopify/Sale/${id}`, actionType: 'ORDER', lineType: 'PRODUCT', quantity: 1, lineItem: null },
  ...{ totalAmount: money(amount), totalTaxAmount: money('0.0'), totalDiscountAmountBeforeTaxes: money('0.0') },
});
const grossOf = (sales: object[], order: object = ORDER) => {
  const agreement = { __typename: 'OrderAgreement', id: 'gid://shopify/SalesAgreement/9', happenedAt: AT };
  const record = mapOrder({ order, lineItems: [], agreements: [{ agreement, sales }] } as never);
  return ledger(record).map(({ gross }) => gross);
};

test('a sale that is told twice counts once, and two alike count twice', () => {
  expect(grossOf([sale(5), sale(5)])).toEqual([1_000]);
  expect(grossOf([sale(5), sale(6)])).toEqual([2_000]);
});

test('an amount so large that sums of it would not be exact is refused', () => {
  expect(grossOf([sale(5, '1000000000000.0')])).toEqual([100_000_000_000_000]);
  expect(() => grossOf([sale(5, '1000000000000.01')])).toThrow('"1000000000000.01" GBP is too large an amount.');
});
