import type { FullProduct } from '../../shopify/fetch-products.ts';
import type { ProductRecord } from '../records.ts';
import { idOf, idOrNull, inOrder, instantOf, minorIn, textOf, textOrNull, wordOrNull } from './fields.ts';

/** A product as GraphQL tells it; its variants' prices are in the store's currency. @throws Unreadable */
export function mapProduct({ product, variants }: FullProduct, currency: string): ProductRecord {
  return {
    id: idOf(product.id),
    title: textOf(product.title),
    vendor: textOf(product.vendor),
    productType: textOf(product.productType),
    status: wordOrNull(product.status) ?? '',
    handle: textOf(product.handle),
    imageUrl: textOrNull(product.featuredMedia?.preview?.image?.url),
    createdAt: instantOf(product.createdAt),
    updatedAt: instantOf(product.updatedAt),
    variants: inOrder(
      variants.map((variant) => ({
        id: idOf(variant.id),
        inventoryItemId: idOrNull(variant.inventoryItem),
        title: textOf(variant.title),
        sku: textOrNull(variant.sku),
        price: minorIn(variant.price, currency),
        inventory: variant.inventoryQuantity ?? 0,
        position: variant.position,
      })),
    ),
  };
}
