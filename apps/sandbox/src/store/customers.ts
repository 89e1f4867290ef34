import { COUNTRIES } from './countries.ts';
import type { Address } from './order.ts';
import { hash, Random } from './random.ts';
import type { ShopSpec } from './spec.ts';
import { FIRST_NAMES, LAST_NAMES, ODD_NAMES, STREETS, TAGS } from './texts.ts';

/** A customer as the sandbox stores it; what they ordered is found through the orders. */
export interface Customer {
  key: number;
  firstName: string | null;
  lastName: string | null;
  email: string | null;
  phone: string | null;
  address: Address | null;
  tags: string[];
  note: string | null;
  createdAt: number;
  updatedAt: number;
  marketing: 'NOT_SUBSCRIBED' | 'SUBSCRIBED' | 'UNSUBSCRIBED';
}

export function generateAddress(spec: ShopSpec, random: Random, firstName: string, lastName: string): Address {
  const codes = Object.keys(COUNTRIES);
  const country = COUNTRIES[random.chance(0.9) ? spec.country : random.pick(codes)] ?? COUNTRIES.US!;
  const [city, province, provinceCode, zip] = random.pick(country.places);
  return {
    firstName,
    lastName,
    address1: `${random.between(1, 999)} ${random.pick(STREETS)}`,
    city,
    province,
    provinceCode,
    country: country.name,
    countryCode: country.code,
    zip,
    phone: null,
  };
}

/** Who they are; the instants are those of their first and last order. */
export function generateCustomer(spec: ShopSpec, key: number): Omit<Customer, 'createdAt' | 'updatedAt'> {
  const random = new Random(hash(spec.seed, key, 21));
  const [firstName, lastName] = random.chance(0.01)
    ? random.pick(ODD_NAMES)
    : [random.pick(FIRST_NAMES), random.pick(LAST_NAMES)];
  const plain =
    `${firstName}.${lastName}`
      .normalize('NFD')
      .toLowerCase()
      .replace(/[^a-z.]/g, '') || 'customer';
  const phone = random.chance(0.3) ? `+1555${String(1_000_000 + random.int(8_999_999))}` : null;
  return {
    key,
    firstName: random.chance(0.01) ? null : firstName,
    lastName,
    email: random.chance(0.02) ? null : `${plain}.${key}@example.com`,
    phone,
    address: generateAddress(spec, random, firstName, lastName),
    tags: random.chance(0.1) ? [random.pick(TAGS)] : [],
    note: random.chance(0.02) ? 'Prefers "no plastic"\nand slow shipping' : null,
    marketing: random.pick(['SUBSCRIBED', 'SUBSCRIBED', 'NOT_SUBSCRIBED', 'UNSUBSCRIBED'] as const),
  };
}
