import { open, rename, rm, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { ShopifyClient } from './client.ts';
import { BulkFailed, ShopifyUnreachable } from './errors.ts';
import { backoff, networkReason } from './retry.ts';

const STORAGE_HOSTS = ['storage.googleapis.com', 'cdn.shopify.com'];
const STORAGE_SUFFIXES = ['.storage.googleapis.com', '.shopifycloud.com'];
const HEADERS_TIMEOUT_MS = 30_000;
const IDLE_TIMEOUT_MS = 60_000;
const REDIRECTS = 3;
const TRIES = 9;

/** True if a bulk result may be read from there: Shopify's storage over https, or the stand-in's own origin. */
export function isResultUrl(url: string, sandboxUrl?: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname, port, username, password, origin } = new URL(url);
  if (username || password) return false;
  if (sandboxUrl && origin === new URL(sandboxUrl).origin) return true;
  if (protocol !== 'https:' || port !== '') return false;
  return STORAGE_HOSTS.includes(hostname) || STORAGE_SUFFIXES.some((suffix) => hostname.endsWith(suffix));
}

/**
 * Opens a bulk operation's result. Throws `BulkFailed`: RESULT_REFUSED if the address, or one it redirects to, is not
 * Shopify's, before anything is sent there; RESULT_EXPIRED if it is no longer valid (poll again for a new one).
 */
export async function openBulkResult(client: ShopifyClient, url: string, signal?: AbortSignal): Promise<Response> {
  const { shop, origin } = client;
  let address = url;
  for (let hop = 0; hop <= REDIRECTS; hop++) {
    if (!isResultUrl(address, origin.sandboxUrl)) throw new BulkFailed(shop, 'RESULT_REFUSED');
    const response = await client.fetch(address, { redirect: 'manual', signal });
    const { status } = response;
    if (status === 200) return response;
    await response.body?.cancel();
    const location = response.headers.get('location');
    if (status >= 300 && status < 400 && location && URL.canParse(location, address)) {
      address = new URL(location, address).toString();
      continue;
    }
    // Signed addresses that have ended answer 400 or 403, removed results 404 or 410.
    if ([400, 401, 403, 404, 410].includes(status)) throw new BulkFailed(shop, 'RESULT_EXPIRED');
    throw new ShopifyUnreachable(shop, `the bulk result's storage answered HTTP ${status}.`);
  }
  throw new BulkFailed(shop, 'RESULT_REFUSED');
}

/**
 * Downloads a result to `file`, which exists afterwards only whole and on disk (written beside, synced, renamed).
 * A transfer that breaks off or stalls begins again, a bounded number of times; memory holds a chunk at a time.
 * Errors as `openBulkResult`, TRUNCATED if it keeps breaking off; errors of the disk come through as they are.
 */
export async function downloadTo(
  client: ShopifyClient,
  url: string,
  file: string,
  { signal }: { signal?: AbortSignal } = {},
): Promise<void> {
  const { clock, shop } = client;
  const part = `${file}.part`;
  for (let attempt = 1; ; attempt++) {
    const broken = await transfer(client, url, part, signal);
    if (!broken) {
      await rename(part, file);
      return syncFolder(dirname(file));
    }
    await rm(part, { force: true });
    if (attempt >= TRIES) {
      if (broken.began) throw new BulkFailed(shop, 'TRUNCATED', null, broken.error);
      throw new ShopifyUnreachable(shop, `the bulk result: ${networkReason(broken.error)}`, { cause: broken.error });
    }
    await clock.sleep(backoff('network', attempt, client.random), signal);
  }
}

/** Null once it is whole, or why the transfer failed and whether it had begun. */
async function transfer(
  client: ShopifyClient,
  url: string,
  part: string,
  signal: AbortSignal | undefined,
): Promise<{ error: unknown; began: boolean } | null> {
  const idle = new AbortController();
  const stalled = () => idle.abort(new Error('The transfer stalled.'));
  let timer = setTimeout(stalled, HEADERS_TIMEOUT_MS);
  let handle: FileHandle | null = null;
  let began = false;
  try {
    const response = await openBulkResult(client, url, signal ? AbortSignal.any([signal, idle.signal]) : idle.signal);
    began = true;
    const disk = (handle = await open(part, 'w', 0o600).catch(onDisk));
    let bytes = 0;
    const body: ReadableStream<Uint8Array> = response.body ?? new Blob([]).stream();
    const chunks = body.getReader();
    for (;;) {
      clearTimeout(timer);
      timer = setTimeout(stalled, IDLE_TIMEOUT_MS);
      const { done, value } = await chunks.read();
      if (done) break;
      for (let written = 0; written < value.length;) {
        written += (await disk.write(value, written).catch(onDisk)).bytesWritten;
      }
      bytes += value.length;
    }
    // Compressed on the way, the header tells another length than what arrives here.
    const announced = response.headers.get('content-encoding') ? null : response.headers.get('content-length');
    if (announced !== null && Number(announced) !== bytes) {
      return { error: new Error(`${bytes} of ${announced} bytes arrived.`), began };
    }
    await disk.sync().catch(onDisk);
    return null;
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof DiskError) throw error.cause;
    if (error instanceof BulkFailed) throw error;
    return { error, began };
  } finally {
    clearTimeout(timer);
    await handle?.close();
  }
}

/** Tells the disk's errors from the network's: only the latter are worth another try. */
class DiskError extends Error {}
function onDisk(cause: unknown): never {
  throw new DiskError('', { cause });
}

/** A rename is durable once its folder is synced. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
