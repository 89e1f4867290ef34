import { sum } from '../../store/amounts.ts';
import { isAbandoned, type Checkout } from '../../store/checkouts.ts';
import { gid, idOf } from '../../store/ids.ts';
import type { Line } from '../../store/order.ts';
import type { Shop } from '../../store/shop.ts';
import { listingOf, type Listing } from '../connections.ts';
import type { Args, Context, Resolvers } from '../context.ts';
import { idMatches, matches, parseSearch, textMatches, timeMatches, type Fields } from '../search.ts';
import { time, timeOrNull, type Bag } from '../views.ts';
import { customerById } from './customer.ts';
import { counted } from './orders.ts';
import { productByIndex, variantByIndex } from './product.ts';

export interface CheckoutSource {
  shop: Shop;
  facts: Checkout;
}

interface CheckoutLineSource extends CheckoutSource {
  line: Line;
  position: number;
}

export function checkoutByIndex(shop: Shop, index: number, now: number): CheckoutSource | null {
  const facts = shop.overlay.checkouts.get(index);
  return facts && isAbandoned(facts, now) ? { shop, facts } : null;
}

export function checkoutFields({ shop, now }: Context): Fields<CheckoutSource> {
  const { timezone } = shop.spec;
  return {
    id: (c, term) => idMatches(idOf(shop.spec, 'Checkout', c.facts.index), term),
    created_at: (c, term) => timeMatches(c.facts.createdAt, term, timezone, now),
    updated_at: (c, term) => timeMatches(c.facts.updatedAt, term, timezone, now),
    email: (c, term) => textMatches(c.facts.email, term),
    status: (c, term) => textMatches(c.facts.completedAt === null ? 'open' : 'closed', term),
  };
}

function searched(context: Context, query: string): CheckoutSource[] {
  const search = parseSearch(query);
  const fields = checkoutFields(context);
  return context.shop
    .checkouts()
    .filter((facts) => isAbandoned(facts, context.now))
    .map((facts) => ({ shop: context.shop, facts }))
    .filter((checkout) => matches(search, checkout, fields));
}

export function checkoutListing(context: Context, args: Args): Listing<CheckoutSource> {
  const all = searched(context, (args.query as string | null) ?? '');
  return listingOf(args.reverse === true ? all.reverse() : all);
}

export const countCheckouts = (context: Context, args: Args) =>
  counted(args, searched(context, (args.query as string | null) ?? ''));

const bag = ({ facts: { currency } }: CheckoutSource, minor: number): Bag => ({
  minor,
  of: { currency, presentmentCurrency: currency, rate: 1 },
});
const total = ({ facts }: CheckoutSource) => sum(facts.lines.map((line) => line.unitPrice * line.quantity));

export const checkoutResolvers: Resolvers<CheckoutSource> = {
  id: (c) => gid(c.shop.spec, 'AbandonedCheckout', 'Checkout', c.facts.index),
  name: (c) => `#${idOf(c.shop.spec, 'Checkout', c.facts.index)}`,
  createdAt: (c) => time(c.facts.createdAt),
  updatedAt: (c) => time(c.facts.updatedAt),
  completedAt: (c) => timeOrNull(c.facts.completedAt),
  customer: (c) => (c.facts.customer === null ? null : customerById(c.shop, c.facts.customer)),
  abandonedCheckoutUrl: (c) => `https://${c.shop.spec.domain}/checkouts/${c.facts.token}/recover`,
  taxesIncluded: (c) => c.facts.taxesIncluded,
  lineItemsQuantity: (c) => sum(c.facts.lines.map((line) => line.quantity)),
  lineItems: (c) => c.facts.lines.map((line, position): CheckoutLineSource => ({ ...c, line, position })),
  subtotalPriceSet: (c) => bag(c, total(c)),
  totalLineItemsPriceSet: (c) => bag(c, total(c)),
  totalPriceSet: (c) => bag(c, total(c)),
  totalDiscountSet: (c) => bag(c, 0),
  totalTaxSet: (c) => bag(c, 0),
};

export const checkoutLineResolvers: Resolvers<CheckoutLineSource> = {
  id: (l) => gid(l.shop.spec, 'AbandonedCheckoutLineItem', 'Checkout', l.facts.index, l.position + 1),
  title: (l) => l.line.title,
  quantity: (l) => l.line.quantity,
  sku: (l) => l.line.sku,
  variantTitle: (l) => l.line.variantTitle,
  product: (l) => productByIndex(l.shop, l.line.product),
  variant: (l) => variantByIndex(l.shop, l.line.variant),
  originalUnitPriceSet: (l) => bag(l, l.line.unitPrice),
  discountedUnitPriceSet: (l) => bag(l, l.line.unitPrice),
  originalTotalPriceSet: (l) => bag(l, l.line.unitPrice * l.line.quantity),
  discountedTotalPriceSet: (l) => bag(l, l.line.unitPrice * l.line.quantity),
};
