import type { Tx } from '../db/database.ts';
import type { Dialect } from '../db/types.ts';
import { asDate, idParams, instantText, marks } from '../db/values.ts';
import type { Applied, TenantState } from './apply.ts';
import type { ProductRecord } from './records.ts';
import {
  appliedOf,
  contentHash,
  judge,
  readMarks,
  readTombstones,
  type StoredVersion,
  type Version,
  writeMarks,
  writeVerdicts,
} from './versions.ts';

const PRODUCT_COLUMNS = [
  'tenant_id',
  'shopify_product_id',
  'title',
  'vendor',
  'product_type',
  'status',
  'handle',
  'image_url',
  'price',
  'inventory',
  'created_at',
  'updated_at',
  'content_hash',
] as const;

const VARIANT_COLUMNS = [
  'tenant_id',
  'shopify_product_id',
  'shopify_variant_id',
  'inventory_item_id',
  'title',
  'sku',
  'price',
  'inventory',
  'position',
] as const;

interface ProductVersion extends Version {
  record: ProductRecord;
  contentHash: string;
}

export async function applyProducts(
  tx: Tx,
  dialect: Dialect,
  state: TenantState,
  records: ProductRecord[],
  fetchBegan: number,
): Promise<Applied> {
  const { tenant } = state;
  const ids = [...new Set(records.map((record) => record.id))];
  const stored = await readVersions(tx, tenant, ids);
  const tombstones = await readTombstones(tx, tenant, 'products', ids);
  const verdicts = judge(
    records.map(versionOf),
    stored,
    await readMarks(tx, tenant, 'products', ids),
    new Map([...tombstones].map(([id, { deletedAt }]) => [id, deletedAt])),
    fetchBegan,
  );
  await writeVerdicts(tx, dialect, tenant, 'products', verdicts);
  if (verdicts.write.length === 0) return appliedOf(verdicts);
  state.changed();
  const replaced = verdicts.write.filter(({ id }) => stored.has(id));
  await deleteVariants(
    tx,
    tenant,
    replaced.map(({ record }) => record.id),
  );
  await tx.insert(
    'products',
    PRODUCT_COLUMNS,
    verdicts.write.map(({ record, contentHash: hash }) => [
      tenant,
      record.id,
      record.title,
      record.vendor,
      record.productType,
      record.status,
      record.handle,
      record.imageUrl,
      record.variants.length === 0 ? null : Math.min(...record.variants.map((variant) => variant.price)),
      record.variants.reduce((sum, variant) => sum + variant.inventory, 0),
      instantText(dialect, record.createdAt),
      instantText(dialect, record.updatedAt),
      hash,
    ]),
    { keys: PRODUCT_COLUMNS.slice(0, 2), replace: PRODUCT_COLUMNS.slice(2) },
  );
  await tx.insert(
    'variants',
    VARIANT_COLUMNS,
    verdicts.write.flatMap(({ record }) =>
      record.variants.map((variant) => [
        tenant,
        record.id,
        variant.id,
        variant.inventoryItemId,
        variant.title,
        variant.sku,
        variant.price,
        variant.inventory,
        variant.position,
      ]),
    ),
    { keys: VARIANT_COLUMNS.slice(0, 3), replace: VARIANT_COLUMNS.slice(3) },
  );
  await writeMarks(tx, dialect, tenant, 'products', await readOutstocked(tx, tenant, verdicts.write));
  const arrived = verdicts.write.length - replaced.length;
  if (arrived > 0)
    await tx.run('UPDATE tenant_state SET products = products + ? WHERE tenant_id = ?', [arrived, tenant]);
  return appliedOf(verdicts);
}

