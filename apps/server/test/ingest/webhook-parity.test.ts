import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Sandbox, startSandbox } from '../../../sandbox/src/index.ts';
import type { Shop } from '../../../sandbox/src/store/shop.ts';
import { customerBody } from '../../../sandbox/src/webhooks/bodies/customer.ts';
import { orderBody } from '../../../sandbox/src/webhooks/bodies/order.ts';
import { productBody } from '../../../sandbox/src/webhooks/bodies/product.ts';
import { World } from '../../../sandbox/src/world.ts';
import { ledger } from '../../src/ingest/ledger.ts';
import { mapCustomer } from '../../src/ingest/map/customer.ts';
import { mapOrder } from '../../src/ingest/map/order.ts';
import { mapProduct } from '../../src/ingest/map/product.ts';
import type { OrderRecord } from '../../src/ingest/records.ts';
import { parseBody } from '../../src/ingest/webhook/body.ts';
import { joinOrder, knownFrom } from '../../src/ingest/webhook/join-order.ts';
import { mapCustomerBody } from '../../src/ingest/webhook/map-customer.ts';
import { mapOrderBody } from '../../src/ingest/webhook/map-order.ts';
import { mapProductBody } from '../../src/ingest/webhook/map-product.ts';
import { createShopifyClient, type ShopifyClient } from '../../src/shopify/client.ts';
import { fetchCustomers } from '../../src/shopify/fetch-customers.ts';
import { fetchOrders } from '../../src/shopify/fetch-orders.ts';
import { fetchProducts } from '../../src/shopify/fetch-products.ts';
import { gidOf } from '../../src/shopify/gid.ts';

const SCOPES = ['read_orders', 'read_all_orders', 'read_customers', 'read_products', 'read_inventory'];
const ORDERS = 250;
const YEARS = { start: '2025-01-01T00:00:00Z', end: '2026-11-01T00:00:00Z' };

const SHOPS = [
  ['dollars, taxes beside', { currency: 'USD', country: 'US', timezone: 'America/New_York', taxesIncluded: false }],
  ['pounds, taxes inside', { currency: 'GBP', country: 'GB', timezone: 'Europe/London', taxesIncluded: true }],
  ['yen, which have no decimals', { currency: 'JPY', country: 'JP', timezone: 'Asia/Tokyo', taxesIncluded: true }],
  ['dinars of three decimals', { currency: 'KWD', country: 'KW', timezone: 'Asia/Kuwait', taxesIncluded: false }],
  [
    'ids above 2^53, customers who pay in other money',
    {
      currency: 'AUD',
      country: 'AU',
      timezone: 'Australia/Lord_Howe',
      taxesIncluded: true,
      bigIds: true,
    },
  ],
] as const;

/** What both ways tell of an order; sales are compared as the ledger they make. */
const facts = ({ events: _, ...record }: OrderRecord) => record;

