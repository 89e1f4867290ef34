import type { Tx } from '../../db/database.ts';
import type { Dialect } from '../../db/types.ts';
import { asDate, idParams, instantText, marks } from '../../db/values.ts';
import type { TenantState } from '../apply.ts';
import { Unreadable } from '../map/fields.ts';
import { readMarks, writeMarks } from '../versions.ts';
import { type Body, idIn, instantIn, wholeIn } from './body.ts';

/** How many units of an item may be sold from a location; null where it is not tracked. */
export interface InventoryLevel {
  itemId: string;
  locationId: string;
  available: number | null;
  updatedAt: number;
}

/** @throws Unreadable */
export function mapLevelBody(body: Body): InventoryLevel {
  const required = <T>(value: T | null, name: string): T => {
    if (value === null) throw new Unreadable(`The body lacks ${name}.`);
    return value;
  };
  return {
    itemId: required(idIn(body, 'inventory_item_id'), 'inventory_item_id'),
    locationId: required(idIn(body, 'location_id'), 'location_id'),
    available: wholeIn(body, 'available'),
    updatedAt: required(instantIn(body, 'updated_at'), 'updated_at'),
  };
}

interface StoredLevel extends InventoryLevel {
  /** Two contents came with one time. */
  isTie?: boolean;
}

/**
 * Stores levels and keeps the inventory of their variants and products. A variant's is the sum over all locations, of
 * which only those are known that a webhook has named: where the sum was not the variant's inventory before either, or
 * the product was told of later than the level, it is fetched `settleSeconds` later instead.
 */
export async function applyInventoryLevels(
  tx: Tx,
  dialect: Dialect,
  state: TenantState,
  told: InventoryLevel[],
  settleSeconds: number,
): Promise<void> {
  if (told.length === 0) return;
  const { tenant } = state;
  const itemIds = [...new Set(told.map(({ itemId }) => itemId))];
  const before = await readLevels(tx, tenant, itemIds);
  const after = new Map(before);
  for (const level of told) {
    const key = `${level.itemId} ${level.locationId}`;
    const known = after.get(key);
    if (known && level.updatedAt < known.updatedAt) continue;
    const isTie = known?.updatedAt === level.updatedAt && known.available !== level.available;
    after.set(key, { ...level, isTie: isTie || known?.isTie });
  }
  const changed = [...after].filter(([key, level]) => level !== before.get(key)).map(([, level]) => level);
  await tx.insert(
    'inventory_levels',
    ['tenant_id', 'inventory_item_id', 'shopify_location_id', 'available', 'updated_at'],
    changed.map((level) => [
      tenant,
      level.itemId,
      level.locationId,
      level.available,
      instantText(dialect, level.updatedAt),
    ]),
    { keys: ['tenant_id', 'inventory_item_id', 'shopify_location_id'], replace: ['available', 'updated_at'] },
  );

  const changedItems = [...new Set(changed.map(({ itemId }) => itemId))];
  const doubtful = new Set<string>();
  const stocked = new Set<string>();
  for (const variant of await readVariants(tx, tenant, changedItems)) {
    const wasSum = sumOf(before, variant.itemId);
    const sum = sumOf(after, variant.itemId);
    const levels = changed.filter((level) => level.itemId === variant.itemId);
    const isLate = levels.some((level) => level.updatedAt < variant.updatedAt);
    const isOther = sum !== variant.inventory;
    if (levels.some((level) => level.isTie) || (isOther && (isLate || wasSum !== variant.inventory)))
      doubtful.add(variant.productId);
    else if (isOther) {
      await setInventory(tx, state, variant, sum!);
      stocked.add(variant.productId);
    }
  }
  // a mark is made anew: a fetch that has begun meanwhile may not know of the level
  for (const id of (await readMarks(tx, tenant, 'products', [...stocked])).keys()) doubtful.add(id);
  await writeMarks(tx, dialect, tenant, 'products', [...doubtful], settleSeconds);
}

/** Null where no location is known. */
function sumOf(levels: ReadonlyMap<string, StoredLevel>, itemId: string): number | null {
  const ofItem = [...levels.values()].filter((level) => level.itemId === itemId);
  return ofItem.length === 0 ? null : ofItem.reduce((sum, { available }) => sum + (available ?? 0), 0);
}

interface StockedVariant {
  productId: string;
  variantId: string;
  itemId: string;
  inventory: number;
  /** Of its product. */
  updatedAt: number;
}

async function setInventory(tx: Tx, state: TenantState, variant: StockedVariant, inventory: number): Promise<void> {
  const product = [state.tenant, BigInt(variant.productId)];
  await tx.run(
    'UPDATE variants SET inventory = ? WHERE tenant_id = ? AND shopify_product_id = ? AND shopify_variant_id = ?',
    [inventory, ...product, BigInt(variant.variantId)],
  );
  await tx.run('UPDATE products SET inventory = inventory + ? WHERE tenant_id = ? AND shopify_product_id = ?', [
    inventory - variant.inventory,
    ...product,
  ]);
  state.changed();
}

async function readLevels(tx: Tx, tenant: bigint, itemIds: string[]): Promise<Map<string, StoredLevel>> {
  const rows = await tx.query<{ item: unknown; location: unknown; available: number | null; updated_at: unknown }>(
    `SELECT inventory_item_id AS item, shopify_location_id AS location, available, updated_at
     FROM inventory_levels WHERE tenant_id = ? AND inventory_item_id IN (${marks(itemIds)})`,
    [tenant, ...idParams(itemIds)],
  );
  return new Map(
    rows.map(({ item, location, available, updated_at: updatedAt }) => [
      `${String(item)} ${String(location)}`,
      {
        itemId: String(item),
        locationId: String(location),
        available,
        updatedAt: asDate(updatedAt)!.getTime(),
      },
    ]),
  );
}

async function readVariants(tx: Tx, tenant: bigint, itemIds: string[]): Promise<StockedVariant[]> {
  if (itemIds.length === 0) return [];
  const rows = await tx.query<
    Record<'product' | 'variant' | 'item' | 'inventory', string | number> & { updated_at: unknown }
  >(
    `SELECT v.shopify_product_id AS product, v.shopify_variant_id AS variant, v.inventory_item_id AS item, v.inventory,
       p.updated_at
     FROM variants v
     JOIN products p ON p.tenant_id = v.tenant_id AND p.shopify_product_id = v.shopify_product_id
     WHERE v.tenant_id = ? AND v.inventory_item_id IN (${marks(itemIds)})`,
    [tenant, ...idParams(itemIds)],
  );
  return rows.map(({ product, variant, item, inventory, updated_at: updatedAt }) => ({
    productId: String(product),
    variantId: String(variant),
    itemId: String(item),
    inventory: Number(inventory),
    updatedAt: asDate(updatedAt)!.getTime(),
  }));
}
