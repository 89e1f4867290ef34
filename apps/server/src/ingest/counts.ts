import type { StreamName } from '@xeno/contracts';
import { CustomersCountDocument, OrdersCountDocument, ProductsCountDocument } from '../shopify/operations/generated.ts';
import type { ShopifyClient } from '../shopify/client.ts';

/** How many there are in Shopify, uncapped; `query` is a search filter. */
export async function countOf(
  { client, signal }: { client: ShopifyClient; signal: AbortSignal },
  stream: StreamName,
  query: string | null,
): Promise<number> {
  switch (stream) {
    case 'orders':
      return (await client.query(OrdersCountDocument, { query }, { signal })).data.ordersCount?.count ?? 0;
    case 'customers':
      return (await client.query(CustomersCountDocument, { query }, { signal })).data.customersCount?.count ?? 0;
    case 'products':
      return (await client.query(ProductsCountDocument, { query }, { signal })).data.productsCount?.count ?? 0;
  }
}