describe.each(SHOPS)('%s', (name, wishes) => {
  const domain = `parity-${SHOPS.findIndex(([title]) => title === name)}.myshopify.com`;
  let sandbox: Sandbox;
  let shop: Shop;
  let client: ShopifyClient;
  const records = new Map<string, OrderRecord>();

  beforeAll(async () => {
    sandbox = await startSandbox({ restoreRate: 1e6, maximumAvailable: 1e6 });
    const spec = { ...wishes, ...YEARS, orders: ORDERS, seed: 7 };
    sandbox.control.createShop(domain, spec);
    shop = new World({}).create(domain, spec);
    const { access_token: token } = sandbox.control.issueToken(domain, SCOPES);
    client = createShopifyClient({
      shop: domain,
      sandboxUrl: sandbox.url,
      tokens: { get: async () => token, renew: async () => token },
    });
    const ids = Array.from({ length: ORDERS }, (_, i) => told(i).record.id);
    for await (const { orders, missing } of fetchOrders(
      client,
      ids.map((id) => gidOf('orders', id)),
      { scopes: SCOPES },
    )) {
      expect(missing).toEqual([]);
      for (const order of orders) records.set(mapOrder(order).id, mapOrder(order));
    }
  });
  afterAll(() => sandbox.close());

  const told = (index: number) => mapOrderBody(parseBody(JSON.stringify(orderBody(shop, shop.order(index)!))));
  const each = (check: (order: ReturnType<typeof told>, record: OrderRecord, index: number) => void) => {
    for (let i = 0; i < ORDERS; i++) {
      const order = told(i);
      check(order, records.get(order.record.id)!, i);
    }
  };
  const wasEdited = (index: number) => shop.order(index)!.events.some(({ kind }) => kind === 'edit');

  test('a body tells the facts of every order as GraphQL does, but for what was paid back in other money', () => {
    let paidInOther = 0;
    each((order, fetched) => {
      if (order.refunds.every(({ isAmountTold }) => isAmountTold)) {
        expect(facts(order.record)).toEqual(facts(fetched));
      } else {
        expect(joinOrder(null, order, true).doubts).toContain('a refund in another currency');
        paidInOther++;
      }
    });
    expect(paidInOther).toBeGreaterThan(0);
  });

  test('the ledger of a body without doubts is that of the agreements', () => {
    let whole = 0;
    each((order, fetched, index) => {
      if (wasEdited(index)) return;
      const { lines, doubts } = joinOrder(null, order, true);
      if (doubts.length > 0) return;
      expect(lines).toEqual(ledger(fetched));
      whole++;
    });
    expect(whole).toBeGreaterThan(ORDERS / 2);
  });

  test('a tip is one though how it was paid is not told, and lines that do not give the tips are doubted', () => {
    let tips = 0;
    for (let i = 0; i < ORDERS; i++) {
      const body = parseBody(JSON.stringify(orderBody(shop, shop.order(i)!)));
      const whole = mapOrderBody(body);
      if (!whole.placed.sales.some(({ kind }) => kind === 'tip')) continue;
      tips++;
      const paidBy = (gateway: { tip_payment_gateway?: null }) =>
        (body.line_items as Record<string, unknown>[]).map(({ tip_payment_gateway: was, ...item }) =>
          was === undefined ? item : { ...item, ...gateway },
        );
      expect(mapOrderBody({ ...body, line_items: paidBy({ tip_payment_gateway: null }) })).toEqual(whole);
      expect(mapOrderBody({ ...body, line_items: paidBy({}) }).doubts).toContain('tips that its lines do not give');
    }
    expect(tips).toBeGreaterThan(0);
  });

  test('a body leaves an order, its ledger and what was paid back as they are, and without doubts', () => {
    each((order, fetched) => {
      const known = knownFrom({ record: fetched, lines: ledger(fetched), doubts: [] });
      const same = { record: { ...fetched, events: [] }, lines: ledger(fetched), doubts: [] };
      expect(joinOrder(known, order, false)).toEqual(same);
    });
  });

  test('a refund that the ledger lacks is added as its agreement tells it', () => {
    let added = 0;
    each((order, fetched, index) => {
      const last = fetched.refunds.at(-1);
      if (!last || wasEdited(index)) return;
      const before = {
        ...fetched,
        refunds: fetched.refunds.slice(0, -1),
        events: fetched.events.filter(({ type, id }) => type !== 'refund' || id !== last.id),
      };
      const known = { ...knownFrom({ record: before, lines: ledger(before), doubts: [] }), difference: 0 };
      const { lines, doubts } = joinOrder({ ...known, unitsOff: new Map() }, order, false);
      if (doubts.length > 0) return;
      expect(lines).toEqual(ledger(fetched));
      added++;
    });
    expect(added).toBeGreaterThan(0);
  });

  test('customers, as far as a body tells of them', async () => {
    const customers = Array.from(shop.source.customerKeys())
      .slice(0, 100)
      .map((key) => shop.customer(key)!);
    const bodies = customers.map((customer) =>
      mapCustomerBody(parseBody(JSON.stringify(customerBody(shop, customer))), wishes.currency),
    );
    const fetched = new Map<string, object>();
    for await (const page of fetchCustomers(
      client,
      bodies.map(({ id }) => gidOf('customers', id)),
    )) {
      for (const customer of page.customers) fetched.set(mapCustomer(customer).id, mapCustomer(customer));
    }
    for (const body of bodies) {
      expect(body).not.toHaveProperty('tags');
      expect(fetched.get(body.id)).toMatchObject(body);
    }
  });

  test('products', async () => {
    const bodies = shop
      .products()
      .slice(0, 60)
      .map((product) => mapProductBody(parseBody(JSON.stringify(productBody(shop, product))), wishes.currency));
    const fetched = new Map<string, object>();
    for await (const page of fetchProducts(
      client,
      bodies.map(({ id }) => gidOf('products', id)),
    )) {
      for (const product of page.products) {
        const record = mapProduct(product, wishes.currency);
        fetched.set(record.id, record);
      }
    }
    for (const body of bodies) expect(body).toEqual(fetched.get(body.id));
  });
});
