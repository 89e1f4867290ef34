import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { Catalog, Product } from './catalog.ts';
import type { Customer } from './customers.ts';
import { hash, Random } from './random.ts';
import { parseMoney } from './money.ts';
import type { Order } from './order.ts';
import { refundOf } from './refund.ts';
import type { OrderSource } from './source.ts';
import type { ShopSpec } from './spec.ts';
import { FIRST_NAMES, LAST_NAMES } from './texts.ts';
import { lineOf } from './generate.ts';

interface FileOrder {
  number: number | string;
  createdAt: string;
  currency: string;
  customer: number | string | null;
  country?: string;
  lines: { sku: string | null; title: string; quantity: number; price: string | number }[];
  refunds?: { number?: string; processedAt: string; lines: { line: number; quantity: number }[] }[];
}

/** Orders from a JSON Lines file (.gz or plain), held in memory. */
export class RealOrders implements OrderSource {
  readonly catalog: Catalog;
  readonly currency: string;
  readonly #orders: Order[];
  readonly #customers = new Map<number, Omit<Customer, 'updatedAt'>>();

  constructor(spec: Pick<ShopSpec, 'file'>) {
    const rows = readRows(spec.file!);
    this.currency = rows[0]?.currency ?? 'USD';
    const catalog = new SkuCatalog(this.currency);
    const keys = new Map<string, number>();
    this.#orders = rows.map((row, index) => {
      if (row.currency !== this.currency) {
        throw new Error(`order ${row.number}: currency ${row.currency}, but the file began with ${this.currency}`);
      }
      const createdAt = Date.parse(row.createdAt);
      let key: number | null = null;
      if (row.customer !== null) {
        key = keys.get(String(row.customer)) ?? 2 * index;
        if (!this.#customers.has(key)) {
          keys.set(String(row.customer), key);
          this.#customers.set(key, customerFor(key, String(row.customer), row.country ?? null, createdAt));
        }
      }
      return orderFrom(row, index, createdAt, key === null ? null : this.#customers.get(key)!, catalog);
    });
    this.catalog = catalog;
  }

  get count(): number {
    return this.#orders.length;
  }

  order(index: number): Order {
    return this.#orders[index]!;
  }

  createdAt(index: number): number {
    return this.#orders[index]!.createdAt;
  }

  updatedAt(index: number): number {
    return this.#orders[index]!.updatedAt;
  }

  customerOf(index: number): number | null {
    return this.#orders[index]!.customer;
  }

  customerKeys(): number[] {
    return [...this.#customers.keys()];
  }

  customer(key: number): Omit<Customer, 'updatedAt'> {
    return this.#customers.get(key)!;
  }
}

function readRows(file: string): FileOrder[] {
  const raw = readFileSync(file);
  const text = (file.endsWith('.gz') ? gunzipSync(raw) : raw).toString('utf8');
  const rows = text.split('\n').flatMap((line, i) => {
    if (line.trim() === '') return [];
    try {
      return [JSON.parse(line) as FileOrder];
    } catch (cause) {
      throw new Error(`${file}, line ${i + 1} is not JSON`, { cause });
    }
  });
  return rows.sort((a, b) => Date.parse(a.createdAt) - Date.parse(b.createdAt));
}

/** A product with one variant for every SKU, priced as last sold. */
class SkuCatalog implements Catalog {
  readonly products: Product[] = [];
  readonly variants: Product['variants'] = [];
  readonly #currency: string;
  readonly #bySku = new Map<string, Product>();

  constructor(currency: string) {
    this.#currency = currency;
  }

