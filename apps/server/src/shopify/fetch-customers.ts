import type { ShopifyClient } from './client.ts';
import { CustomersByIdDocument, type CustomerFieldsFragment } from './operations/generated.ts';

/** A customer counts 6 points at most; a query may request 1000. */
const IDS = 100;

export interface FetchedCustomers {
  customers: CustomerFieldsFragment[];
  missing: string[];
  /** Shopify's clock when they were read. */
  date: Date;
}

/** Reads customers. `ids` are gids. Yields up to 100 at a time. */
export async function* fetchCustomers(
  client: ShopifyClient,
  ids: readonly string[],
  { signal }: { signal?: AbortSignal } = {},
): AsyncGenerator<FetchedCustomers> {
  const distinct = [...new Set(ids)];
  for (let at = 0; at < distinct.length; at += IDS) {
    const chunk = distinct.slice(at, at + IDS);
    const { data, date } = await client.query(CustomersByIdDocument, { ids: chunk }, { signal });
    const customers = data.nodes.filter((node): node is CustomerFieldsFragment => node !== null && 'id' in node);
    const found = new Set(customers.map(({ id }) => id));
    yield { customers, missing: chunk.filter((id) => !found.has(id)), date };
  }
}
