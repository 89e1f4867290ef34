import type { AddressInfo } from 'node:net';
import formbody from '@fastify/formbody';
import Fastify from 'fastify';
import { bulkResultRoutes } from './bulk/routes.ts';
import { Control } from './control/control.ts';
import { controlRoutes } from './control/routes.ts';
import { graphqlRoutes } from './graphql/routes.ts';
import { adminSchema } from './graphql/schema.ts';
import { oauthRoutes } from './oauth/routes.ts';
import { keepState } from './state.ts';
import { World, type WorldOptions } from './world.ts';

export type { Control } from './control/control.ts';
export type { FaultWishes } from './control/faults.ts';

export interface SandboxOptions extends WorldOptions {
  /** 0, the default, takes any free one. */
  port?: number;
  /** File that keeps tokens and shops between runs; nothing is kept without it. */
  state?: string;
}

export interface Sandbox {
  /** Origin: a shop's addresses are `${url}/${domain}/…`. */
  url: string;
  /** The control API without HTTP. */
  control: Control;
  close(): Promise<void>;
}

/** Starts a local Shopify on the loopback interface. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  adminSchema();
  const world = new World(options);
  if (options.state) keepState(world, options.state);
  world.openFile();
  for (const domain of world.tokens.shops()) world.installed(domain);
  const control = new Control(world);
  const app = Fastify({
    bodyLimit: 20 * 1024 * 1024,
    forceCloseConnections: true,
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false, allErrors: true, strictTypes: false } },
  });
  // scripts may send no body at all, whatever they say it is
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) => {
    try {
      done(null, body === '' ? undefined : JSON.parse(body as string));
    } catch (error) {
      done(Object.assign(error as Error, { statusCode: 400 }));
    }
  });
  await app.register(formbody);
  oauthRoutes(app, world);
  graphqlRoutes(app, world);
  bulkResultRoutes(app, world);
  controlRoutes(app, control);
  await app.listen({ host: '127.0.0.1', port: options.port ?? 0 });
  const { port } = app.server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    control,
    async close() {
      await app.close();
      await world.close();
      world.journal.flush();
    },
  };
}
