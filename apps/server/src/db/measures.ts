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
