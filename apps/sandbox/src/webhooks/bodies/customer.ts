import type { Customer } from '../../store/customers.ts';
import { gid, idOf } from '../../store/ids.ts';
import type { Shop } from '../../store/shop.ts';
import { bareId, zoned } from './fields.ts';

/** A customer inside of an order or checkout: without what webhooks about customers have told no more since 2025. */
export function customerInOrder(shop: Shop, customer: Customer) {
  const { spec } = shop;
  return {
    id: bareId(idOf(spec, 'Customer', customer.key)),
    admin_graphql_api_id: gid(spec, 'Customer', 'Customer', customer.key),
    created_at: zoned(customer.createdAt, spec.timezone),
    updated_at: zoned(customer.updatedAt, spec.timezone),
    first_name: customer.firstName,
    last_name: customer.lastName,
    state: 'disabled',
    note: customer.note,
    verified_email: true,
    multipass_identifier: null,
    tax_exempt: false,
    email: customer.email,
    phone: customer.phone,
    currency: spec.currency,
    tax_exemptions: [],
    default_address: addressOf(shop, customer),
  };
}

/** The body of customers/create and customers/update: no tags, orders_count, total_spent or consent. */
export function customerBody(shop: Shop, customer: Customer) {
  const address = addressOf(shop, customer);
  return { ...customerInOrder(shop, customer), addresses: address ? [address] : [] };
}

function addressOf({ spec }: Shop, { key, address }: Customer) {
  return (
    address && {
      id: bareId(idOf(spec, 'MailingAddress', key)),
      customer_id: bareId(idOf(spec, 'Customer', key)),
      first_name: address.firstName,
      last_name: address.lastName,
      company: null,
      address1: address.address1,
      address2: null,
      city: address.city,
      province: address.province,
      country: address.country,
      zip: address.zip,
      phone: address.phone,
      name: `${address.firstName} ${address.lastName}`.trim(),
      province_code: address.provinceCode,
      country_code: address.countryCode,
      country_name: address.country,
      default: true,
    }
  );
}
