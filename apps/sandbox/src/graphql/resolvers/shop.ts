import { gid, shopId } from '../../store/ids.ts';
import { offsetAt } from '../../store/zone.ts';
import { COUNTRIES } from '../../store/countries.ts';
import type { Shop } from '../../store/shop.ts';
import type { Resolvers } from '../context.ts';
import { time } from '../views.ts';

const SYMBOLS: Record<string, string> = {
  USD: '$',
  GBP: '£',
  EUR: '€',
  JPY: '¥',
  AUD: '$',
  CAD: '$',
  NZD: '$',
  INR: 'Rs. ',
};
const format = (shop: Shop) => `${SYMBOLS[shop.spec.currency] ?? ''}{{amount}}`;

function offset(shop: Shop, now: number): string {
  const minutes = offsetAt(now, shop.spec.timezone) / 60_000;
  const digits = (n: number) => String(Math.floor(Math.abs(n))).padStart(2, '0');
  return `${minutes < 0 ? '-' : '+'}${digits(minutes / 60)}${digits(Math.abs(minutes) % 60)}`;
}

export const shopResolvers: Resolvers<Shop> = {
  id: ({ spec }) => `gid://shopify/Shop/${shopId(spec)}`,
  name: ({ spec }) => spec.name,
  email: ({ spec }) => `owner@${spec.domain}`,
  contactEmail: ({ spec }) => `hello@${spec.domain}`,
  myshopifyDomain: ({ spec }) => spec.domain,
  url: ({ spec }) => `https://${spec.domain}`,
  primaryDomain: ({ spec }) => ({
    id: gid(spec, 'Domain', 'Product', 0, 5),
    host: spec.domain,
    url: `https://${spec.domain}`,
    sslEnabled: true,
  }),
  ianaTimezone: ({ spec }) => spec.timezone,
  timezoneAbbreviation: (shop, _, { now }) =>
    new Intl.DateTimeFormat('en-US', { timeZone: shop.spec.timezone, timeZoneName: 'short' })
      .formatToParts(now)
      .find(({ type }) => type === 'timeZoneName')!.value,
  timezoneOffset: (shop, _, { now }) => offset(shop, now),
  timezoneOffsetMinutes: (shop, _, { now }) => offsetAt(now, shop.spec.timezone) / 60_000,
  currencyCode: ({ spec }) => spec.currency,
  currencyFormats: (shop) => ({
    moneyFormat: format(shop),
    moneyInEmailsFormat: format(shop),
    moneyWithCurrencyFormat: `${format(shop)} ${shop.spec.currency}`,
    moneyWithCurrencyInEmailsFormat: `${format(shop)} ${shop.spec.currency}`,
  }),
  enabledPresentmentCurrencies: ({ spec }) => [spec.currency, ...spec.presentment.map(([code]) => code)],
  plan: () => ({
    displayName: 'Developer Preview',
    publicDisplayName: 'Development',
    partnerDevelopment: true,
    shopifyPlus: false,
  }),
  taxesIncluded: ({ spec }) => spec.taxesIncluded,
  taxShipping: () => true,
  weightUnit: () => 'KILOGRAMS',
  unitSystem: () => 'METRIC_SYSTEM',
  orderNumberFormatPrefix: () => '#',
  shopOwnerName: () => 'Sandy Box',
  setupRequired: () => false,
  createdAt: ({ spec }) => time(spec.start),
  updatedAt: ({ spec }) => time(spec.end),
  shopAddress: ({ spec }) => ({
    id: gid(spec, 'ShopAddress', 'MailingAddress', 0, 2),
    address1: '1 Main Street',
    city: COUNTRIES[spec.country]?.places[0]?.[0] ?? '',
    country: COUNTRIES[spec.country]?.name ?? spec.country,
    countryCodeV2: spec.country,
    zip: COUNTRIES[spec.country]?.places[0]?.[3] ?? '',
    formatted: [],
  }),
};
