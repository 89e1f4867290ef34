import type { Customer } from '../../store/customers.ts';
import { gid, idOf } from '../../store/ids.ts';
import type { Shop } from '../../store/shop.ts';
import type { Resolvers } from '../context.ts';
import { OrderView, time } from '../views.ts';
import { orderListing } from './orders.ts';

/** A customer of the shop, made when more than the id is asked for. */
export class CustomerSource {
  readonly shop: Shop;
  readonly key: number;
  #facts: Customer | undefined;

  constructor(shop: Shop, key: number) {
    this.shop = shop;
    this.key = key;
  }

  get facts(): Customer {
    return (this.#facts ??= this.shop.customer(this.key)!);
  }
}

export function customerById(shop: Shop, key: number): CustomerSource | null {
  return shop.hasCustomer(key) ? new CustomerSource(shop, key) : null;
}

const displayName = ({ facts }: CustomerSource) =>
  [facts.firstName, facts.lastName].filter(Boolean).join(' ') || facts.email || facts.phone || '';

const address = ({ shop, facts }: CustomerSource) =>
  facts.address && {
    ...facts.address,
    id: gid(shop.spec, 'MailingAddress', 'MailingAddress', facts.key),
    name: `${facts.address.firstName} ${facts.address.lastName}`.trim(),
    countryCodeV2: facts.address.countryCode,
    address2: null,
    company: null,
    formatted: [facts.address.address1, `${facts.address.city} ${facts.address.zip}`.trim(), facts.address.country],
  };

export const customerResolvers: Resolvers<CustomerSource> = {
  id: (c) => gid(c.shop.spec, 'Customer', 'Customer', c.key),
  legacyResourceId: (c) => idOf(c.shop.spec, 'Customer', c.key),
  firstName: (c) => c.facts.firstName,
  lastName: (c) => c.facts.lastName,
  displayName,
  email: (c) => c.facts.email,
  phone: (c) => c.facts.phone,
  note: (c) => c.facts.note,
  tags: (c) => c.facts.tags,
  locale: () => 'en',
  state: () => 'DISABLED',
  verifiedEmail: () => true,
  validEmailAddress: () => true,
  createdAt: (c) => time(c.facts.createdAt),
  updatedAt: (c) => time(c.facts.updatedAt),
  defaultEmailAddress: (c) =>
    c.facts.email === null
      ? null
      : {
          emailAddress: c.facts.email,
          marketingState: c.facts.marketing,
          validFormat: true,
          openTrackingLevel: 'UNKNOWN',
        },
  defaultPhoneNumber: (c) =>
    c.facts.phone === null ? null : { phoneNumber: c.facts.phone, marketingState: 'NOT_SUBSCRIBED' },
  emailMarketingConsent: (c) => ({ marketingState: c.facts.marketing, marketingOptInLevel: 'SINGLE_OPT_IN' }),
  defaultAddress: address,
  addresses: (c) => (c.facts.address ? [address(c)] : []),
  addressesV2: (c) => (c.facts.address ? [address(c)] : []),
  numberOfOrders: (c) => String(c.shop.ordersOf(c.key).length),
  amountSpent: (c) => ({ minor: c.shop.spentBy(c.key), currency: c.shop.spec.currency }),
  lastOrder: (c, _, { ordersSince }) => {
    const last = c.shop.ordersOf(c.key).at(-1);
    const order = last === undefined ? null : c.shop.order(last);
    return order && order.createdAt >= ordersSince ? new OrderView(c.shop, order) : null;
  },
  orders: (c, args, context) =>
    orderListing(context, { ...args, sortKey: args.sortKey ?? 'ID' }, c.shop.ordersOf(c.key)),
  canDelete: (c) => c.shop.ordersOf(c.key).length === 0,
};
