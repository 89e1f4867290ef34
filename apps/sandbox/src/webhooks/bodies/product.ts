import type { Product, Variant } from '../../store/catalog.ts';
import { gid, idOf } from '../../store/ids.ts';
import { fixedDecimal } from '../../store/money.ts';
import type { Shop } from '../../store/shop.ts';
import { bareId, zoned, zonedOrNull } from './fields.ts';

export function productBody(shop: Shop, product: Product) {
  const { spec } = shop;
  const id = idOf(spec, 'Product', product.index);
  const createdAt = zoned(product.createdAt, spec.timezone);
  const updatedAt = zoned(product.updatedAt, spec.timezone);
  const names = [...new Set(product.variants.flatMap((variant) => variant.options.map(([name]) => name)))];
  const variantGid = ({ index }: Variant) => gid(spec, 'ProductVariant', 'ProductVariant', index);
  const image = {
    id: bareId(idOf(spec, 'Product', product.index, 1)),
    position: 1,
    product_id: bareId(id),
    created_at: createdAt,
    updated_at: updatedAt,
    alt: product.title,
    width: 1024,
    height: 1024,
    src: `https://cdn.shopify.com/s/files/1/0001/products/${product.handle}.jpg?v=1`,
    variant_ids: [],
  };
  const option = (variant: Variant, position: number) => variant.options[position]?.[1] ?? null;
  return {
    id: bareId(id),
    admin_graphql_api_id: `gid://shopify/Product/${id}`,
    body_html: product.description,
    created_at: createdAt,
    handle: product.handle,
    product_type: product.type,
    published_at: zonedOrNull(product.status === 'ACTIVE' ? product.createdAt : null, spec.timezone),
    template_suffix: null,
    title: product.title,
    updated_at: updatedAt,
    vendor: product.vendor,
    status: product.status.toLowerCase(),
    published_scope: 'global',
    tags: product.tags.join(', '),
    variants: product.variants.map((variant, i) => ({
      id: bareId(idOf(spec, 'ProductVariant', variant.index)),
      admin_graphql_api_id: variantGid(variant),
      barcode: null,
      compare_at_price: null,
      created_at: createdAt,
      inventory_policy: 'deny',
      position: i + 1,
      price: fixedDecimal(variant.price, spec.currency),
      product_id: bareId(id),
      sku: variant.sku,
      taxable: true,
      title: variant.title,
      updated_at: updatedAt,
      option1: option(variant, 0),
      option2: option(variant, 1),
      option3: option(variant, 2),
      image_id: null,
      inventory_item_id: bareId(idOf(spec, 'InventoryItem', variant.index)),
      inventory_quantity: variant.inventory,
      old_inventory_quantity: variant.inventory,
    })),
    options: names.map((name, i) => ({
      id: bareId(idOf(spec, 'Product', product.index, 10 + i)),
      name,
      product_id: bareId(id),
      position: i + 1,
      values: [
        ...new Set(product.variants.flatMap((v) => v.options.flatMap(([n, value]) => (n === name ? [value] : [])))),
      ],
    })),
    images: [image],
    image,
    media: [],
    variant_gids: product.variants.map((variant) => ({
      admin_graphql_api_id: variantGid(variant),
      updated_at: updatedAt,
    })),
    has_variants_that_requires_components: false,
    category: null,
  };
}

export function inventoryBody({ spec }: Shop, variant: Variant, at: number) {
  const item = idOf(spec, 'InventoryItem', variant.index);
  return {
    inventory_item_id: bareId(item),
    location_id: bareId('61000000001'),
    available: variant.inventory,
    updated_at: zoned(at, spec.timezone),
    admin_graphql_api_id: `gid://shopify/InventoryLevel/${item}?inventory_item_id=${item}`,
  };
}
