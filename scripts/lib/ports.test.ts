import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { commandOf, holderOf, isFree, nextFreePort, tryPort } from './ports.mjs';

const servers: ReturnType<typeof createServer>[] = [];
afterEach(() => servers.splice(0).forEach((server) => server.close()));

async function listen(host?: string): Promise<number> {
  const server = createServer().listen({ port: 0, host });
  servers.push(server);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

it.each(['127.0.0.1', undefined])('sees that a port is taken on %s', async (host) => {
  const taken = await listen(host);
  expect(await isFree(taken)).toBe(false);
  expect(await nextFreePort(taken)).toBeGreaterThan(taken);
});

it('finds a free port and leaves it free', async () => {
  const port = await tryPort(0, '127.0.0.1');
  expect(await isFree(Number(port))).toBe(true);
});

it.runIf(process.platform === 'linux')('tells who holds a port', async () => {
  expect(holderOf(await listen('127.0.0.1'))).toContain(`process ${process.pid}: `);
});

it('knows the command of a process, and none of a process that is not there', () => {
  expect(commandOf(process.pid)).toContain('node');
  expect(commandOf(2 ** 30)).toBe('');
});
