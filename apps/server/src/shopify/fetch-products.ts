import type { ShopifyClient } from './client.ts';
import { KeepsChanging } from './errors.ts';
import {
  ProductsByIdDocument,
  ProductVariantsDocument,
  type ProductFieldsFragment,
  type ProductsByIdQuery,
  type VariantFieldsFragment,
} from './operations/generated.ts';

export interface FullProduct {
  product: ProductFieldsFragment;
  variants: VariantFieldsFragment[];
}

export interface FetchedProducts {
  products: FullProduct[];
  missing: string[];
  /** Shopify's clock when the reading of these began. */
  date: Date;
}

/* A product counts 4 points and a variant 2 at most; a query may request 1000. */
const FIRST = { ids: 8, variants: 50 };
const VARIANTS = 250;
const READS = 5;

type Node = ProductsByIdQuery['nodes'][number];
type FirstProduct = Exclude<NonNullable<Node>, Record<PropertyKey, never>>;
const isProduct = (node: Node): node is FirstProduct => node !== null && 'variants' in node;

/** Reads products with all their variants (up to 2,048). `ids` are gids. Yields a few products at a time. */
export async function* fetchProducts(
  client: ShopifyClient,
  ids: readonly string[],
  { signal }: { signal?: AbortSignal } = {},
): AsyncGenerator<FetchedProducts> {
  const distinct = [...new Set(ids)];
  for (let at = 0; at < distinct.length; at += FIRST.ids) {
    const chunk = distinct.slice(at, at + FIRST.ids);
    const { nodes, date } = await firstPages(client, chunk, signal);
    const products: FullProduct[] = [];
    const missing: string[] = [];
    for (const [index, id] of chunk.entries()) {
      const product = await whole(client, id, nodes[index] ?? null, signal);
      if (product) products.push(product);
      else missing.push(id);
    }
    yield { products, missing, date };
  }
}

async function firstPages(client: ShopifyClient, ids: string[], signal: AbortSignal | undefined) {
  const { data, date } = await client.query(ProductsByIdDocument, { ids, variants: FIRST.variants }, { signal });
  return { nodes: data.nodes.map((node) => (isProduct(node) ? node : null)), date };
}

/** Null if the product does not exist. */
async function whole(
  client: ShopifyClient,
  id: string,
  firstPage: FirstProduct | null,
  signal: AbortSignal | undefined,
): Promise<FullProduct | null> {
  let start = firstPage;
  for (let read = 1; start && read <= READS; read++) {
    const product = await rest(client, start, signal);
    if (product) return product;
    start = (await firstPages(client, [id], signal)).nodes[0] ?? null;
  }
  if (start) throw new KeepsChanging(client.shop, id);
  return null;
}

/** Null if the product changed or went between the pages. */
async function rest(
  client: ShopifyClient,
  { variants, ...product }: FirstProduct,
  signal: AbortSignal | undefined,
): Promise<FullProduct | null> {
  const all = [...variants.nodes];
  for (let page = variants.pageInfo; page.hasNextPage;) {
    const variables = { id: product.id, first: VARIANTS, after: page.endCursor };
    const { data } = await client.query(ProductVariantsDocument, variables, { signal });
    if (data.product?.updatedAt !== product.updatedAt) return null;
    all.push(...data.product.variants.nodes);
    page = data.product.variants.pageInfo;
  }
  return { product, variants: all };
}
