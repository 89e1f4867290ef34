import { idOf } from '../../store/ids.ts';
import { walkCustomers } from '../../store/list.ts';
import { decodeCursor, encodeCursor, type Listing } from '../connections.ts';
import type { Args, Context } from '../context.ts';
import {
  everything,
  idMatches,
  matches,
  numberMatches,
  parseSearch,
  textMatches,
  timeMatches,
  topRange,
  type Fields,
} from '../search.ts';
import { customerById, type CustomerSource } from './customer.ts';

export function customerFields(context: Context): Fields<CustomerSource> {
  const { timezone } = context.shop.spec;
  const created: Fields<CustomerSource>[string] = (c, term) =>
    timeMatches(c.facts.createdAt, term, timezone, context.now);
  return {
    id: (c, term) => idMatches(idOf(c.shop.spec, 'Customer', c.key), term),
    created_at: created,
    customer_date: created,
    updated_at: (c, term) => timeMatches(c.facts.updatedAt, term, timezone, context.now),
    email: (c, term) => textMatches(c.facts.email, term),
    phone: (c, term) => textMatches(c.facts.phone, term),
    first_name: (c, term) => textMatches(c.facts.firstName, term),
    last_name: (c, term) => textMatches(c.facts.lastName, term),
    tag: (c, term) => c.facts.tags.some((tag) => textMatches(tag, term)),
    country: (c, term) =>
      textMatches(c.facts.address?.country, term) || textMatches(c.facts.address?.countryCode, term),
    state: (_, term) => textMatches('DISABLED', term),
    orders_count: (c, term) => numberMatches(c.shop.ordersOf(c.key).length, term),
    default: (c, term) => {
      const text = term.value.toLowerCase();
      return [c.facts.email, c.facts.firstName, c.facts.lastName].some((value) => value?.toLowerCase().includes(text));
    },
  };
}

export function customerListing(context: Context, args: Args): Listing<CustomerSource> {
  const { shop } = context;
  const query = (args.query as string | null) ?? '';
  const search = parseSearch(query);
  const fields = customerFields(context);
  const sort = args.sortKey === 'UPDATED_AT' ? 'updatedAt' : args.sortKey === 'CREATED_AT' ? 'createdAt' : 'key';
  const bounds =
    sort === 'key'
      ? everything()
      : topRange(search, sort === 'updatedAt' ? 'updated_at' : 'created_at', shop.spec.timezone, context.now);
  return {
    *items(backwards, after) {
      const descending = (args.reverse === true) !== backwards;
      const cursor = after === null ? undefined : decodeCursor<{ last_id: number; last_value: number }>(after);
      const from = cursor && { value: cursor.last_value, index: cursor.last_id };
      for (const key of walkCustomers(shop, sort, { ...bounds, descending, after: from })) {
        const customer = customerById(shop, key)!;
        if (query === '' || matches(search, customer, fields)) yield customer;
      }
    },
    cursor: (c) => encodeCursor({ last_id: c.key, last_value: c.facts[sort] }),
  };
}
