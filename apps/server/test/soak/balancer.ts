import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface Balancer {
  url: string;
  close(): Promise<void>;
}

/**
 * Stands before several processes that listen on 127.0.0.1: each connection goes to the next port of the list that
 * accepts it, and is broken off where none does.
 */
export async function startBalancer(ports: readonly number[]): Promise<Balancer> {
  const open = new Set<Socket>();
  let turn = 0;
  const server = createServer((client) => {
    open.add(client);
    client.on('close', () => open.delete(client)).on('error', () => client.destroy());
    const first = turn++;
    const attempt = (tried: number) => {
      if (tried === ports.length) return void client.destroy();
      const backend = connect(ports[(first + tried) % ports.length]!, '127.0.0.1');
      backend.once('connect', () => {
        backend.removeAllListeners('error').on('error', () => client.destroy());
        backend.on('close', () => client.destroy());
        client.on('close', () => backend.destroy());
        client.pipe(backend).pipe(client);
      });
      backend.once('error', () => attempt(tried + 1));
    };
    attempt(0);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.close();
      for (const socket of open) socket.destroy();
      await once(server, 'close');
    },
  };
}
