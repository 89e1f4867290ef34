import type { ShopifyClient } from './client.ts';
import { ChangedCustomersDocument, ChangedOrdersDocument, ChangedProductsDocument } from './operations/generated.ts';
import { timeWindow } from './search.ts';

export interface Change {
  /** `gid://shopify/Order/…` */
  id: string;
  updatedAt: string;
}

interface Page {
  nodes: Change[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
}

/**
 * What changed in `[from, to)`, oldest first, in pages of up to 250. What changes while it is being read leaves the
 * window on the far side and belongs to the next one; nothing is skipped.
 */
export async function* changes(
  client: ShopifyClient,
  stream: 'orders' | 'customers' | 'products',
  { from, to, signal }: { from: Date | null; to: Date; signal?: AbortSignal },
): AsyncGenerator<Change[]> {
  const query = timeWindow('updated_at', from, to);
  const read = async (variables: { query: string | null; after: string | null }): Promise<Page> => {
    switch (stream) {
      case 'orders':
        return (await client.query(ChangedOrdersDocument, variables, { signal })).data.orders;
      case 'customers':
        return (await client.query(ChangedCustomersDocument, variables, { signal })).data.customers;
      case 'products':
        return (await client.query(ChangedProductsDocument, variables, { signal })).data.products;
    }
  };
  let after: string | null = null;
  do {
    const page: Page = await read({ query, after });
    if (page.nodes.length > 0) yield page.nodes;
    after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
  } while (after !== null);
}