  productFor(line: FileOrder['lines'][number], at: number): Product {
    const sku = line.sku ?? `title:${line.title}`;
    let product = this.#bySku.get(sku);
    const price = parseMoney(line.price, this.#currency);
    if (!product) {
      const index = this.products.length;
      product = {
        index,
        title: line.title,
        vendor: 'Online Retail',
        type: '',
        handle: `sku-${sku.toLowerCase().replace(/[^a-z0-9]+/g, '-')}`,
        description: '',
        tags: [],
        status: 'ACTIVE',
        isGiftCard: false,
        createdAt: at,
        updatedAt: at,
        variants: [],
      };
      const options: [string, string][] = [['Title', 'Default Title']];
      product.variants.push({
        index,
        product: index,
        title: 'Default Title',
        sku: line.sku,
        price,
        inventory: 0,
        options,
      });
      this.variants.push(product.variants[0]!);
      this.products.push(product);
      this.#bySku.set(sku, product);
    }
    product.variants[0]!.price = price;
    product.updatedAt = at;
    return product;
  }
}

function customerFor(key: number, number: string, country: string | null, at: number): Omit<Customer, 'updatedAt'> {
  const random = new Random(hash(Number(number) || key, 61));
  const firstName = random.pick(FIRST_NAMES);
  const lastName = random.pick(LAST_NAMES);
  return {
    key,
    firstName,
    lastName,
    email: `customer.${number}@example.com`,
    phone: null,
    address: country === null ? null : addressIn(country, firstName, lastName),
    tags: [],
    note: null,
    createdAt: at,
    marketing: 'NOT_SUBSCRIBED',
  };
}

function addressIn(country: string, firstName: string, lastName: string): Customer['address'] {
  return {
    firstName,
    lastName,
    address1: '1 High Street',
    city: '',
    province: null,
    provinceCode: null,
    country,
    countryCode: COUNTRY_CODES[country] ?? null,
    zip: '',
    phone: null,
  };
}

const COUNTRY_CODES: Record<string, string> = Object.fromEntries(
  (
    'Australia AU|Austria AT|Bahrain BH|Belgium BE|Brazil BR|Canada CA|Channel Islands JE|Cyprus CY|Czech Republic CZ|' +
    'Denmark DK|EIRE IE|Ireland IE|Finland FI|France FR|Germany DE|Greece GR|Hong Kong HK|Iceland IS|Israel IL|Italy IT|' +
    'Japan JP|Kuwait KW|Lebanon LB|Lithuania LT|Malta MT|Netherlands NL|Norway NO|Poland PL|Portugal PT|RSA ZA|' +
    'Saudi Arabia SA|Singapore SG|Spain ES|Sweden SE|Switzerland CH|USA US|United States US|United Arab Emirates AE|' +
    'United Kingdom GB'
  )
    .split('|')
    .map((entry) => [entry.slice(0, -3), entry.slice(-2)]),
);

function orderFrom(
  row: FileOrder,
  index: number,
  createdAt: number,
  customer: Omit<Customer, 'updatedAt'> | null,
  catalog: SkuCatalog,
): Order {
  if (Number.isNaN(createdAt)) throw new Error(`order ${row.number}: createdAt "${row.createdAt}" is not a time`);
  const number = Number(row.number);
  const order: Order = {
    index,
    number: Number.isInteger(number) ? number : index + 1,
    name: `#${row.number}`,
    createdAt,
    processedAt: createdAt,
    updatedAt: createdAt,
    fulfilledAt: createdAt,
    cancelledAt: null,
    cancelReason: null,
    test: false,
    taxesIncluded: false,
    paid: true,
    currency: row.currency,
    presentmentCurrency: row.currency,
    rate: 1,
    customer: customer?.key ?? null,
    email: customer?.email ?? null,
    phone: null,
    address: customer?.address ?? (row.country ? addressIn(row.country, '', '') : null),
    source: 'web',
    tags: [],
    note: null,
    discounts: [],
    lines: row.lines.map((line) => {
      const product = catalog.productFor(line, createdAt);
      const unitPrice = parseMoney(line.price, row.currency);
      return { ...lineOf(product, product.variants[0]!, line.quantity), title: line.title, unitPrice };
    }),
    shipping: [],
    fees: [],
    events: [],
  };
  const refunds = [...(row.refunds ?? [])].sort((a, b) => Date.parse(a.processedAt) - Date.parse(b.processedAt));
  for (const refund of refunds) {
    const at = Date.parse(refund.processedAt);
    // one slice after another, should a refund name a line twice
    const quantities = new Map<number, number>();
    for (const { line, quantity } of refund.lines) quantities.set(line, (quantities.get(line) ?? 0) + quantity);
    const lines = [...quantities].map(([line, quantity]) => ({ line, quantity }));
    order.events.push(refundOf(order, { at, cause: 'refund', lines, note: refund.number ?? null }));
    order.updatedAt = Math.max(order.updatedAt, at);
  }
  return order;
}
