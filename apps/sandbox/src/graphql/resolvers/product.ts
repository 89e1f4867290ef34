import type { Product, Variant } from '../../store/catalog.ts';
import { gid, idOf } from '../../store/ids.ts';
import { fixedDecimal } from '../../store/money.ts';
import type { Shop } from '../../store/shop.ts';
import { encodeCursor, decodeCursor, type Listing } from '../connections.ts';
import type { Args, Context, Resolvers } from '../context.ts';
import { idMatches, matches, numberMatches, parseSearch, textMatches, timeMatches, type Fields } from '../search.ts';
import { time } from '../views.ts';

export interface ProductSource {
  shop: Shop;
  facts: Product;
}

export interface VariantSource {
  shop: Shop;
  owner: Product;
  facts: Variant;
}

export function productByIndex(shop: Shop, index: number | null): ProductSource | null {
  const facts = index === null ? null : shop.product(index);
  return facts && { shop, facts };
}

export function variantByIndex(shop: Shop, index: number | null): VariantSource | null {
  const facts = index === null ? null : shop.variant(index);
  const owner = facts && shop.product(facts.product);
  return facts && owner ? { shop, owner, facts } : null;
}

const LOCATION = { id: 'gid://shopify/Location/61000000001', name: 'Main warehouse', isActive: true };
const money = (shop: Shop, minor: number) => ({ minor, currency: shop.spec.currency });
const prices = (p: ProductSource) => p.facts.variants.map(({ price }) => price);
const priceRange = (p: ProductSource) => ({
  minVariantPrice: money(p.shop, Math.min(...prices(p))),
  maxVariantPrice: money(p.shop, Math.max(...prices(p))),
});
const inventory = (product: Product) => product.variants.reduce((total, variant) => total + variant.inventory, 0);

const image = (p: ProductSource) => ({
  id: gid(p.shop.spec, 'ProductImage', 'Product', p.facts.index, 1),
  url: `https://cdn.shopify.com/s/files/1/0001/products/${p.facts.handle}.jpg?v=1`,
  altText: p.facts.title,
  width: 1024,
  height: 1024,
});

export const productResolvers: Resolvers<ProductSource> = {
  id: (p) => gid(p.shop.spec, 'Product', 'Product', p.facts.index),
  legacyResourceId: (p) => idOf(p.shop.spec, 'Product', p.facts.index),
  title: (p) => p.facts.title,
  handle: (p) => p.facts.handle,
  vendor: (p) => p.facts.vendor,
  productType: (p) => p.facts.type,
  status: (p) => p.facts.status,
  tags: (p) => p.facts.tags,
  description: (p) => p.facts.description.replace(/<[^>]*>/g, ''),
  descriptionHtml: (p) => p.facts.description,
  isGiftCard: (p) => p.facts.isGiftCard,
  createdAt: (p) => time(p.facts.createdAt),
  updatedAt: (p) => time(p.facts.updatedAt),
  publishedAt: (p) => (p.facts.status === 'ACTIVE' ? time(p.facts.createdAt) : null),
  totalInventory: (p) => inventory(p.facts),
  tracksInventory: () => true,
  hasOnlyDefaultVariant: (p) => p.facts.variants.length === 1 && p.facts.variants[0]!.title === 'Default Title',
  hasOutOfStockVariants: (p) => p.facts.variants.some((variant) => variant.inventory <= 0),
  totalVariants: (p) => p.facts.variants.length,
  variantsCount: (p) => ({ count: p.facts.variants.length, precision: 'EXACT' }),
  variants: (p) => p.facts.variants.map((facts): VariantSource => ({ shop: p.shop, owner: p.facts, facts })),
  priceRangeV2: priceRange,
  priceRange,
  featuredImage: image,
  featuredMedia: (p) => ({
    __typename: 'MediaImage',
    id: gid(p.shop.spec, 'MediaImage', 'Product', p.facts.index, 2),
    alt: p.facts.title,
    image: image(p),
    preview: { image: image(p), status: 'READY' },
    mediaContentType: 'IMAGE',
    status: 'READY',
  }),
  images: (p) => [image(p)],
  media: () => [],
  options: (p) => {
    const names = [...new Set(p.facts.variants.flatMap((variant) => variant.options.map(([name]) => name)))];
    return names.map((name, i) => ({
      id: gid(p.shop.spec, 'ProductOption', 'Product', p.facts.index, 10 + i),
      name,
      position: i + 1,
      values: [
        ...new Set(p.facts.variants.flatMap((v) => v.options.filter(([n]) => n === name).map(([, value]) => value))),
      ],
    }));
  },
};

