import { Type, type Static } from 'typebox';
import { Id, Instant, LocalDate, nullable, Page, pageOf, ShopifyId } from './common.ts';
import { route } from './route.ts';
import { StreamName } from './stores.ts';

export const FindingKind = Type.Union(
  [
    Type.Literal('missing'),
    Type.Literal('deleted'),
    Type.Literal('outdated'),
    Type.Literal('damaged'),
    Type.Literal('drift'),
    Type.Literal('day_total'),
    Type.Literal('ledger_difference'),
    Type.Literal('unreadable'),
  ],
  {
    description:
      'missing: Shopify had it, we had not. deleted: the other way round. outdated: ours was another version. ' +
      'damaged: what is stored was changed by other hands. drift: a rollup was not what its rows add up to. ' +
      'day_total: a day’s total sales differ from Shopify’s report. ledger_difference: what Shopify says an order is worth ' +
      'is not what its own ledger adds up to. unreadable: could not be taken as Shopify tells it, for the reason in `found`; figures lack it until it can be read.',
  },
);
export type FindingKind = Static<typeof FindingKind>;

export const Finding = Type.Object({
  kind: FindingKind,
  stream: nullable(StreamName),
  shopifyId: nullable(ShopifyId),
  name: nullable(
    Type.String({
      description: 'Of an order: #1001; of a rollup: its key; of what could not be read: Shopify’s own id of it.',
    }),
  ),
  localDate: nullable(LocalDate),
  expected: nullable(Type.String()),
  found: nullable(Type.String()),
  mended: Type.Boolean(),
});
export type Finding = Static<typeof Finding>;

export const Reconciliation = Type.Object({
  id: Id,
  status: Type.Union([Type.Literal('running'), Type.Literal('succeeded'), Type.Literal('failed')]),
  startedAt: Instant,
  finishedAt: nullable(Instant),
  compared: Type.Object(
    {
      orders: Type.Integer(),
      customers: Type.Integer(),
      products: Type.Integer(),
      days: Type.Integer(),
      rows: Type.Integer(),
    },
    {
      description:
        'With Shopify: orders, customers and products by id, days by their totals. Within the database: rows with the content they were made from.',
    },
  ),
  findings: Type.Integer({ description: 'How many differences were found.' }),
  unmended: Type.Integer({ description: 'How many of the listed ones are still there.' }),
  notice: nullable(Type.String({ description: 'What could not be compared, and why.' })),
  error: nullable(Type.String({ description: 'What went wrong and what to do.' })),
});
export type Reconciliation = Static<typeof Reconciliation>;

export const reconcile = route({
  method: 'POST',
  path: '/api/tenants/:id/reconcile',
  summary: 'Compare a store with Shopify now, and mend what differs',
  tag: 'stores',
  access: 'sync:run',
  params: Type.Object({ id: Id }),
  response: { 202: Type.Object({ requested: Type.Literal(true) }) },
});

export const listReconciliations = route({
  method: 'GET',
  path: '/api/tenants/:id/reconciliations',
  summary: 'Comparisons with Shopify, the newest first',
  tag: 'stores',
  access: 'metrics:read',
  params: Type.Object({ id: Id }),
  query: Page,
  response: { 200: pageOf(Reconciliation) },
});

export const listFindings = route({
  method: 'GET',
  path: '/api/tenants/:id/reconciliations/:reconciliationId/findings',
  summary: 'What one comparison found; a thousand at most are listed',
  tag: 'stores',
  access: 'records:read',
  params: Type.Object({ id: Id, reconciliationId: Id }),
  query: Page,
  response: { 200: pageOf(Finding) },
});
