import type { Measure } from '@xeno/contracts';

interface Definition {
  label: string;
  meaning: string;
}

/** What each number means, in one place; the page shows these words where the number stands. */
export const DEFINITIONS = {
  revenue: {
    label: 'Revenue',
    meaning:
      'Net sales plus shipping, tax, duties, fees and adjustments: what Shopify calls “Total sales”. A sale counts on the day it was made, a return on the day it was processed.',
  },
  orders: {
    label: 'Orders',
    meaning: 'Orders placed. Cancelled ones count, test orders and deleted ones do not.',
  },
  averageOrderValue: {
    label: 'Average order value',
    meaning: 'Gross sales less discounts, divided by the number of orders. Returns, shipping and tax are not in it.',
  },
  customers: {
    label: 'Customers',
    meaning:
      'In a period: customers who ordered in it, each counted once. For all time: every customer the store has. Guests have no customer record and are not counted.',
  },
  units: { label: 'Units', meaning: 'Units sold. Returned units are not deducted.' },
  gross: {
    label: 'Gross sales',
    meaning: 'Price × quantity of the products sold, before tax, shipping, discounts and returns.',
  },
  discounts: { label: 'Discounts', meaning: 'Line discounts and each line’s share of order discounts, before tax.' },
  returns: {
    label: 'Returns',
    meaning: 'Value of goods refunded or removed, net of their discounts, before tax, on the day it was processed.',
  },
  net: { label: 'Net sales', meaning: 'Gross sales less discounts and returns.' },
  shipping: { label: 'Shipping', meaning: 'Shipping charged less shipping refunded.' },
  tax: { label: 'Tax', meaning: 'Tax charged less tax refunded.' },
  duties: { label: 'Duties', meaning: 'Import duties charged less refunded.' },
  fees: { label: 'Fees', meaning: 'Additional fees charged less refunded.' },
  adjustments: {
    label: 'Adjustments',
    meaning: 'Refunded amounts that differ from the value of the goods returned.',
  },
  giftCards: {
    label: 'Gift cards sold',
    meaning: 'Gift cards are owed to whoever holds them: they become revenue when they are spent, and stand beside it.',
  },
  tips: { label: 'Tips', meaning: 'Tips are not sales, and stand beside the revenue.' },
} satisfies Record<Measure | 'orders' | 'averageOrderValue' | 'customers' | 'units', Definition>;
