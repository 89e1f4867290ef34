import { hash, hashText } from './random.ts';

/** All that a shop follows from: the same spec is the same shop, order for order, in every process. */
export interface ShopSpec {
  domain: string;
  name: string;
  seed: number;
  /** How many orders the generator makes between start and end. */
  orders: number;
  currency: string;
  timezone: string;
  country: string;
  /** Prices include their tax. */
  taxesIncluded: boolean;
  /** Other currencies that customers pay in: code and units for one unit of the shop's currency. */
  presentment: [string, number][];
  /** First and last instant (ms); nothing happens after `end` but what the control API does. */
  start: number;
  end: number;
  /** Digits put before every id: with '9200' ids exceed 2^53. */
  idPrefix: string;
  /** A file of orders to serve in place of generated ones. */
  file: string | null;
}

export type ShopWishes = Partial<Omit<ShopSpec, 'start' | 'end' | 'domain'>> & {
  start?: number | string;
  end?: number | string;
  /** Ids beyond 2^53. */
  bigIds?: boolean;
};

/** JSON Schema of `ShopWishes`. */
export const SHOP_WISHES = {
  type: 'object',
  additionalProperties: false,
  properties: {
    name: { type: 'string', minLength: 1 },
    seed: { type: 'integer' },
    orders: { type: 'integer', minimum: 0, maximum: 10_000_000 },
    currency: { type: 'string', pattern: '^[A-Z]{3,4}$' },
    timezone: { type: 'string' },
    country: { type: 'string', pattern: '^[A-Z]{2}$' },
    taxesIncluded: { type: 'boolean' },
    presentment: {
      type: 'array',
      items: {
        type: 'array',
        items: [
          { type: 'string', pattern: '^[A-Z]{3,4}$' },
          { type: 'number', exclusiveMinimum: 0 },
        ],
        minItems: 2,
        maxItems: 2,
      },
    },
    start: { type: ['integer', 'string'] },
    end: { type: ['integer', 'string'] },
    idPrefix: { type: 'string', pattern: '^[1-9]?[0-9]*$', maxLength: 6 },
    file: { type: ['string', 'null'] },
    bigIds: { type: 'boolean' },
  },
};

export const SHOP_DOMAIN = /^[a-z0-9][a-z0-9-]*\.myshopify\.com$/;

interface Profile {
  currency: string;
  timezone: string;
  country: string;
  taxesIncluded: boolean;
  presentment: [string, number][];
}

const PROFILES: Profile[] = [
  {
    currency: 'USD',
    timezone: 'America/New_York',
    country: 'US',
    taxesIncluded: false,
    presentment: [
      ['CAD', 1.3651],
      ['EUR', 0.9187],
    ],
  },
  { currency: 'GBP', timezone: 'Europe/London', country: 'GB', taxesIncluded: true, presentment: [['EUR', 1.1712]] },
  {
    currency: 'EUR',
    timezone: 'Europe/Berlin',
    country: 'DE',
    taxesIncluded: true,
    presentment: [
      ['GBP', 0.8541],
      ['JPY', 163.27],
    ],
  },
  { currency: 'JPY', timezone: 'Asia/Tokyo', country: 'JP', taxesIncluded: true, presentment: [['USD', 0.00672]] },
  {
    currency: 'CAD',
    timezone: 'America/St_Johns',
    country: 'CA',
    taxesIncluded: false,
    presentment: [['USD', 0.7325]],
  },
  {
    currency: 'AUD',
    timezone: 'Australia/Lord_Howe',
    country: 'AU',
    taxesIncluded: true,
    presentment: [['NZD', 1.0912]],
  },
  { currency: 'KWD', timezone: 'Asia/Kuwait', country: 'KW', taxesIncluded: false, presentment: [['AED', 11.934]] },
  { currency: 'INR', timezone: 'Asia/Kolkata', country: 'IN', taxesIncluded: true, presentment: [] },
  { currency: 'NZD', timezone: 'Pacific/Chatham', country: 'NZ', taxesIncluded: true, presentment: [['AUD', 0.9164]] },
];

const WORDS = ['Harbor', 'Juniper', 'North', 'Marigold', 'Copper', 'Willow', 'Atlas', 'Fable', 'Tide', 'Ember'];
const TRADES = ['Goods', 'Supply', 'Home', 'Outfitters', 'Studio', 'Provisions', 'Gifts', 'Apparel'];
const DAY = 86_400_000;

/** The spec of a shop: what was wished for, the rest believable and following from its name. */
export function specOf(
  domain: string,
  wishes: ShopWishes,
  defaults: { orders: number; seed?: number },
  now: number,
): ShopSpec {
  const seed = wishes.seed ?? hash(hashText(domain), defaults.seed ?? 0);
  const profile =
    PROFILES.find((p) => (wishes.currency ? p.currency === wishes.currency : domain.startsWith('demo'))) ??
    PROFILES[hash(seed, 1) % PROFILES.length]!;
  const end = instant(wishes.end) ?? Math.floor(now / 1000) * 1000;
  const word = WORDS[hash(seed, 2) % WORDS.length]!;
  const currency = wishes.currency ?? profile.currency;
  return {
    domain,
    seed,
    name: wishes.name ?? `${word} ${TRADES[hash(seed, 3) % TRADES.length]!}`,
    orders: wishes.orders ?? defaults.orders,
    currency,
    timezone: wishes.timezone ?? profile.timezone,
    country: wishes.country ?? profile.country,
    taxesIncluded: wishes.taxesIncluded ?? profile.taxesIncluded,
    presentment: wishes.presentment ?? (currency === profile.currency ? profile.presentment : []),
    start: instant(wishes.start) ?? end - 730 * DAY,
    end,
    idPrefix: wishes.idPrefix ?? (wishes.bigIds ? '9200' : ''),
    file: wishes.file ?? null,
  };
}

function instant(value: number | string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const ms = typeof value === 'number' ? value : Date.parse(value);
  if (Number.isNaN(ms)) throw new Error(`"${value}" is not a time`);
  return ms;
}
