import type { CustomerFieldsFragment } from '../../shopify/operations/generated.ts';
import type { CustomerRecord } from '../records.ts';
import { idOf, instantOf, minorIn, textOf, textOrNull, textsOf, wordOrNull } from './fields.ts';

/** A customer as GraphQL tells it. @throws Unreadable */
export function mapCustomer(customer: CustomerFieldsFragment): CustomerRecord {
  const name = [customer.firstName, customer.lastName].filter(Boolean).join(' ');
  const email = customer.defaultEmailAddress;
  return {
    id: idOf(customer.id),
    name: name === '' ? null : textOf(name),
    email: textOrNull(email?.emailAddress),
    phone: textOrNull(customer.defaultPhoneNumber?.phoneNumber),
    country: customer.defaultAddress?.countryCodeV2 ?? null,
    tags: textsOf(customer.tags),
    emailConsent: wordOrNull(email?.marketingState),
    ordersCount: Number(customer.numberOfOrders),
    amountSpent: minorIn(customer.amountSpent.amount, customer.amountSpent.currencyCode),
    createdAt: instantOf(customer.createdAt),
    updatedAt: instantOf(customer.updatedAt),
  };
}
