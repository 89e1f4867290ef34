import type { FastifyInstance } from 'fastify';
import { fixedDecimal } from '../store/money.ts';
import { SHOP_WISHES } from '../store/spec.ts';
import type { DeliveryStatus } from '../webhooks/deliveries.ts';
import type { WebhookWishes } from '../webhooks/webhooks.ts';
import type { TrafficWishes } from '../traffic.ts';
import type { Standing } from '../world.ts';
import type { ComplianceTopic, Control, Settings } from './control.ts';
import { FAULT_KINDS, type FaultWishes } from './faults.ts';

type Shop = { Params: { shop: string }; Body: Record<string, never>; Querystring: Record<string, string | undefined> };
type Thing = { Params: { shop: string; which: string }; Body: Record<string, never> };

/** The control API over HTTP; README.md lists it. */
export function controlRoutes(root: FastifyInstance, control: Control): void {
  void root.register(
    (app, _options, done) => {
      app.setErrorHandler((error, _request, reply) => reply.status(400).send({ error: (error as Error).message }));

      // scripts may send no body at all
      app.addHook('preValidation', (request, _reply, done) => {
        request.body ??= {};
        done();
      });

      app.get('/settings', () => control.settings());
      app.patch<{ Body: Settings }>('/settings', (request) => control.settings(request.body));

      app.get('/shops', () => control.shops());
      app.get<Shop>('/shops/:shop', (request) => control.shop(request.params.shop));
      app.put<Shop>('/shops/:shop', { schema: { body: SHOP_WISHES } }, (request) =>
        control.createShop(request.params.shop, request.body),
      );
      app.delete<Shop>('/shops/:shop', (request, reply) => {
        control.resetShop(request.params.shop);
        return reply.status(204).send();
      });
      app.patch<Shop>('/shops/:shop', (request) => control.updateShop(request.params.shop, request.body));
      app.patch<Shop>('/shops/:shop/throttle', (request) => control.throttle(request.params.shop, request.body));
      app.put<{ Params: { shop: string }; Body: string[] }>('/shops/:shop/withheld-scopes', (request, reply) => {
        control.withholdScopes(request.params.shop, request.body);
        return reply.status(204).send();
      });
      app.get<Shop>('/shops/:shop/expected', async (request) => {
        const { visible, currency } = request.query;
        const figures = await control.expected(request.params.shop, { visible: visible === '60d', currency });
        if (request.query.amounts !== 'decimal') return figures;
        const counts = new Set(['count', 'orders', 'units']);
        const decimal = (day: object) =>
          Object.fromEntries(
            Object.entries(day).map(([key, value]) => [
              key,
              counts.has(key) ? value : fixedDecimal(value as number, figures.currency),
            ]),
          );
        return {
          ...figures,
          totals: decimal(figures.totals),
          days: Object.fromEntries(Object.entries(figures.days).map(([date, day]) => [date, decimal(day)])),
          topCustomers: figures.topCustomers.map((customer) => ({
            ...customer,
            totalSpent: fixedDecimal(customer.totalSpent, figures.currency),
          })),
          checkouts: {
            ...figures.checkouts,
            abandoned: decimal(figures.checkouts.abandoned),
            days: Object.fromEntries(Object.entries(figures.checkouts.days).map(([date, day]) => [date, decimal(day)])),
          },
        };
      });

      app.post<Shop>('/shops/:shop/orders', (request) => control.createOrder(request.params.shop, request.body));
      app.get<Thing>('/shops/:shop/orders/:which', ({ params }) => control.order(params.shop, params.which));
      app.patch<Thing>('/shops/:shop/orders/:which', ({ params, body }) =>
        control.updateOrder(params.shop, params.which, body),
      );
      app.post<Thing>('/shops/:shop/orders/:which/edit', ({ params, body }) =>
        control.editOrder(params.shop, params.which, body),
      );
      app.post<Thing>('/shops/:shop/orders/:which/refund', ({ params, body }) =>
        control.refundOrder(params.shop, params.which, body),
      );
      app.post<Thing>('/shops/:shop/orders/:which/cancel', ({ params, body }) =>
        control.cancelOrder(params.shop, params.which, body),
      );
      app.delete<Thing>('/shops/:shop/orders/:which', ({ params }, reply) => {
        control.deleteOrder(params.shop, params.which);
        return reply.status(204).send();
      });

      app.post<Shop>('/shops/:shop/customers', (request) => control.createCustomer(request.params.shop, request.body));
      app.patch<Thing>('/shops/:shop/customers/:which', ({ params, body }) =>
        control.updateCustomer(params.shop, params.which, body),
      );
      app.delete<Thing>('/shops/:shop/customers/:which', ({ params }, reply) => {
        control.deleteCustomer(params.shop, params.which);
        return reply.status(204).send();
      });

      app.post<{ Params: Thing['Params']; Body: { into: string } }>(
        '/shops/:shop/customers/:which/merge',
        ({ params, body }) => control.mergeCustomers(params.shop, params.which, body.into),
      );

      app.post<Shop>('/shops/:shop/products', (request) => control.createProduct(request.params.shop, request.body));
      app.patch<Thing>('/shops/:shop/products/:which', ({ params, body }) =>
        control.updateProduct(params.shop, params.which, body),
      );
      app.delete<Thing>('/shops/:shop/products/:which', ({ params }, reply) => {
        control.deleteProduct(params.shop, params.which);
        return reply.status(204).send();
      });

      app.post<{ Params: Thing['Params']; Body: { variant?: number; available: number } }>(
        '/shops/:shop/products/:which/inventory',
        ({ params, body }) => control.setInventory(params.shop, params.which, body),
      );

      app.get<Shop>('/shops/:shop/checkouts', (request) => control.checkouts(request.params.shop));
      app.post<Shop>('/shops/:shop/checkouts', (request) => control.createCheckout(request.params.shop, request.body));
      app.patch<Thing>('/shops/:shop/checkouts/:which', ({ params, body }) =>
        control.updateCheckout(params.shop, params.which, body),
      );
      app.post<Thing>('/shops/:shop/checkouts/:which/complete', ({ params }) =>
        control.completeCheckout(params.shop, params.which),
      );

      app.post<Shop>('/shops/:shop/uninstall', (request, reply) => {
        control.uninstall(request.params.shop);
        return reply.status(204).send();
      });
      app.put<{ Params: { shop: string }; Body: string[] }>('/shops/:shop/scopes', (request, reply) => {
        control.changeScopes(request.params.shop, request.body);
        return reply.status(204).send();
      });
      app.put<{ Params: { shop: string }; Body: { standing: Standing } }>('/shops/:shop/standing', (request, reply) => {
        control.setStanding(request.params.shop, request.body.standing);
        return reply.status(204).send();
      });
      app.post<{ Params: { shop: string }; Body: { topic: ComplianceTopic; customer?: string } }>(
        '/shops/:shop/compliance',
        ({ params, body }) => ({ id: control.requestCompliance(params.shop, body.topic, body.customer) }),
      );
      app.post<{ Params: { shop: string }; Body: { scopes: string[]; expiring?: boolean } }>(
        '/shops/:shop/tokens',
        (request) => control.issueToken(request.params.shop, request.body.scopes, request.body),
      );
      app.post<Shop>('/shops/:shop/tokens/revoke', (request, reply) => {
        control.revokeTokens(request.params.shop);
        return reply.status(204).send();
      });
      app.post<Shop>('/shops/:shop/tokens/expire', (request, reply) => {
        control.expireAccessTokens(request.params.shop);
        return reply.status(204).send();
      });
      app.post<Shop>('/shops/:shop/tokens/kill-refresh', (request, reply) => {
        control.killRefreshTokens(request.params.shop);
        return reply.status(204).send();
      });

      app.get<Shop>('/shops/:shop/subscriptions', (request) => control.subscriptions(request.params.shop));
      app.delete<{ Params: { shop: string; id?: string } }>('/shops/:shop/subscriptions/:id?', (request, reply) => {
        control.removeSubscriptions(request.params.shop, request.params.id);
        return reply.status(204).send();
      });
      app.get<{ Querystring: { shop?: string; topic?: string; status?: DeliveryStatus; limit?: string } }>(
        '/deliveries',
        ({ query: { limit, ...rest } }) =>
          control.deliveries({ ...rest, limit: limit === undefined ? undefined : Number(limit) }),
      );
      app.get<{ Querystring: { shop?: string } }>('/deliveries/counts', ({ query }) =>
        control.deliveryCounts(query.shop),
      );
      app.get<{ Params: { id: string } }>('/deliveries/:id', ({ params }) => control.delivery(params.id));
      app.post<{ Body: { timeoutMs?: number; shop?: string } }>('/deliveries/idle', ({ body }) => control.idle(body));
      app.post<{ Params: { id: string }; Body: { times?: number; newId?: boolean } }>(
        '/deliveries/:id/resend',
        ({ params, body }) => control.resend(params.id, body),
      );
      app.post<{ Body: WebhookWishes & { shop: string } }>('/deliveries', ({ body: { shop, ...wishes } }) =>
        control.sendWebhook(shop, wishes),
      );
      app.delete('/deliveries', (_request, reply) => {
        control.forgetDeliveries();
        return reply.status(204).send();
      });

      app.get('/traffic', () => control.traffic());
      app.put<{ Params: { shop: string }; Body: TrafficWishes }>('/shops/:shop/traffic', ({ params, body }) => {
        control.startTraffic(params.shop, body);
        return control.traffic()[params.shop];
      });
      app.delete<Shop>('/shops/:shop/traffic', (request, reply) => {
        control.stopTraffic(request.params.shop);
        return reply.status(204).send();
      });

      app.get('/faults', () => ({ kinds: FAULT_KINDS, set: control.faults() }));
      app.post<{ Body: FaultWishes }>('/faults', (request) => control.setFault(request.body));
      app.delete('/faults', (_request, reply) => {
        control.clearFaults();
        return reply.status(204).send();
      });
      app.delete<{ Params: { id: string } }>('/faults/:id', (request, reply) => {
        control.clearFaults(Number(request.params.id));
        return reply.status(204).send();
      });
      done();
    },
    { prefix: '/_control' },
  );
}
