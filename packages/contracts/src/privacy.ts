import { Type, type Static } from 'typebox';
import { Id, Instant, nullable, Page, pageOf, ShopifyId } from './common.ts';
import { route } from './route.ts';

export const PrivacyRequest = Type.Object({
  id: Id,
  kind: Type.Union([Type.Literal('data_request'), Type.Literal('customer_redact'), Type.Literal('shop_redact')], {
    description:
      'data_request: a customer wants to know what is stored; download the file and give it to them. customer_redact: ' +
      'a customer’s personal data is to be erased. shop_redact: a store’s data is to be erased.',
  }),
  customerId: nullable(ShopifyId),
  orders: Type.Integer({ description: 'How many orders the request names.' }),
  status: Type.Union([Type.Literal('open'), Type.Literal('done'), Type.Literal('ignored')], {
    description: 'open: its file has not been downloaded yet. ignored: it is about an earlier installation.',
  }),
  requestedAt: Instant,
  dueAt: Type.String({ description: 'By when it has to be done by law; ISO 8601 in UTC.' }),
  finishedAt: nullable(Instant),
  note: nullable(Type.String()),
});
export type PrivacyRequest = Static<typeof PrivacyRequest>;

export const listRequests = route({
  method: 'GET',
  path: '/api/tenants/:id/privacy-requests',
  summary: 'What Shopify has asked for on behalf of people: to see or to erase their data; the newest first',
  tag: 'privacy',
  access: 'privacy:manage',
  params: Type.Object({ id: Id }),
  query: Page,
  response: { 200: pageOf(PrivacyRequest) },
});

export const downloadFile = route({
  method: 'GET',
  path: '/api/tenants/:id/privacy-requests/:requestId/file',
  summary: 'Everything that is stored of the customer whom a data request is about, as it is now; ends the request',
  tag: 'privacy',
  access: 'privacy:manage',
  params: Type.Object({ id: Id, requestId: Id }),
  response: {
    200: Type.Object(
      {
        customerId: nullable(ShopifyId),
        customer: nullable(Type.Record(Type.String(), Type.Unknown())),
        orders: Type.Array(Type.Record(Type.String(), Type.Unknown())),
        webhooks: Type.Array(
          Type.Object({ topic: Type.String(), receivedAt: Instant, body: Type.String({ description: 'As it came.' }) }),
        ),
      },
      { description: 'Rows as they are stored; amounts in minor units of the currency beside them.' },
    ),
  },
});
