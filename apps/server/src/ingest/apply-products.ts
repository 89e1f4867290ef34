import type { Tx } from '../db/database.ts';
import type { Dialect } from '../db/types.ts';
import { asDate, idParams, instantText, marks } from '../db/values.ts';
import type { Applied, TenantState } from './apply.ts';
import type { ProductRecord } from './records.ts';
import { judge, readMarks, readTombstones, type StoredVersion, writeVerdicts } from './versions.ts';

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

export async function applyProducts(
  tx: Tx,
  dialect: Dialect,
  { tenant }: TenantState,
  records: ProductRecord[],
  fetchBegan: number,
): Promise<Applied> {
  if (records.length === 0) return { written: 0, unchanged: 0, stale: 0, marked: 0 };
  const ids = [...new Set(records.map((record) => record.id))];
  const stored = await readVersions(tx, tenant, ids);
  const tombstones = await readTombstones(tx, tenant, 'products', ids);
  const verdicts = judge(
    records,
    stored,
    await readMarks(tx, tenant, 'products', ids),
    new Map([...tombstones].map(([id, { deletedAt }]) => [id, deletedAt])),
    fetchBegan,
  );
  await writeVerdicts(tx, dialect, tenant, 'products', verdicts);
  const replaced = verdicts.write.filter(({ record }) => stored.has(record.id));
  await deleteVariants(
    tx,
    tenant,
    replaced.map(({ record }) => record.id),
  );
  await tx.insert(
    'products',
    PRODUCT_COLUMNS,
    verdicts.write.map(({ record, contentHash }) => [
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
      contentHash,
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
  const arrived = verdicts.write.length - replaced.length;
  if (arrived > 0)
    await tx.run('UPDATE tenant_state SET products = products + ? WHERE tenant_id = ?', [arrived, tenant]);
  return {
    written: verdicts.write.length,
    unchanged: verdicts.unchanged,
    stale: verdicts.stale,
    marked: verdicts.mark.length,
  };
}

export async function deleteProducts(tx: Tx, { tenant }: TenantState, ids: string[]): Promise<void> {
  const known = [...(await readVersions(tx, tenant, ids)).keys()];
  if (known.length === 0) return;
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
  const rows = await tx.query<{ shopify_product_id: string | number; updated_at: unknown; content_hash: string }>(
    `SELECT shopify_product_id, updated_at, content_hash
     FROM products WHERE tenant_id = ? AND shopify_product_id IN (${marks(ids)})`,
    [tenant, ...idParams(ids)],
  );
  return new Map(
    rows.map((row) => [
      String(row.shopify_product_id),
      { updatedAt: asDate(row.updated_at)!.getTime(), contentHash: row.content_hash },
    ]),
  );
}
