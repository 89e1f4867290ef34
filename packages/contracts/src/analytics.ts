import { Type, type Static } from 'typebox';
import { Id, Instant, LocalDate, masked, Money, nullable, personal, ShopifyId } from './common.ts';
import { route } from './route.ts';

/**
 * The measures of the sales ledger. `revenue` is Shopify's "Total sales":
 * net + shipping + tax + duties + fees + adjustments. Discounts and returns are negative.
 */
export const MEASURES = [
  'revenue',
  'gross',
  'discounts',
  'returns',
  'net',
  'shipping',
  'tax',
  'duties',
  'fees',
  'adjustments',
  'giftCards',
  'tips',
] as const;
export type Measure = (typeof MEASURES)[number];

const measures = {
  orders: Type.Integer({ description: 'Orders placed; cancelled ones count, test and deleted ones do not.' }),
  units: Type.Integer({ description: 'Units sold; returns are not deducted.' }),
  revenue: Money,
  gross: Money,
  discounts: Money,
  returns: Money,
  net: Money,
  shipping: Money,
  tax: Money,
  duties: Money,
  fees: Money,
  adjustments: Money,
  giftCards: Money,
  tips: Money,
};

export const Totals = Type.Object({ customers: Type.Integer(), averageOrderValue: Money, ...measures });
export type Totals = Static<typeof Totals>;

export const RevenueDay = Type.Object({ date: LocalDate, ...measures });
export type RevenueDay = Static<typeof RevenueDay>;

const head = {
  tenantId: Id,
  from: nullable(LocalDate),
  to: nullable(LocalDate),
  timezone: nullable(Type.String()),
  currencyCode: nullable(Type.String()),
  asOf: nullable(Instant),
};

const period = {
  tenant_id: Id,
  from: Type.Optional(LocalDate),
  to: Type.Optional(LocalDate),
};

export const overview = route({
  method: 'GET',
  path: '/api/analytics/overview',
  summary: 'Totals of a period, or of all time',
  tag: 'analytics',
  access: 'metrics:read',
  query: Type.Object(period, { additionalProperties: false }),
  response: {
    200: Type.Object({
      ...head,
      totals: Totals,
      otherCurrencies: Type.Array(Type.Object({ currencyCode: Type.String(), totals: Totals })),
    }),
  },
});
export type Overview = Static<(typeof overview)['response'][200]>;

export const revenue = route({
  method: 'GET',
  path: '/api/analytics/revenue',
  summary: 'Every measure of the ledger by day, empty days included',
  tag: 'analytics',
  access: 'metrics:read',
  query: Type.Object(period, { additionalProperties: false }),
  response: { 200: Type.Object({ ...head, data: Type.Array(RevenueDay) }) },
});
export type Revenue = Static<(typeof revenue)['response'][200]>;

export const ordersByDate = route({
  method: 'GET',
  path: '/api/analytics/orders-by-date',
  summary: 'Orders placed by day, empty days included',
  tag: 'analytics',
  access: 'metrics:read',
  query: Type.Object(period, { additionalProperties: false }),
  response: {
    200: Type.Object({ ...head, data: Type.Array(Type.Object({ date: LocalDate, orders: Type.Integer() })) }),
  },
});
export type OrdersByDate = Static<(typeof ordersByDate)['response'][200]>;

export const TopCustomer = Type.Object({
  customerId: ShopifyId,
  name: personal(Type.String()),
  email: personal(Type.String()),
  masked,
  orders: Type.Integer(),
  totalSpent: Money,
});
export type TopCustomer = Static<typeof TopCustomer>;

export const topCustomers = route({
  method: 'GET',
  path: '/api/analytics/top-customers',
  summary: 'Customers by what they spent, net of refunds, tax and shipping inside',
  tag: 'analytics',
  access: 'metrics:read',
  query: Type.Object(
    { ...period, limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: 5 })) },
    { additionalProperties: false },
  ),
  response: { 200: Type.Object({ ...head, data: Type.Array(TopCustomer) }) },
});
export type TopCustomers = Static<(typeof topCustomers)['response'][200]>;

export const CheckoutDay = Type.Object({
  date: LocalDate,
  checkouts: Type.Integer({
    description: 'Checkouts begun that day, as far as a webhook told of them or Shopify lists them as abandoned.',
  }),
  completed: Type.Integer({ description: 'Of these, those that became orders, whenever they did.' }),
  abandoned: Type.Integer({
    description: 'Of these, those that left a way to write to their buyer and are not completed after an hour.',
  }),
  value: { ...Money, description: 'What was in the abandoned ones.' },
});
export type CheckoutDay = Static<typeof CheckoutDay>;

export const abandonedCheckouts = route({
  method: 'GET',
  path: '/api/analytics/abandoned-checkouts',
  summary: 'Checkouts by day and what became of them, empty days included',
  tag: 'analytics',
  access: 'metrics:read',
  query: Type.Object(period, { additionalProperties: false }),
  response: { 200: Type.Object({ ...head, data: Type.Array(CheckoutDay) }) },
});
export type AbandonedCheckouts = Static<(typeof abandonedCheckouts)['response'][200]>;
