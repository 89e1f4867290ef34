import { createServer, type RequestListener, type Server } from 'node:http';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { downloadTo, isResultUrl, openBulkResult } from '../../src/shopify/bulk-result.ts';
import { createShopifyClient } from '../../src/shopify/client.ts';
import { ShopifyUnreachable } from '../../src/shopify/errors.ts';
import { fakeClock, networkError, scriptedFetch, staticTokens } from './doubles.ts';

const SANDBOX = 'http://127.0.0.1:4321';

describe('A14: isResultUrl', () => {
  it.each([
    'https://storage.googleapis.com/shopify-tiers-assets-prod/x.jsonl?Signature=y',
    'https://shopify.storage.googleapis.com/x',
    'https://bulk.shopifycloud.com/x',
    'https://cdn.shopify.com/x',
  ])('takes %s', (url) => expect(isResultUrl(url)).toBe(true));

  it.each([
    'http://storage.googleapis.com/x',
    'https://storage.googleapis.com:8443/x',
    'https://storage.googleapis.com.evil.com/x',
    'https://evil-storage.googleapis.com/x',
    'https://storage.googleapis.com@evil.com/x',
    'https://user:pw@storage.googleapis.com/x',
    'https://shopifycloud.com.evil/x',
    'https://evilshopifycloud.com/x',
    'https://169.254.169.254/latest/meta-data',
    'https://127.0.0.1/x',
    'https://[::1]/x',
    'https://localhost/x',
    'https://10.0.0.1/x',
    'file:///etc/passwd',
    'ftp://storage.googleapis.com/x',
    '//storage.googleapis.com/x',
    'storage.googleapis.com/x',
    '',
    `${SANDBOX}/x`,
  ])('refuses %s', (url) => expect(isResultUrl(url)).toBe(false));

  it('with a stand-in set, takes its own origin and no other of that host', () => {
    expect(isResultUrl(`${SANDBOX}/files/x.jsonl`, SANDBOX)).toBe(true);
    expect(isResultUrl(`${SANDBOX}/files/x.jsonl`, `${SANDBOX}/`)).toBe(true);
    expect(isResultUrl('http://127.0.0.1:4322/x', SANDBOX)).toBe(false);
    expect(isResultUrl('https://127.0.0.1:4321/x', SANDBOX)).toBe(false);
    expect(isResultUrl('http://user@127.0.0.1:4321/x', SANDBOX)).toBe(false);
    expect(isResultUrl('http://169.254.169.254/x', SANDBOX)).toBe(false);
  });
});

const URL_OK = 'https://storage.googleapis.com/r.jsonl';
function scripted(...replies: Parameters<typeof scriptedFetch>) {
  const { fetch, sent } = scriptedFetch(...replies);
  const clock = fakeClock();
  const client = createShopifyClient({ shop: 'r.myshopify.com', tokens: staticTokens, fetch, clock, random: () => 1 });
  return { client, sent, clock };
}

describe('openBulkResult', () => {
  it('A14: sends no token, and nothing at all to a foreign address', async () => {
    const { client, sent } = scripted(new Response('{}\n'));
    expect(await (await openBulkResult(client, URL_OK)).text()).toBe('{}\n');
    expect(sent[0]?.headers.has('x-shopify-access-token')).toBe(false);
    await expect(openBulkResult(client, 'https://169.254.169.254/')).rejects.toMatchObject({
      failure: 'RESULT_REFUSED',
    });
    expect(sent).toHaveLength(1);
  });

  it('A14: follows a redirect only to where it may read', async () => {
    const to = (location: string) => new Response('', { status: 302, headers: { location } });
    const good = scripted(to('https://cdn.shopify.com/r.jsonl'), new Response('x'));
    expect(await (await openBulkResult(good.client, URL_OK)).text()).toBe('x');
    for (const location of [
      'http://169.254.169.254/',
      'http://127.0.0.1:1/',
      'https://evil.example/',
      '//evil.example/',
    ]) {
      const bad = scripted(to(location), new Response('secret'));
      await expect(openBulkResult(bad.client, URL_OK)).rejects.toMatchObject({
        failure: 'RESULT_REFUSED',
        retryable: false,
      });
      expect(bad.sent).toHaveLength(1);
    }
    await expect(openBulkResult(scripted(to(URL_OK)).client, URL_OK)).rejects.toMatchObject({
      failure: 'RESULT_REFUSED',
    });
  });

  it.each([400, 403, 404, 410])('an address that is over (%i) is to be asked for again', async (status) => {
    const { client } = scripted(new Response('<Error/>', { status }));
    await expect(openBulkResult(client, URL_OK)).rejects.toMatchObject({ failure: 'RESULT_EXPIRED', remedy: 'poll' });
  });
});

