import { decimalsOf } from './money.ts';
import { hash, Random } from './random.ts';
import type { ShopSpec } from './spec.ts';
import { ADJECTIVES, COLORS, NOUNS, ODD_TITLES, SIZES, VENDORS } from './texts.ts';

export interface Product {
  index: number;
  title: string;
  vendor: string;
  type: string;
  handle: string;
  description: string;
  tags: string[];
  status: 'ACTIVE' | 'ARCHIVED' | 'DRAFT';
  isGiftCard: boolean;
  createdAt: number;
  updatedAt: number;
  variants: Variant[];
}

export interface Variant {
  /** Position among all variants of the shop. */
  index: number;
  product: number;
  title: string;
  sku: string | null;
  /** In minor units of the shop's currency. */
  price: number;
  inventory: number;
  /** Name and value of each option. */
  options: [string, string][];
}

export interface Catalog {
  products: Product[];
  variants: Variant[];
}

/** A believable price in minor units: low prices common, endings as shops like them. */
function price(random: Random, currency: string): number {
  const dollars = Math.round(6 + random.exponential(38));
  const decimals = decimalsOf(currency);
  if (decimals === 0) return dollars * 100 + random.pick([0, 80, 50]);
  if (decimals === 3) return Math.max(500, dollars * 310 + random.pick([0, 250, 500, 995]));
  const scale = currency === 'INR' ? 80 : 1;
  return dollars * 100 * scale + random.pick([0, 0, 99, 95, 50, 49]);
}

export function generateCatalog(spec: ShopSpec): Catalog {
  const count = Math.min(1500, 24 + Math.round(Math.sqrt(spec.orders) * 2));
  const products: Product[] = [];
  const variants: Variant[] = [];
  for (let p = 0; p < count; p++) {
    const random = new Random(hash(spec.seed, p, 11));
    const isGiftCard = p === 7;
    const [noun, type] = random.pick(NOUNS);
    const odd = p % 23 === 5;
    const title = isGiftCard ? 'Gift Card' : odd ? random.pick(ODD_TITLES) : `${random.pick(ADJECTIVES)} ${noun}`;
    const base = price(random, spec.currency);
    const clothes = type === 'Apparel' && !odd;
    const many = !isGiftCard && !clothes && random.chance(0.35);
    const options: [string, string][][] = clothes
      ? SIZES.map((size) => [['Size', size]])
      : many
        ? COLORS.slice(0, random.between(2, 5)).map((color) => [['Color', color]])
        : [[['Title', 'Default Title']]];
    const createdAt = Math.floor(spec.start - 864e5 * 30 + random.next() * 864e5 * (p % 3 === 0 ? 300 : 20));
    const product: Product = {
      index: p,
      title,
      vendor: random.pick(VENDORS),
      type: isGiftCard ? 'Gift Cards' : type,
      handle: isGiftCard ? 'gift-card' : `${noun.toLowerCase().replace(/ /g, '-')}-${p + 1}`,
      description: odd ? `<p>${title} & more</p>` : `<p>${title}, made to last.</p>`,
      tags: random.chance(0.4) ? [type.toLowerCase(), 'new'] : [type.toLowerCase()],
      status: p % 37 === 30 ? 'ARCHIVED' : p % 41 === 40 ? 'DRAFT' : 'ACTIVE',
      isGiftCard,
      createdAt: Math.min(createdAt, spec.end),
      updatedAt: Math.max(createdAt, Math.floor(spec.end - random.exponential(864e5 * 40))),
      variants: [],
    };
    product.updatedAt = Math.min(product.updatedAt, spec.end);
    options.forEach((option, position) => {
      const variant: Variant = {
        index: variants.length,
        product: p,
        title: option.map(([, value]) => value).join(' / '),
        sku: random.chance(0.04) ? null : `${noun.slice(0, 3).toUpperCase()}-${1000 + p}-${position + 1}`,
        price: isGiftCard ? 25 * 10 ** decimalsOf(spec.currency) : base,
        inventory: random.chance(0.08) ? random.between(-4, 0) : random.between(1, 400),
        options: option,
      };
      variants.push(variant);
      product.variants.push(variant);
    });
    products.push(product);
  }
  return { products, variants };
}
