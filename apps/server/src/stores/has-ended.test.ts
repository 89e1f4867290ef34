import { expect, it } from 'vitest';
import type { ShopifyClient } from '../shopify/client.ts';
import { isInstalled } from './has-ended.ts';

it('ends with its process, though Shopify has not answered', async () => {
  const client = {
    query: (_document: unknown, _variables: unknown, { signal }: { signal: AbortSignal }) =>
      new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error))),
  } as unknown as ShopifyClient;
  const process = new AbortController();
  const asked = isInstalled(client, process.signal);
  process.abort(new Error('it stops'));
  await expect(asked).rejects.toThrow('it stops');
});
