import react from '@vitejs/plugin-react';
import * as contracts from '@xeno/contracts';
import type { Route } from '@xeno/contracts';
import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vite';

/** What the browser needs of the contracts besides: who may do what, and numbers. */
const PERMISSIONS = fileURLToPath(new URL('../../packages/contracts/src/permissions.ts', import.meta.url));

const isRoute = (value: unknown) => typeof value === 'object' && value !== null && 'method' in value;

/**
 * Of a route the browser needs the method and the path. The schemas, and the library that makes them,
 * stay out of the bundle: `@xeno/contracts` becomes a module of `{ method, path }`, read from the real one.
 */
function routesWithoutSchemas(): Plugin {
  const id = '\0contracts';
  return {
    name: 'routes-without-schemas',
    enforce: 'pre',
    resolveId: (source) => (source === '@xeno/contracts' ? id : null),
    load(source) {
      if (source !== id) return null;
      const room = (routes: Record<string, unknown>) =>
        JSON.stringify(
          Object.fromEntries(
            Object.entries(routes)
              .filter((entry): entry is [string, Route] => isRoute(entry[1]))
              .map(([name, { method, path }]) => [name, { method, path }]),
          ),
        );
      const rooms = Object.entries(contracts as Record<string, unknown>)
        .filter((entry): entry is [string, Record<string, unknown>] => Object.values(entry[1] ?? {}).some(isRoute))
        .map(([name, routes]) => `export const ${name} = ${room(routes)};`);
      const numbers = Object.entries(contracts as Record<string, unknown>)
        .filter((entry): entry is [string, number] => typeof entry[1] === 'number')
        .map(([name, value]) => `export const ${name} = ${value};`);
      return [`export * from ${JSON.stringify(PERMISSIONS)};`, ...rooms, ...numbers].join('\n');
    },
  };
}

const api = `http://127.0.0.1:${process.env['API_PORT'] ?? 3000}`;

// the server holds a request's Host against its Origin, and sends browsers back to it: both stay the ones of this page
export default defineConfig({
  plugins: [routesWithoutSchemas(), react()],
  server: { host: '127.0.0.1', proxy: { '/api': { target: api, changeOrigin: false } } },
  build: {
    target: 'es2022',
    chunkSizeWarningLimit: 700,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      // many small chunks compress worse than one: what every page needs is one
      output: { codeSplitting: { groups: [{ name: 'every-page', tags: ['$initial'] }] } },
    },
  },
});
