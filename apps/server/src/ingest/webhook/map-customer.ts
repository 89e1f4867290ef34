import { textOrNull } from '../map/fields.ts';
import type { CustomerRecord } from '../records.ts';
import {
  amountIn,
  type Body,
  currencyIn,
  idOfBody,
  instantIn,
  needed,
  objectIn,
  textIn,
  wholeIn,
  wordIn,
  wordsIn,
} from './body.ts';

/** What a webhook tells of a customer: at least these, and of the rest what its body has. */
export type ToldCustomer = Pick<CustomerRecord, 'id' | 'createdAt' | 'updatedAt'> & Partial<CustomerRecord>;

/**
 * A customer as a webhook tells it. Rule: since 2025 Shopify leaves tags, orders_count, total_spent and consent out of
 * customers/update. @throws Unreadable, Untold
 */
export function mapCustomerBody(body: Body, shopCurrency: string): ToldCustomer {
  const has = (name: string) => Object.hasOwn(body, name);
  const told: ToldCustomer = {
    id: idOfBody(body),
    createdAt: needed(instantIn(body, 'created_at'), 'created_at'),
    updatedAt: needed(instantIn(body, 'updated_at'), 'updated_at'),
  };
  if (has('first_name') && has('last_name')) {
    told.name = [textIn(body, 'first_name'), textIn(body, 'last_name')].filter(Boolean).join(' ') || null;
  }
  if (has('email')) told.email = textOrNull(textIn(body, 'email'));
  if (has('phone')) told.phone = textOrNull(textIn(body, 'phone'));
  if (has('default_address') || has('addresses')) {
    told.country = wordIn(objectIn(body, 'default_address') ?? {}, 'country_code')?.slice(0, 8) ?? null;
  }
  const tags = wordsIn(body, 'tags');
  if (tags !== null) told.tags = tags;
  if (has('email_marketing_consent')) {
    told.emailConsent = wordIn(objectIn(body, 'email_marketing_consent') ?? {}, 'state');
  }
  const ordersCount = wholeIn(body, 'orders_count');
  if (ordersCount !== null) told.ordersCount = ordersCount;
  const currency = currencyIn(body, 'currency') ?? shopCurrency;
  const amountSpent = currency === shopCurrency ? amountIn(body, 'total_spent', currency) : null;
  if (amountSpent !== null) told.amountSpent = amountSpent;
  return told;
}