/** Of products as they are stored now, those of whose inventory a later level tells otherwise. A fetch that changes nothing more ends it. */
async function readOutstocked(tx: Tx, tenant: bigint, products: ProductVersion[]): Promise<string[]> {
  const rows = await tx.query<{ id: string | number }>(
    `SELECT v.shopify_product_id AS id FROM products p
     JOIN variants v ON v.tenant_id = p.tenant_id AND v.shopify_product_id = p.shopify_product_id
     JOIN inventory_levels l ON l.tenant_id = v.tenant_id AND l.inventory_item_id = v.inventory_item_id
     WHERE p.tenant_id = ? AND p.shopify_product_id IN (${marks(products)})
     GROUP BY v.shopify_product_id, v.shopify_variant_id, v.inventory, p.updated_at
     HAVING MAX(l.updated_at) > p.updated_at AND SUM(COALESCE(l.available, 0)) <> v.inventory`,
    [tenant, ...idParams(products.map(({ id }) => id))],
  );
  return [...new Set(rows.map(({ id }) => String(id)))];
}

function versionOf(record: ProductRecord): ProductVersion {
  const hash = productContentHash(record);
  return {
    id: record.id,
    updatedAt: record.updatedAt,
    record,
    contentHash: hash,
    fingerprint: fingerprintOf(hash, new Map(record.variants.map(({ id, inventory }) => [id, inventory]))),
  };
}

/** Of what is stored of a product but its inventory. */
export function productContentHash(record: ProductRecord): string {
  const variants = record.variants.map(({ inventory: _, ...variant }) => variant);
  return contentHash({ ...record, variants });
}

/** The inventory stands beside the hash: it changes by itself, without a new version of the product. */
const fingerprintOf = (hash: string, inventory: ReadonlyMap<string, number>) =>
  [hash, ...[...inventory].map(([id, units]) => `${id}:${units}`).sort()].join(' ');

export async function deleteProducts(tx: Tx, state: TenantState, ids: string[]): Promise<void> {
  const { tenant } = state;
  const known = [...(await readVersions(tx, tenant, ids)).keys()];
  if (known.length === 0) return;
  state.changed();
  await deleteVariants(tx, tenant, known);
  await tx.run(`DELETE FROM products WHERE tenant_id = ? AND shopify_product_id IN (${marks(known)})`, [
    tenant,
    ...idParams(known),
  ]);
  await tx.run('UPDATE tenant_state SET products = products - ? WHERE tenant_id = ?', [known.length, tenant]);
}

async function deleteVariants(tx: Tx, tenant: bigint, productIds: string[]): Promise<void> {
  if (productIds.length === 0) return;
  await tx.run(`DELETE FROM variants WHERE tenant_id = ? AND shopify_product_id IN (${marks(productIds)})`, [
    tenant,
    ...idParams(productIds),
  ]);
}

async function readVersions(tx: Tx, tenant: bigint, ids: string[]): Promise<Map<string, StoredVersion>> {
  if (ids.length === 0) return new Map();
  const these = `WHERE tenant_id = ? AND shopify_product_id IN (${marks(ids)})`;
  const params = [tenant, ...idParams(ids)];
  const rows = await tx.query<{ shopify_product_id: string | number; updated_at: unknown; content_hash: string }>(
    `SELECT shopify_product_id, updated_at, content_hash FROM products ${these}`,
    params,
  );
  if (rows.length === 0) return new Map();
  const variants = await tx.query<Record<'shopify_product_id' | 'shopify_variant_id' | 'inventory', string | number>>(
    `SELECT shopify_product_id, shopify_variant_id, inventory FROM variants ${these}`,
    params,
  );
  const inventories = new Map<string, Map<string, number>>();
  for (const { shopify_product_id: product, shopify_variant_id: variant, inventory } of variants) {
    const ofProduct = inventories.get(String(product)) ?? new Map<string, number>();
    inventories.set(String(product), ofProduct.set(String(variant), Number(inventory)));
  }
  return new Map(
    rows.map((row) => {
      const id = String(row.shopify_product_id);
      const fingerprint =
        row.content_hash === '' ? null : fingerprintOf(row.content_hash, inventories.get(id) ?? new Map());
      return [id, { updatedAt: asDate(row.updated_at)!.getTime(), fingerprint }];
    }),
  );
}