export const variantResolvers: Resolvers<VariantSource> = {
  id: (v) => gid(v.shop.spec, 'ProductVariant', 'ProductVariant', v.facts.index),
  legacyResourceId: (v) => idOf(v.shop.spec, 'ProductVariant', v.facts.index),
  title: (v) => v.facts.title,
  displayName: (v) => `${v.owner.title} - ${v.facts.title}`,
  sku: (v) => v.facts.sku,
  barcode: () => null,
  price: (v) => fixedDecimal(v.facts.price, v.shop.spec.currency),
  compareAtPrice: () => null,
  position: (v) => v.owner.variants.indexOf(v.facts) + 1,
  taxable: () => true,
  availableForSale: (v) => v.facts.inventory > 0,
  inventoryPolicy: () => 'DENY',
  inventoryQuantity: (v) => v.facts.inventory,
  sellableOnlineQuantity: (v) => Math.max(0, v.facts.inventory),
  selectedOptions: (v) => v.facts.options.map(([name, value]) => ({ name, value })),
  createdAt: (v) => time(v.owner.createdAt),
  updatedAt: (v) => time(v.owner.updatedAt),
  product: (v): ProductSource => ({ shop: v.shop, facts: v.owner }),
  inventoryItem: (v) => v,
};

export const inventoryItemResolvers: Resolvers<VariantSource> = {
  id: (v) => gid(v.shop.spec, 'InventoryItem', 'InventoryItem', v.facts.index),
  legacyResourceId: (v) => idOf(v.shop.spec, 'InventoryItem', v.facts.index),
  sku: (v) => v.facts.sku,
  tracked: () => true,
  requiresShipping: (v) => !v.owner.isGiftCard,
  unitCost: (v) => money(v.shop, Math.floor(v.facts.price * 0.4)),
  createdAt: (v) => time(v.owner.createdAt),
  updatedAt: (v) => time(v.owner.updatedAt),
  variant: (v) => v,
  inventoryLevels: (v) => [v],
  inventoryLevel: (v) => v,
  locationsCount: () => ({ count: 1, precision: 'EXACT' }),
};

export const inventoryLevelResolvers: Resolvers<VariantSource> = {
  id: (v) =>
    gid(v.shop.spec, 'InventoryLevel', 'InventoryItem', v.facts.index) +
    `?inventory_item_id=${idOf(v.shop.spec, 'InventoryItem', v.facts.index)}`,
  isActive: () => true,
  item: (v) => v,
  location: () => LOCATION,
  createdAt: (v) => time(v.owner.createdAt),
  updatedAt: (v) => time(v.owner.updatedAt),
  quantities: (v, { names }) => (names as string[]).map((name) => ({ name, quantity: v.facts.inventory })),
};

