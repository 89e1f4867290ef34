import { inOrder } from '../map/fields.ts';
import type { ProductRecord } from '../records.ts';
import {
  amountIn,
  type Body,
  idIn,
  idOfBody,
  instantIn,
  listIn,
  needed,
  objectIn,
  textIn,
  Untold,
  wholeIn,
  wordIn,
} from './body.ts';

/**
 * A product as a webhook tells it; its variants' prices are in the store's currency.
 * @throws Unreadable; Untold, also where there are more variants than a body holds
 */
export function mapProductBody(body: Body, currency: string): ProductRecord {
  const variants = listIn(body, 'variants');
  if (!Object.hasOwn(body, 'variants') || listIn(body, 'variant_gids').length > variants.length) {
    throw new Untold('The body lacks some of the variants.');
  }
  return {
    id: idOfBody(body),
    title: needed(textIn(body, 'title'), 'title'),
    vendor: textIn(body, 'vendor') ?? '',
    productType: textIn(body, 'product_type') ?? '',
    status: wordIn(body, 'status') ?? '',
    handle: textIn(body, 'handle') ?? '',
    imageUrl: textIn(objectIn(body, 'image') ?? {}, 'src') || null,
    createdAt: needed(instantIn(body, 'created_at'), 'created_at'),
    updatedAt: needed(instantIn(body, 'updated_at'), 'updated_at'),
    variants: inOrder(
      variants.map((variant, index) => ({
        id: idOfBody(variant),
        inventoryItemId: idIn(variant, 'inventory_item_id'),
        title: textIn(variant, 'title') ?? '',
        sku: textIn(variant, 'sku') || null,
        price: needed(amountIn(variant, 'price', currency), 'variants.price'),
        inventory: wholeIn(variant, 'inventory_quantity') ?? 0,
        position: wholeIn(variant, 'position') ?? index + 1,
      })),
    ),
  };
}
