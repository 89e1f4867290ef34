import { startSandbox, type Sandbox, type SandboxOptions } from '../src/index.ts';

export const ALL_SCOPES = ['read_orders', 'read_all_orders', 'read_customers', 'read_products', 'read_inventory'];

/* eslint-disable-next-line @typescript-eslint/no-explicit-any -- answers are as deep as the queries ask */
export type Json = any;

export interface Client {
  shop: string;
  token: string;
  post(query: string, variables?: object): Promise<Response>;
  /** The whole answer. */
  ask(query: string, variables?: object): Promise<Json>;
  /** Runs a bulk operation to its end. */
  bulk(query: string, groupObjects?: boolean): Promise<Json>;
  lines(url: string): Promise<Json[]>;
}

export function clientOf(sandbox: Sandbox, shop: string, token: string): Client {
  const post = (query: string, variables: object = {}) =>
    fetch(`${sandbox.url}/${shop}/admin/api/2026-10/graphql.json`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-shopify-access-token': token },
      body: JSON.stringify({ query, variables }),
    });
  const ask = async (query: string, variables?: object) => (await post(query, variables)).json() as Promise<Json>;
  return {
    shop,
    token,
    post,
    ask,
    async bulk(query, groupObjects = false) {
      const run = await ask(
        `mutation ($query: String!, $groupObjects: Boolean!) {
          bulkOperationRunQuery(query: $query, groupObjects: $groupObjects) { bulkOperation { id } userErrors { field message code } }
        }`,
        { query, groupObjects },
      );
      const { bulkOperation, userErrors } = run.data.bulkOperationRunQuery;
      if (!bulkOperation) return { userErrors };
      for (;;) {
        const { data } = await ask(
          `query ($id: ID!) { bulkOperation(id: $id) {
            id status errorCode objectCount rootObjectCount fileSize url partialDataUrl createdAt completedAt } }`,
          { id: bulkOperation.id },
        );
        if (!['CREATED', 'RUNNING', 'CANCELING'].includes(data.bulkOperation.status)) return data.bulkOperation;
        await new Promise((resolve) => setTimeout(resolve, 15));
      }
    },
    async lines(url) {
      const text = await (await fetch(url)).text();
      return text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line)]));
    },
  };
}

export async function sandboxWith(options: SandboxOptions = {}) {
  const sandbox = await startSandbox({ bulkDelay: 20, size: 300, ...options });
  return {
    sandbox,
    control: sandbox.control,
    client(shop: string, scopes = ALL_SCOPES) {
      return clientOf(sandbox, shop, sandbox.control.issueToken(shop, scopes).access_token);
    },
  };
}

/** Minor units of a decimal string, by text alone. */
export function minor(amount: string, decimals: number): number {
  const [whole = '0', fraction = ''] = amount.split('.');
  const digits = fraction.padEnd(decimals, '0');
  if (/[1-9]/.test(digits.slice(decimals))) throw new Error(`${amount} has too many decimals`);
  const value = Number(whole.replace('-', '') + digits.slice(0, decimals));
  return amount.startsWith('-') ? -value : value;
}