export function productFields({ shop, now }: Context): Fields<ProductSource> {
  const { timezone } = shop.spec;
  return {
    id: (p, term) => idMatches(idOf(shop.spec, 'Product', p.facts.index), term),
    created_at: (p, term) => timeMatches(p.facts.createdAt, term, timezone, now),
    updated_at: (p, term) => timeMatches(p.facts.updatedAt, term, timezone, now),
    published_at: (p, term) => timeMatches(p.facts.createdAt, term, timezone, now),
    title: (p, term) => textMatches(p.facts.title, term),
    handle: (p, term) => textMatches(p.facts.handle, term),
    vendor: (p, term) => textMatches(p.facts.vendor, term),
    product_type: (p, term) => textMatches(p.facts.type, term),
    status: (p, term) => textMatches(p.facts.status, term),
    tag: (p, term) => p.facts.tags.some((tag) => textMatches(tag, term)),
    sku: (p, term) => p.facts.variants.some((variant) => textMatches(variant.sku, term)),
    gift_card: (p, term) => String(p.facts.isGiftCard) === term.value,
    inventory_total: (p, term) => numberMatches(inventory(p.facts), term),
    default: (p, term) => p.facts.title.toLowerCase().includes(term.value.toLowerCase()),
  };
}

export function variantFields({ shop, now }: Context): Fields<VariantSource> {
  const { timezone } = shop.spec;
  return {
    id: (v, term) => idMatches(idOf(shop.spec, 'ProductVariant', v.facts.index), term),
    product_id: (v, term) => idMatches(idOf(shop.spec, 'Product', v.owner.index), term),
    updated_at: (v, term) => timeMatches(v.owner.updatedAt, term, timezone, now),
    sku: (v, term) => textMatches(v.facts.sku, term),
    title: (v, term) => textMatches(v.facts.title, term),
    inventory_quantity: (v, term) => numberMatches(v.facts.inventory, term),
    default: (v, term) => v.owner.title.toLowerCase().includes(term.value.toLowerCase()),
  };
}

/** Products are few: they are filtered and sorted in memory. */
function sorted<T>(all: T[], args: Args, key: (item: T) => number | string, index: (item: T) => number): Listing<T> {
  const order = (a: { k: number | string; i: number }, b: { k: number | string; i: number }) =>
    a.k < b.k ? -1 : a.k > b.k ? 1 : a.i - b.i;
  const at = (item: T) => ({ k: key(item), i: index(item) });
  const items = [...all].sort((a, b) => order(at(a), at(b)));
  if (args.reverse === true) items.reverse();
  return {
    *items(backwards, after) {
      const list = backwards ? items.toReversed() : items;
      const descending = (args.reverse === true) !== backwards;
      const cursor = after === null ? null : decodeCursor<{ last_id: number; last_value: number | string }>(after);
      for (const item of list) {
        if (cursor) {
          const side = order(at(item), { k: cursor.last_value, i: cursor.last_id });
          if (descending ? side >= 0 : side <= 0) continue;
        }
        yield item;
      }
    },
    cursor: (item) => encodeCursor({ last_id: index(item), last_value: key(item) }),
  };
}

export function productListing(context: Context, args: Args): Listing<ProductSource> {
  const search = parseSearch((args.query as string | null) ?? '');
  const fields = productFields(context);
  const all = context.shop.products().map((facts): ProductSource => ({ shop: context.shop, facts }));
  const keys: Record<string, (p: ProductSource) => number | string> = {
    CREATED_AT: (p) => p.facts.createdAt,
    UPDATED_AT: (p) => p.facts.updatedAt,
    PUBLISHED_AT: (p) => p.facts.createdAt,
    TITLE: (p) => p.facts.title,
    VENDOR: (p) => p.facts.vendor,
    PRODUCT_TYPE: (p) => p.facts.type,
    INVENTORY_TOTAL: (p) => inventory(p.facts),
  };
  const index = (p: ProductSource) => p.facts.index;
  return sorted(
    all.filter((p) => matches(search, p, fields)),
    args,
    keys[args.sortKey as string] ?? index,
    index,
  );
}

export function variantListing(context: Context, args: Args): Listing<VariantSource> {
  const search = parseSearch((args.query as string | null) ?? '');
  const fields = variantFields(context);
  const all = context.shop
    .products()
    .flatMap((owner) => owner.variants.map((facts): VariantSource => ({ shop: context.shop, owner, facts })));
  const index = (v: VariantSource) => v.facts.index;
  return sorted(
    all.filter((v) => matches(search, v, fields)),
    args,
    index,
    index,
  );
}