describe('downloadTo', () => {
  let folder: string;
  let file: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bulk-result-'));
    file = join(folder, 'orders.jsonl');
  });
  const servers: Server[] = [];
  afterEach(async () => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
    await rm(folder, { recursive: true });
  });

  async function serve(...listeners: RequestListener[]) {
    let requests = 0;
    const server = createServer((request, response) =>
      listeners[Math.min(requests++, listeners.length - 1)]?.(request, response),
    );
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const sandboxUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const clock = fakeClock();
    const client = createShopifyClient({
      shop: 'd.myshopify.com',
      tokens: staticTokens,
      sandboxUrl,
      clock,
      random: () => 1,
    });
    return { client, url: `${sandboxUrl}/r.jsonl`, clock, requests: () => requests };
  }

  const text = '{"id":"gid://shopify/Order/1"}\n'.repeat(20_000);
  const whole: RequestListener = (_request, response) => response.end(text);
  const cut: RequestListener = (_request, response) => {
    response.writeHead(200, { 'content-length': String(text.length) });
    response.write(text.slice(0, 100_000), () => response.destroy());
  };

  it('streams to the file, whole, and leaves nothing beside it', async () => {
    const { client, url } = await serve(whole);
    await downloadTo(client, url, file);
    expect(await readFile(file, 'utf8')).toBe(text);
    expect(await readdir(folder)).toEqual(['orders.jsonl']);
  });

  it('begins again after a transfer that broke off', async () => {
    const { client, url, clock, requests } = await serve(cut, cut, whole);
    await downloadTo(client, url, file);
    expect(await readFile(file, 'utf8')).toBe(text);
    expect(requests()).toBe(3);
    expect(clock.slept).toEqual([500, 1000]);
  });

  it('never leaves a cut file: after its tries it says so', async () => {
    const { client, url, requests } = await serve(cut);
    await expect(downloadTo(client, url, file)).rejects.toMatchObject({ failure: 'TRUNCATED', retryable: true });
    expect(await readdir(folder)).toEqual([]);
    expect(requests()).toBe(9);
  });

  it('notices fewer bytes than announced where the connection ends well', async () => {
    const short = scripted(new Response('abc', { headers: { 'content-length': '5' } }));
    await expect(downloadTo(short.client, URL_OK, file)).rejects.toMatchObject({ failure: 'TRUNCATED' });
    expect(await readdir(folder)).toEqual([]);
  });

  it('tries again after 5xx and network faults, not after an address that is over', async () => {
    const flaky = scripted(new Response('', { status: 503 }), networkError('ECONNRESET'), new Response('x'));
    await downloadTo(flaky.client, URL_OK, file);
    expect(await readFile(file, 'utf8')).toBe('x');
    await expect(downloadTo(scripted(networkError('ECONNRESET')).client, URL_OK, file)).rejects.toThrow(
      ShopifyUnreachable,
    );
    const over = scripted(new Response('', { status: 403 }));
    await expect(downloadTo(over.client, URL_OK, file)).rejects.toMatchObject({ failure: 'RESULT_EXPIRED' });
    expect(over.sent).toHaveLength(1);
  });

  it("lets the disk's errors through at once", async () => {
    const { client, url, requests } = await serve(whole);
    await expect(downloadTo(client, url, join(folder, 'no', 'such', 'folder.jsonl'))).rejects.toMatchObject({
      code: 'ENOENT',
    });
    expect(requests()).toBe(1);
  });

  it('can be stopped midway', async () => {
    const reason = new Error('stopping');
    const stop = new AbortController();
    const { client, url } = await serve((_request, response) => {
      response.writeHead(200);
      response.write('x'.repeat(1000));
    });
    const download = downloadTo(client, url, file, { signal: stop.signal });
    const stopped = expect(download).rejects.toBe(reason);
    await expect.poll(() => stat(`${file}.part`).then(({ size }) => size)).toBe(1000);
    stop.abort(reason);
    await stopped;
  });
});
